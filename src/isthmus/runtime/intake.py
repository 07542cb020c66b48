"""Intake of one source: bytes in, durable message out, answer after that.

    read -> route -> lanes -> duplicate? -> decide -> append --(durable)--> reply, and offer what follows

A message is decided at once when nothing of its lanes stands undecided before it: message and deliveries then become
durable in one transaction. That is safe because a decision is pure: before the commit nobody has seen it. One that other
systems are asked about is appended undecided, holds its lanes, and is decided when their answers are there (`undecided.py`).
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from ..kernel.clock import NS_PER_DAY, Clock
from ..kernel.errors import IsthmusError, Misuse, PeerFault, Refused, StorageUnable, Transient
from ..kernel.message import Message
from ..observe import Observer
from ..observe.events import ApplicationAckNotSent, ControlIdReused, DecisionParked, DecisionSlow, MessageRefused
from ..ports import PIECE_BYTES, Arrival, Decision, Entry, Fate, File, Journal, Kind, Owed, Receipt, Staged, Work
from .formats import Read
from .lookups import questions
from .money import reader_of
from .owed import owed_of
from .plan import Plan, Route, cause_of, in_words
from .settings import SourceSettings
from .turns import Turns

SLOW_NS = 50_000_000
"""A decision that takes longer than 50 ms is reported: it holds up the event loop."""

_TYPE = re.compile(r"[A-Z][A-Z0-9]{2}(\^[A-Z][A-Z0-9]{2})?|[A-Z][A-Za-z]{2,40}|[0-9]{3}(\^[0-9A-Z]{6,12})?")

Reply = Callable[[Receipt], None]


class Standing:
    """Lanes in which a message stands undecided: those behind it wait, undecided, in the journal.

    `added` counts how often one was added.
    """

    def __init__(self) -> None:
        self.lanes: dict[bytes, int] = {}
        self.added = 0

    def add(self, lanes: tuple[bytes, ...]) -> None:
        self.added += 1
        for lane in lanes:
            self.lanes[lane] = self.lanes.get(lane, 0) + 1

    def remove(self, lanes: tuple[bytes, ...]) -> None:
        for lane in lanes:
            left = self.lanes[lane] - 1
            if left:
                self.lanes[lane] = left
            else:
                del self.lanes[lane]

    def blocks(self, lanes: tuple[bytes, ...]) -> bool:
        return any(lane in self.lanes for lane in lanes)


class SourceIntake:
    def __init__(
        self,
        settings: SourceSettings,
        name: str,
        plan: Plan,
        journal: Journal,
        standing: Standing,
        offer: Callable[[Entry], None],
        *,
        clock: Clock,
        observer: Observer,
        storage: Callable[[IsthmusError | None], None],
        give_back: Callable[[Entry, IsthmusError], None],
        turns: Turns,
        facility: str = "",
    ) -> None:
        self.name = name
        self.body_bytes_max = settings.body_bytes_max
        self._read = plan.reader(name, settings.format)
        self._settings = settings
        self._plan = plan
        self._journal = journal
        self._standing = standing
        self._offer = offer
        self._clock = clock
        self._observe = observer
        self._storage = storage
        self._give_back = give_back
        self._turns = turns
        self._facility = facility
        self._money = reader_of(settings.money)
        # Under acknowledge = "application" the sender has its application acknowledgement on the connection.
        self._enhanced = settings.format == "hl7v2" and settings.acknowledge == "accept"
        self._window_ns = int(settings.duplicates_days * NS_PER_DAY)
        self._arriving: dict[tuple[int, bytes], list[Reply]] = {}
        self._waiting: dict[int, tuple[Reply, asyncio.TimerHandle]] = {}
        self.look_up: Callable[[Arrival], None] = _never_asked

    # ---- in

    def receive(self, raw: bytes, reply: Reply, *, origin: str = "", control: bytes = b"") -> None:
        self._turns.wait(self._take, raw, reply, origin, control)

    def _take(self, raw: bytes, reply: Reply, origin: str, control: bytes) -> None:
        try:
            if len(raw) > self.body_bytes_max:
                raise PeerFault(f"the message has {len(raw)} bytes, this source takes {self.body_bytes_max}")
            read = self._read(raw)
        except PeerFault as fault:
            self._refuse(raw, fault, reply, None, "", origin)
            return
        except Exception as error:  # too deeply nested JSON, say: one message must not stop its source
            self._refuse(raw, self._defect(error), reply, None, "", origin)
            return
        route = self._plan.route(self.name, read.type)
        if route is None:
            # Where a type should stand a sender's fault can put anything: only what looks like one is repeated.
            known = read.type if _TYPE.fullmatch(read.type) else ""
            refusal = Refused(f"this source takes no {known or 'message of this type'}")
            self._refuse(raw, refusal, reply, read.content, known, origin)
            return
        digest = self._journal.mac(raw)
        number = self._number(read.control or control)
        if number:
            arriving = self._arriving.get((number, digest))
            if arriving is not None:
                arriving.append(reply)  # a repeat of one in flight waits for its answer
                return
            self._arriving[number, digest] = [reply]
            if self._journal.maybe_seen(number):
                self._ask(raw, read, route, digest, number, origin)
                return
        self._accept(raw, read, route, digest, number, origin, reply)

    def takes_pieces(self) -> bool:
        return self._plan.takes_pieces(self.name)

    async def receive_file(self, file: File, *, origin: str = "", control: bytes = b"") -> Receipt:
        """Stage the body, then append the message that it belongs to. Raises what reading the file raises."""
        first = b""
        try:
            if file.size > self.body_bytes_max:
                raise PeerFault(f"the file has {file.size} bytes, this source takes {self.body_bytes_max}")
            first = await file.read(PIECE_BYTES)
            read = self._read(first)
        except PeerFault as fault:
            return await self._refused(first, fault, origin)
        route = self._plan.route(self.name, read.type)
        if route is None:
            return await self._refused(first, Refused("this source takes no file of this type"), origin)
        staged = Staged(file.size, self._clock.now_ns(), route.retention)
        receipt = Receipt(Fate.UNABLE)
        try:
            digest = await self._stage(staged, first, file)
            receipt = await self._append_staged(staged, read, route, digest, origin, read.control or control)
        except StorageUnable as error:
            self._storage(error)
        finally:
            if receipt.fate is not Fate.ACCEPTED:
                with contextlib.suppress(IsthmusError):  # what cannot be thrown away now is at the next start
                    await self._journal.unstage(staged)
        return receipt

    async def _stage(self, staged: Staged, piece: bytes, file: File) -> bytes:
        """Hand the file over to the journal piece by piece; its digest."""
        mac = self._journal.running_mac()
        while piece:
            await self._journal.stage(staged, piece)
            mac.update(piece)
            piece = await file.read(PIECE_BYTES)
        return mac.digest()

    async def _append_staged(
        self, staged: Staged, read: Read, route: Route, digest: bytes, origin: str, named: bytes
    ) -> Receipt:
        now_ns = self._clock.now_ns()
        number = self._number(named)
        original = 0
        if number and self._journal.maybe_seen(number):
            original, _ = await self._journal.find_original(self.name, number, digest, now_ns - self._window_ns)
        lanes = self._plan.lanes(route, None, b"")
        arrival = Arrival(
            self.name, now_ns, b"", kind=Kind.DUPLICATE if original else Kind.APPENDED, type=read.type,
            lanes=lanes, control=number, digest=digest, retention=route.retention, origin=origin, original=original,
            staged=staged,
        )  # fmt: skip
        if not original:
            self.decide(arrival, read, route)
        durable: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()
        if original:
            told = partial(self._told_of, Receipt(Fate.DUPLICATE, original), durable.set_result)
            self._journal.append(arrival, told)
        else:
            self._journal.append(arrival, partial(self._appended, arrival, None, durable.set_result))
        return await durable

    def _told_of(self, receipt: Receipt, reply: Reply, error: IsthmusError | None) -> None:
        if error:
            self._storage(error)
            receipt = Receipt(Fate.UNABLE, error=error)
        reply(receipt)

    async def _refused(self, raw: bytes, error: IsthmusError, origin: str) -> Receipt:
        durable: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()
        self._refuse(raw, error, durable.set_result, None, "", origin)
        return await durable

    def _number(self, named: bytes) -> int:
        """What a control id is found by in the duplicate window; 0: it is not looked for."""
        return int.from_bytes(self._journal.mac(named)[:8], "big", signed=True) if named and self._window_ns else 0

    def garbage(self, raw: bytes, fault: IsthmusError, *, origin: str = "") -> None:
        self._refuse(raw[: self.body_bytes_max], fault, _nobody, None, "", origin)

    def _ask(self, raw: bytes, read: Read, route: Route, digest: bytes, control: int, origin: str) -> None:
        since_ns = self._clock.now_ns() - self._window_ns
        asked = asyncio.ensure_future(self._journal.find_original(self.name, control, digest, since_ns))
        asked.add_done_callback(partial(self._told, raw, read, route, digest, control, origin))

    def _told(
        self, raw: bytes, read: Read, route: Route, digest: bytes, control: int, origin: str, asked: asyncio.Future[Any]
    ) -> None:
        failure = None if asked.cancelled() else asked.exception()
        if asked.cancelled() or failure:
            self._storage(failure if isinstance(failure, IsthmusError) else None)
            self._answer((control, digest), Receipt(Fate.UNABLE, content=read.content), _nobody)
            return
        original, reused = asked.result()
        if original:
            now_ns = self._clock.now_ns()
            arrival = Arrival(
                self.name, now_ns, raw, kind=Kind.DUPLICATE, type=read.type, control=control, digest=digest,
                original=original, origin=origin,
            )  # fmt: skip
            receipt = Receipt(Fate.DUPLICATE, original, read.content)
            self._journal.append(arrival, partial(self._noted, arrival, receipt))
            return
        if reused:
            self._observe(ControlIdReused(self.name))
        self._accept(raw, read, route, digest, control, origin, _nobody)

    def _noted(self, arrival: Arrival, receipt: Receipt, error: IsthmusError | None) -> None:
        if error:
            self._storage(error)
            receipt = Receipt(Fate.UNABLE, content=receipt.content, error=error)
        self._answer((arrival.control, arrival.digest), receipt, _nobody)

    def _refuse(self, raw: bytes, error: IsthmusError, reply: Reply, content: Any, type: str, origin: str) -> None:
        self._observe(MessageRefused(self.name, str(error)))
        arrival = Arrival(
            self.name,
            self._clock.now_ns(),
            raw,
            kind=Kind.REFUSED,
            type=type,
            digest=self._journal.mac(raw),
            error=str(error),
            origin=origin,
        )
        receipt = Receipt(Fate.REFUSED, 0, content, error)

        def done(failure: IsthmusError | None) -> None:
            if failure:
                self._storage(failure)
                reply(Receipt(Fate.UNABLE, 0, content, failure))
            else:
                receipt.message_id = arrival.id
                reply(receipt)

        self._journal.append(arrival, done)

    def _defect(self, error: Exception) -> IsthmusError:
        """What nobody foresaw: reported by its kind, and the message is refused and kept."""
        self._observe.failed(f"taking in from {self.name}", error)
        return Misuse(f"the hub failed on this message ({type(error).__name__})")

    # ---- decide and append

    def _accept(
        self, raw: bytes, read: Read, route: Route, digest: bytes, control: int, origin: str, reply: Reply
    ) -> None:
        now_ns = self._clock.now_ns()
        try:
            lanes = self._plan.lanes(route, read.content, raw)
        except Exception as error:
            answer = partial(self._answer, (control, digest), reply=reply)
            self._refuse(raw, self._defect(error), answer, read.content, read.type, origin)
            return
        arrival = Arrival(
            self.name,
            now_ns,
            raw,
            type=read.type,
            lanes=lanes,
            control=control,
            digest=digest,
            retention=route.retention,
            origin=origin,
            owed=self._owed(read.content, lanes) if self._enhanced else None,
        )
        if self._standing.lanes and self._standing.blocks(lanes):
            self._standing.add(lanes)
        elif route.lookups and self._asks(arrival, read, route):
            self._standing.add(lanes)
            self._journal.append(arrival, partial(self._appended_to_ask, arrival, read.content, reply))
            return
        else:
            self.decide(arrival, read, route)
            if arrival.work and route.waits:
                self._standing.add(lanes)
        self._journal.append(arrival, partial(self._appended, arrival, read.content, reply))

    def _owed(self, content: Any, lanes: tuple[bytes, ...]) -> Owed | None:
        """The application acknowledgement that the sender asks for as a message of its own."""
        owed = owed_of(self._settings.application_ack_to, content, lanes)
        if owed is not None and not owed.to:
            self._observe(ApplicationAckNotSent(self.name))
            return None
        return owed

    def _asks(self, arrival: Arrival, read: Read, route: Route) -> bool:
        """Whether other systems are asked about a message before it is decided."""
        try:
            return bool(questions(route.lookups, self.message(arrival, read)))
        except Exception:  # what cannot be asked is parked with its cause when its turn comes
            return True

    def message(self, arrival: Arrival, read: Read) -> Message:
        """What a flow sees of an arrival."""
        control_id = read.control.decode("latin-1")
        return Message(
            arrival.id, self.name, arrival.received_ns, arrival.raw, read.content, read.type, control_id,
            self._facility, arrival.answers,
        )  # fmt: skip

    def decide(self, arrival: Arrival, read: Read, route: Route) -> None:
        """Fill in the decision: what follows, or why a person has to look."""
        message = self.message(arrival, read)
        began = time.perf_counter_ns()
        try:
            entries = self._plan.decide(route, message, arrival.lanes, arrival.digest)
        except Exception as error:
            self.park(arrival, route, cause_of(error))
            return
        took = time.perf_counter_ns() - began
        if took > SLOW_NS:
            self._observe(DecisionSlow(self.name, read.type, took // 1_000_000))
        arrival.entries = entries
        arrival.decision = Decision.DECIDED if entries else Decision.FILTERED
        arrival.version = route.version

    def park(self, arrival: Arrival, route: Route, cause: IsthmusError) -> None:
        """Fill in why a person has to look."""
        self._observe(DecisionParked(self.name, cause.code, str(cause)))
        owner, cents = route.flows[0].owner, self._money(arrival.raw).cents
        arrival.work = Work(
            "message", owner=owner, code=cause.code, text=in_words(cause), detail=cause.detail, cents=cents
        )
        arrival.blocks = route.waits

    def _appended_to_ask(self, arrival: Arrival, content: Any, reply: Reply, error: IsthmusError | None) -> None:
        self._appended(arrival, content, reply, error)
        if error is None:
            self.look_up(arrival)

    def _appended(self, arrival: Arrival, content: Any, reply: Reply, error: IsthmusError | None) -> None:
        if error is not None:
            self._storage(error)
            if arrival.decision is Decision.UNDECIDED and (arrival.work is None or arrival.blocks):
                self._standing.remove(arrival.lanes)
            self._answer((arrival.control, arrival.digest), Receipt(Fate.UNABLE, 0, content, error), reply)
            return
        if self._settings.acknowledge == "application" and self._has_one_destination(arrival):
            self._await_outcome(arrival, partial(self._answer, (arrival.control, arrival.digest), reply=reply))
        else:
            self._answer((arrival.control, arrival.digest), Receipt(Fate.ACCEPTED, arrival.id, content), reply)
        for entry in arrival.entries:
            self._offer(entry)

    # ---- application mode

    def _has_one_destination(self, arrival: Arrival) -> bool:
        """Whether one system's answer is the message's. What leads nowhere, to several or to a person is accepted."""
        return len(arrival.entries) == 1 and arrival.entries[0].destination in self._plan.destinations

    def _await_outcome(self, arrival: Arrival, reply: Reply) -> None:
        """The sender hears what its one destination says, or after `answer_within_s` that it has the message back."""
        entry, within_s = arrival.entries[0], self._settings.answer_within_s
        late = Transient(f"the destination {entry.destination} did not take the message within {within_s:g} s")
        timer = asyncio.get_running_loop().call_later(within_s, self._give_back, entry, late)
        self._waiting[entry.id] = (reply, timer)

    def awaits(self, id: int) -> bool:
        """Whether a sender waits for the outcome of a delivery."""
        return id in self._waiting

    def outcome(self, entry: Entry, reply: bytes | None, error: IsthmusError | None) -> None:
        """The outcome of a delivery that a sender waits for; with `error` it was returned."""
        answer, timer = self._waiting.pop(entry.id)
        timer.cancel()
        answer(Receipt(Fate.RETURNED if error else Fate.ACCEPTED, entry.message_id, error=error, reply=reply))

    def _answer(self, arriving_as: tuple[int, bytes], receipt: Receipt, reply: Reply) -> None:
        arriving = self._arriving.pop(arriving_as, None)
        if arriving is None:
            reply(receipt)
            return
        for waiting in arriving:
            waiting(receipt)


def _nobody(receipt: Receipt) -> None:
    """Bytes that are no message have no sender to answer."""


def _never_asked(arrival: Arrival) -> None:
    """Nothing is asked where nobody runs look-ups: the message has its turn at the next start."""
