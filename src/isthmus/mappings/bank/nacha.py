"""ACH files to advices: the payments that a bank announces to a receiver, with their addenda.

One advice for each receiving account (routing number and account); the amounts have no balances beside them.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...kernel import Message
from ...model import BankEntry, BankStatement, Origin, TraceNumber
from ...protocols.nacha import AchFile, Batch, Entry
from .trace import find_trace, is_claim_payment

_CURRENCY = "USD"


def statements(message: Message) -> Iterator[BankStatement]:
    """The advices of the ACH file in `message.content`, in the order of their first entries."""
    file: AchFile = message.content
    by_account: dict[str, list[BankEntry]] = {}
    for batch in file.batches:
        for entry in batch.entries:
            by_account.setdefault(f"{entry.rdfi}/{entry.account}", []).append(_entry(batch, entry))
    for account, entries in by_account.items():
        yield BankStatement(
            origin=Origin(source=message.source, message_id=message.id, control_id=file.reference),
            kind="advice",
            account=account,
            currency=_CURRENCY,
            number=file.modifier,
            as_of=file.created,
            entries=tuple(entries),
            provenance={"as_of": "record 1: 24-29", "number": "record 1: 34"},
        )


def _entry(batch: Batch, entry: Entry) -> BankEntry:
    trace = _trace(entry)
    places = {
        "amount": f"record {entry.line}: 30-39",
        "value_date": f"record {batch.line}: 70-75",
        "bank_reference": f"record {entry.line}: 80-94",
        "payer_name": f"record {batch.line}: 5-20",
    }
    if trace:
        places["trace"] = f"record {entry.addenda[0].line}: 4-83"
    return BankEntry(
        amount=entry.signed,
        currency=_CURRENCY,
        value_date=batch.effective,
        trace=trace,
        bank_reference=entry.number,
        claim_payment=trace is not None or is_claim_payment(batch.description),
        payer_name=batch.company_name,
        code=entry.entry_class,
        provenance=places,
    )


def _trace(entry: Entry) -> TraceNumber | None:
    if entry.trace:
        return TraceNumber(entry.trace.reference, entry.trace.payer)
    return find_trace(entry.information)
