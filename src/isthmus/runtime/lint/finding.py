"""One thing that is wrong."""

from __future__ import annotations

from typing import Literal

import msgspec


class Finding(msgspec.Struct, frozen=True):
    """file: relative to the hub's folder; line: from 1, 0 where there is none; mend: what to do, as a sentence."""

    level: Literal["error", "warning"]
    file: str
    line: int
    what: str
    mend: str
    rule: str = ""

    def of(self, rule: str) -> Finding:
        return msgspec.structs.replace(self, rule=rule)
