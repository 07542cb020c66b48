"""Acknowledgements read, and matched to what was sent.

sent -- (GS01, GS06, ST01, ST02) --> AK1 AK2 of a 999 or 997          sent -- ISA13, ISA09, ISA10 --> TA1
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from .answers import SITUATIONAL_TRIGGER, ElementError, GroupAnswer, InterchangeAnswer, SegmentError, SetAnswer, Trigger
from .envelope import Interchange, Transaction
from .grammar import ParseError
from .segment import Segment


def read_ta1(interchange: Interchange) -> list[InterchangeAnswer]:
    """Every TA1 of an interchange."""
    return [
        InterchangeAnswer(*(segment.element(number) for number in range(1, 6)))
        for segment in interchange.segments
        if segment.tag == "TA1"
    ]


def read_ack(transaction: Transaction) -> GroupAnswer:
    """What a 999 or 997 says. Raises ParseError for another set, one without AK1 or AK9, and counts that are none."""
    if transaction.type not in ("997", "999"):
        raise ParseError("This is no 999 or 997", segment=transaction.header.number, element=1, rule="ST01")
    opening, closing = transaction.first("AK1"), transaction.first("AK9")
    if opening is None or closing is None:
        missing = "AK1" if opening is None else "AK9"
        raise transaction.header.fault(f"The acknowledgement has no {missing}", 0, f"{transaction.type} {missing}")
    return GroupAnswer(
        opening.element(1),
        opening.element(2),
        closing.element(1),
        included=_count(closing, 2),
        received=_count(closing, 3),
        accepted=_count(closing, 4),
        errors=tuple(filter(None, closing.elements[5:10])),
        sets=tuple(_sets(transaction.segments)),
        version=opening.element(3),
    )


def _sets(segments: Iterable[Segment]) -> list[SetAnswer]:
    sets: list[SetAnswer] = []
    errors: list[SegmentError] = []
    for segment in segments:
        tag = segment.tag
        if tag == "AK2":
            sets.append(SetAnswer(segment.element(1), segment.element(2), "", version=segment.element(3)))
            errors = []
        elif tag in ("IK3", "AK3"):
            errors.append(SegmentError(segment.element(1), _count(segment, 2), segment.element(4), segment.element(3)))
        elif tag in ("IK4", "AK4") and errors:
            errors[-1] = errors[-1]._replace(elements=(*errors[-1].elements, _element(segment)))
        elif tag == "CTX" and errors:
            errors[-1] = _with_context(errors[-1], segment)
        elif tag in ("IK5", "AK5") and sets:
            codes = tuple(filter(None, segment.elements[2:7]))
            sets[-1] = sets[-1]._replace(code=segment.element(1), errors=codes, segments=tuple(errors))
    return sets


def _with_context(error: SegmentError, segment: Segment) -> SegmentError:
    """A trigger belongs to the element error before it, to the segment when there is none; other contexts to the segment."""
    if segment.element(1) != SITUATIONAL_TRIGGER:
        return error._replace(context=(*error.context, tuple(segment.components(1))))
    element, component, repetition = _place(segment, 5)
    trigger = Trigger(
        segment.element(2),
        _maybe_count(segment.element(3)),
        segment.element(4),
        element,
        component,
        repetition,
        segment.element(6),
    )
    if not error.elements:
        return error._replace(triggers=(*error.triggers, trigger))
    *before, last = error.elements
    return error._replace(elements=(*before, last._replace(triggers=(*last.triggers, trigger))))


def _element(segment: Segment) -> ElementError:
    element, component, repetition = _place(segment, 1)
    return ElementError(element, segment.element(3), component, repetition, segment.element(2), segment.element(4))


def _place(segment: Segment, number: int) -> tuple[int, int, int]:
    """IK401, AK401 and CTX05: element, component, repetition; 0 for what is not there or no number."""
    element, component, repetition, *_ = (*map(_maybe_count, segment.components(number)), 0, 0, 0)
    return element, component, repetition


def _maybe_count(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def _count(segment: Segment, number: int) -> int:
    text = segment.element(number)
    if not (text.isascii() and text.isdigit() and len(text) <= 10):
        raise segment.fault("This is no count", number, f"{segment.tag[:3]}{number:02d} X12.6 data type N0")
    return int(text)


class Sent(NamedTuple):
    """The keys of one transaction set that was sent."""

    functional_id: str
    group_control_number: str
    type: str
    control_number: str


class Matched(NamedTuple):
    """What became of one set: `code` as in IK501, of the group where the acknowledgement does not name the set."""

    sent: Sent
    code: str
    answer: SetAnswer | None

    @property
    def accepted(self) -> bool:
        return self.code in ("A", "E")


def sent(interchange: Interchange) -> list[Sent]:
    """The keys of every set of an interchange that goes out."""
    return [
        Sent(group.functional_id, group.control_number, one.type, one.control_number)
        for group in interchange.groups
        for one in group.transactions
    ]


def match(answer: GroupAnswer, sent: Iterable[Sent]) -> tuple[list[Matched], list[SetAnswer]]:
    """What became of the sets of the group that is answered, and the answers to sets that were not sent.

    A set that is not named shares the group's fate; in a group accepted in part it counts as accepted, since those that
    are rejected are named (997 and 999, AK2 loop).
    """
    named = {(one.type, one.control_number): one for one in answer.sets}
    of_group = [
        one
        for one in sent
        if (one.functional_id, one.group_control_number) == (answer.functional_id, answer.control_number)
    ]
    otherwise = "A" if answer.code == "P" else answer.code
    matched = []
    for one in of_group:
        found = named.pop((one.type, one.control_number), None)
        rejected_whole = answer.code not in ("A", "E", "P")
        matched.append(Matched(one, otherwise if found is None or rejected_whole else found.code, found))
    return matched, list(named.values())
