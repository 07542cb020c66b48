"""One destination's deliveries: from commit to outcome.

    offer --> window of lanes --> ready --> worker: gate <- policy <- timeout <- sink --> settle --> (durable) --> next of the lane

Thin sink, fat runner: timeout, retry, pause, parking and settlement stand here, once.

Invariants
 1. n+1 of a lane goes out only after the outcome of n is durable; so a crash repeats at most one delivery of a lane, and
    never after a newer one.
 2. A lane behind a parked delivery waits or goes on, as the flow declared; what waits is not held in memory (`Window`).
 3. `Unavailable` belongs to the destination: one worker probes, the others wait, nothing is counted and nothing parks.
    Everything else belongs to the delivery: it retries in its lane, or is parked.
 4. A time-out while others get through is the delivery's own (`Transient`); while nothing gets through it is the
    destination's (`Unavailable`).
"""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from ..kernel.clock import Clock
from ..kernel.errors import IsthmusError, Misuse, PeerFault, Permanent, StorageUnable, Transient, Unavailable
from ..observe import Observer
from ..observe.events import (
    DeliveryParked,
    DeliveryRetried,
    DestinationPaused,
    DestinationResumed,
)
from ..ports import Delivery, Entry, Journal, Outcome, Policy, Settlement, Sink, State, Work
from .money import MoneyOf, reader_of
from .plan import in_words
from .settings import DeliveryPolicy
from .window import DEFAULT_BOUNDS, Bounds, Window

SWEEP_S = 0.25

_WAITING, _DELIVERED = State.WAITING, State.DELIVERED

STEP = "STEP"
"""The code of a posting that says how far a delivery has come that is worked off in steps."""


class Followed(Outcome):
    """The outcome of a sink that is part of the hub: it has consequences that commit with it.

    durable  called once all of it is, before the next of the lane
    cursor   how far a delivery that is worked off in steps has come
    more     this was not the last step: the delivery waits on, and is taken up again
    """

    __slots__ = ("cancel", "cursor", "durable", "follow", "memories", "memory", "more")

    def __init__(
        self,
        follow: list[Entry],
        memory: Any,
        cancel: tuple[int, ...],
        reference: str = "",
        *,
        memories: tuple[Any, ...] = (),
        durable: Callable[[], None] | None = None,
        cursor: bytes | None = None,
        more: bool = False,
    ) -> None:
        super().__init__(reference=reference)
        self.follow = follow
        self.memory = memory
        self.cancel = cancel
        self.memories = memories
        self.durable = durable
        self.cursor = cursor
        self.more = more


class Worker:
    """One connection to the target and what it is doing."""

    __slots__ = ("connected", "deadline", "entry", "retrying", "sink", "successes", "task", "timed_out")

    def __init__(self, sink: Sink) -> None:
        self.sink = sink
        self.task: asyncio.Task[None] | None = None
        self.entry: Entry | None = None
        self.connected = False
        self.retrying = False
        self.timed_out = False
        self.deadline = 0.0
        self.successes = 0


class Outbox:
    def __init__(
        self,
        name: str,
        journal: Journal,
        sink: Callable[[], Sink],
        policy: DeliveryPolicy,
        *,
        owner: str,
        clock: Clock,
        observer: Observer,
        derive_key: Callable[[bytes], str],
        offer: Callable[[Entry], None],
        gate: Policy | None = None,
        split: Callable[[bytes, str], list[tuple[str, bytes]] | None] | None = None,
        seed: int | None = None,
        bounds: Bounds = DEFAULT_BOUNDS,
        money: MoneyOf | None = None,
        by_parts: bool = False,
    ) -> None:
        """`by_parts`: the sink reads bodies itself, a part at a time; none is held here."""
        self.name = name
        self._by_parts = by_parts
        self.owner = owner
        self.policy = policy
        self._journal = journal
        self._sink = sink
        self._clock = clock
        self._observe = observer
        self._derive_key = derive_key
        self._offer = offer
        self._gate = gate
        self._split = split
        self._money = money or reader_of()
        self._random = random.Random(seed)  # noqa: S311 - jitter
        self._ready: deque[Entry] = deque()
        self._retry: deque[Entry] = deque()
        self._retrying = 0
        self._idle: deque[asyncio.Future[None]] = deque()
        self._workers: list[Worker] = []
        self._loop = asyncio.get_running_loop()
        self._released = asyncio.Event()
        self._released.set()
        self._reachable = asyncio.Event()
        self._reachable.set()
        self._prober: Worker | None = None
        self._stand_off_s = policy.probe_s
        self._pause: asyncio.Future[None] | None = None
        self._successes = 0
        self._sweeper: asyncio.TimerHandle | None = None
        self._stopping = False
        self.held = False
        self.unavailable_because: str | None = None
        self.on_reply: Callable[[Entry, Outcome | None, IsthmusError | None], None] | None = None
        self.awaited: Callable[[int], bool] = _nobody_waits
        self._given_back: dict[int, bool] = {}  # deliveries that are the sender's again -> whether that is durable
        self.window = Window(
            name, journal, bounds, ready=self._make_ready, busy=self._busy, observer=observer, bodies=not by_parts
        )
        self.lanes = self.window.lanes
        self.offer = self.window.offer
        """Called with a delivery that has just become durable."""

    # ---- life

    def start(self, blocked: list[Entry]) -> None:
        """Read back what waits, but for what waits behind `blocked`, while the workers connect."""
        self.window.start(blocked)
        for _ in range(self.policy.connections):
            worker = Worker(self._sink())
            self._workers.append(worker)
            worker.task = self._loop.create_task(self._work(worker), name=f"deliver-{self.name}")
        self._sweep()

    async def stop(self, grace_s: float) -> int:
        """Take up nothing new, let what is in flight finish within `grace_s`, then cut it off. What stays waiting."""
        self._stopping = True
        if self._sweeper:
            self._sweeper.cancel()
        self.window.stop()
        self._released.set()
        self._reachable.set()
        for waiter in (*self._idle, *([self._pause] if self._pause else [])):
            _release(waiter)
        self._idle.clear()
        tasks = [worker.task for worker in self._workers if worker.task]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=grace_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        for worker in self._workers:
            await worker.sink.close()
        return len(self.lanes)

    def hold(self, held: bool) -> None:
        """Stop or go on sending, by order of a person: for a cut-over, or after a restore."""
        self.held = held
        if held:
            self._released.clear()
        else:
            self._released.set()

    # ---- in

    def _make_ready(self, entry: Entry) -> None:
        if self._given_back and entry.id in self._given_back:
            self._loop.call_soon(self._leave_given_back, entry)
        elif entry.state is _WAITING:
            self._ready.append(entry)
            if self._idle:
                self._wake()

    def _busy(self) -> bool:
        return len(self._ready) > self.policy.connections

    def _wake(self) -> None:
        while self._idle:
            waiter = self._idle.popleft()
            if not waiter.done():
                waiter.set_result(None)
                return

    # ---- out

    async def _work(self, worker: Worker) -> None:
        try:
            while True:
                entry = self._at_hand() or await self._next(worker)
                if entry is None:
                    return
                try:
                    outcome = await self._attempt(worker, entry)
                except (Unavailable, StorageUnable) as error:  # no fault of the delivery's: neither counts
                    await self._stand_off(worker, entry, error)
                except IsthmusError as error:
                    self._answered(worker)
                    self._failed(entry, error)
                except Exception as error:
                    await self._disconnect(worker)
                    self._failed(entry, Permanent(f"the connector failed: {type(error).__name__}", detail=repr(error)))
                else:
                    self._answered(worker)
                    self._settle(entry, outcome)
        except asyncio.CancelledError:
            if not self._stopping:
                raise
        except Exception as error:
            self._observe.failed(f"a worker of {self.name}", error)
            raise

    def _at_hand(self) -> Entry | None:
        """The usual case of `_next`: something is ready, and nothing stands in its way."""
        if self._ready and not (self._stopping or self.held or self._prober or self._retry):
            entry = self._ready.popleft()
            if self._stands(entry):
                return entry
        return None

    async def _next(self, worker: Worker) -> Entry | None:
        """The next delivery to send; None: stop."""
        while not self._stopping:
            if self.held:
                await self._released.wait()
            elif self._prober is not None and self._prober is not worker:
                await self._reachable.wait()
            elif self._retry and self._retrying < self.policy.retry_share:
                entry = self._retry.popleft()
                if self._stands(entry):
                    self._retrying += 1
                    worker.retrying = True
                    return entry
            elif self._ready:
                entry = self._ready.popleft()
                if self._stands(entry):
                    return entry
            else:
                waiter = self._loop.create_future()
                self._idle.append(waiter)
                await waiter
        return None

    async def _attempt(self, worker: Worker, entry: Entry) -> Outcome:
        worker.entry = entry
        worker.successes = self._successes
        worker.deadline = self._loop.time() + self.policy.timeout_s
        try:
            if not worker.connected:
                await self._connect(worker)
            body = b"" if self._by_parts else entry.body
            if body is None:
                body = await self.window.load(entry)
            delivery = Delivery(
                entry.id,
                entry.message_id,
                self.name,
                body,
                entry.key if entry.key is not None else self._derive_key,
                entry.attempts + 1,
                entry.headers,
            )
            if self._gate is not None:
                self._gate(delivery)
            return await worker.sink.deliver(delivery)
        except asyncio.CancelledError:
            if not worker.timed_out:
                raise
            worker.timed_out = False
            assert worker.task is not None
            worker.task.uncancel()
            await self._disconnect(worker)
            words = f"no answer within {self.policy.timeout_s:g} s"
            raise (Transient(words) if self._successes > worker.successes else Unavailable(words)) from None
        finally:
            worker.entry = None
            worker.deadline = 0.0
            if worker.retrying:
                worker.retrying = False
                self._retrying -= 1

    async def _connect(self, worker: Worker) -> None:
        try:
            await worker.sink.open()
        except Misuse as error:
            # A waiver that ended, a secret that is gone: wrong for every delivery, and read anew at the next try.
            raise Unavailable(str(error)) from None
        worker.connected = True

    def _stands(self, entry: Entry) -> bool:
        """Whether a delivery still waits to be sent: a sender that waits no longer may have it back."""
        return entry.state is _WAITING and entry.id not in self._given_back

    def _sweep(self) -> None:
        now = self._loop.time()
        for worker in self._workers:
            if worker.deadline and worker.deadline < now and not worker.timed_out and worker.task:
                worker.timed_out = True
                worker.task.cancel()
        self._sweeper = self._loop.call_later(SWEEP_S, self._sweep)

    async def _disconnect(self, worker: Worker) -> None:
        worker.connected = False
        await worker.sink.close()

    async def _stand_off(self, worker: Worker, entry: Entry, error: IsthmusError) -> None:
        """The destination is away: put the delivery back, unchanged, and wait; one worker probes."""
        await self._disconnect(worker)
        if self._stands(entry):
            (self._retry if entry.attempts else self._ready).appendleft(entry)
        else:
            self._leave_given_back(entry)
        if self._prober is None:
            self._prober = worker
            self._reachable.clear()
            self._stand_off_s = self.policy.probe_s
            self.unavailable_because = str(error)
            self._observe(DestinationPaused(self.name, str(error)))
        if self._prober is worker:
            waiter = self._pause = self._loop.create_future()
            timer = self._loop.call_later(self._stand_off_s, _release, waiter)
            self._stand_off_s = min(self._stand_off_s * 2, self.policy.probe_max_s)
            await waiter
            timer.cancel()

    def _answered(self, worker: Worker) -> None:
        """The destination is there, whatever it said."""
        self._successes += 1
        if self._prober is not None:
            self._prober = None
            self.unavailable_because = None
            self._reachable.set()
            self._observe(DestinationResumed(self.name))

    # ---- outcomes

    def _settle(self, entry: Entry, outcome: Outcome) -> None:
        if not self._stands(entry):
            self._leave_given_back(entry)
            return
        state = State.ALREADY_THERE if outcome.already_there else _DELIVERED
        settlement = Settlement(entry, state, self._clock.now_ns(), reference=outcome.reference)
        urgent = self.lanes.followed(entry)
        durable = None
        if type(outcome) is Followed:
            settlement.follow, settlement.memory, settlement.cancel = outcome.follow, outcome.memory, outcome.cancel
            settlement.memories, durable = outcome.memories, outcome.durable
            settlement.cursor = outcome.cursor
            if outcome.more:
                settlement.state, settlement.code = State.WAITING, STEP
            urgent = urgent or bool(outcome.follow) or durable is not None or outcome.more
        if self.on_reply is not None:
            self.on_reply(entry, outcome, None)
        self._journal.settle(settlement, partial(self._settled, entry, settlement.follow, durable), urgent=urgent)

    def _settled(
        self, entry: Entry, follow: Sequence[Entry], durable: Callable[[], None] | None, error: IsthmusError | None
    ) -> None:
        """The outcome is durable: what follows is offered, and the lanes go on."""
        if durable is not None and error is None:
            durable()
        for child in follow:
            self._offer(child)
        if entry.state is _WAITING:
            self._make_ready(entry)  # the next step
        else:
            self.window.leave(entry)

    def _failed(self, entry: Entry, error: IsthmusError) -> None:
        if not self._stands(entry):
            self._leave_given_back(entry)
            return
        entry.attempts += 1
        if isinstance(error, (Transient, PeerFault)) and entry.attempts < self.policy.attempts_max:
            delay_s = self._back_off(entry, error)
            self._observe(DeliveryRetried(self.name, error.code, entry.attempts, delay_s))
            self._loop.call_later(delay_s, self._again, entry)
        else:
            self._park(entry, error)

    def _back_off(self, entry: Entry, error: IsthmusError) -> float:
        if isinstance(error, Transient) and error.retry_after_s is not None:
            return error.retry_after_s
        ceiling: float = min(self.policy.back_off_s * 2 ** (entry.attempts - 1), self.policy.back_off_max_s)
        return ceiling * (0.5 + self._random.random() / 2)

    def _again(self, entry: Entry) -> None:
        if entry.id in self.lanes and entry.state is State.WAITING:
            self._retry.append(entry)
            self._wake()

    def _park(self, entry: Entry, error: IsthmusError) -> None:
        if self.awaited(entry.id):
            self._given_back[entry.id] = False  # the sender's patience may end before this is durable
            self._return(entry, error)
            return
        now_ns = self._clock.now_ns()
        if type(error) is Permanent and self._split is not None and entry.body is not None:
            pieces = self._split(entry.body, entry.key or "")
            if pieces:
                follow = [
                    Entry(self.name, entry.lanes, body, key=key, headers=entry.headers, waits=entry.waits)
                    for key, body in pieces
                ]
                divided = Settlement(
                    entry, State.REDIRECTED, now_ns, code="DIVIDED", detail=error.detail, follow=follow
                )
                self._journal.settle(divided, partial(self._settled, entry, follow, None))
                return
        text = in_words(error)
        cents = self._money(entry.body).cents if entry.body else 0
        work = Work("delivery", owner=self.owner, code=error.code, text=text, detail=error.detail, cents=cents)
        settlement = Settlement(
            entry, State.PARKED, now_ns, code=error.code, detail=text, work=work, blocks=entry.waits
        )
        self._journal.settle(settlement, partial(self._parked, entry, error))

    def _parked(self, entry: Entry, error: IsthmusError, _: IsthmusError | None) -> None:
        self._observe(DeliveryParked(self.name, error.code, entry.id, str(error)))
        if not entry.waits:
            self.window.leave(entry)
            return
        for behind in self.window.park(entry):
            if behind.id in self._given_back:
                self._leave_given_back(behind)

    # ---- application mode: who sent it waits for the outcome, and may get it back

    def give_back(self, entry: Entry, error: IsthmusError) -> None:
        """The sender waits no longer: the delivery is its own again, wherever it stands. One that is under way may
        still take effect; the sender's repeat then meets the delivery contract."""
        held = self.lanes.entries.get(entry.id, entry)
        if self._stands(held):
            self._given_back[held.id] = False
            self._return(held, error)

    def _return(self, entry: Entry, error: IsthmusError) -> None:
        text = in_words(error)
        settlement = Settlement(entry, State.RETURNED, self._clock.now_ns(), code=error.code, detail=text)
        self._journal.settle(settlement, partial(self._returned, entry, error))

    def _returned(self, entry: Entry, error: IsthmusError, failure: IsthmusError | None) -> None:
        """It is durable that the debt is the sender's: only now is the sender told."""
        if failure is None and self.on_reply is not None:
            self.on_reply(entry, None, error)
        if entry.id in self._given_back:
            self._given_back[entry.id] = True
            self._leave_given_back(entry)
        else:
            self.window.leave(entry)

    def _leave_given_back(self, entry: Entry) -> None:
        """Take it out of its lanes when it is durably returned, heads them, and no attempt is under way."""
        if not self._given_back.get(entry.id) or any(worker.entry is entry for worker in self._workers):
            return
        if entry.id not in self.lanes:
            del self._given_back[entry.id]
            self.window.vanish(entry)
        elif self.lanes.heads_all(entry):
            del self._given_back[entry.id]
            self.window.leave(entry)

    # ---- by a person

    def changed(self, entry: Entry) -> None:
        """A person changed a delivery (it is durable): sent again, mended, skipped, discarded or redirected."""
        self.window.unpark(entry.id)
        if entry.state is State.WAITING:
            self.window.offer(entry)


def _release(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)


def _nobody_waits(id: int) -> bool:
    return False
