"""Paths that handlers read from HL7 v2 messages are paths: `msg["PID-3.1"]`."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ....kernel.errors import Misuse
from ....protocols import hl7v2
from ..finding import Finding
from ..subject import Subject


def check(subject: Subject) -> Iterator[Finding]:
    handlers = {
        (subject.relative(handler.__code__.co_filename), handler.__name__)
        for flow in subject.flows
        if flow.format == "hl7v2"
        for handler in flow.handlers.values()
        if hasattr(handler, "__code__")
    }
    for file, tree in subject.trees.items():
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and (file, node.name) in handlers and node.args.args:
                yield from _in(file, node, node.args.args[0].arg)


def _in(file: str, function: ast.FunctionDef, message: str) -> Iterator[Finding]:
    for node in ast.walk(function):
        if (
            isinstance(node, ast.Subscript)
            and isinstance(node.value, ast.Name)
            and node.value.id == message
            and isinstance(node.slice, ast.Constant)
            and isinstance(node.slice.value, str)
        ):
            try:
                hl7v2.path(node.slice.value)
            except Misuse as error:
                yield Finding("error", file, node.lineno, str(error), "correct the path")
