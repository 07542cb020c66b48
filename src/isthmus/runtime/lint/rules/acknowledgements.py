"""Application acknowledgements that senders ask for have somewhere to go."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ....kernel.errors import PeerFault
from ....protocols import hl7v2
from ...settings import Endpoint
from ..finding import Finding
from ..subject import Subject


def check(subject: Subject) -> Iterator[Finding]:
    if not subject.configured:
        return
    for name, endpoint in subject.settings.sources.items():
        if endpoint.shared.application_ack_to:
            yield from _declared(subject, name, endpoint)
    for flow in subject.flows:
        source = subject.settings.sources.get(flow.source)
        if source is None or source.shared.application_ack_to or source.shared.acknowledge == "application":
            continue
        for case in flow.cases:
            if _asks(subject.folder / case.sample):
                what = (
                    f"the sample {case.sample} asks for an application acknowledgement as a message of its own (MSH-16)"
                )
                mend = (
                    f"give [sources.{flow.source}] an application_ack_to; without it none is sent, and each is counted"
                )
                yield subject.at("warning", flow, what, mend)


def _declared(subject: Subject, name: str, endpoint: Endpoint) -> Iterator[Finding]:
    shared, known = endpoint.shared, subject.settings.destinations
    faults = []
    if shared.application_ack_to not in known:
        mend = f"add [destinations.{shared.application_ack_to}], or use one of {', '.join(known) or '(none)'}"
        faults.append((f"there is no destination {shared.application_ack_to!r}", mend))
    if shared.format != "hl7v2":
        faults.append((f"messages of format {shared.format} ask for no acknowledgement", "remove application_ack_to"))
    if shared.acknowledge == "application":
        what = 'with acknowledge = "application" the sender has its acknowledgement on the connection already'
        faults.append((what, "remove application_ack_to, or acknowledge"))
    for what, mend in faults:
        yield subject.in_toml("error", f"sources.{name}", what, mend, "application_ack_to")


def _asks(sample: Path) -> bool:
    try:
        return any(hl7v2.asked_later(hl7v2.parse(raw)) for raw in hl7v2.split_batch(sample.read_bytes()))
    except (OSError, PeerFault):
        return False  # other rules and the case itself say what is wrong with it
