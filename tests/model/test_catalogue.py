"""Canonical values: frozen, versioned, exact in money, silent about content."""

from datetime import UTC, date, datetime
from decimal import Decimal

import msgspec
import pytest

from isthmus.kernel import Permanent
from isthmus.model import (
    CATALOGUE,
    Catalogue,
    ChargePosted,
    Document,
    EncounterDischarged,
    EntryLine,
    Identifier,
    JournalEntry,
    Origin,
    Patient,
)

DAY = date(2026, 3, 2)
CANARY = "CANARY-Übermaß"


def charge(**changes):
    fields = {
        "origin": Origin(source="ehr", message_id=7, control_id="C7", application="EHR"),
        "facility": "MAIN", "account": "A1", "charge_id": "T1", "kind": "CG", "amount": Decimal("96.30"),
        "currency": "USD", "department": "LAB", "financial_class": "MCR", "posting_date": DAY, "service_date": DAY,
    }  # fmt: skip
    return ChargePosted(**(fields | changes))


def discharge(**changes):
    fields = {
        "facility": "MAIN", "patient": Patient(mrn=Identifier("M1", "MAIN", "MR"), family_name=CANARY),
        "account": "A1", "occurred_at": datetime(2026, 3, 2, 17, tzinfo=UTC),
        "discharged_at": datetime(2026, 3, 2, 16, tzinfo=UTC),
    }  # fmt: skip
    return EncounterDischarged(**(fields | changes))


def test_a_value_comes_back_from_its_bytes_as_it_was():
    for value in (charge(provenance={"amount": "FT1(2)-11.1.1"}), discharge()):
        assert CATALOGUE.decode(CATALOGUE.encode(value)) == value


def test_money_travels_as_a_string_with_its_cents():
    assert b'"amount":"0.10"' in CATALOGUE.encode(charge(amount=Decimal("0.10")))


def test_the_tag_carries_name_and_version():
    assert CATALOGUE.encode(charge()).startswith(b'{"type":"ChargePosted@1"')
    assert ChargePosted.type_name() == "ChargePosted"


def test_a_later_version_stands_beside_the_earlier_one():
    class Old(Document, frozen=True, tag="Bed@1"):
        name: str

    class New(Document, frozen=True, tag="Bed@2"):
        ward: str

    both = Catalogue(Old, New)
    assert both.decode(b'{"type":"Bed@1","name":"4"}') == Old(name="4")
    assert both.decode(b'{"type":"Bed@2","ward":"W"}') == New(ward="W")


def test_two_types_may_not_share_a_name_and_version():
    with pytest.raises(ValueError, match="share"):
        Catalogue(ChargePosted, ChargePosted)


@pytest.mark.parametrize(
    "data",
    [
        b"", b"{}", b"[]", b"\xff\xfe", b'{"type":"Nothing@1"}', b'{"type":"ChargePosted@9"}', b'{"type":7}',
        b'{"type":"ChargePosted@1","facility":7}', b'{"type":"ChargePosted@1","amount":"' + CANARY.encode() + b'"}',
    ],
)  # fmt: skip
def test_bytes_that_are_no_known_value_are_refused_without_being_quoted(data):
    with pytest.raises(Permanent) as caught:
        CATALOGUE.decode(data)
    assert "CANARY" not in str(caught.value)


def test_no_repr_shows_content():
    entry = JournalEntry(
        key=CANARY, company=CANARY, journal="REV", posting_date=DAY, currency="USD", description=CANARY,
        lines=(EntryLine(line=1, account=CANARY, description=CANARY),),
    )  # fmt: skip
    values = [
        discharge(),
        charge(description=CANARY),
        entry,
        *entry.lines,
        discharge().patient,
        discharge().patient.mrn,
    ]
    assert all("CANARY" not in repr(value) and CANARY not in f"{value}" for value in values)


def test_values_are_frozen():
    with pytest.raises(AttributeError):
        charge().amount = Decimal(1)


def test_a_charge_and_its_credit_share_a_transaction_and_differ_in_key():
    given, back = charge(), charge(kind="CD", original="T1")
    assert given.key != back.key
    assert given.transaction_key == back.transaction_key


@pytest.mark.parametrize(("kind", "revenue"), [("CG", "9"), ("CD", "-9"), ("PY", "0"), ("AJ", "0"), ("CO", "0")])
def test_only_charges_and_credits_make_revenue(kind, revenue):
    assert charge(kind=kind, amount=Decimal(9)).revenue == Decimal(revenue)


def test_a_discharge_reported_twice_has_one_business_key():
    first, second = discharge(origin=Origin(message_id=1)), discharge(origin=Origin(message_id=2))
    assert first.discharge_key == second.discharge_key


def test_a_journal_entry_knows_its_balance():
    lines = (
        EntryLine(line=1, account="1100", debit=Decimal("5.01")),
        EntryLine(line=2, account="4100", cost_centre="LAB", credit=Decimal("5.00")),
    )
    entry = JournalEntry(
        key="k", company="c", journal="REV", posting_date=DAY, currency="USD", description="d", lines=lines
    )
    assert entry.balance == Decimal("0.01")
    assert msgspec.json.decode(CATALOGUE.encode(entry))["lines"][0]["debit"] == "5.01"
