"""Messages are taken in a few at a time, in their order, and the loop looks at the network between."""

from __future__ import annotations

import asyncio

import pytest

from isthmus.runtime.turns import TURN, Turns


def burst(turns: Turns, messages: int) -> list[int]:
    """Put messages into the queue at a stroke; the messages as they are taken in."""
    taken: list[int] = []
    for n in range(messages):
        turns.wait(taken.append, n)
    return taken


async def test_a_burst_is_taken_in_a_few_at_a_time_and_what_else_is_ready_runs_between() -> None:
    turns = Turns(asyncio.get_running_loop())
    taken = burst(turns, 1 + 3 * TURN)
    seen = [len(taken)]
    while len(taken) < 1 + 3 * TURN:
        await asyncio.sleep(0)
        seen.append(len(taken))
    assert seen == [1, 1 + TURN, 1 + 2 * TURN, 1 + 3 * TURN]
    assert taken == list(range(1 + 3 * TURN))


async def test_one_that_comes_alone_waits_for_nothing() -> None:
    turns = Turns(asyncio.get_running_loop())
    for _ in range(3):
        assert burst(turns, 1) == [0]
        await asyncio.sleep(0)


async def test_a_message_that_fails_keeps_none_of_the_others_from_their_turn() -> None:
    loop = asyncio.get_running_loop()
    failures: list[object] = []
    loop.set_exception_handler(lambda _, context: failures.append(context["exception"]))
    turns = Turns(loop)
    assert burst(turns, 1) == [0]
    turns.wait(pytest.fail)
    taken = burst(turns, 20)
    await asyncio.sleep(0.01)
    loop.set_exception_handler(None)
    assert len(taken) == 20
    assert len(failures) == 1


async def test_after_the_end_nothing_is_taken_in() -> None:
    turns = Turns(asyncio.get_running_loop())
    taken = burst(turns, 20)
    turns.close()
    await asyncio.sleep(0.01)
    assert taken == [0]
