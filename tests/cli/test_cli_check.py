"""`isthmus check` as a command: all at once, exit codes, JSON."""

from __future__ import annotations

BROKEN_FLOW = """
import random
from isthmus import flow, forward

lab = flow("lab", source="lab", accepts="hl7v2/ORU", owner="")


@lab.on("ADT^A01")
def result(msg):
    yield forward("nowhere")
"""


def test_everything_is_found_at_once_with_file_line_and_the_way_to_mend(isthmus, hub):
    (hub / "flows" / "lab.py").write_text(BROKEN_FLOW)
    said = isthmus("check", hub)
    assert said.code == 1
    for expected in (
        "flows/lab.py:2: error: flows are pure, and this reaches randomness (random) [purity]",
        "flows/lab.py:5: error: flow lab: declares no lane [lanes]",
        "flows/lab.py:5: error: flow lab: does not say what happens behind a parked message [lanes]",
        "flows/lab.py:5: error: flow lab: names no owner [owners]",
        "flows/lab.py:5: error: flow lab: there is no source 'lab' [sources]",
        "flows/lab.py:8: error: flow lab handles ADT^A01, and accepts hl7v2/ORU: this handler never runs [handlers]",
        "flows/lab.py:10: error: there is no destination 'nowhere' [destinations]",
    ):
        assert expected in said.out
    assert "7 errors, 1 warnings" in said.out


def test_findings_as_json(isthmus, hub):
    (hub / "flows" / "lab.py").write_text(BROKEN_FLOW)
    found = isthmus("check", hub, "--json").json
    assert found["errors"] == 7
    assert {"level", "file", "line", "what", "mend", "rule"} == set(found["findings"][0])


def test_warnings_alone_are_no_failure(isthmus, hub):
    settings = hub / "hub.toml"
    settings.write_text(settings.read_text() + "\n[sources.other]\n")
    flow = hub / "flows" / "example.py"
    flow.write_text(flow.read_text().split("ehr_adt.case")[0])
    settings.write_text(settings.read_text().replace("\n[sources.other]\n", ""))
    said = isthmus("check", hub)
    assert said.code == 0
    assert "0 errors, 1 warnings" in said.out


def test_a_folder_without_a_hub_is_a_finding(isthmus, tmp_path):
    said = isthmus("check", tmp_path)
    assert said.code == 1
    assert "there is no hub.toml" in said.out
