"""Commits wait on the loop while the disk is quick, in a thread while it is slow."""

from __future__ import annotations

from isthmus.journal.pace import TRY_SHARE, Pace


class Now:
    def __init__(self) -> None:
        self.s = 0.0

    def __call__(self) -> float:
        return self.s


def pace_after(took: list[tuple[float, int]], now: Now) -> Pace:
    pace = Pace(now)
    for seconds, operations in took:
        pace.took(seconds, operations)
    return pace


def test_a_disk_is_taken_for_quick_until_it_shows_that_it_is_not() -> None:
    assert Pace(Now()).on_loop()
    assert not pace_after([(0.010, 1)] * 3, Now()).on_loop()


def test_one_slow_commit_among_quick_ones_changes_nothing() -> None:
    assert pace_after([(0.0004, 1)] * 20 + [(0.005, 1)] + [(0.0004, 1)], Now()).on_loop()


def test_a_large_commit_may_take_longer_than_a_small_one() -> None:
    assert pace_after([(0.004, 500)] * 20, Now()).on_loop()
    assert not pace_after([(0.004, 5)] * 20, Now()).on_loop()


def test_on_a_slow_disk_the_loop_waits_for_one_part_in_a_hundred_of_the_time_to_see_whether_it_is_quick_again() -> None:
    now = Now()
    pace = pace_after([(0.020, 1)] * 8, now)
    now.s = 0.019 * TRY_SHARE
    assert not pace.on_loop()
    now.s = 0.020 * TRY_SHARE
    assert pace.on_loop()
    pace.took(0.018, 1)
    assert not pace.on_loop()
    now.s += 0.018 * TRY_SHARE
    pace.took(0.0005, 1)
    assert pace.on_loop()
