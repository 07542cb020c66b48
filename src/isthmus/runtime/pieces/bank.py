"""ACH and BAI2 files, an entry a piece.

These are read whole, because nothing in them may be believed before their totals hold; a day of a large lockbox is a few
MiB. A file of one has the headers, the entry, and trailers that are counted anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...flows import Flow
from ...kernel.errors import PeerFault
from ...protocols import bai2, nacha
from ...protocols.bai2 import lines as bai2_lines
from ...protocols.bai2.fields import Fields
from ...protocols.bai2.lines import Record
from ...protocols.nacha import lines as nacha_lines
from ...protocols.nacha import records
from ...protocols.nacha.checks import Counted
from .piece import Mark, Piece

FILE_BYTES_MAX = 64 << 20


class _Whole:
    """Holds the file until it is all there; goes on by passing over what was given out."""

    def __init__(self, flow: Flow, mark: Mark | None, alone: bool) -> None:
        self.note = ""
        self._held = bytearray()
        self._done = mark.number if mark else 0
        self._number = 0

    @property
    def mark(self) -> Mark:
        return Mark(max(self._number, self._done))

    def feed(self, chunk: bytes) -> Iterator[Piece]:
        self._held += chunk
        if len(self._held) > FILE_BYTES_MAX:
            raise PeerFault(f"the file is longer than {FILE_BYTES_MAX} bytes", offset=FILE_BYTES_MAX, rule="file-size")
        return iter(())

    def close(self) -> Iterator[Piece]:
        for piece in self._pieces(bytes(self._held)):
            self._number = piece.number
            if piece.number > self._done:
                yield piece

    def _pieces(self, data: bytes) -> Iterator[Piece]:
        raise NotImplementedError


class NachaPieces(_Whole):
    """Each entry detail record (6) with its addenda (7). The content is an `nacha.Entry`."""

    def _pieces(self, data: bytes) -> Iterator[Piece]:
        file = nacha.parse(data)
        texts = {record.number: record.text for record in nacha_lines.split(data)}
        header = texts[min(texts)]
        controls = {text[0]: text for text in texts.values() if text[0] == "9" and text != "9" * records.RECORD}
        number = 0
        for batch in file.batches:
            control = _batch_control(texts, batch)
            for entry in batch.entries:
                number += 1
                addenda = [addendum.raw for addendum in entry.addenda]
                rows = [header, texts[batch.line], entry.raw, *addenda, control, controls["9"]]
                yield Piece(number, f"record {entry.line}", "ACH", entry, (_ach_of_one(rows, entry, batch),))


def _batch_control(texts: dict[int, str], batch: nacha.Batch) -> str:
    at = batch.line
    while texts[at][0] != "8":
        at += 1
    return texts[at]


def _ach_of_one(rows: list[str], entry: nacha.Entry, batch: nacha.Batch) -> bytes:
    """Records as a file whose controls count one entry."""
    adv = batch.entry_class == "ADV"
    counted = Counted.of([entry])._asdict()
    blocks = -(-len(rows) // records.BLOCK)
    rows[-2] = _recounted(records.BATCH_CONTROL_ADV if adv else records.BATCH_CONTROL, rows[-2], counted)
    counted |= {"batches": 1, "blocks": blocks}
    rows[-1] = _recounted(records.FILE_CONTROL_ADV if adv else records.FILE_CONTROL, rows[-1], counted)
    rows += ["9" * records.RECORD] * (blocks * records.BLOCK - len(rows))
    return "".join(row + "\n" for row in rows).encode("iso-8859-1")


def _recounted(fields: records.Fields, text: str, counted: dict[str, Any]) -> str:
    return records.write(fields, {**records.read(fields, text), **counted})


class Bai2Pieces(_Whole):
    """Each transaction detail (16) with its continuations. The content is a `bai2.Transaction`."""

    def _pieces(self, data: bytes) -> Iterator[Piece]:
        file = bai2.parse(data)
        details = iter([(account, one) for account in file.accounts() for one in account.transactions])
        head = group = None
        number = 0
        for record in bai2_lines.split(data):
            if record.code == "01":
                head = record
            elif record.code == "02":
                group = record
            elif record.code == "16" and head is not None and group is not None:
                number += 1
                account, detail = next(details)
                body = _bai2_of_one(head, group, account, record)
                yield Piece(number, f"line {detail.line}", "BAI2", detail, (body,))


def _bai2_of_one(head: Record, group: Record, account: bai2.Account, detail: Record) -> bytes:
    """Records as a file whose trailers count one detail; the account's balances are left out."""
    fields = Fields(detail, account.currency, skip=1)
    fields.amount(counted=True)
    total, physical = fields.digits, len(detail.pieces) + 2
    rows = [*_lines(head), *_lines(group), f"03,{account.number},{account.currency}/", *_lines(detail)]
    rows.append(f"49,{total},{physical}/")
    physical += len(group.pieces) + 1
    rows.append(f"98,{total},1,{physical}/")
    rows.append(f"99,{total},1,{physical + len(head.pieces) + 1}/")
    return "".join(row + "\n" for row in rows).encode("iso-8859-1")


def _lines(record: Record) -> Iterator[str]:
    first, *after = record.pieces
    yield f"{record.code},{first}/"
    for piece in after:
        yield f"88,{piece}/"
