"""What goes wrong on every day, whatever the seed: each incident is a function that writes itself into the script."""

from __future__ import annotations

from datetime import timedelta

from .catalogue import PAYMENTS, UNMAPPED_DEPARTMENT
from .people import new_patient
from .script import Script
from .stay import Line, Stay


def merge(script: Script) -> None:
    """One person registered twice; charges on both accounts; later charges of the prior account come anyway."""
    prior = script.stay("E")
    script.adt(prior, "A04", prior.admitted)
    script.patients += script.streams - 1  # the next number then falls to the same stream
    surviving = script.stay("I", new_patient(script.rng, script.patients + 1, prior.patient.facility))
    script.patients += 1
    start, end = script.open(surviving, 22)
    script.adt(surviving, "A01", start)
    noon = script.clock(prior.patient, 12)
    script.charges(prior, noon - timedelta(minutes=40))
    script.charges(surviving, noon - timedelta(minutes=30))
    script.plan(surviving, "ADT^A40", noon, lambda control_id: surviving.merge(prior, control_id, noon))
    script.charges(prior, noon + timedelta(minutes=30))
    script.adt(surviving, "A03", end)
    script.discharged += 1


def cancelled_discharge(script: Script) -> None:
    stay = script.stay("I")
    start, end = script.open(stay, 21)
    script.adt(stay, "A01", start)
    noon = script.clock(stay.patient, 13)
    script.adt(stay, "A03", noon)
    script.adt(stay, "A13", noon + timedelta(minutes=25))
    script.charges(stay, noon + timedelta(minutes=50))
    script.adt(stay, "A03", end)
    script.discharged += 1


def cancelled_admission(script: Script) -> None:
    """A11 after charges were posted: nothing is taken back by itself, a person has to look."""
    stay = script.stay("I")
    script.adt(stay, "A01", stay.admitted)
    script.charges(stay, stay.admitted + timedelta(minutes=30))
    script.adt(stay, "A11", stay.admitted + timedelta(hours=2))


def unmapped_department(script: Script) -> None:
    stay = script.stay("O")
    script.adt(stay, "A04", stay.admitted)
    at = stay.admitted + timedelta(hours=1)
    script.transactions += 1
    (item,) = UNMAPPED_DEPARTMENT.items
    unmapped = Line(f"T{900000 + script.transactions}", "CG", item, UNMAPPED_DEPARTMENT, 2, at)
    script.dft(stay, at, script.charge(stay, at), unmapped)


def charged_again(script: Script) -> None:
    """The charges of one DFT sent a second time as a new message: same FT1-2, other control id."""
    stay = script.stay("O")
    script.adt(stay, "A04", stay.admitted)
    at = stay.admitted + timedelta(hours=1)
    lines = (script.charge(stay, at), script.charge(stay, at))
    script.dft(stay, at, *lines)
    script.dft(stay, at + timedelta(minutes=90), *lines, note="charged again")


def changed_class(script: Script) -> None:
    """Admitted as self-pay, insured by noon: charges before and after belong to different payers."""
    stay = script.stay("I")
    before = Stay(stay.account, stay.patient, "I", "SP", stay.admitted)
    after = Stay(stay.account, stay.patient, "I", "BC", stay.admitted)
    script.adt(before, "A01", stay.admitted)
    script.charges(before, stay.admitted + timedelta(minutes=20))
    noon = script.clock(stay.patient, 12)
    script.adt(after, "A08", noon)
    script.charges(after, noon + timedelta(minutes=20))
    script.open(Stay(stay.account, stay.patient, "I", "BC", noon), 22)


def id_reused(script: Script) -> None:
    """Two different updates under one control id."""
    stay = script.stay("I")
    start, _ = script.open(stay, 22)
    first = script.adt(stay, "A01", start)
    second = script.adt(stay, "A08", start + timedelta(minutes=15))
    second.note, second.id_of = "id reused", first


def payments_only(script: Script) -> None:
    stay = script.stay("O")
    script.adt(stay, "A04", stay.admitted)
    at = stay.admitted + timedelta(minutes=10)
    script.dft(stay, at, *(script.charge(stay, at, kind) for kind, _, _ in PAYMENTS))


INCIDENTS = (
    merge,
    cancelled_discharge,
    cancelled_admission,
    unmapped_department,
    charged_again,
    changed_class,
    id_reused,
    payments_only,
)
