"""A hub's controls: found in its folder, run over its journal and the books of a destination."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from isthmus.kernel.errors import Misuse
from isthmus.runtime.controls import load_controls, run_control
from isthmus.runtime.hub import JOURNAL_FILE
from isthmus.runtime.lint import lint

HOSPITAL = Path(__file__).parents[2] / "demo" / "hospital"
DAY = date(2026, 3, 2)

CONTROL = """\
from isthmus.reconcile import CHARGES_TO_LEDGER, totals_for


@totals_for(CHARGES_TO_LEDGER)
def charges_to_ledger(sides, day):
    return sides.movement("erp", day)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "controls").mkdir()
    (tmp_path / "hub.toml").write_text('[hub]\nname = "test"\n')
    (tmp_path / "controls" / "c0.py").write_text(CONTROL)
    return tmp_path


def wrong_controls(folder: Path) -> list[tuple[str, int, str]]:
    return [(one.file, one.line, one.what) for one in lint(folder) if one.rule == "controls"]


def test_the_controls_of_a_folder_are_known_by_name(folder: Path) -> None:
    assert {name: one.control.title for name, one in load_controls(folder).items()} == {
        "C0": "Charges to general ledger"
    }


def test_a_hub_without_controls_has_none(tmp_path: Path) -> None:
    assert load_controls(tmp_path) == {}


def test_two_controls_of_one_name_are_found_by_check(folder: Path) -> None:
    (folder / "controls" / "d0.py").write_text(CONTROL)
    assert wrong_controls(folder) == [("controls/d0.py", 1, "there is another control named 'C0'")]


def test_a_control_that_cannot_be_imported_is_found_by_check(folder: Path) -> None:
    (folder / "controls" / "c0.py").write_text("import nowhere_to_be_found\n")
    assert wrong_controls(folder) == [
        ("controls/c0.py", 1, "ModuleNotFoundError: No module named 'nowhere_to_be_found'")
    ]


def test_an_unknown_control_is_named_with_those_that_there_are(folder: Path) -> None:
    with pytest.raises(Misuse, match=r"there is no control 'C9': .* holds C0"):
        run_control(folder, "C9", DAY)


def test_the_demo_s_hub_is_in_order_but_for_what_the_demo_makes() -> None:
    found = [one for one in lint(HOSPITAL) if "erp.key" not in one.what]
    assert found == []
    assert list(load_controls(HOSPITAL)) == ["C0"]
    assert not (HOSPITAL / "data" / JOURNAL_FILE).exists()
