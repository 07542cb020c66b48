"""A flow that works files off piece by piece says how, and what becomes of a bad piece; a delimited file has a layout.

A bad piece is parked alone or refuses the file: either can be wrong with money, so nobody gets a default.
"""

from __future__ import annotations

from collections.abc import Iterator

from ....flows import Flow
from ....kernel.errors import Misuse
from ...formats import layout_of
from ...pieces import EACH
from ..finding import Finding
from ..subject import Subject

_CHOICES = ("park", "refuse")


def check(subject: Subject) -> Iterator[Finding]:
    for flow in subject.flows:
        if flow.each is not None:
            yield from _each(subject, flow)
        if flow.bad is not None and flow.each is None:
            mend = "add each=..., or remove it"
            yield subject.at("error", flow, f"bad={flow.bad!r} is of pieces, and it takes files whole", mend)
        yield from _layout(subject, flow)
    yield from _one_layout(subject)


def _each(subject: Subject, flow: Flow) -> Iterator[Finding]:
    ways = EACH.get(flow.format, ())
    if flow.each not in ways:
        what = f"each={flow.each!r} is no way to take {flow.format} files apart"
        mend = f"use one of {', '.join(ways)}" if ways else f"only {', '.join(EACH)} files are taken apart: remove it"
        yield subject.at("error", flow, what, mend)
    elif flow.each == "claim" and not set(flow.families) & {"835", "837"}:
        yield subject.at("error", flow, "only an 835 or an 837 has claims", 'accepts="x12/835", or each="transaction"')
    if flow.bad not in _CHOICES:
        what = "does not say what becomes of a bad piece" if flow.bad is None else f"bad={flow.bad!r}"
        mend = (
            'add bad="park" (it waits for a person alone, the rest goes on) or "refuse" (nothing of the file goes out)'
        )
        yield subject.at("error", flow, what, mend)


def _layout(subject: Subject, flow: Flow) -> Iterator[Finding]:
    if flow.format != "delimited":
        if flow.layout is not None:
            yield subject.at("error", flow, f"has a layout, and accepts {flow.format}", 'accepts="delimited/NAME"')
    elif flow.layout is None or len(flow.families) != 1:
        mend = 'accepts="delimited/NAME", layout=LAYOUT: see docs/reference/delimited.md'
        yield subject.at("error", flow, "a delimited file has one layout with a name", mend)
    else:
        try:
            flow.layout.verify()
        except Misuse as error:
            yield subject.at("error", flow, str(error), "correct the layout")


def _one_layout(subject: Subject) -> Iterator[Finding]:
    by_source: dict[str, list[Flow]] = {}
    for flow in subject.flows:
        if flow.format == "delimited" and flow.layout is not None and len(flow.families) == 1:
            by_source.setdefault(flow.source, []).append(flow)
    for source, flows in by_source.items():
        try:
            layout_of(flows)
        except Misuse:
            what = f"another flow of the source {source} reads its files by another layout"
            yield subject.at("error", flows[-1], what, "give each kind of file a source of its own")
        if len({bool(flow.each) for flow in flows}) > 1:
            what = f"works files of {source} off by rows, and another flow takes them whole"
            yield subject.at("error", flows[-1], what, "let all of them work them off, or none")
