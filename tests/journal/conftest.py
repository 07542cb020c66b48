from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from box import Box


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    box = Box(tmp_path / "journal.db")
    yield box
    box.close()
