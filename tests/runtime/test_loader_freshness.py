"""A flow that is deployed is the file's text, whatever Python remembers of an earlier one."""

import os
import sys

import pytest

from isthmus.runtime.loader import load_module


@pytest.fixture(autouse=True)
def caching(monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", False)


def test_a_change_of_the_same_size_in_the_same_second_is_seen(tmp_path):
    path = tmp_path / "flows" / "one.py"
    path.parent.mkdir()
    path.write_text('TO = "ehr"\n')
    os.utime(path, (1_700_000_000, 1_700_000_000))
    assert load_module(path).TO == "ehr"
    path.write_text('TO = "lab"\n')
    os.utime(path, (1_700_000_000, 1_700_000_000))
    assert load_module(path).TO == "lab"


def test_loading_a_hub_leaves_nothing_in_its_folder(tmp_path):
    path = tmp_path / "flows" / "one.py"
    path.parent.mkdir()
    path.write_text("TO = 1\n")
    load_module(path)
    assert [found.name for found in path.parent.iterdir()] == ["one.py"]
