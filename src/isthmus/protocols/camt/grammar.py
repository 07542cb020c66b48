"""The declared error and the finding. Neither holds content."""

from __future__ import annotations

from typing import NamedTuple, NoReturn

from ...kernel import PeerFault
from ..safe_xml import Element


class Finding(NamedTuple):
    """rule: a stable name; line: of the document; money: whether balances or totals do not add up by it."""

    rule: str
    line: int
    note: str
    money: bool = True


class ParseError(PeerFault):
    """These bytes are no camt document, or one that does not add up."""

    # `line` counts from 1; `findings` holds everything that does not add up, when that is the reason.
    code = "CAMT_PARSE"

    def __init__(self, message: str, *, offset: int, line: int, rule: str, findings: tuple[Finding, ...] = ()) -> None:
        super().__init__(message, offset=offset, rule=rule, location=f"line {line}")
        self.line = line
        self.findings = findings


def fault(element: Element, message: str, rule: str) -> NoReturn:
    """Refuse the document because of an element."""
    raise ParseError(message, offset=element.offset, line=element.line, rule=rule)
