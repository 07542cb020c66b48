"""Every module of flows/ can be imported, no two flows or processes share a name or a variable, and there is at least one."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..finding import Finding
from ..subject import Subject


def check(subject: Subject) -> Iterator[Finding]:
    faults = list(subject.loading_faults())
    for file, line, words in faults:
        mend = "give it another name" if "there is another" in words else "correct it: python says where"
        yield Finding("error", file, line, words, mend)
    if not faults and not subject.flows and not subject.processes:
        yield Finding("error", "flows", 0, "there is no flow", "write flows/NAME.py: see docs/how-to/first-hub.md")
    for file, tree in subject.trees.items():
        yield from _replaced(file, tree)


def _replaced(file: str, tree: ast.Module) -> Iterator[Finding]:
    """What another declaration of the same variable replaces does not exist for the hub, and nobody would notice."""
    found: dict[str, int] = {}
    for node in tree.body:
        if not (isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)):
            continue
        called = node.value.func
        if not (isinstance(called, ast.Name) and called.id in ("flow", "process")):
            continue
        for name in (target.id for target in node.targets if isinstance(target, ast.Name)):
            if name in found:
                what = f"the {called.id} of line {found[name]} is lost: {name} stands for another one from here"
                yield Finding("error", file, node.lineno, what, "give each a variable of its own")
            found[name] = node.lineno
