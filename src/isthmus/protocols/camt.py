"""ISO 20022 cash management: camt.053 statements and camt.054 notifications (and camt.052 reports, which have their shape).

    Document / BkToCstmrStmt         / Stmt     camt.053    booked entries of a period, between two balances
             / BkToCstmrDbtCdtNtfctn / Ntfctn   camt.054    entries as they happen, without balances
             / BkToCstmrAcctRpt      / Rpt      camt.052    entries of the day, booked or pending

All versions from 001.02 on are read by the same paths: later ones moved a name or a status one element down, and both
places are looked at. What is not a value here stays reachable: `Entry.element`, `Transaction.element`.

Not here: writing, and the meaning of a bank's proprietary codes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple, NoReturn

import msgspec

from ..kernel import PeerFault
from . import safe_xml
from .safe_xml import Element, XmlError

Kind = Literal["camt.052", "camt.053", "camt.054"]

_KINDS: dict[str, tuple[Kind, str]] = {
    "BkToCstmrAcctRpt": ("camt.052", "Rpt"),
    "BkToCstmrStmt": ("camt.053", "Stmt"),
    "BkToCstmrDbtCdtNtfctn": ("camt.054", "Ntfctn"),
}

# ISO 20022 ActiveOrHistoricCurrencyAndAmount: at most 18 digits, no sign; the indicator beside it says which way.
_AMOUNT = re.compile(r"[0-9]{1,18}(?:\.[0-9]{0,17})?")
_DATE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[TZ+-].*)?")

_OPENING, _CLOSING = ("OPBD", "PRCD"), ("CLBD",)


class Finding(NamedTuple):
    """rule: a stable name; line: of the document; money: whether balances or totals do not add up by it."""

    rule: str
    line: int
    note: str
    money: bool = True


class ParseError(PeerFault):
    """These bytes are no camt document, or one that does not add up."""

    # `line` counts from 1; `findings` holds everything that does not add up, when that is the reason.
    code = "CAMT_PARSE"

    def __init__(self, message: str, *, offset: int, line: int, rule: str, findings: tuple[Finding, ...] = ()) -> None:
        super().__init__(message, offset=offset, rule=rule, location=f"line {line}")
        self.line = line
        self.findings = findings


class _Value(msgspec.Struct, frozen=True):
    def __repr__(self) -> str:
        return f"<camt.{type(self).__name__}>"


class Balance(_Value, frozen=True, kw_only=True):
    """type: OPBD and CLBD booked, OPAV and CLAV available, PRCD the one before, ITBD interim; amount: negative is a debit."""

    type: str
    amount: Decimal
    currency: str
    on: date


class Transaction(_Value, frozen=True, kw_only=True):
    """One of the transactions behind an entry. `amount` has its sign, None when the bank gives none for it.

    remittance   unstructured lines; reference: the creditor's structured reference
    """

    amount: Decimal | None
    currency: str
    end_to_end_id: str
    instruction_id: str
    transaction_id: str
    bank_reference: str
    reference: str
    remittance: tuple[str, ...]
    debtor: str
    creditor: str
    element: Element


class Entry(_Value, frozen=True, kw_only=True):
    """One movement on the account. `amount`: negative is a debit. status: BOOK, PDNG or INFO.

    code   domain/family/sub-family of ISO's bank transaction codes, or the bank's own
    """

    line: int
    reference: str
    amount: Decimal
    currency: str
    status: str
    reversal: bool
    booked: date | None
    value_date: date | None
    bank_reference: str
    code: str
    text: str
    transactions: tuple[Transaction, ...]
    element: Element


class Statement(_Value, frozen=True, kw_only=True):
    """One account's part of a document. account: IBAN, or the bank's own number."""

    line: int
    id: str
    account: str
    currency: str
    balances: tuple[Balance, ...]
    entries: tuple[Entry, ...]

    def balance(self, *types: str) -> Balance | None:
        """The first balance of one of these types, None when it is not there."""
        return next((one for wanted in types for one in self.balances if one.type == wanted), None)


class Document(_Value, frozen=True, kw_only=True):
    """A camt document. `findings`: what does not add up, when that was asked for, and what was merely noticed."""

    kind: Kind
    namespace: str
    message_id: str
    statements: tuple[Statement, ...]
    findings: tuple[Finding, ...]
    raw: bytes

    def entries(self) -> Iterator[Entry]:
        """All entries, in order."""
        for statement in self.statements:
            yield from statement.entries

    def __bytes__(self) -> bytes:
        return self.raw


def parse(data: bytes, *, unbalanced: Literal["refuse", "report"] = "refuse") -> Document:
    """The document in `data`. Raises ParseError, for any bytes whatever.

    unbalanced   "refuse": a closing balance that is not the opening one and the booked entries, or a total that is not
                 that of the entries, raises; "report": it is in `document.findings`.
    """
    try:
        root = safe_xml.parse(data)
    except XmlError as error:
        raise ParseError(error.args[0], offset=error.offset, line=error.line, rule=error.rule) from None
    for name, (kind, part) in _KINDS.items():
        body = root.find(name)
        if body is not None:
            return _document(root, kind, body, part, bytes(data), unbalanced)
    return _fault(root, "The document is no camt.052, camt.053 or camt.054", "document")


def _document(root: Element, kind: Kind, body: Element, part: str, data: bytes, unbalanced: str) -> Document:
    statements = tuple(_statement(element) for element in body.all(part))
    findings = tuple(
        finding
        for element, statement in zip(body.all(part), statements, strict=True)
        for finding in (*_check_balances(statement), *_check_summary(element, statement), *_check_details(statement))
    )
    broken = tuple(finding for finding in findings if finding.money)
    if broken and unbalanced == "refuse":
        first = broken[0]
        message = f"The document does not add up: {first.note}"
        raise ParseError(message, offset=0, line=first.line, rule=first.rule, findings=broken)
    return Document(
        kind=kind,
        namespace=root.namespace,
        message_id=body.read("GrpHdr/MsgId"),
        statements=statements,
        findings=findings,
        raw=data,
    )


def _statement(element: Element) -> Statement:
    return Statement(
        line=element.line,
        id=element.read("Id"),
        account=element.read("Acct/Id/IBAN") or element.read("Acct/Id/Othr/Id"),
        currency=element.read("Acct/Ccy"),
        balances=tuple(_balance(one) for one in element.all("Bal")),
        entries=tuple(_entry(one) for one in element.all("Ntry")),
    )


def _balance(element: Element) -> Balance:
    amount, currency = _amount(_needed(element, "Amt"))
    on = _date(element, "Dt")
    if on is None:
        _fault(element, "A balance has no date", "date")
    return Balance(
        type=element.read("Tp/CdOrPrtry/Cd") or element.read("Tp/CdOrPrtry/Prtry"),
        amount=amount * _sign(element),
        currency=currency,
        on=on,
    )


def _entry(element: Element) -> Entry:
    amount, currency = _amount(_needed(element, "Amt"))
    sign = _sign(element)
    return Entry(
        line=element.line,
        reference=element.read("NtryRef"),
        amount=amount * sign,
        currency=currency,
        status=element.read("Sts/Cd") or element.read("Sts"),
        reversal=element.read("RvslInd") in ("true", "1"),
        booked=_date(element, "BookgDt"),
        value_date=_date(element, "ValDt"),
        bank_reference=element.read("AcctSvcrRef"),
        code=_code(element),
        text=element.read("AddtlNtryInf"),
        transactions=tuple(_transaction(one, sign) for one in element.all("NtryDtls/TxDtls")),
        element=element,
    )


def _transaction(element: Element, sign: int) -> Transaction:
    found = element.find("Amt") or element.find("AmtDtls/TxAmt/Amt")
    amount, currency = _amount(found) if found is not None else (None, "")
    if element.find("CdtDbtInd") is not None:
        sign = _sign(element)
    return Transaction(
        amount=None if amount is None else amount * sign,
        currency=currency,
        end_to_end_id=element.read("Refs/EndToEndId"),
        instruction_id=element.read("Refs/InstrId"),
        transaction_id=element.read("Refs/TxId"),
        bank_reference=element.read("Refs/AcctSvcrRef"),
        reference=element.read("RmtInf/Strd/CdtrRefInf/Ref"),
        remittance=tuple(one.text for one in element.all("RmtInf/Ustrd")),
        debtor=element.read("RltdPties/Dbtr/Nm") or element.read("RltdPties/Dbtr/Pty/Nm"),
        creditor=element.read("RltdPties/Cdtr/Nm") or element.read("RltdPties/Cdtr/Pty/Nm"),
        element=element,
    )


def _code(element: Element) -> str:
    parts = [element.read(f"BkTxCd/Domn/{path}") for path in ("Cd", "Fmly/Cd", "Fmly/SubFmlyCd")]
    return "/".join(parts) if parts[0] else element.read("BkTxCd/Prtry/Cd")


def _check_balances(statement: Statement) -> Iterator[Finding]:
    """Opening booked balance + booked entries = closing booked balance (ISO 20022 camt.053 usage of OPBD, CLBD)."""
    opening, closing = statement.balance(*_OPENING), statement.balance(*_CLOSING)
    if opening is None or closing is None:
        return
    booked = [one for one in statement.entries if one.status == "BOOK"]
    if {opening.currency, closing.currency, *(one.currency for one in booked)} != {opening.currency}:
        yield Finding("currencies", statement.line, "balances and entries are not of one currency", money=False)
    elif opening.amount + sum(one.amount for one in booked) != closing.amount:
        yield Finding("balance", statement.line, "the opening balance and the booked entries are not the closing one")


def _check_summary(element: Element, statement: Statement) -> Iterator[Finding]:
    """The transactions summary, where the bank gives one: counts, and sums without sign."""
    credits_ = [one.amount for one in statement.entries if one.amount >= 0 and not _negative(one)]
    debits = [-one.amount for one in statement.entries if _negative(one)]
    for name, amounts in (("TtlNtries", credits_ + debits), ("TtlCdtNtries", credits_), ("TtlDbtNtries", debits)):
        total = element.find(f"TxsSummry/{name}")
        if total is None:
            continue
        count, amount = total.read("NbOfNtries"), total.find("Sum")
        if count and not (count.isascii() and count.isdigit() and len(count) < 16 and int(count) == len(amounts)):
            yield Finding("entries-count", total.line, "a count of entries is not what the statement has")
        if amount is not None and _amount(amount)[0] != sum(amounts):
            yield Finding("entries-total", total.line, "a total of entries is not what the statement has")


def _check_details(statement: Statement) -> Iterator[Finding]:
    """The transactions of an entry come to its amount, unless one of them has none or is of another currency."""
    for entry in statement.entries:
        amounts = [
            one.amount for one in entry.transactions if one.amount is not None and one.currency == entry.currency
        ]
        if amounts and len(amounts) == len(entry.transactions) and sum(amounts) != entry.amount:
            yield Finding("details-total", entry.line, "an entry's transactions do not come to its amount", money=False)


def _negative(entry: Entry) -> bool:
    return entry.element.read("CdtDbtInd") == "DBIT"


def _amount(element: Element) -> tuple[Decimal, str]:
    if not _AMOUNT.fullmatch(element.text):
        _fault(element, "An amount is no number without sign", "amount")
    return Decimal(element.text), element.attributes.get("Ccy", "")


def _sign(element: Element) -> int:
    signs = {"CRDT": 1, "DBIT": -1}
    sign = signs.get(element.read("CdtDbtInd"))
    if sign is None:
        _fault(element, "The indicator of an amount is neither CRDT nor DBIT", "indicator")
    return sign


def _date(element: Element, name: str) -> date | None:
    text = element.read(f"{name}/Dt") or element.read(f"{name}/DtTm")
    if not text:
        return None
    found = _DATE.fullmatch(text)
    try:
        if found:
            return date.fromisoformat(found[1])
    except ValueError:
        pass
    return _fault(element, f"{name} is no date", "date")


def _needed(element: Element, name: str) -> Element:
    found = element.find(name)
    return found if found is not None else _fault(element, f"{element.name} has no {name}", "missing")


def _fault(element: Element, message: str, rule: str) -> NoReturn:
    raise ParseError(message, offset=element.offset, line=element.line, rule=rule)
