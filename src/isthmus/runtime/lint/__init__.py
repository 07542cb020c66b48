"""Everything that is wrong in a hub's folder, at once: file, line, what, how to mend.

Lives here: what a rule may look at (`subject.py`), and one file for each rule in `rules/`, with a function
`check(subject)` that yields findings; its docstring is its entry in the reference. May not: open a journal or a
connection. Read first: `subject.py`, then `rules/lanes.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType

from . import rules
from .finding import Finding
from .subject import Subject

__all__ = ["Finding", "Subject", "all_rules", "lint"]


def all_rules() -> dict[str, ModuleType]:
    """The rules by name."""
    return {
        found.name: import_module(f".rules.{found.name}", __package__)
        for found in sorted(iter_modules(rules.__path__), key=lambda one: one.name)
    }


def lint(folder: Path) -> list[Finding]:
    """What every rule finds, by file and line; the same thing said by two rules is said once."""
    return findings_of(Subject(folder))


def findings_of(subject: Subject) -> list[Finding]:
    found = [finding.of(name) for name, rule in all_rules().items() for finding in _run(rule, subject)]
    return sorted(set(found), key=lambda one: (one.file, one.line, one.rule, one.what))


def _run(rule: ModuleType, subject: Subject) -> Iterator[Finding]:
    yield from rule.check(subject)
