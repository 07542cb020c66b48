"""Bytes to an AchFile: the order of records, their fields, and then what must add up.

1  { 5  { 6 { 7 } }  8 }  9  { 9 filler }           whatever else is no ACH file, and raises ParseError
"""

from __future__ import annotations

from typing import Any, Literal, NoReturn

from . import records
from .checks import Counted, check_batch, check_file
from .grammar import Finding, ParseError
from .lines import Record, split
from .values import AchFile, Addendum, Batch, Entry

FILLER = "9" * records.RECORD

_FOLLOWS = {"1": "5 9", "5": "6 8", "6": "6 7 8", "7": "6 7 8", "8": "5 9", "9": "9"}


def parse(data: bytes, *, unbalanced: Literal["refuse", "report"] = "refuse") -> AchFile:
    """The file in `data`. Raises ParseError, for any bytes whatever.

    unbalanced   "refuse": counts, entry hashes, totals or blocks that do not add up raise, with all of them in
                 `error.findings`; "report": they are in `file.findings`, as all other deviations are in any case.
    """
    reader = _Reader()
    for record in split(data):
        reader.take(record)
    file = reader.finish(bytes(data))
    broken = tuple(finding for finding in file.findings if finding.money)
    if broken and unbalanced == "refuse":
        first = broken[0]
        raise ParseError(
            f"The file does not add up: {first.note}", offset=0, line=first.line, rule=first.rule, findings=broken
        )
    return file


class _Reader:
    def __init__(self) -> None:
        self._before = ""
        self._record = Record(0, 0, "")
        self._header: dict[str, Any] = {}
        self._control: tuple[int, dict[str, Any]] | None = None
        self._batch: tuple[int, dict[str, Any]] = (0, {})
        self._entry: tuple[Record, dict[str, Any]] | None = None
        self._addenda: list[Addendum] = []
        self._entries: list[Entry] = []
        self._batches: list[Batch] = []
        self._counted = Counted()
        self._findings: list[Finding] = []

    def take(self, record: Record) -> None:
        """One record, in order."""
        self._record = record
        kind = record.text[0]
        if self._control and record.text == FILLER:
            return
        if kind not in (_FOLLOWS[self._before] if self._before else "1").split() or self._control:
            self._fault(f"A record of type {kind} cannot stand here" if kind in _FOLLOWS else "No such record", "order")
        self._before = kind
        _TAKE[kind](self, record)

    def finish(self, data: bytes) -> AchFile:
        """The file, when all of it has come."""
        if self._control is None:
            self._fault("The file ends without its control record: it may be cut off", "no-file-control")
        line, control = self._control
        self._findings += check_file(line, control, len(self._batches), self._counted, self._record.number)
        header = self._header
        return AchFile(
            destination=header["destination"],
            origin=header["origin"],
            created=header["created"],
            modifier=header["modifier"],
            reference=header["reference"],
            batches=tuple(self._batches),
            findings=tuple(self._findings),
            raw=data,
        )

    def _file_header(self, record: Record) -> None:
        self._header = self._read(records.FILE_HEADER)
        if (self._header["record_size"], self._header["blocking_factor"]) != ("094", "10"):
            self._fault("The file is not one of records of 94 in blocks of 10", "record-size")

    def _batch_header(self, record: Record) -> None:
        self._batch = record.number, self._read(records.BATCH_HEADER)

    def _entry_detail(self, record: Record) -> None:
        self._end_entry()
        self._entry = record, self._read(records.ENTRIES.get(self._class, records.ENTRY))

    def _addendum(self, record: Record) -> None:
        read = self._read(records.ADDENDUM)
        self._addenda.append(
            Addendum(line=record.number, type=read["addenda_type"], information=read["information"], raw=record.text)
        )

    def _batch_control(self, record: Record) -> None:
        self._end_entry()
        adv = self._class == "ADV"
        control = self._read(records.BATCH_CONTROL_ADV if adv else records.BATCH_CONTROL)
        line, header = self._batch
        counted = Counted.of(self._entries)
        self._findings += check_batch(record.number, header, control, self._entries, counted)
        self._counted = self._counted.plus(counted)
        self._batches.append(
            Batch(
                line=line,
                service_class=header["service_class"],
                company_name=header["company_name"],
                company_id=header["company_id"],
                entry_class=header["entry_class"],
                description=header["description"],
                effective=header["effective"],
                odfi=header["odfi"],
                number=header["number"],
                entries=tuple(self._entries),
                debit=counted.debit,
                credit=counted.credit,
            )
        )
        self._entries = []

    def _file_control(self, record: Record) -> None:
        adv = any(batch.entry_class == "ADV" for batch in self._batches)
        self._control = record.number, self._read(records.FILE_CONTROL_ADV if adv else records.FILE_CONTROL)

    @property
    def _class(self) -> str:
        return str(self._batch[1]["entry_class"])

    def _end_entry(self) -> None:
        if self._entry is None:
            return
        record, read = self._entry
        rdfi = f"{read['rdfi']:08}{read['check_digit']}"
        self._entries.append(
            Entry(
                line=record.number,
                entry_class=self._class,
                transaction_code=read["transaction_code"],
                rdfi=rdfi,
                account=read["account"],
                amount=read["amount"],
                identification=read["identification"],
                receiver=read["receiver"],
                number=read["number"],
                addenda=tuple(self._addenda),
                raw=record.text,
            )
        )
        self._entry, self._addenda = None, []

    def _read(self, fields: records.Fields) -> dict[str, Any]:
        try:
            return records.read(fields, self._record.text)
        except records.Unreadable as error:
            field = fields[str(error)]
            at = self._record.offset + field.first - 1
            message = f"Positions {field.first}-{field.last} ({error}) are not of their kind ({field.kind})"
            raise ParseError(message, offset=at, line=self._record.number, rule="field") from None

    def _fault(self, message: str, rule: str) -> NoReturn:
        raise ParseError(message, offset=self._record.offset, line=self._record.number, rule=rule)


_TAKE = {
    "1": _Reader._file_header,
    "5": _Reader._batch_header,
    "6": _Reader._entry_detail,
    "7": _Reader._addendum,
    "8": _Reader._batch_control,
    "9": _Reader._file_control,
}
