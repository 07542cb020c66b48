"""One stay of one patient, and the messages that it causes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from . import hl7
from .catalogue import Department, Item
from .people import Patient

WARD = {"I": "MED^204^A", "E": "ED^7^1", "O": "CLINIC^1^1"}


@dataclass(frozen=True, slots=True)
class Line:
    """One FT1: what was charged, credited, paid or adjusted."""

    transaction: str
    kind: str
    item: Item
    department: Department
    quantity: int
    at: datetime

    @property
    def extended(self) -> Decimal:
        return self.item.price * self.quantity

    def credit(self, at: datetime) -> Line:
        """The whole line given back: FT1-6 CD under the same FT1-2, its amount positive."""
        return replace(self, kind="CD", at=at)


@dataclass(frozen=True, slots=True)
class Stay:
    account: str
    patient: Patient
    patient_class: str
    financial_class: str
    admitted: datetime
    discharged: datetime | None = None

    def adt(self, trigger: str, control_id: str, at: datetime) -> bytes:
        facility = self.patient.facility
        name = f"ADT^{trigger}"
        return hl7.encode(
            facility,
            [
                hl7.msh(facility, name, control_id, at),
                hl7.evn(facility, name, at, at),
                hl7.pid(self.patient, self.account),
                self._pv1(discharged=at if trigger == "A03" else None),
            ],
        )

    def merge(self, prior: Stay, control_id: str, at: datetime) -> bytes:
        """A40: what was registered as `prior`'s patient is this patient."""
        facility = self.patient.facility
        return hl7.encode(
            facility,
            [
                hl7.msh(facility, "ADT^A40", control_id, at),
                hl7.evn(facility, "ADT^A40", at, at),
                hl7.pid(self.patient, self.account),
                hl7.mrg(prior.patient, prior.account),
            ],
        )

    def dft(self, lines: tuple[Line, ...], control_id: str, at: datetime) -> bytes:
        facility = self.patient.facility
        return hl7.encode(
            facility,
            [
                hl7.msh(facility, "DFT^P03", control_id, at),
                hl7.evn(facility, "DFT^P03", at, at),
                hl7.pid(self.patient, self.account),
                self._pv1(discharged=None),
                *(self._ft1(number, line, at) for number, line in enumerate(lines, 1)),
            ],
        )

    def _pv1(self, discharged: datetime | None) -> str:
        facility = self.patient.facility
        fields = {
            1: "1",
            2: self.patient_class,
            3: f"{WARD[self.patient_class]}^{facility.code}",
            7: "1093817465^Ortega^Inés^^^Dr.",
            10: "MED",
            19: f"V{self.account[1:]}^^^{facility.code}^VN",
            20: self.financial_class,
            44: hl7.time(self.admitted, facility),
        }
        if discharged:
            fields |= {36: "01", 45: hl7.time(discharged, facility)}
        return hl7.segment("PV1", fields)

    def _ft1(self, number: int, line: Line, posted: datetime) -> str:
        facility = self.patient.facility
        return hl7.segment(
            "FT1",
            {
                1: str(number),
                2: line.transaction,
                4: hl7.time(line.at, facility),
                5: posted.strftime("%Y%m%d"),
                6: line.kind,
                7: f"{line.item.code}^{hl7.text(line.item.description)}^CDM",
                10: str(line.quantity),
                11: hl7.amount(line.extended),
                12: hl7.amount(line.item.price),
                13: f"{line.department.code}^{hl7.text(line.department.name)}",
                25: f"{line.item.code}^^C4",
            },
        )
