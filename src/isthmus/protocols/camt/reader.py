"""Bytes to a Document.

    Document / BkToCstmrStmt         / Stmt     camt.053    booked entries of a period, between two balances
             / BkToCstmrDbtCdtNtfctn / Ntfctn   camt.054    entries as they happen, without balances
             / BkToCstmrAcctRpt      / Rpt      camt.052    entries of the day, booked or pending

All versions from 001.02 on are read by the same paths: later ones moved a name or a status one element down, and both
places are looked at. What is not a value here stays reachable: `Entry.element`, `Transaction.element`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from .. import safe_xml
from ..safe_xml import Element, XmlError
from .checks import check
from .elements import day_of, maybe_date, needed, read_amount, read_sign
from .grammar import ParseError, fault
from .values import Balance, Document, Entry, Kind, Statement, Transaction

_KINDS: dict[str, tuple[Kind, str]] = {
    "BkToCstmrAcctRpt": ("camt.052", "Rpt"),
    "BkToCstmrStmt": ("camt.053", "Stmt"),
    "BkToCstmrDbtCdtNtfctn": ("camt.054", "Ntfctn"),
}


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
    return fault(root, "The document is no camt.052, camt.053 or camt.054", "document")


def _document(root: Element, kind: Kind, body: Element, part: str, data: bytes, unbalanced: str) -> Document:
    elements = list(body.all(part))
    statements = tuple(_statement(element) for element in elements)
    findings = tuple(
        finding
        for element, statement in zip(elements, statements, strict=True)
        for finding in check(element, statement)
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
        created=day_of(element.read("CreDtTm")),
        balances=tuple(_balance(one) for one in element.all("Bal")),
        entries=tuple(_entry(one) for one in element.all("Ntry")),
        credits=_total(element, "TtlCdtNtries"),
        debits=_total(element, "TtlDbtNtries"),
    )


def _total(element: Element, name: str) -> Decimal | None:
    found = element.find(f"TxsSummry/{name}/Sum")
    return None if found is None else read_amount(found)[0]


def _balance(element: Element) -> Balance:
    amount, currency = read_amount(needed(element, "Amt"))
    on = maybe_date(element, "Dt")
    if on is None:
        fault(element, "A balance has no date", "date")
    return Balance(
        type=element.read("Tp/CdOrPrtry/Cd") or element.read("Tp/CdOrPrtry/Prtry"),
        amount=amount * read_sign(element),
        currency=currency,
        on=on,
    )


def _entry(element: Element) -> Entry:
    amount, currency = read_amount(needed(element, "Amt"))
    sign = read_sign(element)
    return Entry(
        line=element.line,
        reference=element.read("NtryRef"),
        amount=amount * sign,
        currency=currency,
        status=element.read("Sts/Cd") or element.read("Sts"),
        reversal=element.read("RvslInd") in ("true", "1"),
        booked=maybe_date(element, "BookgDt"),
        value_date=maybe_date(element, "ValDt"),
        bank_reference=element.read("AcctSvcrRef"),
        code=_code(element),
        text=element.read("AddtlNtryInf"),
        transactions=tuple(_transaction(one, sign) for one in element.all("NtryDtls/TxDtls")),
        element=element,
    )


def _transaction(element: Element, sign: int) -> Transaction:
    found = element.find("Amt") or element.find("AmtDtls/TxAmt/Amt")
    amount, currency = read_amount(found) if found is not None else (None, "")
    if element.find("CdtDbtInd") is not None:
        sign = read_sign(element)
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
        text=element.read("AddtlTxInf"),
        element=element,
    )


def _code(element: Element) -> str:
    parts = [element.read(f"BkTxCd/Domn/{path}") for path in ("Cd", "Fmly/Cd", "Fmly/SubFmlyCd")]
    return "/".join(parts) if parts[0] else element.read("BkTxCd/Prtry/Cd")
