"""Flows are pure: no clock, no randomness, no network, no files while a message is decided.

Replay, recovery and simulation rely on it: the same message must give the same result, at any time. Reference tables
may be read where a module begins, once, when the flow is deployed.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..finding import Finding
from ..subject import Subject

IMPURE_MODULES = {
    "time": "the clock: use msg.received",
    "random": "randomness",
    "secrets": "randomness",
    "uuid": "randomness: derive a key from the message",
    "socket": "the network",
    "ssl": "the network",
    "asyncio": "input and output",
    "threading": "threads",
    "multiprocessing": "processes",
    "subprocess": "processes",
    "requests": "the network",
    "httpx": "the network",
    "aiohttp": "the network",
    "urllib.request": "the network",
    "http.client": "the network",
    "ftplib": "the network",
    "smtplib": "the network",
    "sqlite3": "a database",
    "apsw": "a database",
}
_IMPURE_CALLS = {"open": "a file", "input": "a terminal", "print": "a terminal (and may show a patient's data)"}
_IMPURE_METHODS = {
    "now": "the clock: use msg.received",
    "utcnow": "the clock: use msg.received",
    "today": "the clock: use msg.received",
    "read_text": "a file",
    "read_bytes": "a file",
    "write_text": "a file",
    "write_bytes": "a file",
    "getenv": "the environment: put it into hub.toml or a table",
    "environ": "the environment: put it into hub.toml or a table",
}
_MEND = "send to a destination, or declare a table or a look-up instead"


def check(subject: Subject) -> Iterator[Finding]:
    for file, tree in subject.trees.items():
        for line, what in impurities(tree):
            yield Finding("error", file, line, f"flows are pure, and this reaches {what}", _MEND)


def impurities(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """(line, what it reaches) of every impure import, and of every impure use inside a function."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield from _module(node.lineno, name.name)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found = list(_module(node.lineno, node.module))
            yield from found or (
                hit for name in node.names for hit in _module(node.lineno, f"{node.module}.{name.name}")
            )
    functions = [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.Lambda))]
    seen: set[tuple[int, str]] = set()
    for function in functions:
        for node in ast.walk(function):
            hit = _use(node)
            if hit and hit not in seen:
                seen.add(hit)
                yield hit


def _module(line: int, name: str) -> Iterator[tuple[int, str]]:
    for known, what in IMPURE_MODULES.items():
        if name == known or name.startswith(f"{known}."):
            yield line, f"{what} ({known})"


def _use(node: ast.AST) -> tuple[int, str] | None:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _IMPURE_CALLS:
        return node.lineno, f"{_IMPURE_CALLS[node.func.id]} ({node.func.id})"
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _IMPURE_METHODS:
        return node.lineno, f"{_IMPURE_METHODS[node.func.attr]} ({node.func.attr})"
    if isinstance(node, ast.Attribute) and node.attr == "environ":
        return node.lineno, f"{_IMPURE_METHODS['environ']} (environ)"
    return None
