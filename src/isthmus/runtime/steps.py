"""Steps of processes: the sink that stands behind `process:NAME`.

A step is a delivery like any other: its lane is the instance, its outcome commits together with the new state and with
what follows. The state is held in memory while it is in use; the lane guarantees that nobody else changes it.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import msgspec

from ..flows import Cancel, Process
from ..flows.dispatch import TIMER
from ..kernel.clock import Clock
from ..kernel.errors import IsthmusError, Misuse
from ..kernel.message import Dispatch
from ..model.event import Document, Event
from ..ports import Delivery, Entry, Journal, Memory, Outcome
from .outbox import Followed
from .plan import Plan, cause_of
from .storable import require_storable

HELD_STATES = 4096


class StepSink:
    """Runs the steps of one process. A failing step is a `Permanent`: a person looks, the instance waits."""

    def __init__(self, process: Process, plan: Plan, journal: Journal, clock: Clock) -> None:
        self._process = process
        self._plan = plan
        self._journal = journal
        self._clock = clock
        self._states: OrderedDict[bytes, Any] = OrderedDict()
        self._encode = msgspec.json.Encoder(decimal_format="string").encode

    async def open(self) -> None: ...

    async def close(self) -> None:
        self._states.clear()

    async def deliver(self, delivery: Delivery) -> Outcome:
        process = self._process
        lane = self._plan.process_lane(process.name, delivery.key)
        state = await self._state(lane)
        at_ns = self._clock.now_ns()
        try:
            timer = delivery.headers.get("timer")
            if timer is not None:
                step = process.timers.get(timer)
                if step is None:
                    raise Misuse(f"process {process.name} has no step for the timer {timer}")
                new, yielded = step(state, at_ns)
            else:
                event = self._plan.catalogue.decode(delivery.body)
                if isinstance(event, Event):
                    origin = msgspec.structs.replace(event.origin, message_id=delivery.message_id)
                    event = event.replace(origin=origin)
                new, yielded = process.steps[type(event).__name__][0](state, event, at_ns)
            follow, cancel = self._follow(yielded, lane, delivery)
        except IsthmusError:
            raise
        except Exception as error:
            raise cause_of(error) from None
        data = None if new is None else self._encode(new)
        self._hold(lane, process.state() if new is None else new)
        memory = Memory(process.name, lane, process.version, data)
        return Followed(follow, memory, cancel, reference=self._plan.step_version(process))

    async def _state(self, lane: bytes) -> Any:
        if lane in self._states:
            return self._states[lane]
        process = self._process
        held = await self._journal.memory(process.name, lane)
        if held is None or held.data is None:
            return process.state()
        return state_of(process, held.version, held.data)

    def _hold(self, lane: bytes, state: Any) -> None:
        self._states[lane] = state
        self._states.move_to_end(lane)
        if len(self._states) > HELD_STATES:
            self._states.popitem(last=False)

    def _follow(self, yielded: list[Any], lane: bytes, delivery: Delivery) -> tuple[list[Entry], tuple[int, ...]]:
        plan, process = self._plan, self._process
        waits = process.when_parked == "wait"
        follow: list[Entry] = []
        cancel: list[int] = []
        for one in yielded:
            if type(one) is Cancel:
                # A task may have been opened under its name with a key of its own; a timer never has one.
                cancel.append(plan.slot(lane, f"{one.name}|"))
            elif type(one) is Dispatch and one.to == TIMER:
                require_storable(one)
                headers = {"process": process.name, "timer": one.name, "key": delivery.key}
                slot = plan.slot(lane, f"{one.name}|")
                follow.append(Entry(TIMER, (lane,), b"", headers=headers, due_ns=max(1, one.due_ns), slot=slot))
            elif type(one) is Dispatch:
                follow.append(plan.entry(one, (lane,), b"", waits, len(follow), slot_of=lane))
            elif isinstance(one, Document):
                follow.extend(plan.publish(one, (lane,), waits))
            else:
                raise Misuse(f"process {process.name} yielded a {type(one).__name__}")
        return follow, tuple(cancel)


def state_of(process: Process, version: int, data: bytes) -> Any:
    """A process state from the journal, brought to the process's version. Raises `Misuse`."""
    if version == process.version:
        return msgspec.json.decode(data, type=process.state)
    if process.migrate is None:
        raise Misuse(f"process {process.name} has state of version {version} and no migrate function")
    return msgspec.convert(process.migrate(version, msgspec.json.decode(data)), process.state)
