"""Validation of one transaction set in levels, all issues at once.

Invariants
 1. No bytes that x12.parse takes make it raise: what cannot be read is an issue.
 2. The report says of every level whether it was checked in whole, in part or not, and by what.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from ..envelope import Transaction
from ..segment import Segment
from .balances import balanced_by, balances
from .claim_dates import DATE_RULES
from .claim_rules import CLAIM_RULES
from .codes import CodeSet
from .document import Document
from .elements import Elements
from .guide import Guide, SegmentSpec
from .hierarchy_rules import HIERARCHY_RULES
from .inquiry_rules import INQUIRY_RULES
from .issue import Issue, Level
from .outside import Outside
from .remittance_rules import REMITTANCE_RULES
from .report import Checked, Report
from .situations import situations
from .structure import Structure

RULES = (*HIERARCHY_RULES, *CLAIM_RULES, *DATE_RULES, *REMITTANCE_RULES, *INQUIRY_RULES)
"""SNIP 4: every rule between segments."""

_LEVELS = tuple(Level)
_NO_LISTS: Mapping[str, CodeSet] = {}


def validate(
    transaction: Transaction,
    *,
    guide: Guide | None = None,
    code_sets: Mapping[str, CodeSet] = _NO_LISTS,
    on: date | None = None,
    levels: tuple[int, ...] = _LEVELS,
) -> Report:
    """Every issue of one transaction set, in the order of the file.

    `guide`: the tables of SNIP 1 and 2, without which these levels are not checked. `code_sets`: lists of SNIP 5 by name (see
    `codes`). `on`: the day on which codes must have been valid, None for any. `levels`: those to check.
    """
    report = Report(
        transaction.type,
        transaction.version,
        transaction.control_number,
        guide.name if guide else "",
        guide is None or guide.partial,
    )
    chosen = set(levels)
    walked = _Walked(guide, transaction, code_sets, on, chosen)
    document = Document(transaction, walked.loops)
    report.issues += walked.issues
    if Level.BALANCE in chosen:
        report.issues += balances(document)
    if Level.SITUATION in chosen:
        report.issues += situations(document, RULES)
    report.issues.sort(key=_order)
    report.checked += _checked(report, document, guide, code_sets, walked.unchecked, chosen)
    return report


class _Walked:
    """One pass over the segments: SNIP 1, 2 and 5, and the loop that each segment is in."""

    def __init__(
        self,
        guide: Guide | None,
        transaction: Transaction,
        code_sets: Mapping[str, CodeSet],
        on: date | None,
        levels: set[int],
    ) -> None:
        self.issues: list[Issue] = []
        self.loops: list[str] = []
        self.unchecked: set[str] = set()
        self._specs: list[SegmentSpec | None] = []
        segments = [segment for segment in transaction.segments if segment.elements[0]]
        if guide is not None:
            self._by_guide(guide, segments, levels)
        if Level.CODES in levels:
            outside = Outside(code_sets, on)
            for position, segment in enumerate(segments, 1):
                spec = self._specs[position - 1] if self._specs else None
                if outside.concerns(segment, spec):
                    loop = self.loops[position - 1] if self.loops else ""
                    self.issues += outside.check(segment, spec, position, loop)
            self.unchecked = outside.unchecked

    def _by_guide(self, guide: Guide, segments: list[Segment], levels: set[int]) -> None:
        structure, elements = Structure(guide), Elements(segments[0].separators)
        found: list[Issue] = []
        for position, segment in enumerate(segments, 1):
            spec = structure.take(segment, position)
            self._specs.append(spec)
            self.loops.append(structure.loop)
            if spec is not None and not elements.passes(spec, segment):
                found += elements.check(spec, segment, position, structure.loop)
        structure.end()
        self.issues += [issue for issue in (*structure.issues, *found) if issue.level in levels]


def _order(issue: Issue) -> tuple[int, int, int, int, int]:
    place = issue.place
    return place.position, bool(place.element), place.element, place.component, issue.level


def _checked(
    report: Report,
    document: Document,
    guide: Guide | None,
    code_sets: Mapping[str, CodeSet],
    unchecked: set[str],
    levels: set[int],
) -> Iterator[Checked]:
    """What was checked by what."""
    for level in _LEVELS:
        if level not in levels:
            yield Checked(level, "none", "", "it was not asked for")
        elif level in (Level.SYNTAX, Level.GUIDE):
            yield _by_guide(level, report, guide)
        elif level is Level.BALANCE:
            yield _by_balance(report)
        elif level is Level.SITUATION:
            count = sum(1 for rule in RULES if rule.applies(document))
            note = "the guides have more rules than the table" if count else "the table has no rule for this set"
            yield Checked(level, "partial" if count else "none", f"{count} rules", note)
        else:
            by = ", ".join(("forms", *sorted(code_sets)))
            note = f"lists that were not handed in: {', '.join(sorted(unchecked))}" if unchecked else ""
            yield Checked(level, "partial" if unchecked else "whole", by, note)


def _by_guide(level: Level, report: Report, guide: Guide | None) -> Checked:
    if guide is None:
        return Checked(level, "none", "", "no guide was handed in")
    if guide.partial:
        return Checked(level, "partial", guide.source, "what the outline does not list passed unchecked")
    if guide.name != report.version:
        return Checked(
            level, "partial", guide.source, f"the map is of {guide.name}, the document names another version"
        )
    return Checked(level, "whole", guide.source)


def _by_balance(report: Report) -> Checked:
    by = balanced_by(report.type)
    if not by:
        return Checked(Level.BALANCE, "none", "", "no totals of this set are known")
    if any(issue.rule == "amount" for issue in report.issues):
        return Checked(
            Level.BALANCE, "partial", by, "amounts that cannot be read were left out, and the sums over them"
        )
    return Checked(Level.BALANCE, "whole", by)
