"""The Python blocks of the pages on the formats of files run as they stand, from top to bottom."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

REFERENCE = Path(__file__).resolve().parents[2] / "docs" / "reference"
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


PAGES = (
    "bai2.md",
    "camt.md",
    "cxml.md",
    "delimited.md",
    "formats.md",
    "nacha.md",
    "ndc.md",
    "reassociation.md",
    "tables.md",
    "udi.md",
    "x12-documents.md",
    "x12-supply.md",
    "x12-validation.md",
)


@pytest.mark.parametrize("page", PAGES)
def test_the_blocks_of_a_page_run(page: str) -> None:
    blocks = BLOCK.findall((REFERENCE / page).read_text())
    assert blocks
    names: dict[str, object] = {"__name__": page}
    for block in blocks:
        exec(compile(block, page, "exec", dont_inherit=True), names)
