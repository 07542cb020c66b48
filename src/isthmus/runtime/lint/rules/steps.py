"""Steps of processes take what they are called with, and the state can begin empty and be read back after a change.

A step is called as (state, event, at_ns), a timer's as (state, at_ns), a key as (event), migrate as (version, fields).
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator

from ....flows import Process
from ..finding import Finding
from ..subject import Subject
from .handlers import takes


def check(subject: Subject) -> Iterator[Finding]:
    for process in subject.processes:
        if not process.steps and not process.timers:
            yield subject.at("error", process, "has no step", "write a function below it: @NAME.on(EVENT, key=...)")
        for event, (step, key) in process.steps.items():
            yield from _signature(subject, process, step, 3, f"the step for {event}", "def NAME(state, event, at_ns):")
            yield from _signature(subject, process, key, 1, f"the key of {event}", "key=lambda event: ...")
        for timer, step in process.timers.items():
            yield from _signature(
                subject, process, step, 2, f"the step for the timer {timer}", "def NAME(state, at_ns):"
            )
        yield from _state(subject, process)


def _signature(
    subject: Subject, process: Process, function: object, arguments: int, what: str, shape: str
) -> Iterator[Finding]:
    if inspect.iscoroutinefunction(function) or inspect.isgeneratorfunction(function):
        found = f"process {process.name}: {what} must return (state, [what follows]), and is a generator or async"
        yield subject.at_code("error", function, found, f"write {shape} ... return state, [...]")
    elif not takes(function, arguments):
        found = f"process {process.name}: {what} does not take {arguments} arguments"
        yield subject.at_code("error", function, found, f"write {shape}")


def _state(subject: Subject, process: Process) -> Iterator[Finding]:
    try:
        process.state()
    except TypeError:
        yield subject.at("error", process, "a field of its state has no default", "give every field one")
    if process.version > 1 and process.migrate is None:
        what = f"its state is of version {process.version}, and nothing migrates older ones"
        yield subject.at("error", process, what, "add migrate=FUNCTION(old_version, old_fields) -> new fields")
    elif process.migrate is not None:
        yield from _signature(subject, process, process.migrate, 2, "migrate", "def NAME(old_version, old_fields):")
