"""camt.053 and camt.054: entries with sign, references, and balances that add up."""

from __future__ import annotations

import contextlib
import os
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.protocols import camt

STATEMENT = b"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">
 <BkToCstmrStmt><GrpHdr><MsgId>M1</MsgId></GrpHdr>
 <Stmt><Id>S1</Id><Acct><Id><IBAN>CH9300762011623852957</IBAN></Id><Ccy>CHF</Ccy></Acct>
  <Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="CHF">100.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>
   <Dt><Dt>2026-03-01</Dt></Dt></Bal>
  <Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="CHF">24.50</Amt><CdtDbtInd>DBIT</CdtDbtInd>
   <Dt><Dt>2026-03-02</Dt></Dt></Bal>
  <TxsSummry><TtlNtries><NbOfNtries>3</NbOfNtries><Sum>235.50</Sum></TtlNtries>
   <TtlDbtNtries><NbOfNtries>1</NbOfNtries><Sum>175</Sum></TtlDbtNtries></TxsSummry>
  <Ntry><NtryRef>E1</NtryRef><Amt Ccy="CHF">50.50</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
   <BookgDt><Dt>2026-03-02</Dt></BookgDt><ValDt><DtTm>2026-03-03T00:00:00+01:00</DtTm></ValDt>
   <AcctSvcrRef>B1</AcctSvcrRef>
   <BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>VCOM</SubFmlyCd></Fmly></Domn></BkTxCd>
   <NtryDtls>
    <TxDtls><Refs><EndToEndId>TRN-1</EndToEndId></Refs><Amt Ccy="CHF">20.50</Amt><CdtDbtInd>CRDT</CdtDbtInd>
     <RltdPties><Dbtr><Pty><Nm>PAYER INC</Nm></Pty></Dbtr></RltdPties>
     <RmtInf><Ustrd>one</Ustrd><Ustrd>two</Ustrd></RmtInf></TxDtls>
    <TxDtls><Refs><EndToEndId>TRN-2</EndToEndId></Refs><AmtDtls><TxAmt><Amt Ccy="CHF">30</Amt></TxAmt></AmtDtls>
     <RmtInf><Strd><CdtrRefInf><Ref>RF18</Ref></CdtrRefInf></Strd></RmtInf></TxDtls>
   </NtryDtls></Ntry>
  <Ntry><Amt Ccy="CHF">175</Amt><CdtDbtInd>DBIT</CdtDbtInd><RvslInd>true</RvslInd><Sts>BOOK</Sts>
   <BkTxCd><Prtry><Cd>FEE</Cd></Prtry></BkTxCd><AddtlNtryInf>fees</AddtlNtryInf></Ntry>
  <Ntry><Amt Ccy="CHF">10</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>PDNG</Sts></Ntry>
 </Stmt></BkToCstmrStmt>
</Document>
"""


def refused(data: bytes) -> camt.ParseError:
    with pytest.raises(camt.ParseError) as caught:
        camt.parse(data)
    return caught.value


def test_a_statement_reads_as_balances_and_entries_with_sign() -> None:
    document = camt.parse(STATEMENT)
    (statement,) = document.statements
    assert (document.kind, document.message_id, statement.id) == ("camt.053", "M1", "S1")
    assert (statement.account, statement.currency) == ("CH9300762011623852957", "CHF")
    assert [(one.type, one.amount, one.on) for one in statement.balances] == [
        ("OPBD", Decimal("100.00"), date(2026, 3, 1)),
        ("CLBD", Decimal("-24.50"), date(2026, 3, 2)),
    ]
    assert [one.amount for one in document.entries()] == [Decimal("50.50"), Decimal(-175), Decimal(10)]
    assert document.findings == ()


def test_the_bank_s_own_totals_are_given_out() -> None:
    (statement,) = camt.parse(STATEMENT).statements
    assert (statement.credits, statement.debits) == (None, Decimal(175))


def test_an_entry_has_its_dates_references_and_code() -> None:
    first, second, third = camt.parse(STATEMENT).entries()
    assert (first.reference, first.bank_reference, first.code) == ("E1", "B1", "PMNT/RCDT/VCOM")
    assert (first.booked, first.value_date) == (date(2026, 3, 2), date(2026, 3, 3))
    assert (second.code, second.text, second.reversal, second.booked) == ("FEE", "fees", True, None)
    assert [one.status for one in (first, second, third)] == ["BOOK", "BOOK", "PDNG"]


def test_an_entry_has_the_transactions_behind_it() -> None:
    one, other = next(camt.parse(STATEMENT).entries()).transactions
    assert (one.end_to_end_id, one.amount, one.debtor, one.remittance) == (
        "TRN-1",
        Decimal("20.50"),
        "PAYER INC",
        ("one", "two"),
    )
    assert (other.end_to_end_id, other.amount, other.reference) == ("TRN-2", Decimal(30), "RF18")
    assert other.element.read("Refs/EndToEndId") == "TRN-2"


def test_a_document_is_given_back_as_it_was() -> None:
    assert bytes(camt.parse(STATEMENT)) == STATEMENT


@pytest.mark.parametrize(
    ("old", "new", "rules"),
    [
        (b">24.50<", b">24.51<", ["balance"]),
        (b"<Sts>PDNG", b"<Sts>BOOK", ["balance"]),
        (b">3</NbOfNtries>", b">4</NbOfNtries>", ["entries-count"]),
        (b">235.50<", b">235.51<", ["entries-total"]),
        (b">175</Sum>", b">1</Sum>", ["entries-total"]),
    ],
)
def test_a_document_that_does_not_add_up_is_refused(old: bytes, new: bytes, rules: list[str]) -> None:
    data = STATEMENT.replace(old, new)
    assert [one.rule for one in refused(data).findings] == rules
    assert [one.rule for one in camt.parse(data, unbalanced="report").findings] == rules


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        (b'"CHF">20.50<', b'"CHF">20.51<', "details-total"),
        (b'"CHF">10<', b'"EUR">10<', ""),
        (b'"CHF">100.00<', b'"EUR">100.00<', "currencies"),
        (
            b"</Sum></TtlNtries>",
            b"</Sum><TtlNetNtryAmt>114.5</TtlNetNtryAmt><CdtDbtInd>DBIT</CdtDbtInd></TtlNtries>",
            "",
        ),
        (
            b"</Sum></TtlNtries>",
            b"</Sum><TtlNetNtryAmt>1</TtlNetNtryAmt><CdtDbtInd>DBIT</CdtDbtInd></TtlNtries>",
            "entries-net",
        ),
        (
            b"</Sum></TtlNtries>",
            b"</Sum><TtlNetNtry><Amt>114.5</Amt><CdtDbtInd>CRDT</CdtDbtInd></TtlNetNtry></TtlNtries>",
            "entries-net",
        ),
    ],
)
def test_what_may_have_a_reason_is_reported(old: bytes, new: bytes, rule: str) -> None:
    assert [one.rule for one in camt.parse(STATEMENT.replace(old, new)).findings] == ([rule] if rule else [])


@pytest.mark.parametrize(
    ("data", "rule", "line"),
    [
        (b"", "XML 1.0", 1),
        (b"<Document/>", "document", 1),
        (b"<!DOCTYPE a [<!ENTITY x 'y'>]><Document/>", "no-dtd", 1),
        (STATEMENT.replace(b">175</Amt>", b">-175</Amt>"), "amount", 22),
        (STATEMENT.replace(b">175</Amt>", b">1e3</Amt>"), "amount", 22),
        (STATEMENT.replace(b'<Amt Ccy="CHF">175</Amt>', b""), "missing", 22),
        (STATEMENT.replace(b"DBIT</CdtDbtInd><RvslInd>", b"?</CdtDbtInd><RvslInd>"), "indicator", 22),
        (STATEMENT.replace(b"2026-03-02</Dt></BookgDt>", b"2026-02-30</Dt></BookgDt>"), "date", 11),
        (STATEMENT.replace(b"<Dt>2026-03-01</Dt>", b""), "date", 5),
    ],
)
def test_what_is_no_such_document_is_refused_with_its_line(data: bytes, rule: str, line: int) -> None:
    error = refused(data)
    assert error.rule.startswith(rule)
    assert error.line == line


def test_no_content_stands_in_an_error_or_a_repr() -> None:
    document = camt.parse(STATEMENT)
    shown = f"{document} {document.statements} {list(document.entries())} {next(document.entries()).transactions}"
    shown += str(refused(STATEMENT.replace(b">175</Amt>", b">PAYER</Amt>")))
    assert "PAYER" not in shown
    assert "CH93" not in shown


def corpus() -> Path:
    folder = Path(os.environ.get("ISTHMUS_CORPUS") or Path(__file__).parents[3] / "shared" / "corpus") / "iso20022"
    if not folder.is_dir():
        pytest.skip("the sample corpus is not beside the repository (set ISTHMUS_CORPUS)")
    return folder


def test_every_camt_document_of_the_corpus_is_read_and_every_other_refused() -> None:
    read = 0
    for path in sorted(corpus().rglob("*.xml")):
        data = path.read_bytes()
        if b"<BkToCstmr" not in data:
            assert refused(data).rule == "document", path.name
            continue
        document = camt.parse(data, unbalanced="report")
        assert bytes(document) == data
        assert document.statements, path.name
        read += 1
    assert read >= 16


@settings(max_examples=300)
@given(
    st.lists(
        st.tuples(
            st.integers(0, len(STATEMENT)),
            st.integers(0, 30),
            st.sampled_from([b"", b"<Amt/>", b"<Ntry/>", b"<Bal/>", b"9" * 30, b"\xb2", b"2026-99-99", b"<Dt/>"])
            | st.binary(max_size=3),
        ),
        max_size=3,
    )
)
def test_a_document_with_pieces_replaced(changes: list[tuple[int, int, bytes]]) -> None:
    data = STATEMENT
    for at, length, piece in changes:
        data = data[:at] + piece + data[at + length :]
    with contextlib.suppress(camt.ParseError):
        camt.parse(data)


@settings(max_examples=200)
@given(
    st.lists(
        st.sampled_from([b"<Amt Ccy='CHF'>1</Amt>", b"<CdtDbtInd>CRDT</CdtDbtInd>", b"<Sts>BOOK</Sts>", b"<NtryDtls/>"])
        | st.sampled_from(
            [b"<BookgDt><Dt>x</Dt></BookgDt>", b"<ValDt/>", b"<NtryDtls><TxDtls/></NtryDtls>", b"<Amt/>"]
        ),
        max_size=6,
    ).map(b"".join)
)
def test_entries_of_any_elements(inside: bytes) -> None:
    for part in (b"Ntry", b"Bal"):
        body = b"<Ntfctn><%b>%b</%b></Ntfctn>" % (part, inside, part)
        with contextlib.suppress(camt.ParseError):
            camt.parse(b"<Document><BkToCstmrDbtCdtNtfctn>" + body + b"</BkToCstmrDbtCdtNtfctn></Document>")
