"""What the hub itself concludes about a patient account."""

from __future__ import annotations

from .encounter import Identifier
from .event import Event


class AccountReadyToBill(Event, frozen=True, kw_only=True):
    """The hold after a discharge ran out: a draft claim may be made. `discharge` is the discharge's business key."""

    facility: str
    account: str
    discharge: str


class BillingWithdrawn(Event, frozen=True, kw_only=True):
    """The discharge was cancelled after the account was ready: drafts made for it must not go out."""

    facility: str
    account: str
    discharge: str


class AccountRelinked(Event, frozen=True, kw_only=True):
    """An account belongs to another record of the same person since a merge."""

    facility: str
    account: str
    patient: Identifier

    @property
    def account_key(self) -> str:
        return f"{self.facility}|{self.account}"


class AccountMoved(Event, frozen=True, kw_only=True):
    """`patient`'s record takes over an account of a record that was merged into it, after so many moves."""

    facility: str
    account: str
    patient: Identifier
    hops: int = 0
