"""Who eligibility is asked of, by whom and about whom: the levels and persons that the 270 and the 271 share."""

from __future__ import annotations

from datetime import date

from .fields import day, each, text, within
from .health_codes import HealthCode, health_codes
from .parties import Address, Contact, Dated, Party, Reference, Specialty
from .record import Record


class Rejection(Record):
    """One AAA: why there is no answer. `reason`: 42 unable to respond, 72 invalid member, 75 not found … (element 901);
    `follow_up`: C correct and resubmit, N do not, R resubmission allowed … (element 889)."""

    valid: str = text("AAA01", default="N")
    """Y: the request was valid and was rejected all the same."""

    reason: str = text("AAA03")
    follow_up: str = text("AAA04", default="")


class Source(Party):
    """Loop 2100A: the payer, or who answers for it."""

    contacts: list[Contact] = each("PER", Contact, default=[])
    rejections: list[Rejection] = each("AAA", Rejection, default=[])


class Receiver(Party):
    """Loop 2100B: the provider that asks."""

    references: list[Reference] = each("REF", Reference, default=[])
    address: Address | None = within("N3 N4", Address, default=None)
    rejections: list[Rejection] = each("AAA", Rejection, default=[])
    specialty: Specialty | None = within("PRV", Specialty, default=None)


class Member(Party):
    """Loop 2100C or 2100D without what is asked or answered: subscriber (IL) or dependent (03)."""

    references: list[Reference] = each("REF", Reference, default=[])
    address: Address | None = within("N3 N4", Address, default=None)
    rejections: list[Rejection] = each("AAA", Rejection, default=[])
    specialty: Specialty | None = within("PRV", Specialty, default=None)
    birth_date: date | None = day("DMG02", default=None)
    sex: str = text("DMG03", default="")
    insured: str = text("INS01", default="")
    insured_relationship: str = text("INS02", default="")
    """INS02: 18 self, 01 spouse, 19 child …"""

    birth_sequence: str = text("INS17", default="")
    codes: list[list[HealthCode]] = health_codes(default=[])
    dates: list[Dated] = each("DTP", Dated, default=[])
    """291 plan, 346 plan begin, 307 eligibility, 102 issue …"""

    @property
    def member_id(self) -> str:
        """NM109 where NM108 is MI."""
        return self.id if self.id_qualifier == "MI" else ""
