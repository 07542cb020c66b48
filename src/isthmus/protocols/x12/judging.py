"""What to answer to an interchange: its envelope's findings, and what a validation found, as the standard's codes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .answers import GroupAnswer, InterchangeAnswer, SegmentError, SetAnswer
from .envelope import Group, Interchange, Transaction
from .findings import Finding

_INTERCHANGE_NOTES = {
    "iea-control-number": "001",
    "interchange-control-number": "018",
    "iea-count": "021",
    "no-gs": "022",
    "unexpected-ge": "022",
    "no-iea": "023",
    "interchange-control-repeated": "025",
}
_GROUP_ERRORS = {
    "no-ge": "3",
    "ge-control-number": "4",
    "ge-count": "5",
    "group-control-number": "6",
    "group-control-repeated": "19",
}
_SET_ERRORS = {
    "no-se": "2",
    "se-control-number": "3",
    "se-count": "4",
    "transaction-control-number": "7",
    "transaction-control-repeated": "23",
}
_ONE_OR_MORE_SEGMENTS_IN_ERROR = "5"

Errors = Mapping[tuple[str, str], tuple[SegmentError, ...]]
"""What a validation found, by (group control number, transaction set control number)."""


def judge_interchange(interchange: Interchange, findings: Iterable[Finding]) -> InterchangeAnswer:
    """The TA1 of an interchange: rejected for the first of its findings that TA105 has a note for."""
    numbers = range(interchange.header.number, interchange.last_number + 1)
    notes = [
        _INTERCHANGE_NOTES[one.rule] for one in findings if one.segment in numbers and one.rule in _INTERCHANGE_NOTES
    ]
    header = interchange.header
    said = (header.element(13), header.element(9), header.element(10))
    return InterchangeAnswer(*said, "R", notes[0]) if notes else InterchangeAnswer(*said, "A")


def judge_group(group: Group, findings: Iterable[Finding], errors: Errors | None = None) -> GroupAnswer:
    """The answer to one group: a set with any error is rejected, and the group with an error of its own as a whole."""
    findings = list(findings)
    own = {one.number for one in (group.header, group.trailer) if one}
    group_errors = tuple(
        _GROUP_ERRORS[one.rule] for one in findings if one.segment in own and one.rule in _GROUP_ERRORS
    )
    sets = tuple(
        _judge_set(one, findings, (errors or {}).get((group.control_number, one.control_number), ()))
        for one in group.transactions
    )
    accepted = 0 if group_errors else sum(1 for one in sets if one.accepted)
    code = "R" if group_errors or (sets and not accepted) else "A" if accepted == len(sets) else "P"
    declared = group.trailer.element(1) if group.trailer else ""
    included = int(declared) if declared.isascii() and declared.isdigit() and len(declared) <= 6 else len(sets)
    return GroupAnswer(
        group.functional_id,
        group.control_number,
        code,
        included,
        len(sets),
        accepted,
        group_errors,
        sets,
        group.version,
    )


def _judge_set(transaction: Transaction, findings: list[Finding], segments: tuple[SegmentError, ...]) -> SetAnswer:
    numbers = transaction.numbers
    found = [_SET_ERRORS[one.rule] for one in findings if one.segment in numbers and one.rule in _SET_ERRORS]
    codes = tuple(dict.fromkeys([*found, *[_ONE_OR_MORE_SEGMENTS_IN_ERROR] * bool(segments)]))
    implementation = transaction.header.element(3)
    said = (transaction.type, transaction.control_number)
    return SetAnswer(*said, "R" if codes else "A", codes, segments, implementation)
