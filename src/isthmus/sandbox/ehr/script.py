"""The growing script of a day: patients, their stays, and what is planned to be sent about them."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from .books import Books
from .catalogue import DEPARTMENTS, FACILITIES, FINANCIAL_CLASSES, PAYMENTS, Facility, Item
from .people import Patient, new_patient
from .stay import Line, Stay


@dataclass(slots=True, eq=False)
class Planned:
    at: datetime
    stream: int
    trigger: str
    render: Callable[[str], bytes]
    facility: Facility
    note: str = ""
    id_of: Planned | None = None
    """The planned message whose control id this one carries as well."""


class Script:
    """Grows the day; every choice comes from one random stream, so the order of calls is part of the result."""

    def __init__(self, rng: random.Random, business_date: date, streams: int) -> None:
        self.rng = rng
        self.streams = streams
        self.books = Books(business_date)
        self.planned: list[Planned] = []
        self.stays: list[tuple[Stay, datetime, datetime]] = []
        self.creditable: list[tuple[Stay, Line, datetime]] = []
        self.discharged = 0
        self.patients = 0
        self.transactions = 0

    # -- the people and their stays

    def patient(self) -> Patient:
        self.patients += 1
        return new_patient(self.rng, self.patients, self.rng.choice(FACILITIES))

    def stay(self, patient_class: str, patient: Patient | None = None) -> Stay:
        patient = patient or self.patient()
        admitted = self.clock(patient, self.rng.uniform(0.5, 11))
        account = f"A{500000 + len(self.stays)}"
        return Stay(account, patient, patient_class, self.rng.choice(FINANCIAL_CLASSES), admitted)

    def clock(self, patient: Patient, hour: float) -> datetime:
        """A wall time of the business day at the patient's facility, to the second."""
        midnight = datetime.combine(self.books.business_date, time(), patient.facility.zone)
        return midnight + timedelta(seconds=int(hour * 3600))

    def open(self, stay: Stay, until_hour: float) -> tuple[datetime, datetime]:
        """Note that messages may be sent about the stay today, from its admission until `until_hour`."""
        window = (max(stay.admitted, self.clock(stay.patient, 0.5)), self.clock(stay.patient, until_hour))
        self.stays.append((stay, *window))
        return window

    def between(self, start: datetime, end: datetime) -> datetime:
        return start + timedelta(seconds=self.rng.randrange(1, max(2, int((end - start).total_seconds()))))

    def inpatient(self) -> None:
        """Admitted (one in ten yesterday already, so that no A01 comes), discharged in the afternoon or evening."""
        stay = self.stay("I")
        if self.rng.random() < 0.1:
            stay = replace(stay, admitted=stay.admitted - timedelta(days=1))
        else:
            self.adt(stay, "A01", stay.admitted)
        _, end = self.open(stay, self.rng.uniform(13, 22.9))
        self.adt(stay, "A03", end)
        self.discharged += 1

    # -- what is sent

    def adt(self, stay: Stay, trigger: str, at: datetime) -> Planned:
        return self.plan(stay, f"ADT^{trigger}", at, lambda control_id: stay.adt(trigger, control_id, at))

    def dft(self, stay: Stay, at: datetime, *lines: Line, note: str = "") -> Planned:
        if note != "charged again":
            for line in lines:
                self.books.post(stay.patient.facility.code, line.department.code, line.kind, line.extended)
        return self.plan(stay, "DFT^P03", at, lambda control_id: stay.dft(lines, control_id, at), note)

    def plan(self, stay: Stay, trigger: str, at: datetime, render: Callable[[str], bytes], note: str = "") -> Planned:
        stream = int(stay.patient.mrn[1:]) % self.streams
        planned = Planned(at, stream, trigger, render, stay.patient.facility, note)
        self.planned.append(planned)
        return planned

    def charge(self, stay: Stay, at: datetime, kind: str = "CG") -> Line:
        self.transactions += 1
        department = self.rng.choice(DEPARTMENTS)
        item, quantity = self.rng.choice(department.items), 1
        if kind == "CG":
            quantity = self.rng.randint(1, item.quantity_max)
        else:
            _, code, description = next(row for row in PAYMENTS if row[0] == kind)
            item = Item(code, description, item.price)
        return Line(f"T{900000 + self.transactions}", kind, item, department, quantity, at - timedelta(minutes=20))

    def charges(self, stay: Stay, at: datetime) -> None:
        """A DFT with one to three charges, now and then with a payment, an adjustment or a co-payment beside them."""
        lines = [self.charge(stay, at) for _ in range(self.rng.randint(1, 3))]
        self.creditable += [(stay, line, at) for line in lines]
        if self.rng.random() < 0.15:
            lines.append(self.charge(stay, at, self.rng.choice(PAYMENTS)[0]))
        self.dft(stay, at, *lines)

    def credit(self) -> None:
        """Give one earlier charge back, some minutes later and once only."""
        stay, line, at = self.creditable.pop(self.rng.randrange(len(self.creditable)))
        later = at + timedelta(minutes=self.rng.randint(5, 45))
        self.dft(stay, later, line.credit(later))

    # -- the day as a whole

    def fill(self, messages: int) -> None:
        """Charges, credits and updates until the day has its number of messages."""
        while len(self.planned) < messages:
            dice = self.rng.random()
            stay, start, end = self.rng.choice(self.stays)
            at = self.between(start, end)
            if dice < 0.08 and self.creditable:
                self.credit()
            elif dice < 0.75:
                self.charges(stay, at)
            else:
                self.adt(stay, "A08", at)

    def repeat(self, count: int) -> None:
        """The same bytes once more, as a sender does whose answer was lost."""
        for original in self.rng.sample([one for one in self.planned if not one.note], count):
            at = original.at + timedelta(seconds=self.rng.randint(1, 600))
            again = Planned(at, original.stream, original.trigger, original.render, original.facility, "repeat")
            again.id_of = original
            self.planned.append(again)

    def malformed(self, raw: bytes) -> None:
        """Bytes that are no message, at some time on some stream."""
        facility = self.rng.choice(FACILITIES)
        midnight = datetime.combine(self.books.business_date, time(), facility.zone)
        at = midnight + timedelta(minutes=self.rng.randrange(60, 1380))
        stream = self.rng.randrange(self.streams)
        self.planned.append(Planned(at, stream, "", lambda _: raw, facility, "malformed"))
