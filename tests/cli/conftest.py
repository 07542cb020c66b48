"""A fresh hub in a temporary folder, the command line in this process, and real hubs in processes of their own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from isthmus.cli.main import main

PATIENCE_S = 30.0


class Said(NamedTuple):
    """What a command did: exit code, standard output, standard error."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Isthmus = Callable[..., Said]


@pytest.fixture
def isthmus(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Isthmus:
    """Run a command in this process."""
    monkeypatch.delenv("ISTHMUS_HUB", raising=False)

    def run(*given: object) -> Said:
        capfd.readouterr()
        try:
            code = main([str(one) for one in given])
        except SystemExit as end:
            code = int(end.code or 0)
        out, err = capfd.readouterr()
        return Said(code, out, err)

    return run


@pytest.fixture
def hub(tmp_path: Path, isthmus: Isthmus) -> Path:
    """What `isthmus init` makes, with a source on a free port."""
    folder = tmp_path / "hub"
    assert isthmus("init", folder).code == 0
    settings = folder / "hub.toml"
    settings.write_text(settings.read_text().replace("127.0.0.1:2575", "127.0.0.1:0"))
    return folder


class Process:
    """`isthmus run` as people run it."""

    def __init__(self, folder: Path, *more: str) -> None:
        self.folder = folder
        self.log = folder / "log"
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "isthmus", "run", str(folder), *more], stderr=log, stdout=log
            )

    @property
    def running(self) -> Any:
        """run.json, once the hub is ready."""
        path = self.folder / "data" / "run.json"
        deadline = time.monotonic() + PATIENCE_S
        while True:
            if path.exists() and (found := json.loads(path.read_text()))["pid"] == self.process.pid:
                return found
            assert self.process.poll() is None, f"the hub ended: {self.log.read_text()}"
            assert time.monotonic() < deadline, f"the hub is not ready: {self.log.read_text()}"
            time.sleep(0.01)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.running['listening']['ehr']}"

    def events(self, name: str) -> list[dict[str, Any]]:
        lines = [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]
        return [line for line in lines if line["event"] == name]

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def ends(self) -> int:
        return self.process.wait(PATIENCE_S)

    def stop(self) -> int:
        if self.process.poll() is None:
            self.signal(signal.SIGTERM)
        return self.ends()


@pytest.fixture
def start() -> Iterator[Callable[..., Process]]:
    """Start hubs; they are stopped after the test."""
    started: list[Process] = []

    def begin(folder: Path, *more: str) -> Process:
        started.append(Process(folder, *more))
        return started[-1]

    yield begin
    for one in started:
        if one.process.poll() is None:
            os.kill(one.process.pid, signal.SIGKILL)
            one.process.wait()


def until(true: Callable[[], Any], what: str) -> Any:
    """Wait for something that another process does."""
    deadline = time.monotonic() + PATIENCE_S
    while not (found := true()):
        assert time.monotonic() < deadline, f"never came: {what}"
        time.sleep(0.01)
    return found


@pytest.fixture(name="until")
def until_fixture() -> Callable[[Callable[[], Any], str], Any]:
    return until
