"""What look-ups ask is a destination of hub.toml whose connector hands the whole answer on; names are given once."""

from __future__ import annotations

from collections.abc import Iterator

from ....flows import Flow, Lookup
from ...lookups import fault_of
from ..finding import Finding
from ..subject import Subject
from .handlers import takes


def check(subject: Subject) -> Iterator[Finding]:
    known: dict[str, Lookup] = {}
    for flow in subject.flows:
        if flow.each and flow.asks:
            mend = "ask in a process that the pieces' events step, or take the file whole"
            yield subject.at("error", flow, "works files off piece by piece, and nothing is asked about a piece", mend)
        for lookup in flow.asks:
            if known.setdefault(lookup.name, lookup) is not lookup:
                mend = "give one of them another name, or import the other"
                yield subject.at("error", flow, f"there is another look-up named {lookup.name!r}", mend)
            if not takes(lookup.ask, 1):
                mend = "write def NAME(msg): return what is asked"
                yield subject.at_code(
                    "error", lookup.ask, f"ask of {lookup.name} does not take exactly the message", mend
                )
            if subject.configured:
                yield from _asked(subject, flow, lookup)


def _asked(subject: Subject, flow: Flow, lookup: Lookup) -> Iterator[Finding]:
    named = f"the look-up {lookup.name}"
    destinations = subject.settings.destinations
    if lookup.to not in destinations:
        mend = f"add [destinations.{lookup.to}] to hub.toml, or use one of {', '.join(destinations) or '(none)'}"
        yield subject.at("error", flow, f"{named} asks {lookup.to!r}, which is no destination", mend)
    for one in subject.connections:
        if one.where == f"destinations.{lookup.to}" and one.module is not None and one.own is not None:
            fault = fault_of(lookup, one.module, one.own)
            if fault:
                yield subject.in_toml("error", one.where, f"{named} cannot ask it: {fault[0]}", fault[1])
