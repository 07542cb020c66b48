"""run.json in the hub's data folder: where the running hub is found by the command line and by people.

Written when the hub is ready, removed when it stops. After a kill it stays behind; who reads it therefore asks the hub
that it names, and takes silence for "no hub runs".
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import msgspec

from .settings import Settings

NAME = "run.json"


class Running(msgspec.Struct, frozen=True):
    """admin: the API's address as a URL, "" where hub.toml has no [admin]; listening: the port of each source that has
    one, for those that were given port 0."""

    pid: int
    admin: str
    started: str
    listening: dict[str, int] = {}


def write(settings: Settings, running: Running) -> None:
    """Appears whole or not at all."""
    path = settings.data / NAME
    fresh = path.with_suffix(".new")
    fresh.write_bytes(msgspec.json.format(msgspec.json.encode(running), indent=2) + b"\n")
    os.replace(fresh, path)


def remove(settings: Settings) -> None:
    (settings.data / NAME).unlink(missing_ok=True)


def maybe_read(data: Path) -> Running | None:
    """The hub that runs on this data folder, as far as the file tells; None where there is none."""
    with contextlib.suppress(OSError, msgspec.MsgspecError):
        running = msgspec.json.decode((data / NAME).read_bytes(), type=Running)
        os.kill(running.pid, 0)
        return running
    return None
