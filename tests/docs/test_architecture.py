"""The map is compared with the territory."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "ARCHITECTURE.md").read_text()


def rooms() -> dict[str, int]:
    return {room: int(floor) for floor, room in re.findall(r"^\| (\d+) \| `(\w+)` \|", PAGE, re.MULTILINE)}


def test_every_room_is_on_the_map_and_every_room_of_the_map_exists() -> None:
    package = ROOT / "src" / "isthmus"
    there = {path.stem for path in package.iterdir() if not path.name.startswith("_") and path.name != "py.typed"}
    assert set(rooms()) == there


def test_the_floors_are_those_that_the_import_rules_keep() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    kept = {room.strip(): floor for floor, layer in enumerate(reversed(layers)) for room in layer.split("|")}
    assert rooms() == kept


@pytest.mark.parametrize(
    "page", ["ARCHITECTURE.md", "README.md", *(f"docs/{p.name}" for p in (ROOT / "docs").glob("*.md"))]
)
def test_every_file_that_a_page_names_exists(page: str) -> None:
    text = (ROOT / page).read_text()
    linked = re.findall(r"\]\(([^)#:]+)\)", text)
    missing = [name for name in linked if not ((ROOT / page).parent / name).exists()]
    assert missing == []


def test_every_module_on_the_way_of_a_message_exists() -> None:
    named = re.findall(r"`((?:\w+/)+\w+\.py)`", PAGE)
    assert named
    assert [name for name in named if not (ROOT / "src" / "isthmus" / name).exists()] == []


def test_each_dependency_has_its_line_of_reason() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    reasons = (ROOT / "docs" / "dependencies.md").read_text()
    assert [name for name in declared if f"`{re.split('[<>=]', name)[0]}`" not in reasons] == []
