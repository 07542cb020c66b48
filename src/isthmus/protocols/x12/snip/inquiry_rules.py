"""Rules of the inquiries and their answers: 270 and 271, 276 and 277, level by level (HL)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ..segment import Segment
from .document import Document
from .issue import Issue
from .situations import MISSING_ELEMENT, MISSING_SEGMENT, SEGMENT_NOT_USED, Rule

_SUBSCRIBER, _DEPENDENT = "22", "23"


class _Patient(NamedTuple):
    """The level of a person who is asked about: a dependent, or a subscriber without dependents in the set."""

    head: Segment
    segments: list[Segment]
    suffix: str

    def first(self, *tags: str) -> Segment | None:
        return next((segment for segment in self.segments if segment.elements[0] in tags), None)


def _levels(document: Document) -> list[list[Segment]]:
    """The segments of each level, HL first."""
    found: list[list[Segment]] = []
    for segment in document.transaction.segments:
        if segment.elements[0] == "HL":
            found.append([segment])
        elif found:
            found[-1].append(segment)
    return found


def _patients(document: Document, letters: str) -> Iterator[_Patient]:
    """`letters`: the loops' suffixes for subscriber and dependent."""
    levels = _levels(document)
    parents = {level[0].element(2) for level in levels}
    for level in levels:
        head = level[0]
        if head.element(3) == _DEPENDENT:
            yield _Patient(head, level, letters[1])
        elif head.element(3) == _SUBSCRIBER and head.element(1) not in parents:
            yield _Patient(head, level, letters[0])


def asked_for(document: Document) -> Iterator[Issue]:
    """270: what is asked about the patient, EQ."""
    for patient in _patients(document, "CD"):
        if patient.first("EQ") is None:
            loop = f"2110{patient.suffix}"
            yield _missing(document, patient, "Nothing is asked about this patient: EQ is required", "EQ", loop)


def findable(document: Document) -> Iterator[Issue]:
    """270: the patient has an identifier or a name."""
    for patient in _patients(document, "CD"):
        name = patient.first("NM1")
        if name is not None and not name.element(9) and not name.element(3):
            note = "A patient without identifier (NM109) and name (NM103) cannot be found"
            yield document.broken(name, note, element=9, code=MISSING_ELEMENT, reference="67")


def answered(document: Document) -> Iterator[Issue]:
    """271: benefits (EB), or why there are none (AAA)."""
    for patient in _patients(document, "CD"):
        if patient.first("EB", "AAA") is None:
            note = "There is no answer for this patient: EB or AAA is required"
            yield _missing(document, patient, note, "EB", f"2110{patient.suffix}")


def bracketed(document: Document) -> Iterator[Issue]:
    """271: LS and LE stand in pairs."""
    opened: Segment | None = None
    for segment in document.transaction.segments:
        tag = segment.elements[0]
        if tag == "LE" and opened is None:
            note = "LE ends a loop that no LS began"
            yield document.broken(segment, note, code=SEGMENT_NOT_USED)
        if opened is not None and tag in ("LS", "EB", "HL", "SE"):
            note = "LS begins a loop that no LE ends"
            yield document.broken(opened, note, code=MISSING_SEGMENT, missing="LE")
            opened = None
        if tag == "LS":
            opened = segment
        elif tag == "LE":
            opened = None


def traced(document: Document) -> Iterator[Issue]:
    """The claim that is asked about or answered for: TRN."""
    for patient in _patients(document, "DE"):
        if patient.first("TRN") is None:
            note = "No claim of this patient is named: TRN is required"
            yield _missing(document, patient, note, "TRN", f"2200{patient.suffix}")


def _missing(document: Document, patient: _Patient, note: str, tag: str, loop: str) -> Issue:
    return document.broken(
        patient.head,
        note,
        code=MISSING_SEGMENT,
        missing=tag,
        loop=loop,
        trigger=document.trigger(patient.head, 3, reference="735"),
    )


_KNOWN = "known to the field, not verified against the guide"
INQUIRY_RULES = (
    Rule("inquiry", ("270",), f"270 guides, 2110C and 2110D EQ; {_KNOWN}", asked_for),
    Rule("patient-search", ("270",), f"270 guides, 2100C and 2100D NM1; {_KNOWN}", findable),
    Rule("answer", ("271",), f"271 guides, EB and AAA; {_KNOWN}", answered),
    Rule("loop-brackets", ("271",), "X12.6, LS and LE", bracketed),
    Rule("claim-trace", ("276", "277"), f"276 and 277 guides, 2200D and 2200E TRN; {_KNOWN}", traced),
)
