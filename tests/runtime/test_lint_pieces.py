"""What `isthmus check` says of flows that work files off piece by piece."""

from __future__ import annotations

from pathlib import Path

import pytest

from isthmus.runtime.lint import lint

HUB = """\
[hub]
name = "test"

[sources.files]
connector = "files"
folder = "in"
format = "FORMAT"
owner = "finance"

[destinations.out]
connector = "files"
folder = "out"
owner = "finance"
"""

FLOW = """\
from isthmus import flow, send
from isthmus.protocols.delimited import Column, Layout, Record

LAYOUT = Layout(names=True, detail=Record(columns=(Column(name="account"), Column(name="amount", kind="decimal"))))
rows = flow("rows", source="files", accepts="delimited/charges", layout=LAYOUT, each="row", bad="park",
            owner="finance", lane="account", when_parked="wait")


@rows.on()
def row(piece):
    yield send("out", piece["account"].encode())


rows.case("a row", "samples/a.csv", expect=["send:out"])
"""


@pytest.fixture
def hub(tmp_path: Path) -> Path:
    for folder in ("flows", "samples", "in", "out"):
        (tmp_path / folder).mkdir()
    (tmp_path / "samples" / "a.csv").write_text("account,amount\nA,1.00\n")
    return tmp_path


def findings(hub: Path, flow: str, format: str = "delimited") -> list[tuple[str, str, str]]:
    (hub / "hub.toml").write_text(HUB.replace("FORMAT", format))
    (hub / "flows" / "rows.py").write_text(flow)
    return [(one.rule, one.file, one.what) for one in lint(hub)]


def test_a_hub_in_order_has_no_findings(hub):
    assert findings(hub, FLOW) == []


ACCEPTS = 'accepts="delimited/charges", layout=LAYOUT'
OF_DELIMITED = [
    (('each="row", bad="park"', 'each="row"'), "pieces", "does not say what becomes of a bad piece"),
    (('bad="park"', 'bad="perhaps"'), "pieces", "bad='perhaps'"),
    (('each="row", ', ""), "pieces", "bad='park' is of pieces"),
    (('each="row"', 'each="claim"'), "pieces", "each='claim' is no way to take delimited files apart"),
    ((ACCEPTS, 'accepts="delimited/charges"'), "pieces", "one layout with a name"),
    ((ACCEPTS, 'accepts="delimited", layout=LAYOUT'), "pieces", "one layout with a name"),
    (("Layout(names=True,", 'Layout(names=True, delimiter="",'), "pieces", "a fixed-width file has no line of names"),
    (('lane="account"', 'lane="acount"'), "lanes", "'acount' is none of account, amount"),
]


@pytest.mark.parametrize(("damage", "rule", "words"), OF_DELIMITED)
def test_what_is_wrong_with_a_flow_of_rows_is_found(damage, rule, words, hub):
    assert damage[0] in FLOW
    assert any(found[0] == rule and words in found[2] for found in findings(hub, FLOW.replace(*damage)))


@pytest.mark.parametrize(
    ("accepts", "format", "options", "rule", "words"),
    [
        ("x12/835", "x12", 'each="row", bad="park", lane="CLP01"', "pieces", "no way to take x12 files apart"),
        ("x12/834", "x12", 'each="claim", bad="park", lane="CLP01"', "pieces", "only an 835 or an 837 has claims"),
        ("x12/835", "x12", 'each="claim", bad="park", lane="01"', "lanes", "names no segment"),
        ("json", "json", 'each="row", bad="park", lane=ALL', "pieces", "no way to take json files apart"),
        ("ndjson", "ndjson", 'lane="account"', "lanes", "a file of many rows has no 'account' of its own"),
        ("raw", "raw", 'lane="account"', "lanes", "which has none"),
        ("nacha", "nacha", 'each="entry", bad="refuse", lane="acount"', "lanes", "is none of"),
    ],
)
def test_what_is_wrong_with_flows_of_other_formats_is_found(accepts, format, options, rule, words, hub):
    head, _, tail = FLOW.partition("rows = flow(")
    own = f'rows = flow("rows", source="files", accepts="{accepts}", owner="finance", when_parked="wait", {options})\n'
    text = "from isthmus.flows import ALL\n" + head + own + tail[tail.index("\n\n@rows") :]
    assert any(found[0] == rule and words in found[2] for found in findings(hub, text, format))


@pytest.mark.parametrize("format", ["x12/835@005010X221A1", "x12/837"])
def test_a_flow_of_claims_is_in_order(format, hub):
    lane = "CLP01" if "835" in format else "CLM01"
    text = (
        FLOW.replace(ACCEPTS, f'accepts="{format}"')
        .replace('each="row"', 'each="claim"')
        .replace('"account", w', f'"{lane}", w')
    )
    assert findings(hub, text, "x12") == []


def test_two_flows_of_one_source_read_its_files_by_one_layout(hub):
    other = FLOW.replace("rows", "more").replace("delimited/charges", "delimited/others")
    (hub / "flows" / "more.py").write_text(other)
    assert [found[0] for found in findings(hub, FLOW)] == ["pieces"]
