"""The outcome of a validation: every issue, and what was checked by what, because silence about a rule is no proof."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from .issue import Issue, Level

Extent = Literal["whole", "partial", "none"]


class Checked(NamedTuple):
    """How far one level was checked and by what: a map, a table of rules, a code set. `note` says what was left out."""

    level: Level
    extent: Extent
    by: str
    note: str = ""


@dataclass(slots=True)
class Report:
    """One transaction set validated. `guide` names the guide that was used, "" for none; issues are in the order of the file."""

    type: str
    version: str
    control_number: str
    guide: str
    partial: bool
    issues: list[Issue] = field(default_factory=list)
    checked: list[Checked] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Nothing was found. See `checked` for what was looked for."""
        return not self.issues

    def at(self, *levels: int) -> Iterator[Issue]:
        """The issues of these levels."""
        return (issue for issue in self.issues if issue.level in levels)

    def lines(self) -> Iterator[str]:
        """The report for people: one line for each issue, then what was not checked in full. No content."""
        for issue in self.issues:
            yield f"SNIP {issue.level}  {_where(issue)}  {issue.rule}: {issue.note}"
        for one in self.checked:
            if one.extent == "none":
                yield f"SNIP {one.level}  not checked: {one.note}"
            elif one.extent == "partial":
                yield f"SNIP {one.level}  checked in part, by {one.by}: {one.note}"

    def __repr__(self) -> str:
        extent = "partial" if self.partial else "whole"
        return f"<Report {self.type[:3]} by {self.guide or 'no guide'}, {extent}: {len(self.issues)} issues>"


def _where(issue: Issue) -> str:
    place = issue.place
    element = f"{place.element:02d}" if place.element else ""
    component = f"-{place.component}" if place.component else ""
    loop = f" loop {place.loop}" if place.loop else ""
    return f"segment {place.segment} (byte {place.offset}){loop} {place.tag[:3]}{element}{component}"
