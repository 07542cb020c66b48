"""Times as people write them."""

from __future__ import annotations

import pytest

from isthmus.kernel.clock import NS_PER_S
from isthmus.kernel.errors import Misuse
from isthmus.runtime.times import parse_time

NOW = 1_767_225_600 * NS_PER_S  # 2026-01-01T00:00Z


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2026-01-01T00:00Z", 0),
        ("2026-01-01T01:00+01:00", 0),
        ("2025-12-31T23:59:30+00:00", -30),
        ("90m", -5400),
        ("12h", -43_200),
        ("2 d", -172_800),
        ("1w", -604_800),
        ("30s", -30),
    ],
)
def test_a_time_is_read(text, seconds):
    assert parse_time(text, NOW) == NOW + seconds * NS_PER_S


def test_no_time_is_no_bound():
    assert parse_time("", NOW) == 0


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01", "5 parsecs", "-1h", "1h30", "2026-01-01T25:00"])
def test_what_is_no_time_is_refused_with_examples(text):
    with pytest.raises(Misuse, match="12h, 2d"):
        parse_time(text, NOW)


@pytest.mark.parametrize("text", ["9999999999d", "0001-01-01", "1969-12-30", "9999-12-31", "2300-01-01"])
def test_a_time_that_the_journal_cannot_hold_is_refused(text):
    with pytest.raises(Misuse, match="1970 to 2262"):
        parse_time(text, NOW)
