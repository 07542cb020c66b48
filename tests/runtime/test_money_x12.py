"""What X12 says about money: claims, remittances, invoices; what is at stake, and which mends change an amount."""

from __future__ import annotations

import asyncio
import base64
import os
from pathlib import Path

import pytest
from api_hub import fresh_hub, serving
from hypothesis import given
from hypothesis import strategies as st

from isthmus.ports import Money
from isthmus.runtime.money import reader_of

money_of = reader_of()


def interchange(code: str, kind: str, *segments: str) -> bytes:
    """An interchange with one transaction set; its counts are right."""
    isa = f"ISA*00*{'':10}*00*{'':10}*ZZ*{'HOSPITAL':15}*ZZ*{'PAYER':15}*260302*1015*^*00501*000000001*0*P*:~"
    body = "".join(f"{one}~" for one in segments)
    head = f"GS*{code}*HOSPITAL*PAYER*20260302*1015*1*X*005010X222A1~ST*{kind}*0001~"
    return f"{isa}{head}{body}SE*{len(segments) + 2}*0001~GE*1*1~IEA*1*000000001~".encode()


CLAIM = interchange(
    "HC", "837", "CLM*A1*150.5***11:B:1*Y", "HI*ABK:J10", "SV1*HC:99213:25*100.50*UN*1***1", "SV1*HC:87880*50*UN*2***1",
    "CLM*A2*75***11:B:1*Y", "SV2*0300*HC:80053*75*UN*1", "AMT*F5*10",
)  # fmt: skip
REMITTANCE = interchange(
    "HP", "835", "BPR*I*905.25*C*ACH", "TRN*1*0012345*1999996666", "CLP*A1*1*1000*900.25*20*MC*1", "CAS*CO*45*79.75**50*0",
    "SVC*HC:99213*1000*900.25**1", "PLB*1234567893*20261231*CS:9*-5",
)  # fmt: skip
INVOICE = interchange(
    "IN", "810", "BIG*20260302*INV1", "CUR*SE*USD", "IT1*1*10*EA*4.5", "SAC*C*D240***550", "TXI*ST*1.25", "TDS*5175"
)


@pytest.mark.parametrize(("body", "cents"), [(CLAIM, 22550), (REMITTANCE, 90525), (INVOICE, 5175)])
def test_at_stake_are_the_claims_the_payment_and_the_total_of_the_invoice(body: bytes, cents: int) -> None:
    assert money_of(body).cents == cents


@pytest.mark.parametrize(
    ("body", "old", "new"),
    [
        (CLAIM, b"CLM*A1*150.5", b"CLM*A1*1505"),
        (CLAIM, b"*100.50*UN*1", b"*100.51*UN*1"),
        (CLAIM, b"*50*UN*2", b"*50*UN*20"),
        (CLAIM, b"HC:80053*75", b"HC:80053*57"),
        (CLAIM, b"AMT*F5", b"AMT*EAF"),
        (CLAIM, b"AMT*F5*10~", b""),
        (REMITTANCE, b"905.25", b"905.26"),
        (REMITTANCE, b"905.25*C", b"905.25*D"),
        (REMITTANCE, b"*1*1000*900.25*20", b"*1*1000*920.25*0"),
        (REMITTANCE, b"CAS*CO", b"CAS*PR"),
        (REMITTANCE, b"*79.75**50*0", b"*79.75**50*1"),
        (REMITTANCE, b"SVC*HC:99213*1000", b"SVC*HC:99213*999"),
        (REMITTANCE, b"CS:9*-5", b"CS:9*5"),
        (INVOICE, b"TDS*5175", b"TDS*51750"),
        (INVOICE, b"IT1*1*10", b"IT1*1*11"),
        (INVOICE, b"EA*4.5", b"EA*5.4"),
        (INVOICE, b"SAC*C", b"SAC*A"),
        (INVOICE, b"CUR*SE*USD", b"CUR*SE*EUR"),
    ],
)
def test_a_mend_that_changes_an_amount_its_sign_its_kind_or_what_multiplies_it_is_seen(
    body: bytes, old: bytes, new: bytes
) -> None:
    assert old in body
    assert money_of(body).said != money_of(body.replace(old, new)).said


@pytest.mark.parametrize(
    ("body", "old", "new"),
    [
        (CLAIM, b"CLM*A1", b"CLM*A9"),
        (CLAIM, b"HI*ABK:J10", b"HI*ABK:J11"),
        (CLAIM, b"150.5*", b"150.50*"),
        (CLAIM, b"~", b"~\n"),
        (REMITTANCE, b"TRN*1*0012345", b"TRN*1*12345"),
        (INVOICE, b"INV1", b"INV2"),
    ],
)
def test_a_mend_of_anything_else_is_none(body: bytes, old: bytes, new: bytes) -> None:
    assert old in body
    assert money_of(body).said == money_of(body.replace(old, new)).said


def test_two_claims_that_change_places_are_a_change_although_the_sum_is_the_same() -> None:
    one = interchange("HC", "837", "CLM*A1*10", "CLM*A2*20")
    other = interchange("HC", "837", "CLM*A2*20", "CLM*A1*10")
    assert money_of(one).cents == money_of(other).cents
    assert money_of(one).said != money_of(other).said


def test_a_hundredth_is_written_into_numbers_that_imply_it() -> None:
    assert "1 TDS(1)-01 51.75" in money_of(INVOICE).said
    assert "1 SAC(1)-05 5.5" in money_of(INVOICE).said


def test_an_interchange_without_amounts_says_nothing_and_one_that_cannot_be_read_is_different_from_any_other() -> None:
    assert money_of(interchange("HS", "270", "BHT*0022*13")) == Money()
    damaged = money_of(b"ISA*00*")
    assert damaged.cents == 0
    assert damaged.said != money_of(b"ISA*01*").said


@given(st.sampled_from([b"ISA", CLAIM[:106], CLAIM, REMITTANCE[:-40], INVOICE[:200]]), st.binary(max_size=60))
def test_any_bytes_say_something_about_money_or_nothing(head: bytes, tail: bytes) -> None:
    assert 0 <= money_of(head + tail).cents < 1 << 63


def test_every_claim_and_remittance_of_the_corpus_has_something_at_stake() -> None:
    corpus = Path(os.environ.get("ISTHMUS_CORPUS") or Path(__file__).parents[3] / "shared" / "corpus") / "x12"
    if not corpus.is_dir():
        pytest.skip("the sample corpus is not beside the repository (set ISTHMUS_CORPUS)")
    silent = [
        path.name
        for path in sorted(corpus.rglob("*.837"))
        if path.is_file() and b"CLM" in path.read_bytes() and not money_of(path.read_bytes()).cents
    ]
    assert silent == []


FLOW = """
from isthmus import flow

claims = flow("claims", source="billing", accepts="raw", owner="finance")


@claims.on()
def claim(file):
    raise ValueError("the payer is not in the table")
"""


async def test_a_mend_of_a_parked_claim_that_changes_an_amount_is_proposed_and_not_carried_out(tmp_path: Path) -> None:
    folder = fresh_hub(tmp_path / "hub")
    (folder / "flows" / "claims.py").write_text(FLOW)
    (folder / "in").mkdir()
    (folder / "ana.token").write_text("token of ana")
    settings = folder / "hub.toml"
    source = '[sources.billing]\nconnector = "files"\nformat = "raw"\nfolder = "in"\nowner = "finance"\n'
    settings.write_text(settings.read_text() + source + '[admin.actors]\nana = "file:ana.token"\n')
    async with serving(folder) as api:
        fate: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        api.hub.intakes["billing"].receive(CLAIM, fate.set_result)
        await fate
        (item,) = (await api.get("/v1/parked")).body["items"]
        assert item["cents"] == 22550
        mended = base64.b64encode(CLAIM.replace(b"CLM*A1*150.5", b"CLM*A1*15.5")).decode()
        asked = {"body": mended, "reason": "a digit too many"}
        headers = {"authorization": "Bearer token of ana"}
        reply = await api.ask("POST", f"/v1/parked/{item['item']}/mend", json=asked, headers=headers)
        (result,) = reply.body["results"]
        assert (result["done"], result["proposed"]) == (False, True)
        (item,) = (await api.get("/v1/parked")).body["items"]
        assert (item["proposed"]["was_cents"], item["proposed"]["cents"]) == (22550, 9050)
