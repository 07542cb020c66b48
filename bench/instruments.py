"""The instruments beside the repository, as a module, and a hub to use them on."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).parent.parent


def load() -> ModuleType:
    folder = Path(os.environ.get("ISTHMUS_INSTRUMENTS", ROOT.parent / "shared" / "bench"))
    spec = importlib.util.spec_from_file_location("mllp_bench", folder / "mllp_bench.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def start(tool: ModuleType, folder: Path, data: Path, port: int, out: int, program: str = "-m isthmus run") -> Any:
    """Start a hub; (process, seconds until it listened)."""
    os.environ.update(ISTHMUS_DATA=str(data), ISTHMUS_IN=str(port), ISTHMUS_OUT=str(out))
    return tool.start_hub(f"exec {sys.executable} {program} {folder} 2>/dev/null", port)


def kill(process: subprocess.Popen[bytes]) -> None:
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
