"""run.json: whole or not there, and not believed when its process is gone."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from api_hub import fresh_hub

from isthmus.runtime import run_file
from isthmus.runtime.run_file import Running
from isthmus.runtime.settings import load_settings


@pytest.fixture
def settings(tmp_path):
    settings = load_settings(fresh_hub(tmp_path / "hub"))
    settings.data.mkdir()
    return settings


def test_what_is_written_is_read(settings):
    running = Running(os.getpid(), "http://127.0.0.1:1", "2026-01-01T00:00:00Z", {"ehr": 2575})
    run_file.write(settings, running)
    assert run_file.maybe_read(settings.data) == running
    assert [path.name for path in settings.data.iterdir()] == ["run.json"]
    run_file.remove(settings)
    run_file.remove(settings)
    assert run_file.maybe_read(settings.data) is None


def test_a_process_that_has_ended_runs_no_hub(settings):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    run_file.write(settings, Running(ended.pid, "", ""))
    assert run_file.maybe_read(settings.data) is None


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"pid": "x"}', b"\xff"])
def test_a_file_that_is_none_is_as_if_it_were_not_there(content, settings):
    (settings.data / "run.json").write_bytes(content)
    assert run_file.maybe_read(settings.data) is None
