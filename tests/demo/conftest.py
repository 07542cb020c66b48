"""The demo's hub as real processes."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from isthmus.cli.main import main
from isthmus.sandbox.erp import ErpServer

sys.path.insert(0, str(Path(__file__).parents[2] / "demo"))

from by_hand import Hospital
from stage import Stage


@pytest.fixture(scope="module")
def running(erp: ErpServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    stage = Stage(tmp_path_factory.mktemp("hospital"), erp)
    stage.set_up()
    stage.start()
    yield stage
    stage.close()


@pytest.fixture
def hospital(running: Stage, capsys: pytest.CaptureFixture[str]) -> Hospital:
    def say(*arguments: str) -> tuple[int, str]:
        capsys.readouterr()
        code = main(arguments)
        return code, capsys.readouterr().out

    return Hospital(running, say)
