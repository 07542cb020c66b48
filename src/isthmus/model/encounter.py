"""What happened to a patient's stay: admissions, updates, discharges, their cancellations, and merged identities."""

from __future__ import annotations

from datetime import UTC, date, datetime

import msgspec

from .event import Event


class Identifier(msgspec.Struct, frozen=True, omit_defaults=True):
    """An identifier with who assigned it and what kind it is (HL7 CX.1, CX.4.1, CX.5: MR, AN, VN ...)."""

    value: str
    authority: str = ""
    kind: str = ""

    @property
    def key(self) -> str:
        """Unique across authorities."""
        return f"{self.authority}|{self.value}"

    def __repr__(self) -> str:
        return f"<Identifier of kind {self.kind or 'unknown'}>"


class Patient(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who it is about: the medical record number and what tells two people apart."""

    mrn: Identifier
    family_name: str = ""
    given_name: str = ""
    birth_date: date | None = None
    sex: str = ""

    def __repr__(self) -> str:
        return "<Patient>"


class EncounterEvent(Event, frozen=True, kw_only=True):
    """What all events about a stay share.

    occurred_at  when it happened (EVN-6, else the moment it was recorded)
    account      the patient account's number, as the EHR bills it
    """

    facility: str
    patient: Patient
    account: str
    occurred_at: datetime
    visit: str = ""
    patient_class: str = ""
    location: str = ""
    financial_class: str = ""
    admitted_at: datetime | None = None

    @property
    def account_key(self) -> str:
        return f"{self.facility}|{self.account}"


class EncounterAdmitted(EncounterEvent, frozen=True, kw_only=True):
    """An inpatient was admitted (A01)."""


class EncounterRegistered(EncounterEvent, frozen=True, kw_only=True):
    """An outpatient or emergency patient was registered (A04)."""


class EncounterUpdated(EncounterEvent, frozen=True, kw_only=True):
    """Something about the stay or the patient changed (A08)."""


class EncounterDischarged(EncounterEvent, frozen=True, kw_only=True):
    """The stay ended (A03)."""

    discharged_at: datetime
    disposition: str = ""

    @property
    def discharge_key(self) -> str:
        """The business key of this discharge: the same for every message that reports it."""
        return f"{self.account_key}|A03|{self.occurred_at.astimezone(UTC).isoformat()}"


class DischargeCancelled(EncounterEvent, frozen=True, kw_only=True):
    """The discharge was a mistake: the patient is still here (A13)."""


class AdmissionCancelled(EncounterEvent, frozen=True, kw_only=True):
    """The admission was a mistake: the stay never was (A11)."""


class PatientsMerged(Event, frozen=True, kw_only=True):
    """Two records are one person (A40): `prior` is retired, `surviving` stays."""

    facility: str
    surviving: Identifier
    prior: Identifier
    occurred_at: datetime
    prior_account: str = ""
