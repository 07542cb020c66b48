"""What a seed stands for: who says what, how large memory is, and what goes wrong when."""

from __future__ import annotations

import random
from typing import NamedTuple

from ...runtime.window import DEFAULT_BOUNDS, Bounds
from .files import plan_files
from .messages import Planned, plan

SPAN_S = 6.0
"""Faults begin within so many seconds; senders take about as long."""


class Fault(NamedTuple):
    """kind at a time, for a while; `target` where it concerns one, `size` where it has one."""

    at_s: float
    kind: str
    for_s: float
    target: str
    size: float


class Line(NamedTuple):
    """One connection of a sender: what it says, and how long it pauses in between, on average."""

    source: str
    planned: list[Planned]
    pace_s: float


TARGETS = ("erp", "archive", "viewer", "billing")

DIES_WITHIN_A_FILE = "dies within a file"
"""Steps of a file are short: a death at any time hardly ever meets one."""

_FAULTS = (
    ("kill", 5),
    ("power loss", 5),
    ("stop", 2),
    ("disk full", 3),
    ("disk read-only", 1),
    ("sync fails", 1),
    ("disk slow", 2),
    ("target away", 5),
    ("target slow", 3),
    ("target unwilling", 2),
    ("network loses", 4),
    ("clock jumps", 2),
    ("hours close", 1),
)


_BOUNDS = (
    Bounds(6, 3, 2, 2, step_pieces=2, part_bytes=40),
    Bounds(16, 8, 4, 4, body_bytes=2000, page_bytes=600, step_pieces=7, part_bytes=100),
    Bounds(40, 10, 4, 8, body_bytes=0, step_pieces=3),
    DEFAULT_BOUNDS,
)


class Scenario:
    def __init__(self, seed: int) -> None:
        chance = random.Random(f"{seed}/scenario")  # noqa: S311 - a scenario
        self.seed = seed
        self.patients = [f"P{at}" for at in range(chance.choice((2, 3, 5, 9)))]
        self.lines = [
            self._line(chance, source, connection)
            for source, least, most in (("ehr", 1, 4), ("lab", 1, 2), ("desk", 0, 1))
            for connection in range(chance.randint(least, most))
        ]
        self.lines += self._files(seed)
        self.bounds = chance.choice(_BOUNDS)
        self.connections = {name: chance.choice((1, 2, 4, 8)) for name in TARGETS}
        self.faults = sorted([*(self._fault(chance) for _ in range(chance.randint(2, 7))), *self._deaths_within_files])

    def _files(self, seed: int) -> list[Line]:
        """What the clerk hands in, in some worlds: drawn apart, so that the others are as they were without him."""
        chance = random.Random(f"{seed}/files")  # noqa: S311 - a scenario
        self.has_files = chance.random() < 0.4
        number = chance.choice((2, 5, 12))
        deaths = range(chance.choice((0, 1, 3)) if self.has_files else 0)
        self._deaths_within_files = [
            Fault(chance.random() * SPAN_S, DIES_WITHIN_A_FILE, chance.random() * 0.03, "", chance.random())
            for _ in deaths
        ]
        lines = range(chance.choice((1, 1, 2)) if self.has_files else 0)
        return [
            Line("clerk", plan_files(chance, at, number, self.patients), SPAN_S / number * chance.choice((0.1, 0.5)))
            for at in lines
        ]

    @staticmethod
    def _line_length(chance: random.Random) -> int:
        return chance.choice((20, 40, 60))

    def _line(self, chance: random.Random, source: str, connection: int) -> Line:
        number = self._line_length(chance)
        planned = plan(chance, source, connection, number, self.patients)
        return Line(source, planned, SPAN_S / number * chance.choice((0.1, 0.5, 1.0)))

    @staticmethod
    def _fault(chance: random.Random) -> Fault:
        kinds, weights = zip(*_FAULTS, strict=True)
        return Fault(
            chance.random() * SPAN_S,
            chance.choices(kinds, weights)[0],
            chance.choice((0.05, 0.5, 2.0)) * (0.5 + chance.random()),
            chance.choice(TARGETS),
            chance.random(),
        )
