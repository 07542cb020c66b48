"""ACH, BAI2 and camt files become statements with entries, each with the place that it was read from."""

from __future__ import annotations

import os
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from isthmus.kernel import Message
from isthmus.mappings.bank import bai2 as bai2_mapping
from isthmus.mappings.bank import camt as camt_mapping
from isthmus.mappings.bank import nacha as nacha_mapping
from isthmus.model import CATALOGUE, BankEntry, BankStatement, TraceNumber
from isthmus.protocols import bai2, camt, nacha
from isthmus.protocols.nacha import NewBatch, NewEntry, NewFile

TRACE = TraceNumber("2026030212345", "1512345678")
TRN = "TRN*1*2026030212345*1512345678\\"


def message(content: Any) -> Message:
    return Message(7, "bank", 0, b"", content)


def ach_file(*entries: NewEntry, description: str = "HCCLAIMPMT") -> bytes:
    batch = NewBatch(
        company_name="GOOD PAYER",
        company_id="1512345678",
        entry_class="CCD",
        description=description,
        effective=date(2026, 3, 3),
        odfi="12104288",
        entries=entries,
    )
    return nacha.write(NewFile(destination="231380104", origin="121042882", created=date(2026, 3, 2), batches=(batch,)))


def ach_entry(amount: str, information: str = "", account: str = "4411", code: int = 22) -> NewEntry:
    return NewEntry(
        transaction_code=code,
        rdfi="231380104",
        account=account,
        amount=Decimal(amount),
        receiver="HOSPITAL",
        information=information,
    )


def test_an_ach_file_is_an_advice_for_each_account_it_pays() -> None:
    data = ach_file(ach_entry("750.50", TRN), ach_entry("9.00", "", "5500"), ach_entry("1.25", "", "4411", 27))
    first, second = nacha_mapping.statements(message(nacha.parse(data)))
    assert (first.kind, first.account, first.as_of) == ("advice", "231380104/4411", date(2026, 3, 2))
    assert (first.opening, first.closing, first.difference) == (None, None, None)
    assert [one.amount for one in first.entries] == [Decimal("750.50"), Decimal("-1.25")]
    assert first.entries[0] == BankEntry(
        amount=Decimal("750.50"),
        currency="USD",
        value_date=date(2026, 3, 3),
        trace=TRACE,
        bank_reference="121042880000001",
        claim_payment=True,
        payer_name="GOOD PAYER",
        code="CCD",
        provenance={
            "amount": "record 3: 30-39",
            "value_date": "record 2: 70-75",
            "bank_reference": "record 3: 80-94",
            "payer_name": "record 2: 5-20",
            "trace": "record 4: 4-83",
        },
    )
    assert (second.account, second.entries[0].trace, second.entries[0].claim_payment) == (
        "231380104/5500",
        None,
        True,
    )
    assert first.origin.message_id == 7


def test_the_trace_may_stand_within_free_addenda_text() -> None:
    data = ach_file(ach_entry("1.00", f"PAYMENT {TRN}"), description="PAYMENT")
    (entry,) = next(nacha_mapping.statements(message(nacha.parse(data)))).entries
    assert (entry.trace, entry.claim_payment) == (TRACE, True)
    (entry,) = next(nacha_mapping.statements(message(nacha.parse(ach_file(ach_entry("1"), description="PAY"))))).entries
    assert (entry.trace, entry.claim_payment) == (None, False)


BAI2 = (
    b"01,BANK,HOSPITAL,260304,0600,7,80,1,2/\n"
    b"02,HOSPITAL,BANK,1,260303,2359,USD,2/\n"
    b"03,4411,,010,100000,,,015,170050,,,100,75050,1,,400,5000,1,/\n"
    b"16,142,75050,V,260304,,B77,C88,HCCLAIMPMT TRN*1*2026030\n"
    b"88,212345*1512345678\\\n"
    b"16,475,5000,Z,,,CHECK 101/\n"
    b"16,890,,Z,,,NO MONEY IN THIS/\n"
    b"49,430150,7/\n"
    b"98,430150,1,9/\n"
    b"99,430150,1,11/\n"
)


def test_a_bai2_file_is_a_statement_for_each_account() -> None:
    (statement,) = bai2_mapping.statements(message(bai2.parse(BAI2, unbalanced="report")))
    assert (statement.kind, statement.account, statement.currency, statement.as_of) == (
        "statement",
        "4411",
        "USD",
        date(2026, 3, 3),
    )
    assert (statement.opening, statement.closing, statement.difference) == (Decimal(1000), Decimal("1700.50"), 0)
    assert (statement.credits, statement.debits) == (Decimal("750.50"), Decimal(50))
    first, second = statement.entries
    assert (first.amount, first.booked, first.value_date) == (Decimal("750.50"), date(2026, 3, 3), date(2026, 3, 4))
    assert (first.trace, first.bank_reference, first.references, first.code) == (TRACE, "B77", ("C88",), "142")
    assert first.provenance == {"amount": "line 4: 16", "booked": "line 2: 02", "trace": "line 4: 16 text"}
    assert (second.amount, second.trace, second.claim_payment) == (Decimal(-50), None, False)
    assert statement.provenance["closing"] == "line 3: 03 015"


@pytest.mark.parametrize(
    ("status", "said", "counts"),
    [(b"1", "", True), (b"2", "withdrawn", False), (b"3", "corrected", True), (b"4", "test", False)],
)
def test_a_group_may_correct_or_withdraw_an_earlier_one(status: bytes, said: str, counts: bool) -> None:
    data = BAI2.replace(b"BANK,1,260303", b"BANK,%b,260303" % status)
    (statement,) = bai2_mapping.statements(message(bai2.parse(data, unbalanced="report")))
    assert (statement.status, statement.counts) == (said, counts)


CAMT = b"""<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><GrpHdr><MsgId>M1</MsgId></GrpHdr>
<Stmt><Id>S1</Id><Acct><Id><Othr><Id>4411</Id></Othr></Id></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="USD">100</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-03-03</Dt></Dt></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="USD">900</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-03-03</Dt></Dt></Bal>
<TxsSummry><TtlCdtNtries><Sum>900</Sum></TtlCdtNtries></TxsSummry>
<Ntry><Amt Ccy="USD">800</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-03-03</Dt></BookgDt>
<AcctSvcrRef>B1</AcctSvcrRef><NtryDtls>
<TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs><Amt Ccy="USD">750.50</Amt><CdtDbtInd>CRDT</CdtDbtInd>
<RltdPties><Dbtr><Nm>GOOD PAYER</Nm></Dbtr></RltdPties>
<RmtInf><Ustrd>HCCLAIMPMT TRN*1*20260302</Ustrd><Ustrd>12345*1512345678\\</Ustrd></RmtInf></TxDtls>
<TxDtls><Refs><EndToEndId>E2E</EndToEndId></Refs><Amt Ccy="USD">49.50</Amt><CdtDbtInd>CRDT</CdtDbtInd></TxDtls>
</NtryDtls></Ntry>
<Ntry><Amt Ccy="USD">100</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>PDNG</Cd></Sts>
<NtryDtls><TxDtls><RmtInf><Strd><CdtrRefInf><Ref>RF18</Ref></CdtrRefInf></Strd></RmtInf><AddtlTxInf>hcclaimpmt</AddtlTxInf></TxDtls></NtryDtls></Ntry>
</Stmt></BkToCstmrStmt></Document>"""


def test_a_camt_statement_has_an_entry_for_each_transaction_with_an_amount() -> None:
    (statement,) = camt_mapping.statements(message(camt.parse(CAMT)))
    assert (statement.kind, statement.account, statement.currency, statement.number) == (
        "statement",
        "4411",
        "USD",
        "S1",
    )
    assert (statement.opening, statement.closing, statement.difference) == (Decimal(100), Decimal(900), 0)
    assert (statement.credits, statement.debits, statement.as_of) == (Decimal(900), None, date(2026, 3, 3))
    first, second, third = statement.entries
    assert (first.amount, first.trace, first.payer_name) == (Decimal("750.50"), TRACE, "GOOD PAYER")
    assert (first.bank_reference, first.booked, first.references) == ("B1", date(2026, 3, 3), ())
    assert first.provenance["amount"] == "line 8: TxDtls(1)/Amt"
    assert (second.amount, second.references, second.trace) == (Decimal("49.50"), ("E2E",), None)
    assert (third.amount, third.settled, third.claim_payment, third.references) == (100, False, True, ("RF18",))


def test_an_advice_without_balances_is_of_the_day_it_was_made() -> None:
    data = b"""<Document><BkToCstmrDbtCdtNtfctn><Ntfctn><Id>N1</Id><CreDtTm>2026-03-04T06:00:00+01:00</CreDtTm>
    <Ntry><Amt Ccy="CHF">1</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts></Ntry></Ntfctn></BkToCstmrDbtCdtNtfctn></Document>"""
    (advice,) = camt_mapping.statements(message(camt.parse(data)))
    assert (advice.kind, advice.as_of, advice.currency) == ("advice", date(2026, 3, 4), "CHF")
    assert advice.provenance["as_of"] == "line 1: CreDtTm"
    (undated,) = camt_mapping.statements(message(camt.parse(data.replace(b"2026-03-04", b"2026-02-30"))))
    assert undated.as_of is None


def test_an_entry_whose_transactions_do_not_come_to_it_stays_one() -> None:
    data = CAMT.replace(b">49.50<", b">49.00<")
    (statement,) = camt_mapping.statements(message(camt.parse(data)))
    first, second = statement.entries
    assert (first.amount, first.trace, first.references) == (Decimal(800), TRACE, ("E2E",))
    assert (first.provenance["amount"], second.amount) == ("line 6: Ntry/Amt", Decimal(100))


def test_statements_travel_and_show_nothing() -> None:
    (statement,) = camt_mapping.statements(message(camt.parse(CAMT)))
    assert CATALOGUE.decode(CATALOGUE.encode(statement)) == statement
    shown = f"{statement} {statement.entries} {statement.entries[0].trace}"
    assert "PAYER" not in shown
    assert "4411" not in shown
    assert "12345" not in shown


MAPPINGS: list[tuple[str, str, Any, Any]] = [
    ("bai2", "*.txt", bai2, bai2_mapping),
    ("nacha", "*.ach", nacha, nacha_mapping),
    ("iso20022", "*.xml", camt, camt_mapping),
]


@pytest.mark.parametrize(("kind", "pattern", "codec", "mapping"), MAPPINGS, ids=[one[0] for one in MAPPINGS])
def test_every_file_of_the_corpus_keeps_its_money(kind: str, pattern: str, codec: Any, mapping: Any) -> None:
    folder = Path(os.environ.get("ISTHMUS_CORPUS") or Path(__file__).parents[3] / "shared" / "corpus") / kind
    if not folder.is_dir():
        pytest.skip("the sample corpus is not beside the repository (set ISTHMUS_CORPUS)")
    read = 0
    for path in sorted(folder.rglob(pattern)):
        try:
            content = codec.parse(path.read_bytes(), unbalanced="report")
        except codec.ParseError:
            continue
        found: list[BankStatement] = list(mapping.statements(message(content)))
        assert sum(one.amount for statement in found for one in statement.entries) == signed_total(content), path.name
        read += 1
    assert read >= 5


def signed_total(content: Any) -> Decimal:
    if isinstance(content, bai2.Bai2File):
        signed = [one.signed for account in content.accounts() for one in account.transactions]
        return sum((one for one in signed if one is not None), Decimal(0))
    amounts = [one.signed if isinstance(content, nacha.AchFile) else one.amount for one in content.entries()]
    return sum(amounts, Decimal(0))
