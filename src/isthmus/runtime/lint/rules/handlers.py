"""Flows have handlers, for message types that they accept, that take one argument: the message."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

from ..finding import Finding
from ..subject import Subject


def check(subject: Subject) -> Iterator[Finding]:
    for flow in subject.flows:
        if not flow.handlers:
            example = f'"{(flow.families or ("ADT",))[0]}^A01"' if flow.format == "hl7v2" else ""
            mend = f"write a function below it: @NAME.on({example})"
            yield subject.at("error", flow, "has no handler: it would filter everything", mend)
        for type, handler in flow.handlers.items():
            if type != "*" and not flow.takes(type):
                what = f"flow {flow.name} handles {type}, and accepts {flow.accepts}: this handler never runs"
                yield subject.at_code("error", handler, what, "widen `accepts`, or correct the type")
            if inspect.iscoroutinefunction(handler) or inspect.isasyncgenfunction(handler):
                what = f"the handler of {type} is async, and a decision is pure: it would never run"
                yield subject.at_code("error", handler, what, "write a plain def")
            elif not takes(handler, 1):
                what = f"the handler of {type} does not take exactly the message"
                yield subject.at_code("error", handler, what, "write def NAME(msg):")


def takes(function: object, arguments: int) -> bool:
    """Whether a function can be called with so many positional arguments."""
    try:
        inspect.signature(function).bind(*range(arguments))  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return False
    return True
