"""What must add up in an ACH file (Nacha Operating Rules, Appendix Three: entry hash, counts, totals, blocks).

Entry hash: the sum of the receiving banks' routing numbers without their check digits, of which ten digits are kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any, NamedTuple

from .grammar import Finding
from .records import BLOCK
from .values import Entry

_HASH = 10**10

# 200 both, 220 credits only, 225 debits only, 280 accounting advices
_CREDITS_ONLY, _DEBITS_ONLY = 220, 225


class Counted(NamedTuple):
    """What entries come to: records of entries and addenda, entry hash, debits, credits."""

    entries: int = 0
    entry_hash: int = 0
    debit: Decimal = Decimal(0)
    credit: Decimal = Decimal(0)

    @classmethod
    def of(cls, entries: Sequence[Entry]) -> Counted:
        """Of a batch."""
        return cls(
            sum(1 + len(entry.addenda) for entry in entries),
            sum(int(entry.rdfi[:8]) for entry in entries) % _HASH,
            sum((entry.amount for entry in entries if not entry.credit), Decimal(0)),
            sum((entry.amount for entry in entries if entry.credit), Decimal(0)),
        )

    def plus(self, other: Counted) -> Counted:
        """Of both together."""
        return Counted(
            self.entries + other.entries,
            (self.entry_hash + other.entry_hash) % _HASH,
            self.debit + other.debit,
            self.credit + other.credit,
        )


_TOTALS = {
    "entries": "the count of entries and addenda",
    "entry_hash": "the entry hash",
    "debit": "the total of debits",
    "credit": "the total of credits",
}


def check_batch(
    line: int, header: Mapping[str, Any], control: Mapping[str, Any], entries: Sequence[Entry], counted: Counted
) -> Iterator[Finding]:
    """Everything in which a batch breaks a rule; `line` is its control record's."""
    yield from _totals("batch", line, control, counted)
    for name in ("service_class", "odfi", "number"):
        if header[name] != control[name]:
            yield Finding(f"batch-{name.replace('_', '-')}", line, "batch header and control do not name the same")
    wrong_side = {_CREDITS_ONLY: counted.debit, _DEBITS_ONLY: counted.credit}.get(header["service_class"])
    if wrong_side:
        yield Finding("service-class", line, "the batch has amounts on a side that its service class excludes", False)
    for entry in entries:
        yield from _entry(entry)
    numbers = [entry.number for entry in entries]
    if header["entry_class"] != "ADV" and any(late <= early for early, late in pairwise(numbers)):
        yield Finding("trace-order", line, "the entries' trace numbers do not ascend", False)


def check_file(
    line: int, control: Mapping[str, Any], batches: int, counted: Counted, records: int
) -> Iterator[Finding]:
    """Everything in which the file as a whole does not add up; `line` is its control record's."""
    yield from _totals("file", line, control, counted)
    if control["batches"] != batches:
        yield Finding("file-batches", line, f"the count of batches is not {batches}, which were found")
    blocks = -(-records // BLOCK)
    if control["blocks"] != blocks:
        yield Finding("file-blocks", line, f"the count of blocks is not {blocks}, which were found", False)
    if records % BLOCK:
        yield Finding("blocking", line, f"the file is not filled up to a block of {BLOCK} records", False)


def _totals(of: str, line: int, control: Mapping[str, Any], counted: Counted) -> Iterator[Finding]:
    for name, what in _TOTALS.items():
        if control[name] != getattr(counted, name):
            yield Finding(f"{of}-{name.replace('_', '-')}", line, f"{what} is not what the {of} has")


def _entry(entry: Entry) -> Iterator[Finding]:
    digits = [int(digit) for digit in entry.rdfi]
    if sum(digit * weight for digit, weight in zip(digits, (3, 7, 1) * 3, strict=True)) % 10:
        yield Finding("routing-check-digit", entry.line, "the routing number's check digit is wrong", False)
    if (entry.raw[78] == "1") != bool(entry.addenda):
        yield Finding("addenda-indicator", entry.line, "the addenda indicator is not what follows", False)
    if entry.entry_class == "CTX" and entry.raw[54:58].isdigit() and int(entry.raw[54:58]) != len(entry.addenda):
        yield Finding("addenda-count", entry.line, "the count of addenda is not what follows: some may be lost")
    ordered = [one for one in entry.addenda if one.type == "05"]
    for number, one in enumerate(ordered, 1):
        if one.raw[83:87] != f"{number:04}" or one.raw[87:] != entry.number[-7:]:
            yield Finding("addenda-sequence", one.line, "the addendum is not the next of its entry", False)
