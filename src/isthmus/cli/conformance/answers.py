"""The acknowledgement that the hub makes of a document, against the one that its collector expects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ...protocols import x12
from ...protocols.x12 import snip
from .examine import validated
from .samples import Sample

LEVELS = (1, 2, 5)
"""What an acknowledgement of pyx12 is about: syntax, guide, and the outside lists that it carries."""

Errors = tuple[tuple[str, int, str, tuple[tuple[int, int, str], ...]], ...]
"""(segment, position, code, ((element, component, code), ...)) of every segment that an answer names."""


class Compared(NamedTuple):
    """One transaction set: whether it is accepted alike, the same segments are named, at the same positions, with the same
    codes and elements."""

    file: str
    type: str
    accepted: bool
    segments: bool
    positions: bool
    codes: bool


def compared(samples: Iterable[Sample]) -> Iterator[Compared]:
    """Every set of the samples that have an expected 997 or 999, which lies beside them."""
    for sample in samples:
        for answer in sample.answers:
            folder = sample.path.parents[len(sample.name.split("/")) - 1]
            expected = (folder / answer).read_bytes()
            yield from compare(sample.name, sample.path.read_bytes(), expected)


def compare(file: str, document: bytes, expected: bytes) -> Iterator[Compared]:
    """Answers are matched to groups by control number. Raises `x12.ParseError` for bytes that are no interchange."""
    theirs = [x12.read_ack(one) for one in x12.parse(expected).transactions]
    read = x12.parse(document)
    for group in (group for interchange in read for group in interchange.groups):
        at = next((n for n, one in enumerate(theirs) if one.control_number == group.control_number), None)
        if at is None:
            continue
        reports = [validated(one, LEVELS) for one in group.transactions]
        ours = x12.judge_group(group, read.findings, snip.group_errors(group, reports, levels=LEVELS))
        for our, their in zip(ours.sets, theirs.pop(at).sets, strict=True):
            yield _set(file, our, their)


def _set(file: str, our: x12.SetAnswer, their: x12.SetAnswer) -> Compared:
    mine, other = _errors(our), _errors(their)
    return Compared(
        file,
        our.type,
        our.accepted == their.accepted,
        [one[0] for one in mine] == [one[0] for one in other],
        [one[:2] for one in mine] == [one[:2] for one in other],
        (our.code, our.errors, mine) == (their.code, their.errors, other),
    )


def _errors(answer: x12.SetAnswer) -> Errors:
    return tuple(
        (one.tag, one.position, one.code, tuple((e.element, e.component, e.code) for e in one.elements))
        for one in answer.segments
    )
