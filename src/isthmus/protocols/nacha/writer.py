"""An ACH file from payments: numbers, counts, hashes, totals and blocks are filled in.

    nacha.write(NewFile(destination="...", origin="...", created=day, batches=(NewBatch(...),)))

Entries that CCD, PPD and CTX have in common can be written; each payment information is cut into addenda of 80 characters
(CCD and PPD take one, CTX up to 9,999).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Literal

import msgspec

from ...kernel import Permanent
from . import records
from .checks import Counted
from .reader import FILLER, parse
from .records import BLOCK, Value
from .values import CREDIT_CODES

_ADDENDUM = 80
_ADDENDA_MAX = {"CCD": 1, "PPD": 1, "CTX": 9999}


class NewEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One payment. `rdfi`: nine digits; `information`: what goes into addenda, such as a TRN segment."""

    transaction_code: int
    rdfi: str
    account: str
    amount: Decimal
    identification: str = ""
    receiver: str
    information: str = ""

    def __repr__(self) -> str:
        return "<nacha.NewEntry>"


class NewBatch(msgspec.Struct, frozen=True, kw_only=True):
    """Payments of one company, class and day. `odfi`: the first eight digits of the originating bank's routing number."""

    company_name: str
    company_id: str
    entry_class: Literal["CCD", "PPD", "CTX"]
    description: str
    effective: date
    odfi: str
    entries: tuple[NewEntry, ...]


class NewFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file. `destination`, `origin`: ten characters, a routing number with a blank before it. `time`: HHMM."""

    destination: str
    origin: str
    created: date
    time: str = ""
    modifier: str = "A"
    destination_name: str = ""
    origin_name: str = ""
    reference: str = ""
    batches: tuple[NewBatch, ...]


def write(file: NewFile) -> bytes:
    """The file's bytes, with LF after each record. Raises Permanent for a value that its field cannot hold."""
    try:
        data = ("\n".join(_file(file)) + "\n").encode("ascii")
    except records.Unreadable as error:
        raise Permanent(f"The ACH file cannot be written: {error} does not fit its field") from None
    parse(data)
    return data


def _file(file: NewFile) -> list[str]:
    given = {name: getattr(file, name) for name in ("created", "time", "modifier", "destination_name", "origin_name")}
    header: dict[str, Value] = {
        **given,
        "type": "1",
        "priority": "01",
        "destination": file.destination.rjust(10),
        "origin": file.origin.rjust(10),
        "record_size": "094",
        "blocking_factor": "10",
        "format": "1",
        "reference": file.reference,
    }
    lines = [records.write(records.FILE_HEADER, header)]
    total = Counted()
    for number, batch in enumerate(file.batches, 1):
        made, counted = _batch(batch, number)
        lines += made
        total = total.plus(counted)
    count = len(lines) + 1
    control = {**total._asdict(), "type": "9", "batches": len(file.batches), "blocks": -(-count // BLOCK)}
    lines.append(records.write(records.FILE_CONTROL, control))
    return lines + [FILLER] * (-count % BLOCK)


def _batch(batch: NewBatch, number: int) -> tuple[list[str], Counted]:
    lines: list[str] = []
    counted = Counted()
    for sequence, entry in enumerate(batch.entries, 1):
        made = list(_entry(batch, entry, sequence))
        lines += made
        read = records.read(records.ENTRY, made[0])
        credit = entry.transaction_code in CREDIT_CODES
        amount = Decimal(str(read["amount"]))
        zero = Decimal(0)
        one = Counted(len(made), int(str(read["rdfi"])), zero if credit else amount, amount if credit else zero)
        counted = counted.plus(one)
    ends = {
        "service_class": 200 if counted.debit and counted.credit else 225 if counted.debit else 220,
        "company_id": batch.company_id,
        "odfi": batch.odfi,
        "number": number,
    }
    header: Mapping[str, Value] = {
        **ends,
        "type": "5",
        "company_name": batch.company_name,
        "entry_class": batch.entry_class,
        "description": batch.description,
        "effective": batch.effective,
        "originator_status": "1",
    }
    control: Mapping[str, Value] = {**ends, **counted._asdict(), "type": "8"}
    head, tail = records.write(records.BATCH_HEADER, header), records.write(records.BATCH_CONTROL, control)
    return [head, *lines, tail], counted


def _entry(batch: NewBatch, entry: NewEntry, sequence: int) -> Iterator[str]:
    text = entry.information
    pieces = [text[at : at + _ADDENDUM] for at in range(0, len(text), _ADDENDUM)]
    if len(pieces) > _ADDENDA_MAX[batch.entry_class]:
        raise records.Unreadable("information")
    if not (len(entry.rdfi) == 9 and entry.rdfi.isascii() and entry.rdfi.isdigit()):
        raise records.Unreadable("rdfi")
    number = f"{batch.odfi}{sequence:07}"
    given = {name: getattr(entry, name) for name in ("transaction_code", "account", "amount", "identification")}
    values: Mapping[str, Value] = {
        **given,
        "type": "6",
        "rdfi": int(entry.rdfi[:8]),
        "check_digit": int(entry.rdfi[8]),
        "receiver": entry.receiver,
        "addenda_indicator": "1" if pieces else "0",
        "number": number,
        "addenda_count": len(pieces),
    }
    yield records.write(records.ENTRY_CTX if batch.entry_class == "CTX" else records.ENTRY, values)
    for place, piece in enumerate(pieces, 1):
        addendum = {"type": "7", "addenda_type": "05", "information": piece, "sequence": f"{place:04}"}
        yield records.write(records.ADDENDUM, {**addendum, "entry_sequence": number[-7:]})
