"""The page on validation names every rule that there is, with the source of those between segments."""

from __future__ import annotations

import re
from pathlib import Path

from isthmus.flows import x12_guides
from isthmus.protocols.x12 import snip

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "reference" / "x12-validation.md").read_text()
KNOWN = "; known to the field, not verified against the guide"


def test_every_rule_between_segments_stands_in_the_table_with_its_source() -> None:
    missing = []
    for rule in snip.RULES:
        source = "known: " + rule.source.removesuffix(KNOWN) if rule.source.endswith(KNOWN) else rule.source
        if not re.search(rf"^\| `{rule.name}` \|.*\| {re.escape(source)} \|$", PAGE, re.MULTILINE):
            missing.append((rule.name, source))

    assert missing == []


def test_every_other_rule_that_the_code_names_stands_on_the_page() -> None:
    folder = ROOT / "src" / "isthmus" / "protocols" / "x12" / "snip"
    named = set()
    for file in ("structure", "element_faults", "datatypes", "balances", "forms", "outside"):
        text = (folder / f"{file}.py").read_text()
        named |= set(
            re.findall(
                r'(?:Level\.\w+,|Malformed\(|_found\(|unbalanced\(|: \(|rule, (?:code, )?note =)\s*"([a-z-]+)"', text
            )
        )

    assert len(named) > 20
    assert [rule for rule in sorted(named) if f"`{rule}`" not in PAGE] == []


def test_every_guide_that_has_a_map_stands_on_the_page() -> None:
    numbers = {key.partition(" ")[0][6:10] for key in x12_guides._MAPS if "X" in key}

    assert [number for number in sorted(numbers) if number not in PAGE] == []
