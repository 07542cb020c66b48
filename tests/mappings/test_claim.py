"""837 to claims and back, with the account of what was not used."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from x12_samples import AT, MESSAGE, segments, transaction

from isthmus.kernel import Misuse
from isthmus.mappings import unused_elements
from isthmus.mappings.claim import claims
from isthmus.mappings.claim_document import claims_document
from isthmus.model import CATALOGUE, Claim, ClaimLine, ClaimParty, Diagnosis, Origin
from isthmus.protocols.x12 import ParseError, views

DAY = date(2026, 1, 10)
PROVIDER = ClaimParty(name="GENERAL HOSPITAL", id="1234567893", id_kind="XX", tax_id="587654321", street="1 MAIN ST",
                      city="ANYTOWN", state="NY", postal_code="12345")  # fmt: skip
SUBSCRIBER = ClaimParty(name="DOE", given_name="JANE", id="M1", id_kind="MI", birth_date=date(1970, 1, 1), sex="F")
PAYER = ClaimParty(name="GOOD PAYER", id="12345", id_kind="PI")
CHILD = ClaimParty(name="DOE", given_name="TED", birth_date=date(2010, 1, 1), sex="M")
SUBMITTER = views.Submitter(role="41", last_name="GENERAL HOSPITAL", id_qualifier="46", id="S1")
RECEIVER = views.Party(role="40", last_name="GOOD PAYER", id_qualifier="46", id="R1")


def professional(**changes) -> Claim:
    fields = {
        "account": "ACC1", "kind": "professional", "charge": Decimal("150.50"), "frequency": "1", "facility_code": "11",
        "sender": "SENDER", "batch": "BATCH1", "billing_provider": PROVIDER, "specialty": "203BF0100Y",
        "subscriber": SUBSCRIBER, "payer": PAYER, "relationship": "18", "responsibility": "P", "filing_indicator": "CI",
        "group_number": "G1", "signature": "Y", "assignment": "A", "benefits_assigned": "Y", "release": "I",
        "diagnoses": (Diagnosis(kind="ABK", code="J020"), Diagnosis(kind="ABF", code="Z1159")),
        "lines": (
            ClaimLine(number="1", code_kind="HC", code="99213", modifiers=("25",), charge=Decimal(100), unit="UN",
                      units=Decimal(1), service_from=DAY, control_number="L1", diagnosis_pointers=("1", "2")),
            ClaimLine(number="2", code_kind="HC", code="J1100", charge=Decimal("50.5"), unit="UN", units=Decimal(2),
                      service_from=DAY, service_to=date(2026, 1, 12), drug_code="00641036725"),
        ),
    }  # fmt: skip
    return Claim(**fields | changes)


def institutional(**changes) -> Claim:
    diagnoses = (
        Diagnosis(kind="ABK", code="J020", present_on_admission="Y"),
        Diagnosis(kind="ABF", code="Z1159"),
        Diagnosis(kind="BH", code="11", when=DAY),
        Diagnosis(kind="BE", code="80", amount=Decimal("2.5")),
    )
    line = ClaimLine(number="1", revenue_code="0120", charge=Decimal(300), unit="DA", units=Decimal(3))
    fields = {
        "kind": "institutional", "charge": Decimal(300), "statement_from": DAY, "statement_to": date(2026, 1, 12),
        "admitted": DAY, "admission_type": "1", "admission_source": "1", "patient_status": "01",
        "diagnoses": diagnoses, "lines": (line,),
    }  # fmt: skip
    return professional(**fields | changes)


def document(*batch: Claim) -> tuple[views.Claims, str]:
    return claims_document(batch, reference="BATCH1", created=AT, submitter=SUBMITTER, receiver=RECEIVER)


def there_and_back(*batch: Claim) -> list[Claim]:
    return list(claims(MESSAGE, transaction(*document(*batch))))


def said(claim: Claim) -> Claim:
    return claim.replace(origin=Origin(), provenance={})


@pytest.mark.parametrize(
    "batch",
    [
        [professional()],
        [institutional()],
        [professional(), professional(account="ACC2", frequency="7", replaces="ICN1", authorization="AUTH1")],
        [professional(patient=CHILD, relationship="19"), professional(account="ACC2"), professional(account="ACC3", payer=ClaimParty(name="OTHER PAYER", id="9", id_kind="PI"))],
        [professional(billing_provider=ClaimParty(name="OTHER", given_name="OLGA", id="9", id_kind="XX"))],
    ],
)  # fmt: skip
def test_claims_come_back_from_their_837_as_they_were(batch: list[Claim]) -> None:
    assert [said(one) for one in there_and_back(*batch)] == batch


def test_claims_of_one_subscriber_share_its_levels() -> None:
    built, _ = document(professional(), professional(account="ACC2"), professional(account="ACC3", subscriber=CHILD))

    (billing,) = built.billing
    assert [len(one.claims) for one in billing.subscribers] == [2, 1]


def test_what_is_built_balances_and_is_written_by_the_guide_of_its_kind() -> None:
    for batch, guide in (([professional()], "005010X222A1"), ([institutional()], "005010X223A2")):
        built, implementation = document(*batch)
        written = transaction(built, implementation)
        read = views.Claims(written)

        assert (written.version, implementation) == (guide, guide)
        assert read.balances() == read.findings() == []


def test_the_codes_of_an_institutional_claim_stand_in_an_hi_for_each_kind() -> None:
    def codes(claim: Claim) -> list[list[str]]:
        written = transaction(*document(claim))
        return [[one.qualifier for one in hi] for hi in views.Claims(written).claims[0].codes]

    assert codes(professional()) == [["ABK", "ABF"]]
    assert codes(institutional()) == [["ABK"], ["ABF"], ["BH"], ["BE"]]


def test_a_claim_knows_where_it_came_from_and_where_each_field_stood() -> None:
    _, second = there_and_back(professional(), professional(account="ACC2"))

    assert second.origin == Origin(source="payer", message_id=7, control_id="12/0001", application="SENDER")
    assert second.key == "SENDER|ACC2|professional|1"
    places = ("account", "frequency", "lines[1].charge", "lines[2].drug_code", "billing_provider.id", "batch")
    assert [second.provenance[name] for name in places] == [
        "CLM(2)01", "CLM(2)05-3", "SV1(3)02", "LIN(2)03", "NM1(3)09", "BHT03",
    ]  # fmt: skip


def test_elements_that_no_claim_was_made_from_are_listed_in_order() -> None:
    written = transaction(*document(professional()))
    found = list(claims(MESSAGE, written))

    assert unused_elements(written, found) == [
        "BHT01", "BHT02", "BHT04", "BHT05", "BHT06", "NM101", "NM102", "NM103", "NM108", "NM109", "NM1(2)01",
        "NM1(2)02", "NM1(2)03", "NM1(2)08", "NM1(2)09", "CLM05-2",
    ]  # fmt: skip
    assert "CLM02" in unused_elements(written, [])


def test_a_note_that_no_field_holds_is_accounted_for() -> None:
    read = segments(
        "ST*837*0001", "HL*1**20*1", "HL*2*1*22*0", "SBR*P*18", "CLM*A*5***11:B:1", "NTE*ADD*WORDS", "LX*1",
        "SV1*HC:1*5*UN*1",
    )  # fmt: skip

    assert unused_elements(read, claims(MESSAGE, read)) == ["CLM05-2", "NTE01", "NTE02"]


@pytest.mark.parametrize(
    "batch",
    [[], [professional(), institutional()], [professional(kind="dental")], [professional(charge=Decimal(1))]],
)
def test_a_batch_that_must_not_be_sent_is_misuse(batch: list[Claim]) -> None:
    with pytest.raises(Misuse):
        document(*batch)


def test_an_amount_that_is_no_number_is_refused_without_its_content() -> None:
    broken = segments("ST*837*0001", "HL*1**20*1", "HL*2*1*22*0", "CLM*ACC1*CANARY")

    with pytest.raises(ParseError) as raised:
        list(claims(MESSAGE, broken))
    assert "CANARY" not in str(raised.value)


def test_a_claim_travels_through_the_catalogue_and_shows_nothing() -> None:
    (claim,) = there_and_back(institutional())

    assert CATALOGUE.decode(CATALOGUE.encode(claim)) == claim
    assert "DOE" not in f"{claim!r}{claim.subscriber!r}{claim.lines[0]!r}{claim.diagnoses[0]!r}"
