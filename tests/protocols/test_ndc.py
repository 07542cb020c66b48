"""The National Drug Code in its 10- and 11-digit forms."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.protocols import ndc


@pytest.mark.parametrize(
    ("text", "form", "eleven"),
    [
        ("0069-4200-30", "4-4-2", "00069420030"),
        ("50242-040-62", "5-3-2", "50242004062"),
        ("60575-4112-1", "5-4-1", "60575411201"),
        ("00069-4200-30", "5-4-2", "00069420030"),
        ("00069420030", "5-4-2", "00069420030"),
        (" 00069420030 ", "5-4-2", "00069420030"),
        ("0069-4200", "4-4", "000694200"),
        ("50242-040", "5-3", "502420040"),
    ],
)
def test_every_form_reads_as_its_eleven_digits(text: str, form: str, eleven: str) -> None:
    code = ndc.read(text)
    assert (code.form, code.eleven) == (form, eleven)


def test_the_same_drug_is_equal_in_all_its_spellings() -> None:
    assert ndc.read("0069-4200-30").eleven == ndc.read("00069420030").eleven == ndc.read("00069-4200-30").eleven


@pytest.mark.parametrize(
    ("form", "eleven"), [("4-4-2", "01234567890"), ("5-3-2", "12345067890"), ("5-4-1", "12345678900")]
)
def test_ten_digits_are_read_when_their_form_is_given(form: ndc.Form, eleven: str) -> None:
    assert ndc.read("1234567890", form=form).eleven == eleven


@pytest.mark.parametrize(
    ("text", "ten"),
    [
        ("0069-4200-30", ("0069-4200-30",)),
        ("12345-0678-90", ("12345-678-90",)),
        ("12345678909", ("12345-6789-9",)),
        ("00069042003", ("0069-0420-03", "00069-420-03", "00069-0420-3")),
        ("12345678990", ()),
    ],
)
def test_eleven_digits_may_be_several_tens(text: str, ten: tuple[str, ...]) -> None:
    assert ndc.read(text).ten() == ten


@pytest.mark.parametrize(
    ("text", "form", "rule"),
    [
        ("1234567890", None, "ambiguous"),
        ("1234567890", "5-4-2", "form"),
        ("0069-4200-30", "5-4-1", "form"),
        ("0069-420-30", None, "21 CFR 207.33"),
        ("0069-420", None, "21 CFR 207.33"),
        ("50242-0400-6-2", None, "21 CFR 207.33"),
        ("123456789", None, "21 CFR 207.33"),
        ("٠٠٠٦٩٤٢٠٠٣٠", None, "21 CFR 207.33"),
        ("", None, "21 CFR 207.33"),
    ],
)
def test_what_is_no_code_is_refused(text: str, form: ndc.Form | None, rule: str) -> None:
    with pytest.raises(ndc.NdcError) as caught:
        ndc.read(text, form=form)
    assert caught.value.rule == rule


def test_every_product_code_of_the_corpus_is_read() -> None:
    folder = Path(os.environ.get("ISTHMUS_CORPUS") or Path(__file__).parents[3] / "shared" / "corpus") / "code-systems"
    if not folder.is_dir():
        pytest.skip("the sample corpus is not beside the repository (set ISTHMUS_CORPUS)")
    (path,) = folder.rglob("ndc-product-sample.txt")
    with path.open(encoding="iso-8859-1", newline="") as file:
        codes = [row["PRODUCTNDC"] for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)]
    assert codes
    assert [ndc.read(code).hyphenated for code in codes] == codes


@given(st.text(alphabet="0123456789- ", max_size=14), st.sampled_from([None, "4-4-2", "5-3-2", "5-4-1", "5-4-2"]))
def test_any_text_is_a_code_or_refused(text: str, form: ndc.Form | None) -> None:
    try:
        code = ndc.read(text, form=form)
    except ndc.NdcError:
        return
    assert len(code.eleven) in (9, 11)
    assert all(ndc.read(ten).eleven == code.eleven for ten in code.ten())
