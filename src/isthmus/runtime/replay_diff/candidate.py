"""What is on trial: the flows of the hub's folder as they stand now, or with those of one other file in their place.

Its tables hold the rows that decided a message when it came in, as far as they are stored: what differs is then the flow's
doing. Otherwise, and on demand, they hold the rows of today.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ...flows import Flow, Process, Table
from ...flows.tables import read_rows
from ...journal import texts
from ...journal.view import View
from ...kernel.errors import Misuse
from ...model import CATALOGUE
from ..loader import Declarations, load_declarations, load_module
from ..plan import Plan, subscriptions_of
from ..settings import Settings, load_settings
from ..tables import put_tables
from ..versions import listed

_TABLES = "tables@"


class Candidate:
    """A plan that is not live, and whose tables can be set back to what they were."""

    def __init__(self, settings: Settings, declarations: Declarations, mac: Callable[[bytes], bytes]) -> None:
        self.settings = settings
        self.plan = Plan(
            declarations.flows,
            declarations.processes,
            settings.destinations,
            CATALOGUE,
            mac,
            subscriptions_of(settings.destinations),
            declarations.tables,
        )
        self._tables = declarations.tables
        self._today = {one.name: one.rows for one in declarations.tables}
        self._held: str | None = None

    def put_tables_of(self, view: View, version: str) -> bool:
        """Let the rows of a recorded version answer; False: they are not all stored, so those of today do."""
        wanted = next((part for part in version.split("+") if part.startswith(_TABLES)), "")
        if wanted == self._held:
            return True
        rows = self._rows_of(view, wanted.removeprefix(_TABLES)) if wanted else self._today
        for one in self._tables:
            one.put((rows or self._today)[one.name])
        self._held = wanted if rows is not None else None
        return rows is not None

    def _rows_of(self, view: View, version: str) -> dict[str, Any] | None:
        listing = texts.maybe_text(view, version)
        names = {} if listing is None else listed(listing)
        found: dict[str, Any] = {}
        for one in self._tables:
            text = texts.maybe_text(view, names.get(one.name, ""))
            if text is None:
                return None
            rows, faults = read_rows(one, text.content)
            if faults:
                return None  # the table is declared otherwise now, and the old rows do not fit it
            found[one.name] = rows
        return found


def candidate(folder: Path, mac: Callable[[bytes], bytes], file: Path | None = None) -> Candidate:
    """`file`: its flows and processes take the place of those of the same names. Raises `Misuse` for what is wrong."""
    settings = load_settings(folder)
    declarations = load_declarations(folder)
    if file is not None:
        declarations = _with(declarations, folder, file)
        put_tables(folder, declarations.tables)
    return Candidate(settings, declarations, mac)


def _with(declarations: Declarations, folder: Path, file: Path) -> Declarations:
    if not file.is_file():
        raise Misuse(f"there is no file {file}")
    sys.path.insert(0, str(folder))
    try:
        values = list(vars(load_module(file.resolve())).values())
    finally:
        sys.path.remove(str(folder))
    flows = {one.name: one for one in declarations.flows} | {one.name: one for one in values if isinstance(one, Flow)}
    if not any(isinstance(one, Flow) for one in values):
        raise Misuse(f"{file} holds no flow: NAME = flow(...)")
    processes = {one.name: one for one in declarations.processes}
    processes |= {one.name: one for one in values if isinstance(one, Process)}
    tables = [*declarations.tables, *(one for one in values if isinstance(one, Table))]
    return Declarations(list(flows.values()), list(processes.values()), list(dict.fromkeys(tables)))
