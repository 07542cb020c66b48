"""Acknowledgements into an interchange that is being written: TA1, 999 (005010X231A1), 997."""

from __future__ import annotations

from ...kernel import Misuse
from .answers import SITUATIONAL_TRIGGER, ElementError, GroupAnswer, InterchangeAnswer, SegmentError, SetAnswer, Trigger
from .values import Value
from .writer import Writer

IMPLEMENTATION_999 = "005010X231A1"

ERROR_CODES_MAX = 5
"""IK502 to IK506 and AK905 to AK909."""

# What a 997 has no code for (those of the implementation begin with I) is said by the nearest it has.
_NEAREST_IN_997 = {
    "AK3": {"I4": "2", "I6": "3", "I7": "3", "I8": "3", "I9": "2"},
    "AK4": {"I9": "1", "I10": "10", "I11": "1", "I13": "10"},
    "AK5": dict[str, str](),
}
_OTHERWISE_IN_997 = {"AK3": "8", "AK4": "7", "AK5": "5"}


def write_ta1(writer: Writer, answer: InterchangeAnswer) -> None:
    """TA1, before any group of the answering interchange."""
    writer.interchange_segment("TA1", answer.control_number, answer.date, answer.time, answer.code, answer.note)


def write_999(writer: Writer, answer: GroupAnswer, control_number: str) -> None:
    """A 999 as a transaction set of the writer's open group (GS01 FA, GS08 005010X231A1)."""
    writer.transaction("999", control_number, implementation=IMPLEMENTATION_999)
    _write(writer, answer, "IK")


def write_997(writer: Writer, answer: GroupAnswer, control_number: str) -> None:
    """A 997 as a transaction set of the writer's open group (GS01 FA, GS08 as in what is answered)."""
    writer.transaction("997", control_number)
    _write(writer, answer, "AK")


def _write(writer: Writer, answer: GroupAnswer, prefix: str) -> None:
    is_999 = prefix == "IK"
    writer.segment("AK1", answer.functional_id, answer.control_number, *[answer.version] * is_999)
    for one in answer.sets:
        writer.segment("AK2", one.type, one.control_number, *[one.version] * is_999)
        _write_set(writer, one, prefix)
    counts = (str(answer.included), str(answer.received), str(answer.accepted))
    writer.segment("AK9", answer.code, *counts, *answer.errors[:ERROR_CODES_MAX])


def _write_set(writer: Writer, answer: SetAnswer, prefix: str) -> None:
    for segment in answer.segments:
        writer.segment(f"{prefix}3", segment.tag, segment.position, segment.loop, _code(f"{prefix}3", segment.code))
        if prefix == "IK":
            for context in segment.context:
                writer.segment("CTX", _kept(writer, context))
            _write_triggers(writer, segment.triggers)
        for element in segment.elements:
            _write_element(writer, segment, element, prefix)
    codes = dict.fromkeys(_code(f"{prefix}5", code) for code in answer.errors)
    writer.segment(f"{prefix}5", answer.code, *list(codes)[:ERROR_CODES_MAX])


def _write_element(writer: Writer, segment: SegmentError, element: ElementError, prefix: str) -> None:
    if element.element < 1:
        raise Misuse(f"An error in an element of {segment.tag} names its position, from 1")
    place = _place(element.element, element.component, element.repetition)
    said: list[Value] = [place, element.reference, _code(f"{prefix}4", element.code)]
    try:
        writer.segment(f"{prefix}4", *said, element.value)
    except Misuse:
        # The bad value holds a separator of this interchange: its copy is optional, the error is not.
        writer.segment(f"{prefix}4", *said)
    if prefix == "IK":
        _write_triggers(writer, element.triggers)


def _write_triggers(writer: Writer, triggers: tuple[Trigger, ...]) -> None:
    for one in triggers:
        place = _place(one.element, one.component, one.repetition) if one.element else ()
        writer.segment("CTX", SITUATIONAL_TRIGGER, one.tag, str(one.position), one.loop, place, one.reference)


def _place(element: int, component: int, repetition: int) -> tuple[str, ...]:
    """IK401 and CTX05: element, component, repetition."""
    parts = [str(element)]
    if component or repetition:
        parts.append(str(component or ""))
    if repetition:
        parts.append(str(repetition))
    return tuple(parts)


def _kept(writer: Writer, context: tuple[str, ...]) -> tuple[str, ...]:
    """A context without what cannot be written."""
    return tuple(part if writer.can_write(part) else "" for part in context)


def _code(tag: str, code: str) -> str:
    if tag not in _NEAREST_IN_997 or not code.startswith("I"):
        return code
    return _NEAREST_IN_997[tag].get(code, _OTHERWISE_IN_997[tag])
