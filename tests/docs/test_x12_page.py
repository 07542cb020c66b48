"""The Python blocks of the X12 page run as they stand."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "x12.md"
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_examples_run_from_top_to_bottom() -> None:
    blocks = BLOCK.findall(PAGE.read_text())
    names: dict[str, object] = {}

    for block in blocks:
        exec(compile(block, PAGE.name, "exec"), names)

    assert len(blocks) >= 7
