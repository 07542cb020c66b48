"""From declarations to decisions: which flow takes a message, in which lanes, and what follows from it.

Pure: no clock, no I/O. What a handler yields becomes journal entries here; a dispatch to something that does not exist
is an error of the decision, never dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any
from weakref import WeakSet

from ..flows import ALL, Flow, Process, Table
from ..flows.dispatch import TIMER, WORKLIST
from ..kernel.errors import IsthmusError, Misuse, PeerFault, Permanent
from ..kernel.message import Dispatch, Message
from ..model import TableChange
from ..model.event import Catalogue, Document
from ..ports import Entry, Text
from ..protocols import hl7v2
from .formats import IN_PIECES, Read, reader
from .keys import key_at
from .storable import require_storable, require_task
from .stored_tables import destination_of
from .tables import put_tables, version_of_tables
from .versions import stated

Mac = Callable[[bytes], bytes]
ROWS = "rows:"
"""Before a flow's name: the destination at which its files are worked off (rows.py)."""

_ALL_LANE = b"ALL"
_CACHED_LANES = 4096


class Route:
    """How messages of one type from one source are decided."""

    __slots__ = ("flows", "handlers", "in_pieces", "lookups", "paths", "retention", "version", "waits")

    def __init__(self, flows: list[Flow], type: str, version: str) -> None:
        whole = [flow for flow in flows if not flow.each]
        self.flows = flows
        self.in_pieces = [flow for flow in flows if flow.each]
        self.handlers = [handler for flow in whole if (handler := flow.handler(type))]
        self.lookups = tuple(dict.fromkeys(one for flow in whole for one in flow.lookups(type)))
        self.paths = tuple(dict.fromkeys(path for flow in flows for path in _paths_of(flow)))
        self.waits = all(flow.when_parked != "go_on" for flow in flows)
        self.retention = flows[0].retention
        self.version = version


def _paths_of(flow: Flow) -> tuple[tuple[Any, ...], ...]:
    """What orders a flow's messages. Files that are worked off piece by piece follow each other, one at a time."""
    if flow.each:
        return ((ROWS, flow.name),)
    if flow.format == "hl7v2":
        return lane_paths(flow.lane)
    return tuple((ALL,) if text == ALL else (text,) for text in flow.lanes)


def lane_paths(lane: str | tuple[str, ...] | None) -> tuple[tuple[Any, ...], ...]:
    """The places that make a lane's key. A field of type CX without a component means identifier and authority, since
    the rest of it (check digits, dates) may differ from one message to the next."""
    paths: list[tuple[Any, ...]] = []
    for text in (lane,) if isinstance(lane, str) else lane or ():
        if text == ALL:
            paths.append((ALL,))
        elif "." in text:
            paths.append((hl7v2.path(text),))
        else:
            paths.append((hl7v2.path(f"{text}.1"), hl7v2.path(f"{text}.4.1")))
    return tuple(paths)


class Plan:
    def __init__(
        self,
        flows: Iterable[Flow],
        processes: Iterable[Process],
        destinations: Iterable[str],
        catalogue: Catalogue,
        mac: Mac,
        subscriptions: dict[str, list[str]] | None = None,
        tables: Iterable[Table[Any]] = (),
    ) -> None:
        """`subscriptions`: event type -> destinations that get the event as JSON; `tables`: with their rows."""
        self.flows = list(flows)
        self.processes = {process.name: process for process in processes}
        self.destinations = set(destinations)
        self.catalogue = catalogue
        self.mac = mac
        self._subscriptions = subscriptions or {}
        self.tables = WeakSet(tables)  # a redeployed flow brings tables of its own, those of the old one may go
        self.tables_version = version_of_tables(self.tables)
        self._routes: dict[tuple[str, str], Route | None] = {}
        self._readers: dict[tuple[str, str], Callable[[bytes], Read]] = {}
        self._lanes: dict[str, bytes] = {}
        self._flows_stated = {flow.name: stated(flow) for flow in self.flows}
        self._processes_stated = {process.name: stated(process) for process in self.processes.values()}

    def route(self, source: str, type: str) -> Route | None:
        """The route of a type; None: no flow of this source takes it."""
        try:
            return self._routes[source, type]
        except KeyError:
            takers = [flow for flow in self.flows if flow.source == source and flow.takes(type)]
            version = "+".join(f"{flow.name}@{self.version(flow.name)}" for flow in takers)
            route = Route(takers, type, self._with_tables(version)) if takers else None
            if len(self._routes) < _CACHED_LANES:
                self._routes[source, type] = route
            return route

    def flow(self, name: str) -> Flow | None:
        """The flow of a name as it decides now."""
        return next((flow for flow in self.flows if flow.name == name), None)

    def reader(self, source: str, format: str) -> Callable[[bytes], Read]:
        """What reads a source's bytes, for the flows that take them now. Raises `Misuse`."""

        readers, asked = self._readers, (source, format)

        def read(raw: bytes) -> Read:
            found = readers.get(asked)
            if found is None:
                flows = [flow for flow in self.flows if flow.source == source]
                found = readers[asked] = reader(format, flows)
            return found(raw)

        return read

    def takes_pieces(self, source: str) -> bool:
        """Whether all that a source gives is worked off piece by piece, and is read no further before."""
        flows = [flow for flow in self.flows if flow.source == source]
        return bool(flows) and all(flow.each and flow.format in IN_PIECES for flow in flows)

    def version(self, name: str) -> str:
        """The version of a flow that decides now."""
        return self._flows_stated[name].version

    def step_version(self, process: Process) -> str:
        """What a step records of the code and the tables that decided it."""
        return self._with_tables(f"{process.name}@{self._processes_stated[process.name].version}")

    @property
    def texts(self) -> list[Text]:
        """The source files that decide now."""
        every = (*self._flows_stated.values(), *self._processes_stated.values())
        return list(dict.fromkeys(text for one in every for text in one.texts))

    def _with_tables(self, version: str) -> str:
        return f"{version}+tables@{self.tables_version}" if self.tables_version else version

    def replace(self, name: str, flow: Flow, tables: Iterable[Table[Any]] = ()) -> None:
        """Redeploy one flow: undecided messages use the new version, decided dispatches stay."""
        self.flows = [flow if held.name == name else held for held in self.flows]
        self._flows_stated[flow.name] = stated(flow)
        self.tables.update(tables)
        self._routes.clear()
        self._readers.clear()

    def reload_tables(self, folder: Path) -> None:
        """Let what stands in the tables' files now answer. Raises `Misuse`: then nothing has changed."""
        put_tables(folder, self.tables, self.tables)
        self.tables_changed()

    def tables_changed(self) -> None:
        """Rows were put into tables: decisions from now on record their version."""
        self.tables_version = version_of_tables(self.tables)
        self._routes.clear()

    def lanes(self, route: Route, content: Any, raw: bytes) -> tuple[bytes, ...]:
        """The MACs of a message's keys. A message that names none keeps order with those like it."""
        found: list[bytes] = []
        for path in route.paths:
            if path[0] == ALL:
                key = ALL
            elif path[0] == ROWS:
                key = f"{ROWS}\0{path[1]}"
            elif isinstance(content, hl7v2.Message):
                key = content[path[0]]
                if not key:
                    continue
                if len(path) == 2:
                    key = f"{key}^{content[path[1]]}"
            elif not (key := key_at(content, path[0])):
                continue
            lane = self.lane(key)
            if lane not in found:
                found.append(lane)
        return tuple(found) if found else (self.lane(""),)

    def piece_lanes(self, flow: Flow, content: Any) -> tuple[bytes, ...]:
        """The lanes of one piece of a file: those that a message with these keys has, whatever brought it."""
        keys = [ALL if path == ALL else key_at(content, path) for path in flow.lanes]
        found = tuple(dict.fromkeys(self.lane(key) for key in keys if key))
        return found or (self.lane(""),)

    def lane(self, key: str) -> bytes:
        lanes = self._lanes
        found = lanes.get(key)
        if found is None:
            if len(lanes) >= _CACHED_LANES:
                lanes.clear()
            found = lanes[key] = self.mac(key.encode())
        return found

    def decide(self, route: Route, message: Message, lanes: tuple[bytes, ...], digest: bytes = b"") -> list[Entry]:
        """Run the handlers. Raises what they raise, and `Misuse` for a dispatch that leads nowhere.

        `digest`: the MAC of the raw bytes, by which the rows of a file are told from those of any other.
        """
        entries = [self._to_rows(flow, message, digest or self.mac(message.raw)) for flow in route.in_pieces]
        for handler in route.handlers:
            yielded = handler(message)
            if yielded is not None:
                for one in yielded:
                    self._follow(one, lanes, message, entries, route.waits)
        return entries

    def _to_rows(self, flow: Flow, message: Message, digest: bytes) -> Entry:
        """A file on its way to where its flow works it off."""
        control = digest.hex()
        headers = {"source": message.source, "file": control, "received_ns": message.received_ns}
        headers["facility"] = message.facility
        return Entry(
            ROWS + flow.name, (self.lane(f"{ROWS}\0{flow.name}"),), message.raw, shared=True,
            key=f"{message.source}|{control}", headers=headers, waits=flow.when_parked != "go_on",
        )  # fmt: skip

    def decide_piece(self, flow: Flow, message: Message) -> list[Entry]:
        """Run the handler on one piece of a file: `message.raw` is a file of one, `control_id` names file and piece."""
        handler = flow.handler(message.type)
        lanes = self.piece_lanes(flow, message.content)
        entries: list[Entry] = []
        for one in (handler(message) if handler else None) or ():
            self._follow(one, lanes, message, entries, flow.when_parked != "go_on")
        for position, entry in enumerate(entries):
            if entry.shared:  # what is shared with a piece is not the file
                entry.shared = False
                entry.key = entry.key or f"{message.source}|{message.control_id}|{position}"
        return entries

    def _follow(self, one: Any, lanes: tuple[bytes, ...], message: Message, entries: list[Entry], waits: bool) -> None:
        if type(one) is Dispatch:
            entries.append(self.entry(one, lanes, message.raw, waits, len(entries), message))
        elif isinstance(one, Document):
            entries.extend(self.publish(one, lanes, waits))
        else:
            raise Misuse(f"a flow yielded a {type(one).__name__}: yield an event, send, forward or task")

    def entry(
        self,
        dispatch: Dispatch,
        lanes: tuple[bytes, ...],
        raw: bytes,
        waits: bool,
        position: int = 0,
        message: Message | None = None,
        slot_of: bytes = b"",
    ) -> Entry:
        """The journal entry of a dispatch."""
        to = dispatch.to
        if to not in self.destinations and to != WORKLIST:
            if to == TIMER:
                raise Misuse("a timer belongs to a process: a flow has no memory that it could wake")
            raise Misuse(f"there is no destination {to!r} in hub.toml")
        if dispatch.key is not None or dispatch.headers or dispatch.due_ns:
            require_storable(dispatch)
        if to == WORKLIST:
            require_task(dispatch)
        if dispatch.lane is not None:
            names = (dispatch.lane,) if isinstance(dispatch.lane, str) else dispatch.lane
            lanes = tuple(dict.fromkeys(map(self.lane, names)))
        shared = dispatch.body is None
        key = dispatch.key
        if key is None and not shared and message is not None and message.control_id:
            # Position tells the dispatches of one message apart; it is the same at every attempt and replay.
            key = f"{message.source}|{message.control_id}|{position}"
        slot = self.slot(slot_of or lanes[0], f"{dispatch.name}|{dispatch.key or ''}") if dispatch.name else 0
        return Entry(
            to,
            lanes,
            raw if shared else dispatch.body,
            shared=shared,
            key=key,
            headers=dispatch.headers,
            slot=slot,
            waits=waits,
        )

    def publish(self, event: Document, lanes: tuple[bytes, ...], waits: bool) -> list[Entry]:
        """An event's deliveries: one for each process instance and destination that subscribes to it."""
        name = type(event).__name__
        found: list[Entry] = []
        body = b""
        if isinstance(event, TableChange):
            body = self.catalogue.encode(event)
            found.append(self._table_entry(event, body))
        for process in self.processes.values():
            for key in process.keys(event):
                body = body or self.catalogue.encode(event)
                lane = self.process_lane(process.name, key)
                found.append(
                    Entry(f"process:{process.name}", (lane,), body, key=key, waits=process.when_parked == "wait")
                )
        for destination in self._subscriptions.get(name, ()):
            body = body or self.catalogue.encode(event)
            found.append(Entry(destination, lanes, body, headers={"event": name}, waits=waits))
        return found

    def _table_entry(self, change: TableChange, body: bytes) -> Entry:
        """A change goes to its table, in the one lane of that table."""
        to = destination_of(change.table)
        if not any(one.fed and one.name == change.table for one in self.tables):
            raise Misuse(f"no flow declares a table {change.table!r} that messages feed: table(..., fed=True)")
        return Entry(to, (self.lane(to),), body)

    def process_lane(self, process: str, key: str) -> bytes:
        return self.lane(f"process\0{process}\0{key}")

    def slot(self, lane: bytes, name: str) -> int:
        """What a timer or task is named by within its lane; never 0."""
        return int.from_bytes(self.mac(lane + name.encode())[:8], "big", signed=True) or 1


def subscriptions_of(destinations: Mapping[str, Any]) -> dict[str, list[str]]:
    """Event type -> destinations of hub.toml that get the event as JSON."""
    found: dict[str, list[str]] = {}
    for name, endpoint in destinations.items():
        for event in endpoint.shared.events:
            found.setdefault(event, []).append(name)
    return found


def in_words(error: IsthmusError) -> str:
    """An error and the way to mend it, for the worklist."""
    suggestion = error.suggestion if isinstance(error, Permanent) else None
    return f"{error}. {suggestion}" if suggestion else str(error)


def cause_of(error: Exception) -> IsthmusError:
    """A handler's error as one with a safe text: the words of an unforeseen exception may hold content, and those of
    `Misuse` quote what the flow asked for (a path, a destination), which it may have taken from a message."""
    if isinstance(error, PeerFault):
        return Permanent(str(error), suggestion="mend the message, or ask the sender to send it right")
    if isinstance(error, Misuse):
        return Misuse(f"the flow asked for what cannot be, at {_place_of(error)}", detail=str(error))
    if isinstance(error, IsthmusError):
        return error
    return Permanent(f"the flow failed with {type(error).__name__} at {_place_of(error)}", detail=str(error))


def _place_of(error: Exception) -> str:
    """Where it was raised; for the hub's own refusals, the last line outside of the hub."""
    own = str(Path(__file__).parents[1])
    where = "the end of the handler"
    trace = error.__traceback__
    while trace:
        file = trace.tb_frame.f_code.co_filename
        if not (isinstance(error, Misuse) and file.startswith(own)):
            where = f"{Path(file).name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return where
