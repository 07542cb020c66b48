"""Every flow declares its lane (or ALL) and what happens behind a parked message: silence is refused.

Order is what clinical systems rely on, so nobody gets a default that they did not choose.
"""

from __future__ import annotations

from collections.abc import Iterator

from ....flows import ALL, Flow
from ....kernel.errors import Misuse
from ....protocols import hl7v2
from ..finding import Finding
from ..subject import Subject

_CHOICES = ("wait", "go_on")


def check(subject: Subject) -> Iterator[Finding]:
    for flow in subject.flows:
        if not flow.lane:
            mend = 'add lane="PID-3" (the key whose messages keep their order), or lane=ALL'
            yield subject.at("error", flow, "declares no lane", mend)
        elif not _are_texts(flow.lane):
            mend = 'write lane="PID-3", or several: lane=("PID-3", "PV1-19")'
            yield subject.at("error", flow, "its lane is no text", mend)
        else:
            yield from _paths(subject, flow)
        yield from _when_parked(subject, flow, flow.when_parked)
    for process in subject.processes:
        yield from _when_parked(subject, process, process.when_parked)


def _are_texts(lane: object) -> bool:
    return isinstance(lane, str) or (isinstance(lane, (tuple, list)) and all(isinstance(one, str) for one in lane))


def _when_parked(subject: Subject, held: object, chosen: object) -> Iterator[Finding]:
    if chosen not in _CHOICES:
        what = "does not say what happens behind a parked message" if chosen is None else f"when_parked={chosen!r}"
        mend = 'add when_parked="wait" (the lane stands until a person has looked) or "go_on"'
        yield subject.at("error", held, what, mend)  # type: ignore[arg-type]


def _paths(subject: Subject, flow: Flow) -> Iterator[Finding]:
    for text in (flow.lane,) if isinstance(flow.lane, str) else flow.lane or ():
        if text == ALL:
            continue
        if flow.format != "hl7v2":
            what = f"the lane {text!r} is a path into HL7 v2, and the flow accepts {flow.format}"
            yield subject.at("error", flow, what, "use lane=ALL, and give each dispatch its own lane")
            continue
        try:
            hl7v2.path(text)
        except Misuse as error:
            yield subject.at("error", flow, f"its lane is no path: {error}", 'write lane="PID-3"')
