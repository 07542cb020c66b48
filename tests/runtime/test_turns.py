"""Messages are taken in a few at a time, in their order, and the loop looks at the network between."""

from __future__ import annotations

import asyncio

import pytest

from isthmus.runtime.turns import COMMIT, TURN, Turns


def burst(turns: Turns, messages: int) -> list[tuple[int, bool]]:
    """Put messages into the queue at a stroke; (message, whether it is the last) as they are taken in."""
    taken: list[tuple[int, bool]] = []
    for n in range(messages):
        turns.wait(lambda n: taken.append((n, turns.last)), n)
    return taken


async def test_a_burst_is_taken_in_a_few_at_a_time_and_what_else_is_ready_runs_between() -> None:
    turns = Turns(asyncio.get_running_loop())
    taken = burst(turns, 3 * TURN)
    seen = []
    while len(taken) < 3 * TURN:
        await asyncio.sleep(0)
        seen.append(len(taken))
    assert seen == [TURN, 2 * TURN, 3 * TURN]
    assert [n for n, _ in taken] == list(range(3 * TURN))


async def test_the_last_of_a_burst_is_told_apart_so_that_the_burst_becomes_durable_with_one_commit() -> None:
    turns = Turns(asyncio.get_running_loop())
    taken = burst(turns, 20)
    await asyncio.sleep(0.01)
    assert [n for n, last in taken if last] == [19]


async def test_a_burst_without_end_waits_for_no_more_than_a_full_commit() -> None:
    turns = Turns(asyncio.get_running_loop())
    taken = burst(turns, 2 * COMMIT + 5)
    await asyncio.sleep(0.05)
    assert [n for n, last in taken if last] == [COMMIT - 1, 2 * COMMIT - 1, 2 * COMMIT + 4]


async def test_a_message_that_fails_keeps_none_of_the_others_from_their_turn() -> None:
    loop = asyncio.get_running_loop()
    failures: list[object] = []
    loop.set_exception_handler(lambda _, context: failures.append(context["exception"]))
    turns = Turns(loop)
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
    assert taken == []
