"""Loops 2100 and 2110 of an 835: a claim's payment, its service lines, and how both balance."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from ..loops import Loop, descend
from ..segment import Segment
from .adjustments import Adjustment, adjusted
from .declared import REQUIRED
from .draft import Draft
from .fields import day, each, loops, number, parts, text
from .nested import Loops
from .parties import Party
from .reading import ZERO
from .record import Record


class RemarkCode(Record):
    """One LQ: `qualifier` HE remark code, RX pharmacy."""

    qualifier: str = text("LQ01", default="HE")
    code: str = text("LQ02")


class ServicePayment(Record):
    """Loop 2110. `procedure` is SVC01 in its components: qualifier, code, modifiers."""

    procedure: list[str] = parts("SVC01")
    charge: Decimal = number("SVC02")
    paid: Decimal = number("SVC03")
    revenue_code: str = text("SVC04", default="")
    units: Decimal | None = number("SVC05", default=None)
    service_day: date | None = day("DTM02", "472", default=None)
    first_day: date | None = day("DTM02", "150", default=None)
    last_day: date | None = day("DTM02", "151", default=None)
    adjustments: list[Adjustment] = adjusted(default=[])
    control_number: str = text("REF02", "6R", default="")
    """REF*6R: the line item control number of the claim that was sent."""

    allowed: Decimal | None = number("AMT02", "B6", default=None)
    remarks: list[RemarkCode] = each("LQ", RemarkCode, default=[])

    @property
    def service_date(self) -> date | None:
        """DTM*472, else the first day, DTM*150."""
        return self.service_day or self.first_day

    @property
    def remark_codes(self) -> list[str]:
        """LQ*HE."""
        return [one.code for one in self.remarks if one.qualifier == "HE"]

    @property
    def difference(self) -> Decimal:
        """SVC02 - sum of CAS - SVC03: zero when the line balances."""
        return self.charge - sum((one.amount for one in self.adjustments), ZERO) - self.paid


class ClaimPayment(Record):
    """Loop 2100. `patient_control_number` (CLP01) is CLM01 of the claim that was sent; `status` is CLP02 (22: reversal)."""

    patient_control_number: str = text("CLP01")
    status: str = text("CLP02")
    charge: Decimal = number("CLP03")
    paid: Decimal = number("CLP04")
    patient_responsibility: Decimal | None = number("CLP05", default=None)
    filing_indicator: str = text("CLP06", default="")
    payer_control_number: str = text("CLP07", default="")
    facility_code: str = text("CLP08", default="")
    frequency: str = text("CLP09", default="")
    adjustments: list[Adjustment] = adjusted(default=[])
    parties: list[Party] = each("NM1", Party, default=[])
    first_day: date | None = day("DTM02", "232", default=None)
    last_day: date | None = day("DTM02", "233", default=None)
    received: date | None = day("DTM02", "050", default=None)
    coverage: Decimal | None = number("AMT02", "AU", default=None)
    """AMT*AU, the coverage amount: informational, in no balance."""

    lines: list[ServicePayment] = loops("2110", ServicePayment, default=[])

    @property
    def is_reversal(self) -> bool:
        return self.status == "22"

    @property
    def is_denial(self) -> bool:
        """CLP02 4: the payer's decision, not a claim that never reached it."""
        return self.status == "4"

    @property
    def patient(self) -> Segment | None:
        """NM1*QC, of a payment that was read."""
        return self.loop.first("NM1", "QC")

    @property
    def period(self) -> tuple[date | None, date | None]:
        """DTM*232 and DTM*233."""
        return self.first_day, self.last_day

    @property
    def all_adjustments(self) -> list[Adjustment]:
        """Of the claim and of its lines."""
        return [*self.adjustments, *(one for line in self.lines for one in line.adjustments)]

    @property
    def difference(self) -> Decimal:
        """CLP03 - sum of CAS - CLP04: zero when the claim balances."""
        return self.charge - sum((one.amount for one in self.all_adjustments), ZERO) - self.paid


class _ClaimPayments(Loops):
    """All claims, whatever LX they stand under; written under one."""

    def found(self, loop: Loop) -> Iterator[Loop]:
        return descend(loop, *self.names)

    def write(self, value: Any, draft: Draft) -> None:
        if value:
            draft.add("LX", {1: "1"})
        super().write(value, draft)


def claim_payments_of(*, default: Any = REQUIRED) -> Any:
    """Every claim of a remittance."""
    return _ClaimPayments("2100", ClaimPayment, "", default)
