"""Cases of flows that work files off piece by piece: the sample is a file, and `expect` says what all of it gives.

    expect=["send:erp", "send:erp"]               what the good pieces give, in order
    expect={"pieces": 3, "send:erp": 2, "bad": 1} how often each comes out; pieces and bad need not be said
    bad={2: "amount"}                             which pieces are bad, and a part of the cause

A piece that is bad and was not said to be fails the case. A flow that refuses bad files gives nothing then, and the case
says `parks`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import NamedTuple

from ..flows import Case, Flow
from ..kernel.errors import IsthmusError, Misuse, PeerFault, Permanent
from ..kernel.message import Message
from .pieces import Piece, opened
from .plan import cause_of, in_words
from .reading import Wrong

PIECES, BAD = "pieces", "bad"
Decide = Callable[[Message], list[str]]


class Outcome(NamedTuple):
    """got: names, in order; bad: cause by the piece's number; pieces: how many; cause: of the file as a whole."""

    got: list[str]
    bad: dict[int, str]
    pieces: int
    cause: IsthmusError | None


def worked_off(flow: Flow, data: bytes, decide: Decide, message: Callable[[Piece], Message]) -> Outcome:
    """What a flow makes of a file, without a journal. `message` makes one of a piece, `decide` names what follows."""
    got: list[str] = []
    bad: dict[int, str] = {}
    wrong = Wrong()
    number = 0
    cause: IsthmusError | None = None
    try:
        pieces = opened(flow)
        for given in (pieces.feed(data), pieces.close()):
            for piece in given:
                number += 1
                fault = _taken(piece, got, decide, message)
                if fault is not None:
                    bad[piece.number] = f"{fault.code}: {in_words(fault)}" + (
                        f" ({fault.detail})" if fault.detail else ""
                    )
                    wrong.add(f"piece {piece.number} ({piece.place})", fault)
    except PeerFault as fault:
        cause = Permanent(f"the file cannot be worked off further: {fault}")
        wrong.add("the file", fault)
    if flow.bad == "refuse" and wrong.count:
        return Outcome([], {}, number, wrong.as_one())
    return Outcome(got, bad, number, cause)


def _taken(piece: Piece, got: list[str], decide: Decide, message: Callable[[Piece], Message]) -> IsthmusError | None:
    if piece.fault is not None:
        return piece.fault
    try:
        got += decide(message(piece))
    except Misuse as error:
        return error
    except Exception as error:
        return cause_of(error)
    return None


def differences(case: Case, found: Outcome) -> str:
    """What is not as the case says, in words; "" when all is."""
    for number, words in case.bad.items():
        if number not in found.bad:
            return f"piece {number} should be bad with {words!r}, and was taken"
        if words not in found.bad[number]:
            return f"piece {number} should be bad with {words!r}, and was with {found.bad[number]}"
    counted = isinstance(case.expect, Mapping) and BAD in case.expect
    surprise = next((number for number in found.bad if number not in case.bad), None)
    if surprise is not None and not counted:
        return f"piece {surprise} is bad: {found.bad[surprise]}"
    return "" if case.expect is None or told(case, found) == wanted(case) else "something else came out"


def wanted(case: Case) -> list[str]:
    """What the case expects, a line each."""
    if isinstance(case.expect, Mapping):
        return [f"{n} of {name}" for name, n in sorted(case.expect.items())]
    return list(case.expect or ())


def told(case: Case, found: Outcome) -> list[str]:
    """What came out, in the manner of the case."""
    if not isinstance(case.expect, Mapping):
        return found.got
    counts = Counter(found.got)
    counts |= {name: n for name, n in ((PIECES, found.pieces), (BAD, len(found.bad))) if name in case.expect}
    return [f"{n} of {name}" for name, n in sorted(counts.items())]
