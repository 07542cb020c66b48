"""A hub's folder as the rules see it: read as far as it can be read, whatever is wrong with it."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec

from ...flows import Flow, Process, Table
from ...kernel.errors import Misuse
from ..loader import Declarations, load_connector, read_declarations
from ..settings import Endpoint, Settings, expand, read_settings
from .finding import Finding

HUB_TOML = "hub.toml"
_WHERE = re.compile(r"\[([^\]]+)\] (.*)", re.DOTALL)
_PLACE = re.compile(r"(.+?\.py):(\d+): (.*)", re.DOTALL)


class Connection(msgspec.Struct, frozen=True):
    """A source or destination with the settings of its connector; `own` is None where they cannot be read."""

    side: str
    endpoint: Endpoint
    module: ModuleType | None
    own: Any
    fault: str = ""

    @property
    def where(self) -> str:
        return f"{self.side}.{self.endpoint.name}"


class Subject:
    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()

    # ---- hub.toml

    @cached_property
    def text(self) -> str:
        """hub.toml, "" when it cannot be read."""
        try:
            return (self.folder / HUB_TOML).read_text("utf-8-sig")  # Windows editors put a mark before it
        except (OSError, UnicodeDecodeError):
            return ""

    @cached_property
    def toml_fault(self) -> tuple[int, str] | None:
        """Line and words of what makes hub.toml unreadable as TOML."""
        if not self.text and (self.folder / HUB_TOML).is_file() and (self.folder / HUB_TOML).stat().st_size:
            return 1, "this user may not read it, or it is not UTF-8"
        try:
            tomllib.loads(self.text)
        except tomllib.TOMLDecodeError as error:
            found = re.search(r"at line (\d+)", str(error))
            return (int(found[1]) if found else 1), str(error)
        return None

    @property
    def configured(self) -> bool:
        """Whether hub.toml can be read: without it, what refers to it is not judged."""
        return bool(self.text) and self.toml_fault is None

    @cached_property
    def tables(self) -> dict[str, Any]:
        return {} if self.toml_fault else tomllib.loads(self.text)

    @cached_property
    def _read(self) -> tuple[Settings, list[str]]:
        findings: list[str] = []
        return read_settings(self.folder, self.tables, findings), findings

    @property
    def settings(self) -> Settings:
        return self._read[0]

    def written(self, side: str) -> set[str]:
        """The names of the tables below [sources], [destinations] or [facilities], readable or not."""
        tables = self.tables.get(side)
        return set(tables) if isinstance(tables, dict) else set()

    def settings_faults(self) -> Iterator[tuple[str, str]]:
        """(table, words) of what the settings refuse."""
        for words in self._read[1]:
            found = _WHERE.fullmatch(words)
            yield (found[1], found[2]) if found else ("", words)

    @cached_property
    def connections(self) -> list[Connection]:
        """Every source and destination that has a connector named."""
        return [
            self._connection(side, endpoint)
            for side, endpoints in (("sources", self.settings.sources), ("destinations", self.settings.destinations))
            for endpoint in endpoints.values()
            if endpoint.shared.connector
        ]

    def _connection(self, side: str, endpoint: Endpoint) -> Connection:
        try:
            module = load_connector(endpoint.shared.connector)
        except Misuse as error:
            return Connection(side, endpoint, None, None, str(error))
        type = getattr(module, "SourceSettings" if side == "sources" else "SinkSettings", None)
        if type is None:
            word = "receive" if side == "sources" else "send"
            return Connection(side, endpoint, module, None, f"the connector {endpoint.shared.connector} cannot {word}")
        try:
            return Connection(side, endpoint, module, msgspec.convert(endpoint.own, type))
        except msgspec.ValidationError as error:
            return Connection(side, endpoint, module, None, str(error))

    def texts(self) -> Iterator[tuple[str, str, str]]:
        """(table, key, text) of every text in hub.toml, with the environment's values put in where they are set."""

        def below(value: Any, table: str, key: str) -> Iterator[tuple[str, str, str]]:
            if isinstance(value, dict):
                for name, inner in value.items():
                    where = f"{table}.{key}".strip(".") if key else table
                    yield from below(inner, where, name)
            elif isinstance(value, list):
                for inner in value:
                    yield from below(inner, table, key)
            elif isinstance(value, str):
                try:
                    yield table, key, expand(value, table)
                except Misuse:
                    return

        return below(self.tables, "", "")

    def line(self, table: str, key: str = "") -> int:
        """The line of hub.toml where a key of a table stands, else the table's, else 1."""
        at, parts = 1, table.split(".")
        current: list[str] = []
        for number, text in enumerate(self.text.splitlines(), 1):
            header = re.match(r"\s*\[+\s*([^\]]+?)\s*\]+", text)
            if header:
                current = [part.strip().strip("\"'") for part in header[1].split(".")]
                if current == parts[: len(current)] or (at == 1 and current[: len(parts)] == parts):
                    at = number
            elif key and (assigned := re.match(r"\s*([\w.\"'-]+)\s*=", text)):
                name = assigned[1].strip("\"'")
                rest = ".".join(parts[len(current) :])
                if current == parts[: len(current)] and name in (key, f"{rest}.{key}".strip("."), rest or key):
                    return number
        return at

    def in_toml(self, level: Any, table: str, what: str, mend: str, key: str = "") -> Finding:
        return Finding(level, HUB_TOML, self.line(table, key), f"[{table}] {what}" if table else what, mend)

    # ---- flows

    @cached_property
    def _loaded(self) -> tuple[Declarations, list[str]]:
        findings: list[str] = []
        return read_declarations(self.folder, findings), findings

    @property
    def flows(self) -> list[Flow]:
        return self._loaded[0].flows

    @property
    def processes(self) -> list[Process]:
        return self._loaded[0].processes

    @property
    def reference_tables(self) -> list[Table[Any]]:
        return self._loaded[0].tables

    def loading_faults(self) -> Iterator[tuple[str, int, str]]:
        """(file, line, words) of what cannot be imported or stands twice."""
        for words in self._loaded[1]:
            found = _PLACE.fullmatch(words)
            yield (self.relative(found[1]), int(found[2]), found[3]) if found else ("flows", 0, words)

    def relative(self, file: str) -> str:
        path = Path(file)
        return str(path.relative_to(self.folder)) if path.is_relative_to(self.folder) else file

    def at(self, level: Any, held: Flow | Process, what: str, mend: str) -> Finding:
        """A finding where a flow or process is declared."""
        kind = "flow" if isinstance(held, Flow) else "process"
        return Finding(level, self.relative(held.place.file), held.place.line, f"{kind} {held.name}: {what}", mend)

    def at_code(self, level: Any, function: Any, what: str, mend: str) -> Finding:
        """A finding where a function of a flow's file begins."""
        code = getattr(function, "__code__", None)
        file, line = (self.relative(code.co_filename), code.co_firstlineno) if code else ("flows", 0)
        return Finding(level, file, line, what, mend)

    @cached_property
    def trees(self) -> dict[str, ast.Module]:
        """The syntax trees of flows/**/*.py by file; files that do not parse are missing (another rule names them)."""
        found = {}
        for path in sorted((self.folder / "flows").rglob("*.py")):
            try:
                found[str(path.relative_to(self.folder))] = ast.parse(path.read_text())
            except (OSError, SyntaxError, ValueError):
                continue
        return found
