"""Whether a payer covers somebody: the question and the answer, one for each patient."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import msgspec

from .event import Event


class EligibilityEvent(Event, frozen=True, kw_only=True):
    """What question and answer share.

    trace      the asker's number, which the answer gives back        member_id   the subscriber's number at the payer
    dependent  whether the patient is not the subscriber
    """

    trace: str = ""
    payer_id: str = ""
    payer_name: str = ""
    provider_id: str = ""
    provider_id_kind: str = ""
    provider_name: str = ""
    member_id: str = ""
    family_name: str = ""
    given_name: str = ""
    birth_date: date | None = None
    sex: str = ""
    dependent: bool = False
    relationship: str = ""
    reference: str = ""


class EligibilityInquiry(EligibilityEvent, frozen=True, kw_only=True):
    """Is this patient covered for these services on these days?"""

    service_types: tuple[str, ...] = ()
    procedures: tuple[str, ...] = ()
    service_from: date | None = None
    service_to: date | None = None


class CoverageBenefit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One statement of the payer (EB): `percent` 0.2 is 20 %; `network`, `authorization`: Y, N, U, W."""

    information: str
    coverage_level: str = ""
    service_types: tuple[str, ...] = ()
    insurance_type: str = ""
    plan: str = ""
    period: str = ""
    amount: Decimal | None = None
    percent: Decimal | None = None
    quantity_kind: str = ""
    quantity: Decimal | None = None
    authorization: str = ""
    network: str = ""
    procedure: tuple[str, ...] = ()
    messages: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return "<CoverageBenefit>"


class EligibilityRejection(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why there is no answer (AAA): `reason` 72 invalid member, 75 not found, 42 payer cannot answer now …"""

    reason: str
    follow_up: str = ""

    def __repr__(self) -> str:
        return "<EligibilityRejection>"


class EligibilityAnswer(EligibilityEvent, frozen=True, kw_only=True):
    """What the payer says. `active` is None where it says neither: a rejection, or benefits without coverage."""

    active: bool | None = None
    benefits: tuple[CoverageBenefit, ...] = ()
    rejections: tuple[EligibilityRejection, ...] = ()
