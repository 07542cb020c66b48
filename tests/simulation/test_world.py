"""The simulated world itself: one seed gives one history, and failures say how to see them again."""

from __future__ import annotations

import asyncio

import pytest

from isthmus.ports import Decision, State
from isthmus.testing.simulation.__main__ import main
from isthmus.testing.simulation.loop import SimulatedLoop, Standstill
from isthmus.testing.simulation.oracle import judge
from isthmus.testing.simulation.world import FAULTS, Failed, World, live


def new_loop() -> SimulatedLoop:
    return SimulatedLoop()  # type: ignore[abstract]


@pytest.mark.parametrize("seed", [3, 7, 21])
def test_one_seed_gives_one_history(seed: int) -> None:
    assert live(seed, tracing=True).lines == live(seed, tracing=True).lines


def test_time_passes_only_when_nothing_else_can_happen() -> None:
    loop = new_loop()

    async def scenario() -> list[float]:
        async def wait(seconds: float) -> float:
            await asyncio.sleep(seconds)
            return loop.time()

        with pytest.raises(TimeoutError):
            async with asyncio.timeout(5):
                await asyncio.Event().wait()
        return await asyncio.gather(wait(3600), wait(0), wait(1))

    assert loop.run_until_complete(scenario()) == [3605, 5, 6]


def test_what_can_never_happen_is_a_standstill() -> None:
    with pytest.raises(Standstill):
        new_loop().run_until_complete(asyncio.Event().wait())


def test_of_a_life_that_ended_nothing_runs_any_more() -> None:
    loop, ran = new_loop(), []

    async def program() -> None:
        try:
            await asyncio.sleep(1)
            ran.append("program")
        finally:
            loop.call_soon(ran.append, "its clean-up")

    async def scenario() -> None:
        life = loop.begin("one")
        loop.run_in(life, program())
        await asyncio.sleep(0.5)
        loop.end(life)
        await asyncio.sleep(5)

    loop.run_until_complete(scenario())
    assert ran == []


def test_a_seed_that_fails_is_printed_with_the_command_that_shows_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def dissatisfied(world: World) -> None:
        raise Failed("a promise")

    monkeypatch.setattr("isthmus.testing.simulation.__main__.judge", dissatisfied)
    assert main(["--seed", "3"]) == 1
    assert "seed 3 broke a promise:\na promise" in capsys.readouterr().out


def test_the_trace_shows_ids_and_no_content(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--seed", "3", "--trace"]) == 0
    shown = capsys.readouterr().out
    assert "was answered ehr.0.1 accepted" in shown
    assert "PID|" not in shown


def test_the_oracle_accepts_a_world_in_which_nothing_went_wrong() -> None:
    live(3, check=judge)


def test_thirty_seeds_meet_everything_that_can_happen() -> None:
    states: set[State] = set()
    decisions: set[Decision] = set()
    faults: set[str] = set()
    events: set[str] = set()

    def look(world: World) -> None:
        judge(world)
        assert world.storage.store is not None
        states.update(State(state) for (state,) in world.storage.store.rows("select distinct state from posting"))
        decisions.update(
            Decision(made) for (made,) in world.storage.store.rows("select distinct decision from message")
        )

    for seed in range(30):
        world = live(seed, tracing=True, check=look)
        faults |= {fault.kind for fault in world.scenario.faults}
        events |= {line.split()[2] for line in world.lines if line.split()[1] == "hub"}
    assert states == set(State)
    assert decisions == {Decision.FILTERED, Decision.DECIDED, Decision.NONE}
    assert faults == set(FAULTS)
    assert events >= {
        "ControlIdReused",
        "DecisionParked",
        "DeliveryParked",
        "DeliveryRetried",
        "DestinationPaused",
        "DestinationResumed",
        "MessageRefused",
        "StorageFailed",
        "StorageRecovered",
    }
