"""camt documents to statements: 053 statements, 054 advices, 052 reports of a day that is not over.

An entry that stands for several transactions becomes one entry for each, when each has an amount of its currency and they
come to the entry's; otherwise it stays one. The balances are OPBD (else PRCD) and CLBD; the day is that of the closing one,
else the day on which the bank made the document.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...kernel import Message
from ...model import BankEntry, BankStatement, Origin
from ...model.bank import StatementKind
from ...protocols.camt import Balance, Document, Entry, Kind, Statement, Transaction
from .trace import find_trace, is_claim_payment

_KINDS: dict[Kind, StatementKind] = {"camt.052": "report", "camt.053": "statement", "camt.054": "advice"}
_BOOKED = "BOOK"
_NO_REFERENCE = ("", "NOTPROVIDED")


def statements(message: Message) -> Iterator[BankStatement]:
    """The statements of the camt document in `message.content`."""
    document: Document = message.content
    for one in document.statements:
        opening, closing = one.balance("OPBD", "PRCD"), one.balance("CLBD")
        yield BankStatement(
            origin=Origin(source=message.source, message_id=message.id, control_id=document.message_id),
            kind=_KINDS[document.kind],
            account=one.account,
            currency=_currency(one),
            number=one.id,
            as_of=closing.on if closing else one.created,
            opening=opening.amount if opening else None,
            closing=closing.amount if closing else None,
            credits=one.credits,
            debits=one.debits,
            entries=tuple(piece for entry in one.entries for piece in _entries(entry)),
            provenance=_places(one, opening, closing),
        )


def _places(statement: Statement, opening: Balance | None, closing: Balance | None) -> dict[str, str]:
    place = f"line {statement.line}"
    found = {"account": f"{place}: Acct", "number": f"{place}: Id"}
    if statement.created:
        found["as_of"] = f"{place}: CreDtTm"
    if opening:
        found["opening"] = f"{place}: Bal {opening.type}"
    if closing:
        found |= {"closing": f"{place}: Bal {closing.type}", "as_of": f"{place}: Bal {closing.type}/Dt"}
    return found


def _currency(statement: Statement) -> str:
    """The account's, else that of its balances, else that of its entries."""
    named = [*(one.currency for one in statement.balances), *(one.currency for one in statement.entries)]
    return next((currency for currency in (statement.currency, *named) if currency), "")


def _entries(entry: Entry) -> Iterator[BankEntry]:
    amounts = [one.amount for one in entry.transactions if one.amount is not None and one.currency == entry.currency]
    if len(amounts) > 1 and len(amounts) == len(entry.transactions) and sum(amounts) == entry.amount:
        for number, one in enumerate(entry.transactions, 1):
            yield _entry(entry, [one], f"line {one.element.line}: TxDtls({number})")
    else:
        yield _entry(entry, list(entry.transactions), f"line {entry.line}: Ntry")


def _entry(entry: Entry, transactions: list[Transaction], place: str) -> BankEntry:
    text = "\n".join([entry.text, *(line for one in transactions for line in (*one.remittance, one.text))])
    trace = find_trace(text)
    single = transactions[0] if len(transactions) == 1 else None
    places = {"amount": f"{place}/Amt", "booked": f"line {entry.line}: Ntry/BookgDt"}
    if trace:
        places["trace"] = f"{place} text"
    return BankEntry(
        amount=single.amount if single and single.amount is not None and place.endswith(")") else entry.amount,
        currency=entry.currency,
        settled=entry.status == _BOOKED,
        booked=entry.booked,
        value_date=entry.value_date,
        trace=trace,
        bank_reference=(single.bank_reference if single else "") or entry.bank_reference,
        references=_references(transactions),
        claim_payment=trace is not None or is_claim_payment(text),
        payer_name=single.debtor if single else "",
        code=entry.code,
        provenance=places,
    )


def _references(transactions: list[Transaction]) -> tuple[str, ...]:
    found = (number for one in transactions for number in (one.end_to_end_id, one.reference))
    return tuple(dict.fromkeys(number for number in found if number not in _NO_REFERENCE))
