"""The trace number in whatever text a bank puts on an entry."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.mappings.bank.trace import find_trace, is_claim_payment
from isthmus.model import TraceNumber

WHOLE = TraceNumber("2026030212345", "1512345678")


@pytest.mark.parametrize(
    "text",
    [
        "TRN*1*2026030212345*1512345678\\",
        "TRN*1*2026030212345*1512345678*999999999\\",
        "TRN*1*2026030212345*1512345678~",
        "TRN*1*2026030212345*1512345678",
        "HCCLAIMPMT ZP GOODCOMM5044 TRN*1*2026030212345*1512345678\\",
        "PAYER INC HCCLAIMPMT TRN*1*2026030212345*1512345678 CCD",
        "TRN * 1 * 2026030212345 * 1512345678 \\",
        "EREF: 77\nREMI: TRN*1*2026030212345*1512345678\nCRNM: HOSPITAL",
        "HCCLAIMPMT TRN*1*20260302\n12345*1512345678\\",
        "HCCLAIMPMT TRN*1*2026030212345*15123\n45678\\",
        "HCCLAIMPMT TRN*1*2026030212345*\n1512345678\\",
        "TRN*1*20260302 12345*1512345678\\",
        "HCCLAIMPMT TRN 1 2026030212345 1512345678",
        "DES:HCCLAIMPMT ID:99 INDN:HOSPITAL PMT INFO:TRN*1*2026030212345*1512345678\\ CO ID:1512345678 CCD",
    ],
)
def test_a_whole_trace_is_found_in_any_text(text: str) -> None:
    assert find_trace(text) == WHOLE


@pytest.mark.parametrize(
    ("text", "trace"),
    [
        ("TRN*1*2026030212345*15123", TraceNumber("2026030212345")),
        ("TRN*1*2026030212345*", TraceNumber("2026030212345")),
        ("TRN*1*2026030212345", TraceNumber("2026030212345", cut=True)),
        ("TRN*1*2026030212345\nCRNM: HOSPITAL", TraceNumber("2026030212345", cut=True)),
        ("TRN*1*2026030212345\\", TraceNumber("2026030212345")),
        ("TRN*1*2026030212345 PPD", TraceNumber("2026030212345")),
        ("TRN*1*EFT-77/2*1512345678\\", TraceNumber("EFT-77/2", "1512345678")),
    ],
)
def test_what_was_cut_off_is_told_from_what_is_whole(text: str, trace: TraceNumber) -> None:
    assert find_trace(text) == trace


@pytest.mark.parametrize(
    "text",
    [
        "",
        "HCCLAIMPMT",
        "TRN",
        "TRN*",
        "TRN*1",
        "TRN*1*",
        "TRN*1**1512345678",
        "PATRN*1*77*1512345678",
        "TRN 1 77 15123",
    ],
)
def test_text_without_a_trace_has_none(text: str) -> None:
    assert find_trace(text) is None


def test_a_claim_payment_is_known_by_its_entry_description() -> None:
    assert is_claim_payment("Blue Plan DES:HCClaimPmt")
    assert not is_claim_payment("CHECK DEPOSIT")


REFERENCES = st.from_regex(r"[A-Z0-9]{6,30}", fullmatch=True)
PAYERS = st.from_regex(r"1[0-9]{9}", fullmatch=True)


@settings(max_examples=200)
@given(REFERENCES, PAYERS, st.sampled_from(["", "HCCLAIMPMT ", "ACH PAYER "]), st.sampled_from(["\\", "~", " CCD", ""]))
def test_every_trace_is_found_behind_any_beginning(reference: str, payer: str, before: str, after: str) -> None:
    text = f"{before}TRN*1*{reference}*{payer}{after}"
    assert find_trace(text) == TraceNumber(reference, payer)


@settings(max_examples=200)
@given(REFERENCES, PAYERS, st.integers(0, 60))
def test_a_text_that_is_cut_off_never_gives_a_wrong_trace(reference: str, payer: str, length: int) -> None:
    found = find_trace(f"TRN*1*{reference}*{payer}\\"[:length])
    if found is not None:
        assert found.payer in ("", payer)
        assert reference.startswith(found.reference) if found.cut else found.reference == reference


@settings(max_examples=300)
@given(st.text("TRN*1 \\~\n-A2", max_size=40))
def test_any_text_has_a_trace_or_none(text: str) -> None:
    found = find_trace(text)
    assert found is None or found.reference
