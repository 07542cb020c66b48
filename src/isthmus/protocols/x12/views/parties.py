"""Who a document is about: NM1 and N1 loops with what the guides put below them, and the small segments of many loops."""

from __future__ import annotations

from datetime import date

from .fields import day, each, period, text, within
from .periods import Period
from .record import Record


class Reference(Record):
    """One REF."""

    qualifier: str = text("REF01")
    value: str = text("REF02")
    description: str = text("REF03", default="")


class Contact(Record):
    """One PER: up to three numbers, each with its kind (TE telephone, EM mail, UR web …)."""

    function: str = text("PER01", default="IC")
    name: str = text("PER02", default="")
    kind: str = text("PER03", default="")
    number: str = text("PER04", default="")
    second_kind: str = text("PER05", default="")
    second_number: str = text("PER06", default="")
    third_kind: str = text("PER07", default="")
    third_number: str = text("PER08", default="")


class Trace(Record):
    """One TRN: `kind` 1 is the sender's own number, 2 the number that is answered."""

    kind: str = text("TRN01", default="1")
    number: str = text("TRN02")
    originator: str = text("TRN03", default="")
    division: str = text("TRN04", default="")


class Dated(Record):
    """One DTP. `when` is None for what is no date; `loop` holds it."""

    qualifier: str = text("DTP01")
    when: Period | None = period("DTP03", default=None)


class Specialty(Record):
    """One PRV: `role` BI billing, PE performing …, `code` the taxonomy code (qualifier PXC, ZZ in 004010)."""

    role: str = text("PRV01")
    qualifier: str = text("PRV02", default="")
    code: str = text("PRV03", default="")


class Note(Record):
    """One NTE."""

    kind: str = text("NTE01", default="ADD")
    words: str = text("NTE02")


class Address(Record):
    """N3 and N4."""

    street: str = text("N301", default="")
    second_street: str = text("N302", default="")
    city: str = text("N401", default="")
    state: str = text("N402", default="")
    postal_code: str = text("N403", default="")
    country: str = text("N404", default="")


class Party(Record):
    """An NM1: a person (`entity` 1) or an organisation (2)."""

    role: str = text("NM101")
    """85 billing provider, IL subscriber, PR payer, 82 rendering, 71 attending, 1P provider, 41 submitter …"""

    entity: str = text("NM102", default="2")
    last_name: str = text("NM103", default="")
    """Or the organisation's name."""

    first_name: str = text("NM104", default="")
    middle_name: str = text("NM105", default="")
    suffix: str = text("NM107", default="")
    id_qualifier: str = text("NM108", default="")
    id: str = text("NM109", default="")
    relationship: str = text("NM110", default="")

    @property
    def npi(self) -> str:
        """NM109 where NM108 is XX."""
        return self.id if self.id_qualifier == "XX" else ""

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.role[:3]}>"


class Submitter(Party):
    """Loop 1000A of an 837."""

    contacts: list[Contact] = each("PER", Contact, default=[])


class Provider(Party):
    """Billing provider, pay-to provider or payer of an 837: with address, references and contacts."""

    address: Address | None = within("N3 N4", Address, default=None)
    references: list[Reference] = each("REF", Reference, default=[])
    contacts: list[Contact] = each("PER", Contact, default=[])


class ClaimProvider(Party):
    """Who renders, refers, attends …: a party of a claim or a line, with its specialty."""

    specialty: Specialty | None = within("PRV", Specialty, default=None)
    address: Address | None = within("N3 N4", Address, default=None)
    references: list[Reference] = each("REF", Reference, default=[])
    contacts: list[Contact] = each("PER", Contact, default=[])


class Insured(Party):
    """Subscriber or patient of an 837: with address, birth date and sex."""

    address: Address | None = within("N3 N4", Address, default=None)
    birth_date: date | None = day("DMG02", default=None)
    sex: str = text("DMG03", default="")
    references: list[Reference] = each("REF", Reference, default=[])
    contacts: list[Contact] = each("PER", Contact, default=[])


class Organisation(Record):
    """An N1 loop: payee (PE) of a remittance."""

    role: str = text("N101")
    name: str = text("N102", default="")
    id_qualifier: str = text("N103", default="")
    id: str = text("N104", default="")
    address: Address | None = within("N3 N4", Address, default=None)
    references: list[Reference] = each("REF", Reference, default=[])

    def value(self, tag: str, element: int, *qualifiers: str) -> str:
        """An element of the loop that it was read from, as `Loop.value`."""
        return self.loop.value(tag, element, *qualifiers)


class PayingOrganisation(Organisation):
    """The payer (PR) of a remittance, with its contacts."""

    contacts: list[Contact] = each("PER", Contact, default=[])
