"""835 to the payment that it announces."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from isthmus.kernel import Message
from isthmus.mappings import MappingError
from isthmus.mappings.remittance_payment import expected_payments
from isthmus.model import CATALOGUE, ExpectedPayment
from isthmus.protocols import x12

BODY = (
    "ST*835*0007~BPR*I*750.5*C*ACH*CCP*01*121042882*DA*1*1512345678**01*231380104*DA*4411*20260303~"
    "TRN*1*2026030212345*1512345678~DTM*405*20260302~N1*PR*GOOD PAYER~N1*PE*HOSPITAL*XX*1234567893~SE*7*0007~"
)


def payments(body: str = BODY) -> list[ExpectedPayment]:
    data = (
        "ISA*00*          *00*          *ZZ*PAYER          *ZZ*HOSPITAL       *260302*0900*^*00501*000000001*0*P*:~"
        "GS*HP*PAYER*HOSPITAL*20260302*0900*1*X*005010X221A1~" + body + "GE*1*1~IEA*1*000000001~"
    )
    return list(expected_payments(Message(9, "clearinghouse", 0, data.encode(), x12.parse(data.encode()))))


def test_a_remittance_announces_its_payment() -> None:
    (found,) = payments()
    assert (found.reference, found.payer, found.amount) == ("2026030212345", "1512345678", Decimal("750.50"))
    assert (found.method, found.due, found.currency) == ("ACH", date(2026, 3, 3), "USD")
    assert (found.payer_name, found.document, found.origin.message_id) == ("GOOD PAYER", "0007", 9)
    assert (found.provenance["amount"], found.provenance["reference"], found.moves_money) == ("BPR02", "TRN02", True)
    assert CATALOGUE.decode(CATALOGUE.encode(found)) == found


def test_a_payment_that_is_taken_back_is_negative() -> None:
    assert payments(BODY.replace("*C*ACH", "*D*ACH"))[0].amount == Decimal("-750.5")


@pytest.mark.parametrize("body", [BODY.replace("*C*ACH", "*C*NON"), BODY.replace("750.5", "0")])
def test_a_remittance_without_money_announces_none(body: str) -> None:
    assert not payments(body)[0].moves_money


def test_each_remittance_of_a_file_has_its_own() -> None:
    other = BODY.replace("0007", "0008").replace("12345*", "99999*")
    assert [one.document for one in payments(BODY + other)] == ["0007", "0008"]
    assert payments("ST*997*0001~AK1*HP*1~AK9*A*1*1*1~SE*4*0001~") == []


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (BODY.replace("TRN*1*2026030212345", "TRN*1*"), "TRN02"),
        (BODY.replace("*750.5*", "*CANARY*"), "BPR02"),
        ("ST*835*0007~TRN*1*77*1512345678~SE*3*0007~", "BPR"),
    ],
)
def test_a_payment_that_cannot_be_found_is_no_payment(body: str, said: str) -> None:
    with pytest.raises(MappingError, match=said) as caught:
        payments(body)
    assert "CANARY" not in str(caught.value)


def test_a_payment_shows_nothing() -> None:
    assert "PAYER" not in repr(payments()[0])
