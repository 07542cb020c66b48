"""Lanes against a model that is too slow to be wrong: an entry is ready when no older one names any of its keys."""

from __future__ import annotations

from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.ports import Entry
from isthmus.runtime.lanes import Lanes

_ids = count(1)


def entry(*keys: str) -> Entry:
    made = Entry("erp", tuple(key.encode() for key in keys), b"")
    made.id = next(_ids)
    return made


class Model:
    """All entries in one list, in the order in which they were added."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def cut(self, head: Entry) -> set[int]:
        """The head and whatever names a key of something cut before it."""
        keys, cut = set(head.lanes), {head.id}
        for one in self.entries[self.entries.index(head) + 1 :]:
            if keys & set(one.lanes):
                keys |= set(one.lanes)
                cut.add(one.id)
        self.entries = [one for one in self.entries if one.id not in cut]
        return cut

    def ready(self) -> set[int]:
        taken: set[bytes] = set()
        found = set()
        for one in self.entries:
            if not taken & set(one.lanes):
                found.add(one.id)
            taken |= set(one.lanes)
        return found


keys = st.lists(st.sampled_from("abcd"), min_size=1, max_size=3, unique=True)
steps = st.lists(st.one_of(keys, st.integers(0, 7), st.floats(0, 1)), max_size=60)
"""An entry is added, the n-th that is ready leaves, or one that is ready is cut with all behind it."""


@given(steps)
def test_ready_is_what_heads_all_its_lanes(steps: list[list[str] | int | float]) -> None:
    lanes, model, ready = Lanes(), Model(), set()
    for step in steps:
        if isinstance(step, list):
            added = entry(*step)
            model.entries.append(added)
            if lanes.add(added):
                ready.add(added.id)
        elif ready and isinstance(step, float):
            chosen = sorted(ready)[int(step * (len(ready) - 1))]
            (head,) = (one for one in model.entries if one.id == chosen)
            cut = lanes.cut(head)
            assert cut[0] is head
            assert sorted(one.id for one in cut) == sorted(model.cut(head))
            ready.remove(chosen)
        elif ready:
            chosen = sorted(ready)[step % len(ready)]
            (leaving,) = (one for one in model.entries if one.id == chosen)
            model.entries.remove(leaving)
            ready.remove(chosen)
            came = [one.id for one in lanes.remove(leaving)]
            assert len(came) == len(set(came)), "an entry became ready twice"
            assert not ready & set(came), "an entry that was ready became ready again"
            ready |= set(came)
        assert ready == model.ready()
        assert len(lanes) == len(model.entries)
        for one in model.entries:
            assert lanes.heads_all(one) == (one.id in ready)
        for key in (b"a", b"b", b"c", b"d"):
            line = [one for one in model.entries if key in one.lanes]
            assert lanes.length(key) == len(line)
            assert lanes.head(key) is (line[0] if line else None)


def test_a_merge_starts_when_it_heads_both_and_both_go_on_after_it() -> None:
    lanes = Lanes()
    first, other, merge, after = entry("a"), entry("b"), entry("a", "b"), entry("b")
    assert [lanes.add(one) for one in (first, other, merge, after)] == [True, True, False, False]
    assert lanes.remove(first) == []
    assert lanes.remove(other) == [merge]
    assert lanes.remove(merge) == [after]


def test_a_merge_whose_lanes_come_free_in_one_step_is_ready_once() -> None:
    lanes = Lanes()
    first, merge = entry("a", "b"), entry("b", "a")
    lanes.add(first)
    lanes.add(merge)
    assert lanes.remove(first) == [merge]


def test_only_the_head_leaves() -> None:
    lanes = Lanes()
    lanes.add(entry("a"))
    second = entry("a")
    lanes.add(second)
    with pytest.raises(AssertionError, match="only the head"):
        lanes.remove(second)


def test_it_knows_whether_anything_waits_behind_an_entry() -> None:
    lanes = Lanes()
    merge, behind = entry("a", "b"), entry("b")
    lanes.add(merge)
    assert not lanes.followed(merge)
    lanes.add(behind)
    assert lanes.followed(merge)
