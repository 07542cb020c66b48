"""Every flow declares its lane (or ALL) and what happens behind a parked message: silence is refused.

Order is what clinical systems rely on, so nobody gets a default that they did not choose.
"""

from __future__ import annotations

from collections.abc import Iterator

from ....flows import ALL, Case, Flow
from ....kernel.errors import IsthmusError, Misuse
from ....protocols import hl7v2
from ...cases import samples
from ...keys import require_path
from ...plan import lane_paths
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
            wrong = list(_paths(subject, flow))
            yield from wrong or _never_there(subject, flow)
        yield from _when_parked(subject, flow, flow.when_parked)
    for process in subject.processes:
        yield from _when_parked(subject, process, process.when_parked)


def _never_there(subject: Subject, flow: Flow) -> Iterator[Finding]:
    """A lane that names a place which no sample has: all messages would share one lane, and one could hold up all."""
    if flow.format != "hl7v2":
        return
    paths = lane_paths(flow.lane)
    found = [message for case in flow.cases for message in _samples(subject, flow, case)]
    if found and (ALL,) not in paths and not any(message.get(path[0]) for message in found for path in paths):
        mend = "name where the key stands, or add a case whose sample has one"
        yield subject.at("warning", flow, f"no sample has a value at its lane, {flow.lane!r}", mend)


def _samples(subject: Subject, flow: Flow, case: Case) -> list[hl7v2.Message]:
    """A case's messages as far as they can be read; other rules, and `isthmus test`, say what is wrong with the rest."""
    try:
        contents = [message.content for message in samples(subject.settings, flow, case)]
    except IsthmusError:
        return []
    return [content for content in contents if isinstance(content, hl7v2.Message)]


def _are_texts(lane: object) -> bool:
    return isinstance(lane, str) or (isinstance(lane, (tuple, list)) and all(isinstance(one, str) for one in lane))


def _when_parked(subject: Subject, held: object, chosen: object) -> Iterator[Finding]:
    if chosen not in _CHOICES:
        what = "does not say what happens behind a parked message" if chosen is None else f"when_parked={chosen!r}"
        mend = 'add when_parked="wait" (the lane stands until a person has looked) or "go_on"'
        yield subject.at("error", held, what, mend)  # type: ignore[arg-type]


def _paths(subject: Subject, flow: Flow) -> Iterator[Finding]:
    for text in flow.lanes:
        if text == ALL:
            continue
        try:
            hl7v2.path(text) if flow.format == "hl7v2" else require_path(flow, text)
        except Misuse as error:
            mend = 'write lane="PID-3"' if flow.format == "hl7v2" else "correct it, or use lane=ALL"
            yield subject.at("error", flow, f"its lane is no path: {error}", mend)
