"""The declared error and the finding that the whole codec speaks in.

Neither holds content: a line number, a column's name and a rule are enough to find the place in the file.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ...kernel import PeerFault

RECORD_BYTES_MAX = 1 << 20
"""A longer record is an unclosed quote or no text file; the reader holds one record and one chunk, so this bounds it."""


class Finding(NamedTuple):
    """rule: a stable name; line: of the file, from 1; column: its name in the layout, "" for the record as a whole."""

    rule: str
    line: int
    column: str
    note: str


class ParseError(PeerFault):
    """A file that breaks its layout."""

    # `line` counts from 1; `findings` holds everything that was wrong at that point, the first of them gave the message.
    code = "DELIMITED_PARSE"

    def __init__(self, findings: Sequence[Finding], *, offset: int) -> None:
        first = findings[0]
        place = f"line {first.line}" + (f", column {first.column}" if first.column else "")
        super().__init__(first.note, offset=offset, rule=first.rule, location=place)
        self.line = first.line
        self.findings = tuple(findings)
