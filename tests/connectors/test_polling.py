"""Sources that look for their messages: when, and what becomes of a look that fails."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from isthmus.connectors._polling import Polling, Timetable
from isthmus.kernel import Misuse, Unavailable


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-01-15T07:59:59", "2026-01-15T08:00:00"),  # 02:00 in Chicago, standard time
        ("2026-01-15T08:00:00", "2026-01-15T20:30:00"),  # 14:30, the same day
        ("2026-01-15T21:00:00", "2026-01-16T08:00:00"),
        ("2026-07-15T08:00:00", "2026-07-15T19:30:00"),  # 14:30, daylight time
        ("2026-03-08T07:00:00", "2026-03-08T08:00:00"),  # 02:00 is left out that night: 03:00 as the clock then shows
    ],
)
def test_a_time_of_day_is_one_of_the_places_clock(now: str, expected: str) -> None:
    table = Timetable(60.0, ("14:30", "02:00"), "America/Chicago", "here")
    assert table.next(utc(now)) == utc(expected)


def test_a_time_that_comes_twice_counts_once() -> None:
    table = Timetable(60.0, ("01:30",), "America/Chicago", "here")
    first = table.next(utc("2026-11-01T05:00:00"))
    assert first == utc("2026-11-01T06:30:00")
    assert table.next(first) == utc("2026-11-02T07:30:00")


def test_what_is_not_complete_waits_for_no_time_of_day() -> None:
    table = Timetable(60.0, ("02:00",), "America/Chicago", "here")
    assert table.wait_s(utc("2026-01-15T07:00:00")) == 3600.0
    assert table.wait_s(utc("2026-01-15T07:00:00"), soon=True) == 60.0
    assert Timetable(5.0, (), "", "here").wait_s() == 5.0


@pytest.mark.parametrize(
    ("at", "zone"), [(("2 am",), "UTC"), (("02:00",), "Mars/Base"), (("02:00",), ""), ((), "UTC"), (("02:00Z",), "UTC")]
)
def test_times_and_zones_that_are_none_are_refused(at: tuple[str, ...], zone: str) -> None:
    with pytest.raises(Misuse, match=r"^here: at = "):
        Timetable(60.0, at, zone, "here")


@pytest.mark.parametrize(
    ("error", "kind"),
    [(Unavailable("away"), Unavailable), (OSError("x"), Unavailable), (ValueError("CANARY-PHI"), Misuse)],
)
async def test_a_look_that_fails_is_kept_as_trouble_until_one_goes_well(error: Exception, kind: type) -> None:
    looks: list[Exception | None] = []
    looked = asyncio.Event()

    async def look() -> None:
        looks.append(polling.trouble)
        if len(looks) == 1:
            raise error
        if len(looks) == 3:
            looked.set()

    told: list[Exception | None] = []
    polling = Polling(look, lambda: 0.0, told.append)
    polling.start("here")
    await asyncio.wait_for(looked.wait(), 5)
    await polling.close()
    assert [type(one) for one in looks[:3]] == [type(None), kind, type(None)]
    assert told[:2] == looks[1:3], "who listens hears of each look"
    assert "CANARY" not in str(looks[1])


async def test_closing_waits_for_the_piece_that_is_being_taken() -> None:
    taking, taken, done = asyncio.Event(), asyncio.Event(), []

    async def look() -> None:
        taking.set()
        await taken.wait()
        done.append(1)

    polling = Polling(look, lambda: 0.0, lambda trouble: None)
    polling.start("here")
    await taking.wait()
    closing = asyncio.ensure_future(polling.close())
    await asyncio.sleep(0)
    assert not closing.done()
    taken.set()
    await closing
    await polling.close()
    assert done == [1]
