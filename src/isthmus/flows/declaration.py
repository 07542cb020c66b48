"""Flows and processes as declarations.

A flow is a pure function `Message -> [what follows]`, one handler for each message type. A process is a flow with
memory: `(state, event, at_ns) -> (state, [what follows])`, one instance for each business key. What follows: canonical
events, and the dispatches of `dispatch.py`.

Purity is what makes replay, simulation and recovery possible: a handler uses no clock, no network and no randomness.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, Literal

import msgspec

from ..kernel.errors import Misuse
from ..kernel.message import Message
from ..protocols.delimited import Layout
from .case import Case
from .lookup import Lookup

ALL: Final = "ALL"
"""The lane of a flow that keeps one order over all its messages."""

WhenParked = Literal["wait", "go_on"]
Each = Literal["row", "transaction", "claim", "entry"]
BadPieces = Literal["park", "refuse"]
FlowHandler = Callable[[Message], Iterable[Any] | None]
Step = Callable[..., tuple[Any, list[Any]]]
_WILDCARD = "*"


class Place:
    """Where a declaration stands, for findings."""

    __slots__ = ("file", "line")

    def __init__(self) -> None:
        frame = inspect.currentframe()
        while frame and frame.f_globals.get("__name__", "").startswith("isthmus.flows"):
            frame = frame.f_back
        self.file = frame.f_code.co_filename if frame else ""
        self.line = frame.f_lineno if frame else 0


class Flow:
    """See `flow`."""

    def __init__(
        self,
        name: str,
        *,
        source: str,
        accepts: str,
        owner: str,
        lane: str | tuple[str, ...] | None,
        when_parked: WhenParked | None,
        retention: str,
        layout: Layout | None,
        each: Each | None,
        bad: BadPieces | None,
    ) -> None:
        self.name = name
        self.source = source
        self.accepts = accepts
        self.owner = owner
        self.lane = lane
        self.when_parked = when_parked
        self.retention = retention
        self.layout = layout
        self.each = each
        self.bad = bad
        self.handlers: dict[str, FlowHandler] = {}
        self._lookups: dict[str, tuple[Lookup, ...]] = {}
        self.cases: list[Case] = []
        self.place = Place()

    @property
    def format(self) -> str:
        """The wire format that it takes: `hl7v2` of `hl7v2/ADT@2.5.1`."""
        return self.accepts.partition("/")[0]

    @property
    def families(self) -> tuple[str, ...]:
        """The message families that it takes: (`ADT`,) of `hl7v2/ADT@2.5.1`; () means all of the format."""
        names = self.accepts.partition("/")[2].partition("@")[0]
        return tuple(name for name in names.split(",") if name and name != _WILDCARD)

    @property
    def lanes(self) -> tuple[str, ...]:
        """The paths whose values order its messages."""
        return (self.lane,) if isinstance(self.lane, str) else self.lane or ()

    def takes(self, type: str) -> bool:
        """Whether it takes a message type. Of X12, which implementation guide (835^005010X221A1) is part of that."""
        family, _, guide = type.partition("^")
        families, wanted = self.families, self.accepts.partition("@")[2]
        if self.format == "x12" and wanted and guide not in (wanted, _WILDCARD):
            return False
        return not families or family in families

    def handler(self, type: str) -> FlowHandler | None:
        """The handler for a message type: the exact one, else one for its family (`ADT^*`), else the one for all."""
        return self.handlers.get(self._declared(type))

    def lookups(self, type: str) -> tuple[Lookup, ...]:
        """What the handler for a message type asks of other systems."""
        return self._lookups.get(self._declared(type), ())

    @property
    def asks(self) -> tuple[Lookup, ...]:
        """Every look-up of its handlers, each once."""
        return tuple(dict.fromkeys(one for lookups in self._lookups.values() for one in lookups))

    def _declared(self, type: str) -> str:
        """As what a message type was declared, if it was."""
        if type in self.handlers:
            return type
        family = f"{type.partition('^')[0]}^*"
        return family if family in self.handlers else _WILDCARD

    def on(self, *types: str, asks: Lookup | tuple[Lookup, ...] = ()) -> Callable[[FlowHandler], FlowHandler]:
        """Declare the handler of one or more message types: "ADT^A03", "ADT^*", or none for every type.

        `asks`: the look-ups whose answers it reads; they are made before it runs.
        """
        lookups = (asks,) if isinstance(asks, Lookup) else tuple(asks)

        def declare(handler: FlowHandler) -> FlowHandler:
            for type in types or (_WILDCARD,):
                if type in self.handlers:
                    raise Misuse(f"flow {self.name} has two handlers for {type}")
                self.handlers[type] = handler
                self._lookups[type] = lookups
            return handler

        return declare

    def case(
        self,
        name: str,
        sample: str,
        expect: Iterable[str] | Mapping[str, int] | None = None,
        *,
        parks: str | None = None,
        bad: Mapping[int, str] | None = None,
        answers: Mapping[str, bytes | str] | None = None,
    ) -> None:
        """Declare what a sample must give. See `Case`. Raises `Misuse` for a text where a list belongs."""
        if isinstance(expect, str):
            raise Misuse(f"the case {name!r} expects a text: write expect=[{expect!r}]")
        wanted = dict(expect) if isinstance(expect, Mapping) else None if expect is None else tuple(expect)
        self.cases.append(Case(name, sample, wanted, parks, dict(bad or {}), dict(answers or {})))

    def __repr__(self) -> str:
        return f"<Flow {self.name}>"


class Process:
    """See `process`."""

    def __init__(
        self,
        name: str,
        *,
        owner: str,
        state: type[msgspec.Struct],
        version: int,
        migrate: Callable[[int, Any], Any] | None,
        when_parked: WhenParked,
    ) -> None:
        self.name = name
        self.owner = owner
        self.state = state
        self.version = version
        self.migrate = migrate
        self.when_parked = when_parked
        self.steps: dict[str, tuple[Step, Callable[[Any], Any]]] = {}
        self.timers: dict[str, Step] = {}
        self.place = Place()

    def on(self, *events: type[Any], key: Callable[[Any], Any]) -> Callable[[Step], Step]:
        """Declare the step that an event takes; `key(event)` names the instance (or instances, as a tuple: the step
        then runs once in each), or is None when the event does not concern this process.

        The step: `(state, event, at_ns) -> (state, [what follows])`; state None ends the instance.
        """

        def declare(step: Step) -> Step:
            for event in events:
                if event.__name__ in self.steps:
                    raise Misuse(f"process {self.name} has two steps for {event.__name__}")
                self.steps[event.__name__] = (step, key)
            return step

        return declare

    def on_timer(self, name: str) -> Callable[[Step], Step]:
        """Declare what happens when a timer is due: `(state, at_ns) -> (state, [what follows])`."""

        def declare(step: Step) -> Step:
            if name in self.timers:
                raise Misuse(f"process {self.name} has two steps for the timer {name}")
            self.timers[name] = step
            return step

        return declare

    def keys(self, event: Any) -> tuple[str, ...]:
        """The instances that an event concerns."""
        found = self.steps.get(type(event).__name__)
        if found is None:
            return ()
        key = found[1](event)
        if key is None:
            return ()
        return (key,) if isinstance(key, str) else tuple(key)

    def __repr__(self) -> str:
        return f"<Process {self.name}>"


def flow(
    name: str,
    *,
    source: str,
    accepts: str,
    owner: str,
    lane: str | tuple[str, ...] | None = None,
    when_parked: WhenParked | None = None,
    retention: str = "standard",
    layout: Layout | None = None,
    each: Each | None = None,
    bad: BadPieces | None = None,
) -> Flow:
    """Declare a flow.

    source       the source of hub.toml that feeds it
    accepts      format, families and version: "hl7v2/ADT@2.5.1", "hl7v2/ADT,DFT", "x12/835@005010X221A1", "json", "raw"
    owner        the team that answers for it
    lane         the path (or paths, for messages that name several keys) whose value orders its messages, or ALL
    when_parked  what happens to a lane behind a parked delivery: "wait" or "go_on"
    retention    the retention class of its bodies
    layout       of delimited and fixed-width files: accepts="delimited/NAME" gives it a name
    each         a file is worked off piece by piece, each a message of its own: "row", of X12 "transaction" or "claim",
                 of ACH and BAI2 files "entry"; the lane is then a path into the piece
    bad          with `each`, what becomes of a piece that cannot be taken: "park" it alone, and the rest goes on; or
                 "refuse" the whole file, before anything of it is dispatched
    """
    return Flow(
        name, source=source, accepts=accepts, owner=owner, lane=lane, when_parked=when_parked, retention=retention,
        layout=layout, each=each, bad=bad,
    )  # fmt: skip


def process(
    name: str,
    *,
    owner: str,
    state: type[msgspec.Struct],
    version: int = 1,
    migrate: Callable[[int, Any], Any] | None = None,
    when_parked: WhenParked = "wait",
) -> Process:
    """Declare a process.

    state    the type of its memory: a frozen struct of which every field has a default
    version  raised when `state` changes its meaning; `migrate(old_version, old_fields)` then makes the new fields
    """
    return Process(name, owner=owner, state=state, version=version, migrate=migrate, when_parked=when_parked)
