"""SNIP 4: what one segment requires of another, as a table of rules; each is a small function over one document.

    Rule(name, sets, source, check)       check(document) -> issues: where, what is wrong, how a 999 says it

The guides' situational rules are copyrighted text of X12. Here stand the facts that public sources give: answers of X12 to requests
for interpretation (RFI), CMS and payers' companion guides, and rules that the field knows, which `source` says of each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from .document import Document
from .issue import Issue

MISSING_SEGMENT, SEGMENT_NOT_USED = "I6", "I9"
"""IK304: implementation dependent segment missing, implementation dependent "not used" segment present."""

MISSING_ELEMENT, PATTERN, ELEMENT_NOT_USED = "I9", "I12", "I13"
"""IK403: the same of elements, and a value that does not have the form that the guide asks for."""

INVALID_CODE, INVALID_DATE = "7", "8"


class Rule(NamedTuple):
    """`sets` are transaction sets (ST01); `versions` what the version must begin with, () for any."""

    name: str
    sets: tuple[str, ...]
    source: str
    check: Callable[[Document], Iterator[Issue]]
    versions: tuple[str, ...] = ()

    def applies(self, document: Document) -> bool:
        transaction = document.transaction
        return transaction.type in self.sets and (not self.versions or transaction.version.startswith(self.versions))


def situations(document: Document, rules: tuple[Rule, ...]) -> list[Issue]:
    """What is broken of the rules that apply, each with the rule's name and source."""
    return [
        issue._replace(rule=rule.name, source=rule.source)
        for rule in rules
        if rule.applies(document)
        for issue in rule.check(document)
    ]
