"""Loop 2400 of an 837: one service line, professional (SV1), institutional (SV2) or dental (SV3)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from ..loops import Loop
from ..segment import Segment
from .adjustments import Adjustment, adjusted
from .declared import REQUIRED, Field, Place
from .draft import Draft
from .fields import day, loops, number, parts, period, text
from .nested import single
from .parties import ClaimProvider
from .periods import Period
from .record import Record


class Professional(Record):
    """SV1."""

    procedure: list[str] = parts("SV101")
    charge: Decimal = number("SV102")
    unit: str = text("SV103", default="UN")
    units: Decimal | None = number("SV104", default=None)
    place_of_service: str = text("SV105", default="")
    diagnosis_pointers: list[str] = parts("SV107", default=[])
    emergency: str = text("SV109", default="")


class Institutional(Record):
    """SV2."""

    revenue_code: str = text("SV201")
    procedure: list[str] = parts("SV202", default=[])
    charge: Decimal = number("SV203")
    unit: str = text("SV204", default="UN")
    units: Decimal | None = number("SV205", default=None)
    non_covered: Decimal | None = number("SV207", default=None)


class Dental(Record):
    """SV3: read; the dental guide's own segments are not built."""

    procedure: list[str] = parts("SV301")
    charge: Decimal = number("SV302")
    units: Decimal | None = number("SV306", default=None)


Service = Professional | Institutional | Dental
_SERVICES: dict[str, type[Service]] = {"SV1": Professional, "SV2": Institutional, "SV3": Dental}


class _Service(Field):
    eager = True

    def read(self, loop: Loop) -> Service:
        return _SERVICES[self._segment(loop).tag].of(single(self._segment(loop)))

    def write(self, value: Service, draft: Draft) -> None:
        draft.inside(value.draft())

    def places(self, loop: Loop, value: Service) -> Iterator[Place]:
        return value.places()

    def _segment(self, loop: Loop) -> Segment:
        found = next((segment for segment in loop.segments if segment.tag in _SERVICES), None)
        if found is None:
            raise loop.segments[0].fault("A service line has no SV1, SV2 or SV3", 0, "837 loop 2400")
        return found


def _service() -> Any:
    return _Service(REQUIRED)


class Drug(Record):
    """Loop 2410: LIN02 N4 is the National Drug Code."""

    qualifier: str = text("LIN02", default="N4")
    code: str = text("LIN03")
    quantity: Decimal | None = number("CTP04", default=None)
    unit: str = text("CTP05-1", default="")


class LineAdjudication(Record):
    """Loop 2430: what another payer (`payer`, its NM109 in loop 2330) decided on the line."""

    payer: str = text("SVD01")
    paid: Decimal = number("SVD02")
    procedure: list[str] = parts("SVD03", default=[])
    revenue_code: str = text("SVD04", default="")
    units: Decimal | None = number("SVD05", default=None)
    adjustments: list[Adjustment] = adjusted(default=[])
    decided: date | None = day("DTP03", "573", default=None)


class Line(Record):
    """Loop 2400. `number` is LX01."""

    number: str = text("LX01")
    service: Service = _service()
    service_period: Period | None = period("DTP03", "472", default=None)
    control_number: str = text("REF02", "6R", default="")
    """REF*6R: comes back with the payment of the line."""

    drugs: list[Drug] = loops("2410", Drug, default=[])
    providers: list[ClaimProvider] = loops("2420", ClaimProvider, default=[])
    adjudications: list[LineAdjudication] = loops("2430", LineAdjudication, default=[])

    @property
    def charge(self) -> Decimal:
        return self.service.charge

    @property
    def procedure(self) -> list[str]:
        """Its components: qualifier, code, modifiers."""
        return self.service.procedure

    @property
    def units(self) -> Decimal | None:
        return self.service.units

    @property
    def revenue_code(self) -> str:
        """Of institutional claims only."""
        return self.service.revenue_code if isinstance(self.service, Institutional) else ""

    @property
    def service_date(self) -> date | None:
        """DTP*472, the first day of it."""
        return self.service_period.start if self.service_period else None

    @property
    def drug_code(self) -> str:
        """LIN03 where LIN02 is N4: the National Drug Code."""
        return next((one.code for one in self.drugs if one.qualifier == "N4"), "")
