"""Whom a claim's status is asked of and told to: the parties that the 276, the 277 and the 277CA share."""

from __future__ import annotations

from .fields import each
from .parties import Contact, Party


class Payer(Party):
    """Loop 2100A: payer (PR) or clearinghouse (AY)."""

    contacts: list[Contact] = each("PER", Contact, default=[])

    @property
    def is_clearinghouse(self) -> bool:
        return self.role == "AY"
