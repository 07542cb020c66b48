"""What the simulated systems say: HL7 v2 messages that a name tells apart, and what is planned to happen with each.

A message carries its name and its plan in a Z-segment, so flows and targets, which know nothing of the scenario, read
there what to do; and the oracle recognises it in every body that a target got.
"""

from __future__ import annotations

import random
import re
from typing import NamedTuple

_NAME = re.compile(rb"ZID\|([^|\r]*)\|([^|\r]*)")

REFUSED = "refused"
"""The first target takes it only after a person has looked."""

FAILS = "fails"
"""The flow cannot decide it before a person has mended it."""

HURTS = "hurts"
"""The process cannot take the step: a person gives it up."""


class Planned(NamedTuple):
    """One message that a sender is going to send.

    name      "ehr.1.17": source, connection, number
    kind      the trigger: "ADT^A08"
    patients  one, or two for a merge
    wish      "": nothing special; else what is planned to go wrong
    refused   the hub must refuse it: it is malformed, or of a type that no flow takes
    """

    name: str
    kind: str
    patients: tuple[str, ...]
    wish: str
    raw: bytes
    refused: bool = False


def write(name: str, kind: str, patients: tuple[str, ...], control: str, wish: str, padding: int) -> Planned:
    merged = f"MRG|{patients[1]}^^^H^MR\r" if len(patients) > 1 else ""
    text = (
        f"MSH|^~\\&|{name.split('.')[0].upper()}|H|ISTHMUS|H|20260101080000||{kind}|{control}|P|2.5.1\r"
        f"PID|1||{patients[0]}^^^H^MR\r{merged}ZID|{name}|{wish}|{'x' * padding}\r"
    )
    return Planned(name, kind, patients, wish, text.encode())


def named(body: bytes) -> tuple[str, str]:
    """Name and wish of the message in a body. ("", "") when it holds none."""
    found = _NAME.search(body)
    return (found[1].decode(), found[2].decode()) if found else ("", "")


def mended(body: bytes) -> bytes:
    """What a person makes of a body that nobody takes."""
    name, wish = named(body)
    return body.replace(f"ZID|{name}|{wish}".encode(), f"ZID|{name}|mended".encode())


_KINDS = {
    "ehr": (
        ("ADT^A08", 30),
        ("ADT^A01", 25),
        ("ADT^A40", 8),
        ("ADT^A03", 10),
        ("ADT^A11", 6),
        ("ADT^A31", 5),
        ("DFT^P03", 10),
    ),
    "lab": (("ORU^R01", 1),),
    "desk": (("ORM^O01", 1),),
}


def plan(chance: random.Random, source: str, connection: int, number: int, patients: list[str]) -> list[Planned]:
    """What one connection of a source is going to say."""
    kinds, weights = zip(*_KINDS[source], strict=True)
    planned: list[Planned] = []
    control = ""
    for at in range(number):
        kind = chance.choices(kinds, weights)[0]
        concerned = tuple(chance.sample(patients, 2 if kind == "ADT^A40" else 1))
        wish = ""
        if chance.random() < 0.04:
            wish = chance.choice((REFUSED, FAILS, HURTS))
        name = f"{source}.{connection}.{at}"
        if not control or chance.random() > 0.02:  # else: the number of the one before, on another message
            control = f"{connection}-{at}"
        message = write(name, kind, concerned, control, wish, chance.choice((0, 0, 200, 3000)))
        planned.append(_refused(message, chance) if chance.random() < 0.03 else message)
    return planned


def _refused(message: Planned, chance: random.Random) -> Planned:
    if chance.random() < 0.5:
        raw = message.raw.replace(message.kind.encode(), b"SIU^S12", 1)
    else:
        raw = b"XSH" + message.raw[3:]
    return message._replace(raw=raw, refused=True)
