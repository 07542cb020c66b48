"""Files of rows in the simulated world: what the clerk hands in, how it is taken apart, and what each row must give.

    ZID|clerk.0.3|rows|        the file's name and its plan, where every message has them
    ROW|1|P3|10|erp            number, patient, amount, where it goes: erp, both, nowhere; or fails: the flow cannot decide it
    ROW|2|P1|broken|erp        not a number: a bad row
    SUM|2                      how many rows there are

Two flows take each file: one parks a bad row alone, the other refuses the file.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import NamedTuple

from ...flows import flow, send
from ...kernel import Dispatch, Message
from ...protocols.delimited import Column, Control, Layout, Record
from .messages import Planned, named

LAYOUT = Layout(
    delimiter="|",
    quote="",
    header=Record(tag="ZID", columns=tuple(Column(name=name) for name in ("tag", "name", "wish", "rest"))),
    detail=Record(
        tag="ROW",
        columns=(
            Column(name="tag"),
            Column(name="n", kind="integer", required=True),
            Column(name="patient", required=True),
            Column(name="amount", kind="integer", required=True),
            Column(name="to"),
        ),
    ),
    trailer=Record(tag="SUM", columns=(Column(name="tag"), Column(name="rows", kind="integer", required=True))),
    controls=(Control(column="rows", count="details"),),
)
WISH = "rows"
"""The file has rows that are bad."""

parking = flow(
    "parking", source="clerk", accepts="delimited/rows", layout=LAYOUT, owner="finance", lane="patient",
    when_parked="wait", each="row", bad="park",
)  # fmt: skip
strict = flow(
    "strict", source="clerk", accepts="delimited/rows", layout=LAYOUT, owner="finance", lane="patient",
    when_parked="wait", each="row", bad="refuse",
)  # fmt: skip

_TO = {"erp": ("erp",), "both": ("erp", "archive"), "nowhere": ()}


class Row(NamedTuple):
    n: str
    patient: str
    amount: str
    to: str

    @property
    def bad(self) -> bool:
        return not self.amount.isdigit() or self.to not in _TO


class RowFails(Exception):
    """What a flow raises for a row that it does not understand."""


@parking.on()
def park_bad_rows(message: Message) -> Iterator[Dispatch]:
    yield from _effects(message, strict=False)


@strict.on()
def refuse_bad_files(message: Message) -> Iterator[Dispatch]:
    yield from _effects(message, strict=True)


def _effects(message: Message, *, strict: bool) -> Iterator[Dispatch]:
    row = message.content
    if row["to"] not in _TO:
        raise RowFails(row["n"])
    for to in _TO[row["to"]]:
        yield send("viewer" if strict else to, effect(named(message.raw)[0], str(row["n"]), row["patient"]))


def effect(file: str, n: str, patient: str) -> bytes:
    """What a target gets of a row: with the file's name where every body has its message's."""
    return f"row {n} of {patient}\rZID|{file}||\r".encode()


def place_of(body: bytes) -> tuple[int, str]:
    """Number and patient of the row behind a body."""
    words = body.partition(b"\r")[0].decode().split()
    return int(words[1]), words[3]


def rows_of(body: bytes) -> list[Row]:
    """The rows of a file, or of a file of one."""
    return [Row(*line.split("|")[1:5]) for line in body.decode().splitlines() if line.startswith("ROW|")]


def effects_of(flow: str, body: bytes) -> list[tuple[str, bytes]]:
    """(target, body) of everything that the good rows of a file must give, in order."""
    file = named(body)[0]
    return [
        ("viewer" if flow == "strict" else to, effect(file, row.n, row.patient))
        for row in rows_of(body)
        if not row.bad
        for to in _TO[row.to]
    ]


def plan_files(chance: random.Random, connection: int, number: int, patients: list[str]) -> list[Planned]:
    """What one connection of the clerk is going to hand in."""
    return [_plan_file(chance, f"clerk.{connection}.{at}", patients) for at in range(number)]


def _plan_file(chance: random.Random, name: str, patients: list[str]) -> Planned:
    spoils = chance.random() < 0.4
    rows = []
    for n in range(1, chance.choice((1, 5, 20, 60)) + 1):
        row = Row(str(n), chance.choice(patients), str(n), chance.choice(("erp", "erp", "both", "nowhere")))
        if spoils and chance.random() < 0.1:
            row = chance.choice((row._replace(amount="broken"), row._replace(to="fails")))
        rows.append(row)
    wish = WISH if any(row.bad for row in rows) else ""
    text = f"ZID|{name}|{wish}|\n" + "".join(f"ROW|{'|'.join(row)}\n" for row in rows) + f"SUM|{len(rows)}\n"
    refused = chance.random() < 0.05
    raw = (text.replace("ZID|", "ZAP|", 1) if refused else text).encode()
    return Planned(name, "ROWS", tuple({row.patient for row in rows}), wish, raw, refused)


def mended_file(body: bytes) -> bytes:
    """What a person makes of bad rows."""
    return body.replace(b"|broken|", b"|1|").replace(b"|fails\n", b"|erp\n")
