"""A hub's controls: `controls/*.py` read, and one of them run for a business day."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path
from typing import Any

from ..journal.search import open_read
from ..kernel.errors import Misuse
from ..reconcile import DeclaredControl, Result
from ..security import SecretStore, Vault
from .loader import load_declarations, modules_of
from .settings import JOURNAL_FILE, load_settings
from .sides import HubSides

FOLDER = "controls"

Controls = dict[str, DeclaredControl[Any]]


def read_controls(folder: Path, findings: list[str]) -> Controls:
    """The controls that the modules of `controls/` hold, by name; what is wrong with a module goes into `findings`."""
    found: Controls = {}
    for module in modules_of(folder, FOLDER, findings):
        held = [value for value in vars(module).values() if isinstance(value, DeclaredControl)]
        findings += [
            f"{module.__file__}:1: there is another control named {value.control.name!r}"
            for value in held
            if found.setdefault(value.control.name, value) is not value
        ]
    return found


def load_controls(folder: Path) -> Controls:
    """Raises `Misuse` with every finding, one a line."""
    findings: list[str] = []
    controls = read_controls(folder, findings)
    if findings:
        raise Misuse("\n".join(findings))
    return controls


def run_control(folder: Path, name: str, day: date) -> Result:
    """Compare one business day, now. Raises `Misuse` when a side is missing, `Unavailable` when the books are."""
    controls = load_controls(folder)
    declared = controls.get(name)
    if declared is None:
        raise Misuse(f"there is no control {name!r}: {folder / FOLDER} holds {', '.join(controls) or 'none'}")
    settings, declarations = load_settings(folder), load_declarations(folder)
    reader = open_read(settings.data / JOURNAL_FILE, Vault(SecretStore(folder).get(settings.hub.key)))
    try:
        with reader.db:  # one snapshot
            totals = declared.totals(HubSides(settings, declarations.processes, reader), day)
        return declared.control(totals, time.time_ns())
    finally:
        reader.close()
