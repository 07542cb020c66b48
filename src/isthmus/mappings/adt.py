"""ADT messages to events about stays and patients (HL7 v2.5.1 chapter 3).

    A01 EncounterAdmitted      A04 EncounterRegistered    A08 EncounterUpdated     A40 PatientsMerged
    A03 EncounterDischarged    A13 DischargeCancelled     A11 AdmissionCancelled

Each function takes the message and the site and returns the event; they raise MappingError when a field without which
the event means nothing is missing or not in its format.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from ..kernel import Message
from ..model import (
    AdmissionCancelled,
    DischargeCancelled,
    EncounterAdmitted,
    EncounterDischarged,
    EncounterEvent,
    EncounterRegistered,
    EncounterUpdated,
    Identifier,
    Origin,
    Patient,
    PatientsMerged,
)
from .reader import Reader
from .site import Site

Stay = TypeVar("Stay", bound=EncounterEvent)

PATIENT = {"family_name": "PID-5.1", "given_name": "PID-5.2", "sex": "PID-8.1"}
ENCOUNTER = {"patient_class": "PV1-2.1", "location": "PV1-3.1"}


def encounter_admitted(message: Message, site: Site) -> EncounterAdmitted:
    return _stay(EncounterAdmitted, message, site)


def encounter_registered(message: Message, site: Site) -> EncounterRegistered:
    return _stay(EncounterRegistered, message, site)


def encounter_updated(message: Message, site: Site) -> EncounterUpdated:
    """The account may be missing: an update can be about the person alone."""
    return _stay(EncounterUpdated, message, site, account_needed=False)


def encounter_discharged(message: Message, site: Site) -> EncounterDischarged:
    """Its moment is EVN-6, else PV1-45: what makes two reports of one discharge the same."""
    reader = Reader(message.content)
    _, zone = facility_of(message, reader, site)
    discharged_at = reader.moment("discharged_at", "PV1-45.1", zone)
    occurred_at = reader.moment("occurred_at", "EVN-6.1", zone) or discharged_at or _recorded(reader, zone)
    return _stay(
        EncounterDischarged,
        message,
        site,
        reader=reader,
        occurred_at=occurred_at,
        discharged_at=discharged_at or occurred_at,
        disposition=reader.text("disposition", "PV1-36.1"),
    )


def discharge_cancelled(message: Message, site: Site) -> DischargeCancelled:
    return _stay(DischargeCancelled, message, site)


def admission_cancelled(message: Message, site: Site) -> AdmissionCancelled:
    return _stay(AdmissionCancelled, message, site)


def patients_merged(message: Message, site: Site) -> Iterator[PatientsMerged]:
    """One event for each PID and the MRG that follows it (ADT_A39 repeats the pair)."""
    for number, group in enumerate(message.content.groups("PID"), 1):
        reader = Reader(message.content, {"PID": number, "MRG": number})
        if all(segment.name != "MRG" for segment in group):
            reader.fault("MRG", "is missing: a merge needs both records", "have the source name the prior record")
        facility, zone = facility_of(message, reader, site)
        yield PatientsMerged(
            origin=origin_of(message, reader, site),
            facility=facility,
            surviving=identifier(reader, "surviving", site.patient),
            prior=identifier(reader, "prior", site.prior_patient),
            prior_account=reader.text("prior_account", site.prior_account),
            occurred_at=_occurred(reader, zone),
            provenance=reader.provenance,
        )


EVENTS: dict[str, Callable[[Message, Site], EncounterEvent]] = {
    "ADT^A01": encounter_admitted,
    "ADT^A03": encounter_discharged,
    "ADT^A04": encounter_registered,
    "ADT^A08": encounter_updated,
    "ADT^A11": admission_cancelled,
    "ADT^A13": discharge_cancelled,
}
"""By message type, for flows that take them all alike."""


def facility_of(message: Message, reader: Reader, site: Site) -> tuple[str, ZoneInfo]:
    """The facility, by the message or else by its source, and its time zone.

    Raises MappingError when neither names one, or the site has no such facility.
    """
    facility = reader.text("facility", site.facility) or message.facility
    if not facility:
        reader.fault(site.facility, "is empty", "have the source fill it, or give the source a facility in hub.toml")
    zone = site.zones.get(facility)
    return facility, zone or reader.fault(
        site.facility, "names a facility without a time zone", "add the facility to hub.toml", facility
    )


def origin_of(message: Message, reader: Reader, site: Site) -> Origin:
    return Origin(
        source=message.source,
        message_id=message.id,
        control_id=reader.text("origin.control_id", "MSH-10.1"),
        application=reader.text("origin.application", site.application),
    )


def identifier(reader: Reader, name: str, path: str) -> Identifier:
    """The identifier that `path` chooses: its number, who assigned it, and its type."""
    return Identifier(
        reader.needed(f"{name}.value", f"{path}.1"),
        reader.text(f"{name}.authority", f"{path}.4.1"),
        reader.text(f"{name}.kind", f"{path}.5"),
    )


def _stay(
    kind: type[Stay],
    message: Message,
    site: Site,
    *,
    reader: Reader | None = None,
    occurred_at: datetime | None = None,
    account_needed: bool = True,
    **more: Any,
) -> Stay:
    reader = reader or Reader(message.content)
    facility, zone = facility_of(message, reader, site)
    read_account = reader.needed if account_needed else reader.text
    return kind(
        origin=origin_of(message, reader, site),
        facility=facility,
        patient=Patient(
            mrn=identifier(reader, "patient.mrn", site.patient),
            birth_date=reader.calendar_day("patient.birth_date", "PID-7.1"),
            **{name: reader.text(f"patient.{name}", path) for name, path in PATIENT.items()},
        ),
        account=read_account("account", site.account),
        visit=reader.text("visit", site.visit),
        financial_class=reader.text("financial_class", site.financial_class),
        admitted_at=reader.moment("admitted_at", "PV1-44.1", zone),
        occurred_at=occurred_at or _occurred(reader, zone),
        **{name: reader.text(name, path) for name, path in ENCOUNTER.items()},
        **more,
        provenance=reader.provenance,
    )


def _occurred(reader: Reader, zone: ZoneInfo) -> datetime:
    return reader.moment("occurred_at", "EVN-6.1", zone) or _recorded(reader, zone)


def _recorded(reader: Reader, zone: ZoneInfo) -> datetime:
    """EVN-2, else MSH-7. Raises MappingError when there is neither."""
    found = reader.moment("occurred_at", "EVN-2.1", zone) or reader.moment("occurred_at", "MSH-7.1", zone)
    return found or reader.fault("EVN-2.1", "is empty, and so is MSH-7", "have the source say when it happened")
