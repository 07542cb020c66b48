"""What flows and processes send to, and the events that destinations ask for, exist."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ....model import CATALOGUE
from ..finding import Finding
from ..subject import Subject

_SENDING = ("send", "forward")


def check(subject: Subject) -> Iterator[Finding]:
    if not subject.configured:
        return
    events = {type.__name__ for type in CATALOGUE.types.values()}
    known = subject.settings.destinations
    mend = f"add [destinations.NAME] to hub.toml, or use one of {', '.join(known) or '(none)'}"
    for file, tree in subject.trees.items():
        for call in ast.walk(tree):
            name = _sends_to(call)
            if name is not None and name not in subject.written("destinations"):
                yield Finding("error", file, call.lineno, f"there is no destination {name!r}", mend)  # type: ignore[attr-defined]
    for name, endpoint in known.items():
        for event in endpoint.shared.events:
            if event not in events:
                yield subject.in_toml(
                    "error",
                    f"destinations.{name}",
                    f"there is no event {event!r}",
                    f"use one of {', '.join(sorted(events))}",
                    "events",
                )


def _sends_to(node: ast.AST) -> str | None:
    """The destination that a call names in plain text."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _SENDING):
        return None
    given = node.args[:1] or [keyword.value for keyword in node.keywords if keyword.arg == "to"]
    if given and isinstance(given[0], ast.Constant) and isinstance(given[0].value, str):
        return given[0].value
    return None
