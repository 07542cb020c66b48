"""837 health care claim, professional and institutional: providers, subscriber, payer, claims, diagnoses, lines.

    2000A HL 20 billing provider { 2000B HL 22 subscriber { 2300 CLM  2000C HL 23 patient { 2300 CLM { 2400 LX } } } }

Checks: claim total CLM02 = sum of SV102 or SV203 (SNIP 3), and the check digit of every National Provider Identifier.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from ..envelope import Transaction
from ..findings import Finding
from ..grammar import ParseError
from ..loops import Loop, descend, walk
from ..segment import Segment
from .claim_guide import GUIDE
from .npi import npi_findings
from .reading import ZERO, amount, date_findings, dated, maybe_amount

_CHARGE_AT = {"SV1": 2, "SV2": 3, "SV3": 2}
_PROCEDURE_AT = {"SV1": 1, "SV2": 2, "SV3": 1}
_UNITS_AT = {"SV1": 4, "SV2": 5, "SV3": 6}


class Party:
    """An NM1 loop: a person or an organisation."""

    def __init__(self, loop: Loop) -> None:
        self.loop = loop
        self._name = loop.segments[0]

    @property
    def role(self) -> str:
        """NM101: 85 billing provider, IL subscriber, PR payer, 82 rendering, 71 attending …"""
        return self._name.element(1)

    @property
    def last_name(self) -> str:
        """NM103, or the organisation's name."""
        return self._name.element(3)

    @property
    def first_name(self) -> str:
        return self._name.element(4)

    @property
    def id(self) -> str:
        """NM109."""
        return self._name.element(9)

    @property
    def npi(self) -> str:
        """NM109 where NM108 is XX."""
        return self.id if self._name.element(8) == "XX" else ""

    def __repr__(self) -> str:
        return f"<Party {self.role[:3]}>"


@dataclass(slots=True)
class Line:
    """Loop 2400. `procedure` in its components: qualifier, code, modifiers; `revenue_code` in institutional claims only."""

    number: str
    procedure: list[str]
    revenue_code: str
    charge: Decimal
    units: Decimal | None
    loop: Loop

    @property
    def service_date(self) -> date | None:
        """DTP*472, the first day of it."""
        return dated(self.loop, "472")

    @property
    def control_number(self) -> str:
        """REF*6R."""
        return self.loop.value("REF", 2, "6R")

    @property
    def drug_code(self) -> str:
        """LIN03 where LIN02 is N4: the National Drug Code."""
        return next((one.value("LIN", 3, "", "N4") for one in self.loop.inside("2410")), "")


@dataclass(slots=True)
class Claim:
    """Loop 2300, with the parties of the loops around it."""

    patient_control_number: str
    charge: Decimal
    facility_code: str
    frequency: str
    billing_provider: Party | None
    subscriber: Party | None
    patient: Party | None
    payer: Party | None
    lines: list[Line]
    loop: Loop

    @property
    def diagnoses(self) -> list[tuple[str, str]]:
        """Every code of every HI: (qualifier, code); ABK is the principal diagnosis, BH and BE are no diagnoses."""
        return [
            (parts[0], parts[1])
            for segment in self.loop.all("HI")
            for number in range(1, len(segment.elements))
            if len(parts := segment.components(number)) > 1
        ]

    @property
    def providers(self) -> list[Party]:
        """Loops 2310: rendering, referring, attending, operating …"""
        return [Party(found) for found in self.loop.inside("2310")]

    @property
    def payer_control_number(self) -> str:
        """REF*F8: the payer's number of the claim that this one replaces or voids."""
        return self.loop.value("REF", 2, "F8")

    @property
    def difference(self) -> Decimal:
        """CLM02 - sum of the lines' charges: zero when the claim balances."""
        return self.charge - sum((line.charge for line in self.lines), ZERO)


class Claims:
    """One 837. Claims are read when they are first asked for."""

    def __init__(self, transaction: Transaction) -> None:
        """Raises ParseError when the transaction set is no 837."""
        if transaction.type != "837":
            raise ParseError(
                "This transaction set is no 837", segment=transaction.header.number, element=1, rule="ST01"
            )
        self.transaction = transaction
        self.root, self._unexpected = walk(GUIDE, transaction.segments)

    @property
    def submitter(self) -> Party | None:
        return _party(self.root, "1000A")

    @property
    def receiver(self) -> Party | None:
        return _party(self.root, "1000B")

    @cached_property
    def claims(self) -> list[Claim]:
        """Every claim, in the order of the file."""
        return [one for billing in self.root.inside("2000A") for one in _claims(billing)]

    def balances(self) -> list[Finding]:
        """Claims whose total is not the sum of their lines."""
        found = []
        for claim in self.claims:
            if claim.difference:
                head = claim.loop.segments[0]
                note = f"The lines differ from the claim's total by {claim.difference:f}"
                found.append(Finding("claim-total", head.number, 2, head.offset, note))
        return found

    def findings(self) -> list[Finding]:
        """Segments without a place in the guide, dates that are none, identifiers with a wrong check digit."""
        segments = self.transaction.segments
        found = [*self._unexpected, *date_findings(segments), *npi_findings(segments)]
        return sorted(found, key=lambda finding: finding.segment)


def _claims(billing: Loop) -> Iterator[Claim]:
    """A claim belongs to the subscriber and the patient whose HL stands before it."""
    subscriber: Loop | None = None
    for level in descend(billing, "2000B", "2000C"):
        subscriber = level if level.name == "2000B" else subscriber
        for found in level.inside("2300"):
            yield _claim(found, billing, subscriber, level if level.name == "2000C" else None)


def _claim(found: Loop, billing: Loop, subscriber: Loop | None, patient: Loop | None) -> Claim:
    head = found.segments[0]
    facility, _, frequency = [*head.components(5), "", "", ""][:3]
    insured = _party(subscriber, "2010BA")
    return Claim(
        patient_control_number=head.element(1),
        charge=amount(head, 2),
        facility_code=facility,
        frequency=frequency,
        billing_provider=_party(billing, "2010AA"),
        subscriber=insured,
        patient=_party(patient, "2010CA") if patient else insured,
        payer=_party(subscriber, "2010BB"),
        lines=[_line(line) for line in found.inside("2400")],
        loop=found,
    )


def _party(around: Loop | None, name: str) -> Party | None:
    found = around.inside(name) if around else []
    return Party(found[0]) if found else None


def _line(found: Loop) -> Line:
    head = found.segments[0]
    service = next((segment for segment in found.segments if segment.tag in _CHARGE_AT), None)
    if service is None:
        raise head.fault("A service line has no SV1, SV2 or SV3", 0, "837 loop 2400")
    return Line(
        number=head.element(1),
        procedure=_procedure(service),
        revenue_code=service.element(1) if service.tag == "SV2" else "",
        charge=amount(service, _CHARGE_AT[service.tag]),
        units=maybe_amount(service, _UNITS_AT[service.tag]),
        loop=found,
    )


def _procedure(service: Segment) -> list[str]:
    at = _PROCEDURE_AT[service.tag]
    return service.components(at) if service.element(at) else []
