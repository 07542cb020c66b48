"""One system as look-ups ask it: turns, whose fault a time-out is, back-off, and connections that were cut off."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from isthmus.flows import lookup
from isthmus.flows.lookup import Question
from isthmus.kernel import Answer, Misuse, Permanent, Transient, Unavailable
from isthmus.observe import Observer
from isthmus.ports import Delivery, Outcome
from isthmus.runtime.lookups.kept import Kept
from isthmus.runtime.lookups.line import Line
from isthmus.runtime.settings import DeliveryPolicy
from isthmus.testing.simulation.loop import SimulatedLoop

Says = Callable[[bytes], Awaitable[bytes | None]]


class System:
    """What is asked; `says` answers. Notes every question, and how often a connection was opened and closed."""

    def __init__(self, says: Says) -> None:
        self.says = says
        self.asked: list[tuple[bytes, float]] = []
        self.opened = self.closed = 0

    async def open(self) -> None:
        self.opened += 1

    async def deliver(self, delivery: Delivery) -> Outcome:
        self.asked.append((delivery.body, asyncio.get_running_loop().time()))
        return Outcome(reply=await self.says(delivery.body))

    async def close(self) -> None:
        self.closed += 1


def on_line(says: Says, test: Callable[[Line, System], Awaitable[Any]], **policy: Any) -> System:
    loop = SimulatedLoop()  # type: ignore[abstract]  # what it leaves out, nobody may use
    system = System(says)

    async def run() -> None:
        await test(Line("payer", lambda: system, DeliveryPolicy(connector="x", **policy), Observer(), 1), system)

    async def lived() -> None:
        await loop.run_in(loop.begin("life"), run())

    try:
        loop.run_until_complete(lived())
    finally:
        loop.close()  # ends the life: what is still under way is closed with it
    return system


async def ask(line: Line, body: bytes = b"?", *, timeout_s: float = 1.0, patient: bool = True) -> bytes:
    return await line.ask(Delivery(0, 1, "payer", body, "key"), timeout_s, patient=patient)


async def at_once(body: bytes) -> bytes:
    return b"yes"


async def never(body: bytes) -> bytes:
    await asyncio.sleep(3600)
    return b""


def test_a_question_that_waits_for_its_turn_too_long_fails_within_its_budget() -> None:
    async def test(line: Line, system: System) -> None:
        long = asyncio.ensure_future(ask(line, timeout_s=60))
        await asyncio.sleep(0.1)
        with pytest.raises(Unavailable, match="no connection was free within 2 s"):
            await ask(line, timeout_s=2, patient=False)
        assert asyncio.get_running_loop().time() == pytest.approx(2.1)
        assert line.away_because is None  # nobody has said that the system is away
        long.cancel()

    on_line(never, test)


def test_a_time_out_while_others_get_through_is_the_questions_own() -> None:
    async def says(body: bytes) -> bytes:
        return await (never if body == b"slow" else at_once)(body)

    async def test(line: Line, system: System) -> None:
        slow = asyncio.ensure_future(ask(line, b"slow"))
        await asyncio.sleep(0.5)
        assert await ask(line, b"quick") == b"yes"
        with pytest.raises(Transient, match="no answer within 1 s"):
            await slow
        assert line.away_because is None

    on_line(says, test, connections=2, attempts_max=1)


def test_a_connection_on_which_a_question_was_cut_off_is_not_used_again() -> None:
    async def test(line: Line, system: System) -> None:
        with pytest.raises(Unavailable):
            await ask(line, patient=False)
        assert (system.opened, system.closed) == (1, 1)
        system.says = at_once
        await asyncio.sleep(5)
        assert await ask(line, patient=False) == b"yes"
        assert system.opened == 2

    on_line(never, test)


def test_what_the_system_says_of_when_to_try_again_is_kept_to() -> None:
    async def says(body: bytes) -> bytes:
        if len(system.asked) < 2:
            raise Transient("busy", retry_after_s=7)
        return b"yes"

    async def test(line: Line, held: System) -> None:
        nonlocal system
        system = held
        assert await ask(line) == b"yes"
        assert [at for _, at in system.asked] == [0.0, 7.0]

    system: System = System(says)
    on_line(says, test)


def test_only_one_asks_whether_a_system_that_is_away_is_back() -> None:
    async def says(body: bytes) -> bytes:
        if asyncio.get_running_loop().time() < 10:
            raise Unavailable
        return b"yes"

    async def test(line: Line, system: System) -> None:
        asked = [asyncio.ensure_future(ask(line)) for _ in range(50)]
        await asyncio.sleep(9.9)
        assert len(system.asked) < 20  # 8 that were under way, and the probes
        assert await asyncio.gather(*asked) == [b"yes"] * 50

    on_line(says, test, connections=8, probe_s=1.0, probe_max_s=1.0)


def test_a_connector_that_breaks_or_gives_no_answer_parks_the_message() -> None:
    async def breaks(body: bytes) -> bytes:
        raise ZeroDivisionError("DOE^JANE")

    async def silent(body: bytes) -> None:
        return None

    async def test(line: Line, system: System) -> None:
        with pytest.raises(Permanent, match=r"the connector failed: ZeroDivisionError$"):
            await ask(line)
        system.says = silent
        with pytest.raises(Permanent, match="payer gives no answer"):
            await ask(line)

    on_line(breaks, test)


def test_a_look_up_without_a_time_budget_is_refused() -> None:
    with pytest.raises(Misuse, match="needs a time budget"):
        lookup("one", to="payer", ask=lambda message: b"", timeout_s=0)


def question(body: bytes, keep_s: float = 60.0) -> Question:
    return Question(lookup("one", to="payer", ask=lambda message: body, keep_s=keep_s), body)


def answer(asked: Question, body: bytes = b"") -> Answer:
    return Answer("one", "asked", 0, asked.digest, body)


def test_kept_answers_make_room_for_newer_ones() -> None:
    kept = Kept(bytes_max=1000)
    for at in range(10):
        kept.keep(question(b"%d" % at), answer(question(b"%d" % at), b"x" * 100))
    found = [at for at in range(10) if kept.maybe_find(question(b"%d" % at), 0)]
    assert found == [7, 8, 9]


def test_an_answer_is_kept_for_its_own_question_and_time() -> None:
    kept, asked = Kept(), question(b"a", 60)
    kept.keep(asked, answer(asked))
    assert kept.maybe_find(question(b"b"), 0) is None
    assert kept.maybe_find(asked, 60_000_000_000) is not None
    assert kept.maybe_find(asked, 60_000_000_001) is None
