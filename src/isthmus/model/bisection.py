"""Divides a journal entry that was refused into two that balance, so that repeating it isolates the faulty lines.

    lines of an entry                       first half ~1            second half ~2
    1  debit   receivable   220.00          debit   100.00           debit   120.00
    2  credit  laboratory   100.00 [c1]     credit  100.00 [c1]
    3  credit  ward         120.00 [c2]                              credit  120.00 [c2]

The *balancing line* names no charges, or all of them: it stands against all others and is divided with them. Lines that
share a charge stay together, so that no charge is ever posted by half.

Invariants
 1. Both halves balance, and the net movement of every account and cost centre is that of the whole entry, to the cent.
 2. Every charge is in exactly one half.
 3. The keys follow from the entry's own and from nothing else: a repeat after a crash divides in the same way.

Pure, and blind to why the entry was refused: whoever refused decides whether dividing it can help.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from .journal_entry import ZERO, EntryLine, JournalEntry

PART = "~"
"""Stands between the key of a divided entry and the number of the half."""


def halves(entry: JournalEntry) -> tuple[JournalEntry, JournalEntry] | None:
    """Two entries in place of one; None when it cannot be divided (one group of lines, or lines of unclear belonging)."""
    charges = {charge for line in entry.lines for charge in line.charges}
    balancing = [line for line in entry.lines if not line.charges or charges == set(line.charges)]
    groups = _groups([line for line in entry.lines if line not in balancing])
    if len(groups) < 2 or len(balancing) > 1 or entry.balance:
        return None
    if not balancing and any(_net(group) for group in groups):
        return None
    middle = len(groups) // 2
    first, second = (
        _part(entry, number, groups_of_half, balancing)
        for number, groups_of_half in ((1, groups[:middle]), (2, groups[middle:]))
    )
    return first, second


def _groups(lines: Sequence[EntryLine]) -> list[list[EntryLine]]:
    """Lines joined by shared charges, in the order of their first lines."""
    groups: list[list[EntryLine]] = []
    for line in lines:
        joined = [group for group in groups if any(set(line.charges) & set(other.charges) for other in group)]
        if joined:
            joined[0].append(line)
            for group in joined[1:]:
                joined[0].extend(group)
                groups.remove(group)
        else:
            groups.append([line])
    return groups


def _part(
    entry: JournalEntry, number: int, groups: Sequence[Sequence[EntryLine]], balancing: Sequence[EntryLine]
) -> JournalEntry:
    lines = [line for group in groups for line in group]
    net, charges = _net(lines), {charge for line in lines for charge in line.charges}
    lines += [
        msgspec.structs.replace(
            line,
            debit=max(-net, ZERO),
            credit=max(net, ZERO),
            charges=tuple(charge for charge in line.charges if charge in charges),
        )
        for line in balancing
        if net
    ]
    lines.sort(key=lambda line: line.line)
    return entry.replace(key=f"{entry.key}{PART}{number}", lines=tuple(lines))


def _net(lines: Sequence[EntryLine]) -> Decimal:
    return sum((line.debit - line.credit for line in lines), ZERO)
