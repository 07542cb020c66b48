"""Bytes to a Bai2File: the order of records, their fields, and the control totals.

01 { 02 { 03 { 16 } 49 } 98 } 99

49   the sum of all amounts in 03 and 16, with their signs, as digits; the count of records from 03 to 49
98   the sum of its accounts' totals; their count; the count of records from 02 to 98
99   the sum of its groups' totals; their count; the count of records from 01 to 99
"""

from __future__ import annotations

from typing import Any, Literal, NoReturn

from .balances import check_account
from .fields import Fields
from .grammar import Finding, ParseError
from .lines import Record, split
from .values import Account, Bai2File, Balance, Group, Transaction

_FOLLOWS = {
    "": "01",
    "01": "02 99",
    "02": "03 98",
    "03": "16 49",
    "16": "16 49",
    "49": "03 98",
    "98": "02 99",
    "99": "",
}
_DEFAULT_CURRENCY = "USD"


def parse(data: bytes, *, unbalanced: Literal["refuse", "report"] = "refuse") -> Bai2File:
    """The file in `data`. Raises ParseError, for any bytes whatever.

    unbalanced   "refuse": control totals or counts that do not hold raise, with all of them in `error.findings`;
                 "report": they are in `file.findings`.
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


class _Tally:
    """What a trailer is held to: digits, members and physical records since the header."""

    def __init__(self) -> None:
        self.digits = self.members = self.records = 0

    def add(self, inner: _Tally) -> None:
        self.digits += inner.digits
        self.members += 1
        self.records += inner.records


class _Reader:
    def __init__(self) -> None:
        self._before = ""
        self._file: dict[str, Any] = {}
        self._group: dict[str, Any] = {}
        self._account: dict[str, Any] = {}
        self._tallies = {"49": _Tally(), "98": _Tally(), "99": _Tally()}
        self._transactions: list[Transaction] = []
        self._accounts: list[Account] = []
        self._groups: list[Group] = []
        self._findings: list[Finding] = []
        self._last = Record("", 1, 0, [], 0, 0)

    def take(self, record: Record) -> None:
        """One record, in order."""
        self._last = record
        if record.code not in _FOLLOWS[self._before].split():
            self._fault(f"A record {record.code} cannot stand here", "order")
        self._before = record.code
        if record.loose:
            note = "a line of text lacks its 88; it was taken as text"
            self._findings.append(Finding("unmarked-continuation", record.line, note, False))
        _TAKE[record.code](self, record)

    def finish(self, data: bytes) -> Bai2File:
        """The file, when all of it has come."""
        if self._before != "99":
            self._fault("The file ends without its trailer: it may be cut off", "no-file-trailer")
        return Bai2File(**self._file, groups=tuple(self._groups), findings=tuple(self._findings), raw=data)

    def _file_header(self, record: Record) -> None:
        fields = Fields(record)
        self._tallies["99"].records = record.physical
        self._file = {
            "sender": fields.text(),
            "receiver": fields.text(),
            "created": fields.day("creation date"),
            "time": fields.text(),
            "id": fields.text(),
        }
        _, _, version = fields.text(), fields.text(), fields.text()
        if version != "2":
            self._fault("The file is not of version 2", "version")

    def _group_header(self, record: Record) -> None:
        fields = Fields(record)
        self._tallies["98"] = _Tally()
        self._tallies["98"].records = record.physical
        self._group = {
            "line": record.line,
            "receiver": fields.text(),
            "originator": fields.text(),
            "status": fields.text(),
            "as_of": fields.day("as-of date"),
            "as_of_time": fields.text(),
            "currency": fields.text() or _DEFAULT_CURRENCY,
        }

    def _account_header(self, record: Record) -> None:
        head = Fields(record)
        number, currency = head.text(), head.text() or self._group["currency"]
        fields = Fields(record, currency, skip=2)
        balances = []
        while fields.more:
            type_code = fields.text()
            amount, items, funds = fields.amount(counted=True), fields.count("item count"), fields.funds()
            if type_code:
                balances.append(Balance(type_code=type_code, amount=amount, items=items, funds=funds))
        self._account = {"line": record.line, "number": number, "currency": currency, "balances": tuple(balances)}
        tally = self._tallies["49"] = _Tally()
        tally.records, tally.digits = record.physical, fields.digits

    def _transaction(self, record: Record) -> None:
        fields = Fields(record, self._account["currency"])
        self._transactions.append(
            Transaction(
                line=record.line,
                type_code=fields.text(),
                amount=fields.amount(counted=True),
                funds=fields.funds(),
                bank_reference=fields.text(),
                customer_reference=fields.text(),
                text=fields.rest(),
            )
        )
        self._tallies["49"].digits += fields.digits
        self._tallies["49"].records += record.physical

    def _account_trailer(self, record: Record) -> None:
        self._hold(record, "account", "")
        self._tallies["98"].add(self._tallies["49"])
        account = Account(**self._account, transactions=tuple(self._transactions))
        self._findings += check_account(account)
        self._accounts.append(account)
        self._transactions = []

    def _group_trailer(self, record: Record) -> None:
        self._hold(record, "group", "accounts")
        self._tallies["99"].add(self._tallies["98"])
        self._groups.append(Group(**self._group, accounts=tuple(self._accounts)))
        self._accounts = []

    def _file_trailer(self, record: Record) -> None:
        self._hold(record, "file", "groups")

    def _hold(self, record: Record, of: str, members: str) -> None:
        """Hold a trailer against what came since its header."""
        tally, fields = self._tallies[record.code], Fields(record)
        tally.records += record.physical
        stated = [("total", fields.count("control total"), tally.digits, "control total")]
        if members:
            stated.append((members, fields.count(members), tally.members, f"count of {members}"))
        stated.append(("records", fields.count("records"), tally.records, "count of records"))
        for rule, said, counted, what in stated:
            if said != counted:
                note = f"the {what} is not what the {of} has"
                self._findings.append(Finding(f"{of}-{rule}", record.line, note))

    def _fault(self, message: str, rule: str) -> NoReturn:
        raise ParseError(message, offset=self._last.offset, line=self._last.line, rule=rule)


_TAKE = {
    "01": _Reader._file_header,
    "02": _Reader._group_header,
    "03": _Reader._account_header,
    "16": _Reader._transaction,
    "49": _Reader._account_trailer,
    "98": _Reader._group_trailer,
    "99": _Reader._file_trailer,
}
