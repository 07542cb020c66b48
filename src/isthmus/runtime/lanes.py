"""The lanes of one destination in memory: which delivery may go out next.

    lane P1 | a  d  e          a goes out; d after a's outcome is durable
    lane P2 | b  m             b goes out
    lane P3 | c  m             m names P2 and P3 (a merge): it starts when it heads both, and both go on after it

An entry is *ready* when it heads all its lanes. Pure bookkeeping: no clock, no I/O, O(1) for each step.

Invariants
 1. Within a lane, entries become ready in the order in which they were added.
 2. An entry is ready at most once between being added and being removed.
"""

from __future__ import annotations

from collections import deque

from ..ports import Entry


class Lanes:
    __slots__ = ("_lanes", "entries")

    def __init__(self) -> None:
        # A lane with one entry is that entry itself: most lanes are, and a deque costs 600 bytes.
        self._lanes: dict[bytes, Entry | deque[Entry]] = {}
        self.entries: dict[int, Entry] = {}

    def __len__(self) -> int:
        return len(self.entries)

    def __contains__(self, id: int) -> bool:
        return id in self.entries

    def add(self, entry: Entry) -> bool:
        """Put an entry at the tail of its lanes; True when it heads them all."""
        self.entries[entry.id] = entry
        lanes, ready = self._lanes, True
        for key in entry.lanes:
            held = lanes.get(key)
            if held is None:
                lanes[key] = entry
            else:
                ready = False
                if type(held) is deque:
                    held.append(entry)
                else:
                    lanes[key] = deque((held, entry))  # type: ignore[arg-type]
        return ready

    def remove(self, entry: Entry) -> list[Entry]:
        """Take the head of its lanes away; what became ready by that."""
        del self.entries[entry.id]
        lanes = self._lanes
        ready: list[Entry] = []
        for key in entry.lanes:
            held = lanes[key]
            if held is entry:
                del lanes[key]
                continue
            assert type(held) is deque
            assert held[0] is entry, "only the head of a lane can be removed"
            held.popleft()
            head = held[0]
            if len(held) == 1:
                lanes[key] = head
            if head not in ready and (len(head.lanes) == 1 or self.heads_all(head)):
                ready.append(head)
        return ready

    def head(self, key: bytes) -> Entry | None:
        held = self._lanes.get(key)
        return held[0] if type(held) is deque else held  # type: ignore[return-value]

    def heads_all(self, entry: Entry) -> bool:
        return all(self.head(key) is entry for key in entry.lanes)

    def cut(self, entry: Entry) -> list[Entry]:
        """Take away the head of its lanes and all that wait behind it, directly or through another lane. What is left
        stands before them, so nothing becomes ready."""
        cut = {entry.id: entry}
        for one in (found := [entry]):  # grows while it is walked
            for key in one.lanes:
                for behind in self._after(key, one):
                    if behind.id not in cut:
                        cut[behind.id] = behind
                        found.append(behind)
        for key in {key for one in found for key in one.lanes}:
            left = [one for one in self._line(key) if one.id not in cut]
            del self._lanes[key]
            if left:
                self._lanes[key] = left[0] if len(left) == 1 else deque(left)
        for id in cut:
            del self.entries[id]
        return found

    def _after(self, key: bytes, entry: Entry) -> list[Entry]:
        line = self._line(key)
        return line[line.index(entry) + 1 :]

    def _line(self, key: bytes) -> list[Entry]:
        held = self._lanes[key]
        return list(held) if isinstance(held, deque) else [held]

    def length(self, key: bytes) -> int:
        held = self._lanes.get(key)
        return 0 if held is None else len(held) if type(held) is deque else 1

    def followed(self, entry: Entry) -> bool:
        """Whether anything waits behind an entry: its outcome is then urgent."""
        for key in entry.lanes:  # noqa: SIM110 - a generator would cost more than the look-up
            if self._lanes.get(key) is not entry:
                return True
        return False
