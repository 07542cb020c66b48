"""The declared error and the finding. Neither holds content."""

from __future__ import annotations

from typing import NamedTuple

from ...kernel import PeerFault


class Finding(NamedTuple):
    """rule: a stable name; line: of the file, from 1; money: whether counts or amounts do not add up by it."""

    rule: str
    line: int
    note: str
    money: bool = True


class ParseError(PeerFault):
    """These bytes are no BAI2 file, or one that does not add up."""

    # `line` counts from 1; `findings` holds everything that does not add up, when that is the reason.
    code = "BAI2_PARSE"

    def __init__(self, message: str, *, offset: int, line: int, rule: str, findings: tuple[Finding, ...] = ()) -> None:
        super().__init__(message, offset=offset, rule=rule, location=f"line {line}")
        self.line = line
        self.findings = findings
