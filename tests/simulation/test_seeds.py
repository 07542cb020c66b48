"""A thousand seeds, each a world of its own, and every promise kept in each of them.

`ISTHMUS_SEEDS=FROM:TO` runs others: a night's worth of new ones finds what a thousand do not.
"""

from __future__ import annotations

import os

import pytest

from isthmus.testing.simulation.__main__ import replay_command
from isthmus.testing.simulation.oracle import judge
from isthmus.testing.simulation.world import Failed, live

CHUNK = 25
FIRST, END = map(int, os.environ.get("ISTHMUS_SEEDS", "0:1000").split(":"))


@pytest.mark.parametrize("first", range(FIRST, END, CHUNK))
def test_every_promise_is_kept(first: int) -> None:
    broken = []
    for seed in range(first, min(first + CHUNK, END)):
        try:
            live(seed, check=judge)
        except Failed as error:
            broken.append(f"seed {seed}: {error}\n    to see it: {replay_command(seed)}")
    assert not broken, "\n".join(broken)
