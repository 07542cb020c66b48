"""The page about the demo names every option and every fault that can be planted."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "how-to" / "run-the-demo.md").read_text()


@pytest.fixture(scope="module")
def told():
    """What the demo says of itself."""
    command = [sys.executable, str(ROOT / "demo" / "run.py"), "--help"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_every_option_is_on_the_page(told):
    options = set(re.findall(r"^  (--[a-z-]+)", told, re.MULTILINE))
    assert "--plant" in options
    assert {option for option in options if f"`{option}`" not in PAGE} == set()


def test_every_plant_is_on_the_page(told):
    plants = re.search(r"--plant \{([^}]+)\}", told).group(1).split(",")
    assert [plant for plant in plants if f"PLANT={plant}`" not in PAGE] == []
