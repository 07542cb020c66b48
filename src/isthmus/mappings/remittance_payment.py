"""835 to ExpectedPayment: the amount, the day and the trace by which its money is found (005010X221A1, BPR and TRN)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..kernel import Message
from ..model import ExpectedPayment, Origin
from ..protocols.x12 import ParseError
from ..protocols.x12.views import Remittance
from .reader import MappingError

REMITTANCE = "835"

_TAKEN_BACK = "D"
_CURRENCY = "USD"

_PLACES = {
    "reference": "TRN02",
    "payer": "TRN03",
    "amount": "BPR02",
    "method": "BPR04",
    "due": "BPR16",
    "payer_name": "1000A N102",
    "document": "ST02",
}


def expected_payments(message: Message) -> Iterator[ExpectedPayment]:
    """One for each 835 of the interchanges in `message.content`. Raises MappingError, see `expected_payment`."""
    for transaction in message.content.transactions:
        if transaction.type == REMITTANCE:
            yield expected_payment(message, Remittance(transaction))


def expected_payment(message: Message, remittance: Remittance) -> ExpectedPayment:
    """The payment that one 835 announces. Raises MappingError when it has no amount, or no trace for an amount."""
    document = remittance.transaction.control_number
    try:
        payment, amount = remittance.payment, remittance.amount
    except ParseError as error:
        raise MappingError(
            f"the remittance has no payment that can be read ({error.rule})", suggestion="have the payer send it again"
        ) from None
    if amount and not remittance.trace:
        raise MappingError("TRN02 is empty: the money cannot be found", suggestion="ask the payer for the EFT's number")
    found: dict[str, Any] = {
        "reference": remittance.trace,
        "payer": remittance.payer_id,
        "amount": -amount if payment.element(3) == _TAKEN_BACK else amount,
        "method": remittance.method,
        "due": remittance.payment_date,
        "payer_name": remittance.payer.value("N1", 2) if remittance.payer else "",
        "document": document,
    }
    return ExpectedPayment(
        **found,
        currency=remittance.root.value("CUR", 2) or _CURRENCY,
        origin=Origin(source=message.source, message_id=message.id, control_id=document),
        provenance={name: place for name, place in _PLACES.items() if found[name] not in ("", None)},
    )
