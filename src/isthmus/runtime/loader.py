"""A hub's folder as declarations: imports `flows/*.py` and looks for the flows, processes and tables that they hold.

Importing registers nothing: a value that no module of `flows/` holds does not exist for the hub.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import pkgutil
import sys
from collections.abc import Iterator
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from ..flows import Flow, Process, Table
from ..kernel.errors import Misuse
from .tables import put_tables


class Declarations:
    def __init__(self, flows: list[Flow], processes: list[Process], tables: list[Table[Any]] | None = None) -> None:
        self.flows = flows
        self.processes = processes
        self.tables = tables or []


def load_declarations(folder: Path) -> Declarations:
    """With the tables' rows put in. Raises `Misuse` with every finding, one a line: `FILE:LINE: what`."""
    findings: list[str] = []
    declarations = read_declarations(folder, findings)
    if findings:
        raise Misuse("\n".join(findings))
    put_tables(folder, declarations.tables)
    return declarations


def read_declarations(folder: Path, findings: list[str]) -> Declarations:
    """What the modules hold, as far as they can be imported; what is wrong with the others goes into `findings`.

    Tables are declared only: `put_tables` reads their files.
    """
    flows: dict[str, Flow] = {}
    processes: dict[str, Process] = {}
    tables: dict[str, Table[Any]] = {}
    for module in modules_of(folder, "flows", findings):
        for value in vars(module).values():
            if isinstance(value, Flow):
                _put(flows, value, "flow", findings)
            elif isinstance(value, Process):
                _put(processes, value, "process", findings)
            elif isinstance(value, Table):
                _put(tables, value, "table", findings)
    return Declarations(list(flows.values()), list(processes.values()), list(tables.values()))


def modules_of(folder: Path, below: str, findings: list[str]) -> Iterator[ModuleType]:
    """The modules of a folder of the hub, by name; why one cannot be imported goes into `findings`."""
    if os.path.exists(folder / below) and not os.access(folder / below, os.R_OK | os.X_OK):
        findings.append(f"the folder {folder / below} cannot be read by this user")  # a hub without flows refuses all
    sys.path.insert(0, str(folder))
    try:
        for path in sorted((folder / below).glob("*.py")):
            if not path.name.startswith("_"):
                try:
                    yield load_module(path)
                except Misuse as error:
                    findings.append(str(error))
    finally:
        sys.path.remove(str(folder))


def _put(known: dict[str, Any], value: Any, kind: str, findings: list[str]) -> None:
    if known.setdefault(value.name, value) is not value:
        findings.append(f"{value.place.file}:{value.place.line}: there is another {kind} named {value.name!r}")


class FreshLoader(SourceFileLoader):
    """Compiles the file as it is. Python's own cache tells versions apart by second and size, which is not enough for a
    flow that is mended and deployed twice in a row."""

    def get_code(self, fullname: str) -> CodeType:
        return self.source_to_code(self.get_data(self.path), self.path)


def load_module(path: Path) -> ModuleType:
    name = f"isthmus_hub_{path.parent.name}_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path, loader=FreshLoader(name, str(path)))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    caching, sys.dont_write_bytecode = sys.dont_write_bytecode, True  # for what the file imports from beside it
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:  # a script's `sys.exit()` must not end the hub that reads it
        line = (error.lineno or 0) if isinstance(error, SyntaxError) else _line(error, path)
        raise Misuse(f"{path}:{line}: {type(error).__name__}: {error}") from None
    finally:
        sys.dont_write_bytecode = caching
    return module


def _line(error: BaseException, path: Path) -> int:
    line, trace = 0, error.__traceback__
    while trace:
        if trace.tb_frame.f_code.co_filename == str(path):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def connectors() -> list[str]:
    """The names of all connectors: the modules and packages of `isthmus.connectors`."""
    from .. import connectors

    return sorted(found.name for found in pkgutil.iter_modules(connectors.__path__) if not found.name.startswith("_"))


def load_connector(name: str) -> ModuleType:
    """The module of a connector. Raises `Misuse` with the names that exist."""
    if name not in connectors():
        raise Misuse(f"there is no connector {name!r}: use one of {', '.join(connectors())}")
    return importlib.import_module(f"..connectors.{name}", __package__)
