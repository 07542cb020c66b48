"""`isthmus test` of a flow that works files off row by row."""

from __future__ import annotations

from pathlib import Path

import pytest

HUB = """\
[hub]
name = "test"

[sources.files]
connector = "files"
folder = "in"
format = "delimited"
owner = "finance"

[destinations.erp]
connector = "files"
folder = "out"
owner = "finance"
"""
FLOW = """\
from isthmus import flow, send
from isthmus.protocols.delimited import Column, Layout, Record

LAYOUT = Layout(names=True, detail=Record(columns=(Column(name="account"), Column(name="amount", kind="decimal"))))
rows = flow("rows", source="files", accepts="delimited/charges", layout=LAYOUT, each="row", bad="BAD",
            owner="finance", lane="account", when_parked="wait")


@rows.on()
def row(piece):
    if piece["amount"]:
        yield send("erp", piece["account"].encode())


"""
SAMPLE = "account,amount\nA,1.00\nB,much\nC,0.00\nD,2.00\n"


@pytest.fixture
def results(isthmus, tmp_path: Path):
    def run(case: str, bad: str = "park", sample: str = SAMPLE):
        for folder in ("flows", "samples"):
            (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / "hub.toml").write_text(HUB)
        (tmp_path / "flows" / "rows.py").write_text(FLOW.replace("BAD", bad) + f"rows.case({case})\n")
        (tmp_path / "samples" / "a.csv").write_text(sample)
        (result,) = isthmus("test", tmp_path, "--json").json["results"]
        return result["ok"], result["why"], result["got"]

    return run


def test_a_case_lists_what_the_good_rows_give_and_which_are_bad(results):
    assert results('"a", "samples/a.csv", expect=["send:erp"] * 2, bad={2: "column amount"}')[:2] == (True, "")


def test_a_case_may_count(results):
    ok, _, got = results('"a", "samples/a.csv", expect={"pieces": 4, "send:erp": 2, "bad": 1}')
    assert (ok, got) == (True, ["1 of bad", "4 of pieces", "2 of send:erp"])


@pytest.mark.parametrize(
    ("case", "why"),
    [
        ('expect=["send:erp"] * 2', "piece 2 is bad: "),
        ('expect=["send:erp"], bad={2: "amount"}', "something else came out"),
        ('expect={"send:erp": 3, "bad": 1}', "something else came out"),
        ('bad={2: "account"}', "piece 2 should be bad with 'account', and was with"),
        ('bad={1: "amount", 2: "amount"}', "piece 1 should be bad with 'amount', and was taken"),
        ('parks="REFUSED"', "it should be parked with 'REFUSED', and was decided"),
    ],
)
def test_a_case_that_says_otherwise_fails_with_the_reason(case, why, results):
    ok, said, _ = results(f'"a", "samples/a.csv", {case}')
    assert not ok
    assert why in said


def test_a_flow_that_refuses_bad_files_parks_the_whole_of_it(results):
    assert results('"a", "samples/a.csv", parks="nothing of it was dispatched"', "refuse")[0]
    ok, why, _ = results('"a", "samples/a.csv", expect=["send:erp"] * 2', "refuse")
    assert not ok
    assert "faults: 1, the first in piece 2 (line 3)" in why


def test_a_sample_that_the_source_would_refuse_fails(results):
    ok, why, _ = results('"a", "samples/a.csv", expect=[]', sample="account\nA\n")
    assert not ok
    assert "the source would refuse this sample" in why
