"""A claim as it goes to a payer: who bills whom for whom, for what, and how much."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

import msgspec

from .event import Event

ClaimKind = Literal["professional", "institutional", "dental"]


class ClaimParty(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A provider, payer or person: `id_kind` says whose number `id` is (XX NPI, MI member, PI payer …)."""

    name: str = ""
    given_name: str = ""
    id: str = ""
    id_kind: str = ""
    birth_date: date | None = None
    sex: str = ""
    tax_id: str = ""
    street: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""

    @property
    def npi(self) -> str:
        return self.id if self.id_kind == "XX" else ""

    def __repr__(self) -> str:
        return "<ClaimParty>"


class Diagnosis(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A code of the claim. `kind`: ABK principal, ABF other, ABJ admitting, BBR procedure, BE value, BG condition …"""

    kind: str
    code: str
    present_on_admission: str = ""
    amount: Decimal | None = None
    when: date | None = None

    def __repr__(self) -> str:
        return "<Diagnosis>"


class ClaimLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One service. `control_number` comes back with its payment."""

    number: str
    charge: Decimal
    code_kind: str = ""
    code: str = ""
    modifiers: tuple[str, ...] = ()
    revenue_code: str = ""
    units: Decimal | None = None
    unit: str = ""
    service_from: date | None = None
    service_to: date | None = None
    control_number: str = ""
    drug_code: str = ""
    diagnosis_pointers: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<ClaimLine {self.number[:6]}>"


class Claim(Event, frozen=True, kw_only=True):
    """One claim.

    account       CLM01, the patient control number: what payment, status and acknowledgement name
    frequency     1 original, 7 replacement, 8 void          replaces   the payer's number of the claim that it replaces
    sender        who sent or sends it (ISA06), part of its business key
    patient       None when the subscriber is the patient
    """

    account: str
    kind: ClaimKind
    charge: Decimal
    frequency: str = ""
    facility_code: str = ""
    sender: str = ""
    batch: str = ""
    billing_provider: ClaimParty = ClaimParty()
    specialty: str = ""
    subscriber: ClaimParty = ClaimParty()
    payer: ClaimParty = ClaimParty()
    patient: ClaimParty | None = None
    relationship: str = ""
    responsibility: str = ""
    filing_indicator: str = ""
    group_number: str = ""
    replaces: str = ""
    clearinghouse_trace: str = ""
    authorization: str = ""
    statement_from: date | None = None
    statement_to: date | None = None
    admitted: date | None = None
    admission_type: str = ""
    admission_source: str = ""
    patient_status: str = ""
    signature: str = ""
    assignment: str = ""
    benefits_assigned: str = ""
    release: str = ""
    diagnoses: tuple[Diagnosis, ...] = ()
    lines: tuple[ClaimLine, ...] = ()

    @property
    def key(self) -> str:
        """The business key: sender, account, kind and frequency, never the amount."""
        return "|".join((self.sender, self.account, self.kind, self.frequency))

    @property
    def difference(self) -> Decimal:
        """The charge less that of the lines: zero, or the claim must not be sent."""
        return self.charge - sum((line.charge for line in self.lines), Decimal(0))
