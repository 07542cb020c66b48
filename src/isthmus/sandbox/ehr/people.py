"""Synthetic patients, with the names that break interfaces: accents, apostrophes, delimiters."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta

from .catalogue import Facility

FAMILY = (
    "Ångström", "Müller-Lüdenscheidt", "O'Donnell", "Núñez", "Smith & Wesson", "Back\\slash", "Çelik", "Van der Berg",
    "Pipe|line", "Caret^Cap", "Tilde~Wave", "Johnson", "Garcia", "Lee", "Østergård", "Brown", "Davis", "Fröhlich",
)  # fmt: skip
GIVEN = ("Zoë", "José", "Mary Jo", "Renée", "Bjørn", "Anna", "Liam", "Noah", "Inès", "Günther", "Chloe", "Ada")
STREETS = ("Elm St", "5th & Main", "Rue de l'Été", "Oak Ave", "Straße am Park", "County Road 7")


@dataclass(frozen=True, slots=True)
class Patient:
    mrn: str
    facility: Facility
    family: str
    given: str
    born: date
    sex: str
    street: str
    phone: str
    mrn_first: bool
    """Whether the MRN stands first in PID-3: it does not at every desk, so position tells nothing."""


def new_patient(rng: random.Random, number: int, facility: Facility) -> Patient:
    return Patient(
        mrn=f"{facility.code[0]}{700000 + number}",
        facility=facility,
        family=rng.choice(FAMILY),
        given=rng.choice(GIVEN),
        born=date(1931, 1, 1) + timedelta(days=rng.randrange(33_000)),
        sex=rng.choice("FMFMU"),
        street=f"{rng.randrange(1, 9900)} {rng.choice(STREETS)}",
        phone=f"(555)555-{rng.randrange(10_000):04d}",
        mrn_first=rng.random() < 0.7,
    )
