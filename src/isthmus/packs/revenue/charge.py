"""One transaction: a charge and the credits that give it back, each taken once.

    (nothing) --CG--> recognised --ChargeJournaled--> journaled
                          |  CD: waits                    |  CD: reversed at once
                          +------------------------------>+

The instance is (facility, source application, FT1-2). A charge that comes again with the same content is recognised as
already taken; with other content it is a conflict for a person. A credit is posted only as the reversal of a charge
that this hub took: it waits for the charge's entry to be frozen, because that entry is what it refers to.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

from ...kernel import Conflict, Permanent
from ...model import ChargeJournaled, ChargePosted, RevenueRecognised
from ..step import Follows
from .crosswalk import Crosswalk

Step = tuple["Charge", list[Follows]]


class NotPostable(Permanent):
    """This charge or credit cannot be posted as it is."""

    code = "NOT_POSTABLE"


class Charge(msgspec.Struct, frozen=True):
    """State of one transaction.

    taken      business key -> what identifies the content that was taken under it
    charge     the posting of the charge itself, once recognised
    entry      the journal entry that carries it, once frozen
    credited   what was given back so far
    waiting    credits that wait for `entry`
    """

    taken: dict[str, str] = {}
    charge: RevenueRecognised | None = None
    credited: Decimal = Decimal(0)
    entry: str = ""
    waiting: tuple[RevenueRecognised, ...] = ()

    def __repr__(self) -> str:
        return f"<Charge: {len(self.taken)} taken, {len(self.waiting)} waiting>"


def post(state: Charge, event: ChargePosted, at_ns: int, crosswalk: Crosswalk) -> Step:
    """Take a charge or credit. Raises `Unmapped`, `NotPostable` or `Conflict`: then it parks, and the state stays."""
    if event.kind not in ("CG", "CD"):
        return state, []
    if _already_taken(state, event):
        return state, []
    if event.amount < 0:
        raise NotPostable(
            "FT1-11 is negative: a reversal must be a credit (FT1-6 CD) that names its charge",
            suggestion="have the source send a credit, or mend FT1-6 and FT1-11",
            detail=_named(event),
        )
    recognised = _credit(state, event) if event.kind == "CD" else _charge(event, crosswalk)
    return _recognise(state, event, recognised)


def journaled(state: Charge, event: ChargeJournaled, at_ns: int) -> Step:
    """The charge's entry is frozen: credits that waited for it now reverse it."""
    if state.entry:
        return state, []
    reversals: list[Follows] = [credit.replace(reverses=event.entry) for credit in state.waiting]
    return msgspec.structs.replace(state, entry=event.entry, waiting=()), reversals


def _recognise(state: Charge, event: ChargePosted, recognised: RevenueRecognised) -> Step:
    state = msgspec.structs.replace(state, taken=state.taken | {event.key: event.content})
    if event.kind == "CG":
        state = msgspec.structs.replace(state, charge=recognised)
    else:
        state = msgspec.structs.replace(state, credited=state.credited + event.amount)
    if not recognised.amount:
        return state, []
    if event.kind == "CD" and not state.entry:
        return msgspec.structs.replace(state, waiting=(*state.waiting, recognised)), []
    return state, [recognised]


def _charge(event: ChargePosted, crosswalk: Crosswalk) -> RevenueRecognised:
    revenue, payer = crosswalk.revenue(event), crosswalk.payer(event)
    return RevenueRecognised(
        origin=event.origin,
        charge=event.key,
        facility=event.facility,
        account=event.account,
        company=crosswalk.company(event),
        payer_class=payer.payer_class,
        posting_date=event.posting_date,
        currency=event.currency,
        amount=event.revenue,
        department=event.department,
        receivable_account=payer.receivable_account,
        revenue_account=revenue.account,
        cost_centre=revenue.cost_centre,
    )


def _credit(state: Charge, event: ChargePosted) -> RevenueRecognised:
    """The original's posting with the sign flipped: same accounts and payer class, whatever the tables say today."""
    charge = state.charge
    if charge is None:
        raise NotPostable(
            "a credit came whose charge was never taken, so there is nothing to reverse",
            suggestion="resend it after its charge was posted, or name the charge it gives back",
            detail=_named(event),
        )
    if (event.department, event.currency) != (charge.department, charge.currency):
        raise NotPostable(
            "a credit names another department or currency than the charge that it gives back",
            suggestion="mend FT1-13 or FT1-11 to those of the charge, or name another charge",
            detail=_named(event),
        )
    if state.credited + event.amount > charge.amount:
        raise NotPostable(
            "credits give back more than their charge",
            suggestion="discard what was credited twice, or mend FT1-11",
            detail=_named(event),
        )
    return charge.replace(
        origin=event.origin,
        charge=event.key,
        account=event.account,
        posting_date=event.posting_date,
        amount=event.revenue,
        reverses=state.entry,
    )


def _already_taken(state: Charge, event: ChargePosted) -> bool:
    known = state.taken.get(event.key)
    if known is not None and known != event.content:
        raise Conflict(
            "a charge or credit came again under an id that was taken with other content",
            suggestion="discard it if the first one stands, or have the source give it an id of its own",
            detail=_named(event),
        )
    return known is not None


def _named(event: ChargePosted) -> str:
    return f"{event.kind} {event.charge_id} of account {event.account}: {event.amount} {event.currency}"
