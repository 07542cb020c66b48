"""What the demo consists of, each in a process of its own: ERP, radiology, hub, EHR.

The hub's folder is copied and its addresses filled in, so that every command works on the copy as it stands.
"""

# ruff: noqa: S603 - the programs are our own, the arguments our own

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from isthmus.runtime import run_file
from isthmus.sandbox.erp import ErpServer

HERE = Path(__file__).resolve().parent
READY_S = 30.0
STOP_S = 30.0
_SETTING = re.compile(r"\$\{(HOSPITAL_[A-Z_]+):-[^}]*\}")


class Stage:
    """Everything that runs. `close` ends what this object started: the ERP belongs to whoever started that."""

    def __init__(self, folder: Path, erp: ErpServer) -> None:
        self.folder = folder
        self.erp = erp
        self.hub_folder = folder / "hospital"
        self.radiology_log = folder / "radiology.log"
        self.ports = {name: free_port() for name in ("EHR", "RADIOLOGY")} | {"ERP": erp.port}
        self.hub: subprocess.Popen[bytes] | None = None
        self.ehr: Ehr | None = None
        self._processes: list[subprocess.Popen[bytes]] = []

    def set_up(self) -> None:
        """The hub's folder, ready to run: copied, addresses and the ERP's key filled in. Raises `RuntimeError`."""
        if self.hub_folder.exists():
            raise RuntimeError(f"{self.hub_folder} is there already: name another --folder")
        self.folder.mkdir(parents=True, exist_ok=True)
        shutil.copytree(HERE / "hospital", self.hub_folder, ignore=shutil.ignore_patterns("data", "*.key", "*.token"))
        toml = self.hub_folder / "hub.toml"
        settings = {f"HOSPITAL_{name}_PORT": str(port) for name, port in self.ports.items()}
        toml.write_text(_SETTING.sub(lambda found: settings[found[1]], toml.read_text()))
        key = self.hub_folder / "erp.key"
        key.touch(mode=0o600)
        key.write_text(self.erp.key + "\n")

    def start(self) -> None:
        """Radiology and the hub; returns when the hub is ready. Raises `RuntimeError` with its log's end."""
        self.radiology_log.touch()
        script, port = HERE / "radiology.py", str(self.ports["RADIOLOGY"])
        self._run("radiology", sys.executable, str(script), "--port", port, "--log", str(self.radiology_log))
        self.hub = self._run("hub", sys.executable, "-m", "isthmus", "run", str(self.hub_folder), "--log", "json")
        deadline = time.monotonic() + READY_S
        while run_file.maybe_read(self.hub_folder / "data") is None:
            if self.hub.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the hub did not start:\n{self.log_end('hub')}")
            time.sleep(0.05)

    def send(self, *arguments: str) -> Ehr:
        """Start the EHR's day."""
        register = self.hub_folder / "day-end"
        self.ehr = Ehr("--port", str(self.ports["EHR"]), "--register", str(register), *arguments)
        return self.ehr

    def log_end(self, name: str) -> str:
        return (self.folder / f"{name}.err").read_text(errors="replace")[-2000:]

    def close(self) -> None:
        if self.ehr is not None:
            self.ehr.close()
        for process in reversed(self._processes):
            end(process)

    @property
    def pids(self) -> list[int]:
        return [process.pid for process in self._processes]

    def _run(self, name: str, *command: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"{name}.err").open("ab") as log:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        self._processes.append(process)
        return process


class Ehr:
    """The simulated EHR; `says` is the last line that it printed of how far it is."""

    def __init__(self, *arguments: str) -> None:
        self.says: dict[str, Any] = {}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "isthmus.sandbox.ehr", "--json", *arguments], stdout=subprocess.PIPE
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.says = json.loads(line)

    @property
    def done(self) -> bool:
        return self.process.poll() is not None and not self._reader.is_alive()

    def close(self) -> None:
        end(self.process)
        self._reader.join()
        assert self.process.stdout is not None
        self.process.stdout.close()


def end(process: subprocess.Popen[bytes]) -> None:
    """SIGTERM, and SIGKILL for one that does not end in time. Safe twice."""
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def isthmus(folder: Path, *arguments: str) -> int:
    """Run a command of the hub as a user would; its exit code. What it prints goes to our own output."""
    command = [sys.executable, "-m", "isthmus", *arguments, "--hub", str(folder)]
    sys.stdout.flush()
    return subprocess.run(command, check=False, env=os.environ | {"PYTHONUNBUFFERED": "1"}).returncode
