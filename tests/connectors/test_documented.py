"""The pages about connectors say what the program does: their settings load, their code runs, their lists are whole."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import msgspec
import pytest

from isthmus.runtime.loader import load_connector
from isthmus.runtime.settings import DeliveryPolicy, SourceSettings
from isthmus.testing import connector_conformance

DOCS = Path(__file__).parents[2] / "docs"
REFERENCE = (DOCS / "reference" / "connectors.md").read_text()
HOW_TO = (DOCS / "how-to" / "write-a-connector.md").read_text()


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("block", blocks(REFERENCE, "toml"))
def test_settings_that_are_shown_load(block: str) -> None:
    for side, shared, own in (
        ("sources", SourceSettings, "SourceSettings"),
        ("destinations", DeliveryPolicy, "SinkSettings"),
    ):
        for table in tomllib.loads(block).get(side, {}).values():
            of_all = {name: value for name, value in table.items() if name in shared.__struct_fields__}
            of_it = {name: value for name, value in table.items() if name not in of_all}
            msgspec.convert(of_all, shared)
            msgspec.convert(of_it, getattr(load_connector(table["connector"]), own))


def test_the_example_runs_and_keeps_to_all_sentences(tmp_path: Path) -> None:
    script = tmp_path / "pager.py"
    script.write_text("\n\n".join(blocks(HOW_TO, "python")))
    ran = subprocess.run([sys.executable, "-W", "error", str(script)], capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stderr


def test_every_sentence_is_listed_with_what_it_needs() -> None:
    class All:
        network = recognises = compares = True

    listed = re.findall(r"^- `(\w+)`", HOW_TO.partition("The sentences")[2], re.MULTILINE)
    sentences = [*connector_conformance.sink_sentences(All), *connector_conformance.source_sentences()]
    assert listed == [connector_conformance.named(sentence) for sentence in sentences]


def test_every_connector_has_a_line() -> None:
    folder = Path(connector_conformance.__file__).parents[1] / "connectors"
    connectors = {path.stem for path in folder.iterdir() if not path.name.startswith("_")}
    assert connectors == set(re.findall(r"^\| `(\w+)` \|", REFERENCE.split("##")[0], re.MULTILINE))
