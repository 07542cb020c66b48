"""The declared error and the finding. Neither holds content."""

from __future__ import annotations

from typing import NamedTuple

from ...kernel import PeerFault

TEXT_MAX = 2048
"""The longest base UDI is 87 characters (FDA, UDI formats by issuing agency); a Digital Link may add attributes to it."""


class Finding(NamedTuple):
    """rule: a stable name; offset: of the character, from 0; fault: whether the text breaks its agency's rules by it."""

    rule: str
    offset: int
    note: str
    fault: bool = True


class ParseError(PeerFault):
    """This text is no unique device identifier, or these values make none."""

    # `offset` counts characters; `findings` holds everything that is wrong, when that is the reason.
    code = "UDI_PARSE"

    def __init__(self, message: str, *, offset: int = 0, rule: str, findings: tuple[Finding, ...] = ()) -> None:
        super().__init__(message, offset=offset, rule=rule)
        self.findings = findings
