"""The part of a destination's queue that memory holds; the rest stands in the journal and is read back in commit order.

    journal   1  2  3  4  5  6  7  8  9 ...
    held      1  2     4        7              in their lanes
    behind          3     5  6                 left in the journal: their lanes hold enough, or stand behind a parked one
    cursor                         ^           from here on nothing was read yet

Invariants
 1. Memory holds at most `Bounds.window` entries and `body_bytes` of bodies.
 2. Where an entry was left behind, all later ones of its lanes are left behind too; when the reason is gone they are
    read again from the first of them on. So nothing overtakes, and nothing is forgotten.
 3. A parked delivery that its lanes wait for is no entry here, and holds none here that wait: however many people's
    lanes stand still, the others have the whole window.

Pure bookkeeping but for the reading: which entry goes out when, and what becomes of it, is the outbox's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from ..kernel.errors import StorageUnable
from ..observe import Observer
from ..ports import PIECE_BYTES, Entry, Journal
from .lanes import Lanes

STORAGE_CHECK_S = 0.5
"""How long a journal that cannot be read is left alone."""


class Bounds(NamedTuple):
    """How much of a destination's queue memory holds.

    window       entries; `low_water`: read on when so few are left
    lane_window  entries of one lane
    page         entries read back at once, with up to `page_bytes` of their bodies
    body_bytes   of bodies in all
    step_pieces  pieces of a file that one transaction works off: milliseconds, for which the intake waits
    part_bytes   of a file that are read at once
    """

    window: int = 8192
    low_water: int = 4096
    lane_window: int = 256
    page: int = 1024
    body_bytes: int = 12 << 20
    page_bytes: int = 3 << 20
    step_pieces: int = 256
    part_bytes: int = PIECE_BYTES


DEFAULT_BOUNDS = Bounds()


class Window:
    def __init__(
        self,
        destination: str,
        journal: Journal,
        bounds: Bounds,
        *,
        ready: Callable[[Entry], None],
        busy: Callable[[], bool],
        observer: Observer,
        bodies: bool = True,
    ) -> None:
        """`ready` is told of each entry that heads its lanes; `busy`: there is enough to do without reading on; `bodies`:
        whether they are held here at all."""
        self.bounds = bounds
        self.lanes = Lanes()
        self._entries = self.lanes.entries
        self._destination = destination
        self._journal = journal
        self._ready = ready
        self._busy = busy
        self._observe = observer
        self._bodies = bodies
        self._body_bytes = 0
        self._crowded: dict[bytes, int] = {}  # lane that holds enough -> the first that was left behind
        self._parked: dict[int, tuple[bytes, ...]] = {}  # deliveries that lanes wait for
        self._blocked: dict[bytes, int] = {}  # lane -> how many of them stand in it
        self._held_back: dict[bytes, int] = {}  # lane -> the first that waits for one of them, or behind one that does
        self._paging = False
        self._cursor = 0
        # What happened while a page was on its way, which the page cannot show:
        self._gone: set[int] = set()  # these left, and it may still hold them as waiting
        self._offered: list[int] = []  # these became durable, and it may not hold them yet
        self._back_to: int | None = None  # from here on it must be read again
        self._page_task: asyncio.Task[None] | None = None
        self._stopped = False
        self._loop = asyncio.get_running_loop()

    def start(self, parked: Iterable[Entry]) -> None:
        """Note what lanes wait for, then read back what waits."""
        for entry in parked:
            self._block(entry)
        self._begin_paging(0)

    def stop(self) -> None:
        self._stopped = True
        if self._page_task:
            self._page_task.cancel()

    # ---- in and out

    def offer(self, entry: Entry) -> None:
        """A delivery that has just become durable, or waits again."""
        if entry.id in self._entries:
            return
        if self._paging:  # it is read back in its turn
            self._offered.append(entry.id)
            if entry.id <= self._cursor:  # sent again by a person
                self._begin_paging(entry.id - 1)
            return
        if (self._blocked and self._is_held_back(entry)) or (self._crowded and self._is_crowded(entry)):
            return
        if len(self._entries) >= self.bounds.window:
            self._begin_paging(entry.id - 1)
            return
        if entry.body is not None:
            if not self._bodies or self._body_bytes + entry.size > self.bounds.body_bytes:
                entry.body = None
            else:
                self._body_bytes += entry.size
        if self.lanes.add(entry):
            self._ready(entry)

    def leave(self, entry: Entry) -> None:
        """Take the head of its lanes away: they go on."""
        if entry.body is not None:
            self._drop_body(entry)
        if self._page_task is not None:
            self._pass_over(entry.id)
        for ready in self.lanes.remove(entry):
            self._ready(ready)
        if self._paging or self._crowded:
            self._make_room(entry)

    def vanish(self, entry: Entry) -> None:
        """It waits no longer and is in no lane here: its sender has it back."""
        self._pass_over(entry.id)
        if any(self._held_back.get(key) == entry.id for key in entry.lanes):
            self._release(entry.id)

    def _pass_over(self, id: int) -> None:
        """A page on its way may still show it as waiting."""
        if self._page_task is not None:
            self._gone.add(id)

    def park(self, entry: Entry) -> list[Entry]:
        """The head of its lanes is parked and they wait for it: what stands behind it, which is returned, goes back to
        the journal."""
        self._pass_over(entry.id)
        self._drop_body(entry)
        self._block(entry)
        _, *behind = self.lanes.cut(entry)
        for one in behind:
            self._drop_body(one)
            self._hold_back(one)
        self._read_on()
        return behind

    def unpark(self, id: int) -> None:
        """A person has acted on what lanes wait for: read back what was left behind it."""
        lanes = self._parked.pop(id, None)
        if lanes is None:
            return
        for key in lanes:
            self._blocked[key] -= 1
            if not self._blocked[key]:
                del self._blocked[key]
        behind = [left[key] for left in (self._held_back, self._crowded) for key in lanes if key in left]
        if behind:
            self._release(min(behind))

    async def load(self, entry: Entry) -> bytes:
        """An entry's body, read back if it is not held."""
        if entry.body is None:
            await self._journal.load([entry], 0)
            self._body_bytes += entry.size
        return entry.body or b""

    def _drop_body(self, entry: Entry) -> None:
        if entry.body is not None:
            self._body_bytes -= entry.size
            entry.body = None

    # ---- left behind

    def _block(self, entry: Entry) -> None:
        self._parked[entry.id] = entry.lanes
        for key in entry.lanes:
            self._blocked[key] = self._blocked.get(key, 0) + 1

    def _is_held_back(self, entry: Entry) -> bool:
        """Whether it waits for something parked, or behind something that does; it is then noted."""
        held, id = self._held_back, entry.id
        if not any(key in self._blocked or held.get(key, id) < id for key in entry.lanes):
            return False
        self._hold_back(entry)
        return True

    def _hold_back(self, entry: Entry) -> None:
        for key in entry.lanes:
            self._held_back[key] = min(self._held_back.get(key, entry.id), entry.id)

    def _release(self, first: int) -> None:
        """Read again what is held back from an id on. Whatever waits only because of it stands behind it: its number is
        larger."""
        self._held_back = {key: at for key, at in self._held_back.items() if at < first}
        self._read_again(first)

    def _is_crowded(self, entry: Entry) -> bool:
        """Whether it stands behind one that found no room in its lane; it is then noted."""
        if not any(key in self._crowded for key in entry.lanes):
            return False
        self._crowd(entry)
        return True

    def _crowd(self, entry: Entry) -> None:
        # The minimum: what a person sends again may be older than the rest.
        for key in entry.lanes:
            self._crowded[key] = min(self._crowded.get(key, entry.id), entry.id)

    def _make_room(self, entry: Entry) -> None:
        """After an entry has left: read on where there is room again."""
        for key in entry.lanes:
            if key in self._crowded and self.lanes.length(key) <= self.bounds.lane_window // 2:
                self._read_again(self._crowded[key])
                return
        self._read_on()

    def _read_again(self, first: int) -> None:
        """From an id on, and from the first on that found no room: each page is judged anew."""
        first = min([first, *self._crowded.values()])
        self._crowded.clear()
        self._begin_paging(first - 1)

    # ---- paging

    def _begin_paging(self, after: int) -> None:
        """Read back from an id on, or from where the reading stands if that is further back."""
        if self._paging:
            self._cursor = min(self._cursor, after)
            self._back_to = after if self._back_to is None else min(self._back_to, after)
        else:
            self._cursor = after
        self._paging = True
        self._page_on()

    def _read_on(self) -> None:
        if self._paging and (len(self.lanes) < self.bounds.low_water or not self._busy()):
            self._page_on()

    def _page_on(self) -> None:
        if self._page_task is None and not self._stopped:
            self._page_task = self._loop.create_task(self._page(), name=f"page-{self._destination}")

    async def _page(self) -> None:
        """Read on until the window is full, enough is ready, or nothing is left."""
        bounds = self.bounds
        try:
            while self._paging and len(self.lanes) < bounds.window - bounds.page:
                before = self._cursor
                self._gone, self._offered, self._back_to = set(), [], None
                entries = await self._journal.page(self._destination, before, bounds.page)
                if self._cursor < before:
                    continue  # a lane that was left behind came free meanwhile: start over from there
                taken = self._take(self._standing(entries, entries))
                if taken and self._bodies:
                    room = min(bounds.page_bytes, bounds.body_bytes - self._body_bytes)
                    await self._journal.load(taken, max(0, room))
                self._hold(self._standing(taken, entries))
                if self._read_to(entries[-1].id if entries else before, entries):
                    continue
                if len(entries) < bounds.page:
                    self._paging = False
                elif not taken and self._busy():
                    return  # all that was read belongs to lanes that hold enough already
        except asyncio.CancelledError:
            pass
        except StorageUnable:
            self._loop.call_later(STORAGE_CHECK_S, self._page_on)
        except Exception as error:
            self._observe.failed(f"reading back deliveries to {self._destination}", error)
        finally:
            self._page_task = None

    def _hold(self, taken: list[Entry]) -> None:
        """Put what was read into its lanes, but for what changed while the bodies were read."""
        for entry in taken:
            if entry.id in self._gone or (self._blocked and self._is_held_back(entry)):
                continue
            self._body_bytes += 0 if entry.body is None else entry.size
            if self.lanes.add(entry):
                self._ready(entry)

    def _standing(self, some: list[Entry], page: list[Entry]) -> list[Entry]:
        """Those of a page before which nothing changed while it was on its way. What a person sent again meanwhile stands
        before the rest and is not in it, so the rest is read again."""
        changed = self._changed(page)
        return [entry for entry in some if entry.id <= min(changed)] if changed else some

    def _read_to(self, id: int, entries: list[Entry]) -> bool:
        """Everything up to `id` was read. Whether something changed meanwhile that must be read yet, or again."""
        changed = self._changed(entries)
        self._cursor = min([id, *changed])
        return bool(changed)

    def _changed(self, page: list[Entry]) -> list[int]:
        """From where on it must be read again, for each change that happened while a page was on its way."""
        if not self._offered and self._back_to is None:
            return []
        held = {entry.id for entry in page}
        changed = [offered - 1 for offered in self._offered if offered not in held]
        return changed if self._back_to is None else [*changed, self._back_to]

    def _take(self, entries: list[Entry]) -> list[Entry]:
        """Those of a page for which their lanes have room."""
        coming: dict[bytes, int] = {}
        taken = []
        for entry in entries:
            if self._has_room(entry, coming):
                taken.append(entry)
                for key in entry.lanes:
                    coming[key] = coming.get(key, 0) + 1
        return taken

    def _has_room(self, entry: Entry, coming: Mapping[bytes, int]) -> bool:
        if entry.id in self.lanes or entry.id in self._gone:
            return False
        if (self._blocked and self._is_held_back(entry)) or (self._crowded and self._is_crowded(entry)):
            return False
        if any(self.lanes.length(key) + coming.get(key, 0) >= self.bounds.lane_window for key in entry.lanes):
            self._crowd(entry)
            return False
        return True
