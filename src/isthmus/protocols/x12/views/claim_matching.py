"""What became of the claims that were sent: each claim of an 837 against the claims of a 277CA.

    CLM01 -- TRN02     REF*D9 -- REF*D9     known payer control number -- REF*1K     the batch: BHT03 -- TRN02 of loop 2200B

A rejection is told apart by who made it, the clearinghouse (AY) or the payer's front end (PR), and never is a denial: a
denial is the payer's decision on a claim that it took in, and comes with a 277 or an 835.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Literal, NamedTuple

from .claim import Claims
from .claim_acknowledgement import Acknowledged, AcknowledgingSource, ClaimAcknowledgement
from .parties import Party
from .statuses import Status

Outcome = Literal["accepted", "rejected_by_clearinghouse", "rejected_by_payer", "unanswered"]


class SentClaim(NamedTuple):
    """The keys of one claim that was sent. `payer_control_number`: the payer's own number, once it is known."""

    patient_control_number: str
    charge: Decimal
    clearinghouse_trace: str = ""
    payer_control_number: str = ""
    batch: str = ""
    billing_provider: str = ""

    def __repr__(self) -> str:
        return "<SentClaim>"


class MatchedClaim(NamedTuple):
    """What became of one claim: every acknowledgement that names it, or the statuses of the level that speaks for it."""

    sent: SentClaim
    outcome: Outcome
    statuses: list[Status]
    acknowledged: list[Acknowledged]

    def __repr__(self) -> str:
        return f"<MatchedClaim {self.outcome}>"


def sent_claims(claims: Claims) -> list[SentClaim]:
    """The keys of every claim of an 837 that goes out."""
    return [
        SentClaim(
            claim.patient_control_number,
            claim.charge,
            claim.clearinghouse_trace,
            claim.payer_control_number,
            claims.reference,
            _id(claim.billing_provider),
        )
        for claim in claims.claims
    ]


def match_claims(
    acknowledgement: ClaimAcknowledgement, sent: Iterable[SentClaim]
) -> tuple[list[MatchedClaim], list[Acknowledged]]:
    """What became of every claim that was sent, and the acknowledgements of claims that were not.

    A claim that is not named shares the fate of its provider or of its batch when that was rejected, and is unanswered
    otherwise. Of several claims with one CLM01, that of the same batch, trace, number or charge is meant, else the first.
    """
    sent = list(sent)
    found, unknown = _found(acknowledgement, sent)
    matched = []
    for number, claim in enumerate(sent):
        named = found[number]
        if named:
            matched.append(_named(claim, named))
        else:
            matched.append(_unnamed(claim, acknowledgement))
    return matched, unknown


def _found(
    acknowledgement: ClaimAcknowledgement, sent: list[SentClaim]
) -> tuple[dict[int, list[Acknowledged]], list[Acknowledged]]:
    """Acknowledgements by the place of their claim in `sent`, and those of none."""
    places: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, claim in enumerate(sent):
        for key in (("CLM01", claim.patient_control_number), ("1K", claim.payer_control_number)):
            places[key].append(number)
    found: dict[int, list[Acknowledged]] = defaultdict(list)
    unknown = []
    for one in acknowledgement.claims:
        known = one.claim.payer_control_number
        candidates = places.get(("CLM01", one.claim.patient_control_number)) or (
            places.get(("1K", known)) if known else None
        )
        if not candidates:
            unknown.append(one)
            continue
        found[min(candidates, key=lambda at: (*_differences(sent[at], one), len(found[at]), at))].append(one)
    return found, unknown


def _differences(sent: SentClaim, one: Acknowledged) -> tuple[bool, ...]:
    claim, status = one.claim, one.receiver.status
    return (
        status is not None and sent.batch not in ("", status.trace),
        bool(claim.clearinghouse_trace) and claim.clearinghouse_trace != sent.clearinghouse_trace,
        bool(claim.payer_control_number) and claim.payer_control_number != sent.payer_control_number,
        claim.charge is not None and claim.charge != sent.charge,
    )


def _named(claim: SentClaim, named: list[Acknowledged]) -> MatchedClaim:
    statuses = [status for one in named for status in one.claim.statuses]
    rejecting = next((one for one in named if one.claim.is_rejection), None)
    outcome = "accepted" if rejecting is None else _rejection(rejecting.source)
    return MatchedClaim(claim, outcome, statuses, named)


def _unnamed(claim: SentClaim, acknowledgement: ClaimAcknowledgement) -> MatchedClaim:
    for source in acknowledgement.sources:
        for receiver in source.receivers:
            if receiver.status and claim.batch not in ("", receiver.status.trace):
                continue
            levels = [
                provider.status
                for provider in receiver.providers
                if _id(provider.party) == claim.billing_provider != ""
            ]
            for level in (*levels, receiver.status):
                if level and any(status.is_rejection for status in level.statuses):
                    return MatchedClaim(claim, _rejection(source), level.statuses, [])
    return MatchedClaim(claim, "unanswered", [], [])


def _rejection(source: AcknowledgingSource) -> Outcome:
    by_clearinghouse = source.party is not None and source.party.is_clearinghouse
    return "rejected_by_clearinghouse" if by_clearinghouse else "rejected_by_payer"


def _id(party: Party | None) -> str:
    return party.id if party else ""
