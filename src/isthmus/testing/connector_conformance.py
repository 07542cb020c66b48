"""What every connector must do, as named sentences: run them over yours.

A sentence is an async function over a *bench*, which the owner of a connector writes: it builds the sink or source,
knows a real peer, and tells what took effect there. With pytest:

    @pytest.mark.parametrize("sentence", sink_sentences(MyBench), ids=named)
    async def test_the_sink(sentence):
        async with MyBench() as bench:
            await sentence(bench)

A failing sentence raises AssertionError. Faults of the network come from `FaultProxy`, which stands between the sink and
its target (`network = True`). Which sentences apply follows from what the bench declares; a connector that declares
less is not wrong, but its page in the documentation has to say so.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import wraps
from typing import Any, ClassVar, Literal, Protocol, TypeVar

from ..kernel.errors import Conflict, IsthmusError, PeerFault, Refused, Transient, Unavailable
from ..ports import PIECE_BYTES, Delivery, Fate, File, Outcome, Receipt, Sink, Source
from .fault_proxy import Cut, FaultProxy, Hold, Swallow

PATIENCE_S = 10.0
"""How long anything that must happen may take on a slow machine."""

QUIET_S = 0.15
"""How long is waited for something that must not happen. A slow machine can only make such a check pass."""

SENTENCE_S = 30.0
"""For a sentence as a whole: a connector that hangs fails it."""

TIMEOUT_S = 0.3
"""The runner's patience with one attempt, here."""

SECRET = b"CANARY-PHI"
"""Every body of a bench holds it, and so should a target's refusals: no error may show it."""

T = TypeVar("T")


class SinkBench(Protocol):
    """A sink with its target.

    network     the target is reached through `proxy`
    mark        bytes in the beginning of each request that takes effect, and of no other: where the proxy strikes
    recognises  the target, or the sink by asking it, makes one effect of a repeated delivery
    compares    the sink reports other content under the same key as a conflict
    """

    network: ClassVar[bool]
    mark: ClassVar[bytes]
    recognises: ClassVar[bool]
    compares: ClassVar[bool]
    proxy: FaultProxy

    def sink(self) -> Sink:
        """A new sink, not open."""

    def delivery(self, number: int, *, attempt: int = 1, changed: bool = False) -> Delivery:
        """A valid delivery for each number, its body with `SECRET` in it; `changed`: other content under the same key."""

    async def effects(self) -> list[bytes]:
        """The bodies that took effect at the target, each as often as it did, in order."""

    def refusals(self) -> Mapping[type[IsthmusError], Callable[[], None]]:
        """For a class of error: make the target refuse the next delivery so that the sink must raise it."""


class SourceBench(Protocol):
    """A source with its sender. `limit`: what the sentences set `body_bytes_max` to."""

    limit: ClassVar[int]

    def source(self) -> Source:
        """A new source, not open, always at the same address."""

    def message(self, number: int) -> bytes:
        """A valid message for each number."""

    async def send(self, raw: bytes) -> Answer:
        """Send a message as a real sender does and wait for the answer; "none": the connection failed or was closed."""

    async def send_half(self, raw: bytes) -> None:
        """Begin to send, then vanish."""


Answer = Literal["taken", "refused", "none"]
Sentence = Callable[[Any], Awaitable[None]]


class RecordingIntake:
    """An intake that keeps what it gets and answers as a test says."""

    def __init__(self, body_bytes_max: int = 1 << 20, *, hold: bool = False) -> None:
        self.body_bytes_max = body_bytes_max
        self.received: list[bytes] = []
        self.origins: list[str] = []
        self.controls: list[bytes] = []
        self.faults: list[IsthmusError] = []
        self.answer = Receipt(Fate.ACCEPTED, 1)
        self.in_pieces = False
        self._hold = hold
        self._held: list[Callable[[Receipt], None]] = []
        self._changed = asyncio.Event()

    def receive(self, raw: bytes, reply: Callable[[Receipt], None], *, origin: str = "", control: bytes = b"") -> None:
        self.received.append(raw)
        self.origins.append(origin)
        self.controls.append(control)
        if self._hold:
            self._held.append(reply)
        else:
            asyncio.get_running_loop().call_soon(reply, self.answer)
        self._changed.set()

    def takes_pieces(self) -> bool:
        return self.in_pieces

    async def receive_file(self, file: File, *, origin: str = "", control: bytes = b"") -> Receipt:
        pieces = []
        while piece := await file.read(PIECE_BYTES):
            pieces.append(piece)
        answered: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()
        self.receive(b"".join(pieces), answered.set_result, origin=origin, control=control)
        return await answered

    def garbage(self, raw: bytes, fault: IsthmusError, *, origin: str = "") -> None:
        self.faults.append(fault)
        self._changed.set()

    def release(self) -> None:
        """Answer what is held, and hold nothing any more."""
        self._hold = False
        held, self._held = self._held, []
        for reply in held:
            reply(self.answer)

    async def until(self, holds: Callable[[RecordingIntake], bool]) -> None:
        """Wait until something holds. Raises TimeoutError."""
        async with asyncio.timeout(PATIENCE_S):
            while not holds(self):
                self._changed.clear()
                await self._changed.wait()


def _bounded(sentence: Sentence) -> Sentence:
    @wraps(sentence)
    async def within(bench: Any) -> None:
        async with asyncio.timeout(SENTENCE_S):
            await sentence(bench)

    return within


def named(sentence: Sentence) -> str:
    """A sentence's name, for a test's id."""
    return getattr(sentence, "__name__", "sentence")


# ---------------------------------------------------------------- the runner's part, in short


async def deliver_as_the_runner_does(sink: Sink, delivery: Delivery) -> Outcome:
    """Open and deliver; what is transient or unavailable, or takes too long, is tried again with the same key."""
    connected = False
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                async with asyncio.timeout(TIMEOUT_S):
                    if not connected:
                        await sink.open()
                        connected = True
                    return await sink.deliver(delivery)
            except Transient:
                await asyncio.sleep(0.01)
            except (Unavailable, TimeoutError):
                await sink.close()
                connected = False
                await asyncio.sleep(0.01)


async def raised(what: Awaitable[object]) -> IsthmusError | None:
    """The hub's own error that something raised; None: it raised nothing."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            await what
    except IsthmusError as error:
        return error
    return None


async def _cut_off(what: Awaitable[object]) -> None:
    """Give up on something as the runner does when its time is used up."""
    try:
        async with asyncio.timeout(TIMEOUT_S):
            await what
    except (TimeoutError, IsthmusError):
        return
    raise AssertionError("it ended although the target was never reached")


def _shows_nothing(error: IsthmusError) -> bool:
    return SECRET.decode() not in str(error) and SECRET.decode() not in repr(error)


# ---------------------------------------------------------------- sinks


async def bytes_arrive_unchanged_and_in_order(bench: SinkBench) -> None:
    sink, deliveries = bench.sink(), [bench.delivery(number) for number in range(5)]
    await sink.open()
    for delivery in deliveries:
        await sink.deliver(delivery)
    await sink.close()
    assert await bench.effects() == [delivery.body for delivery in deliveries]


async def closing_is_safe_before_open_and_twice(bench: SinkBench) -> None:
    sink = bench.sink()
    await sink.close()
    await sink.open()
    await sink.close()
    await sink.close()


async def it_opens_again_after_it_was_closed(bench: SinkBench) -> None:
    sink = bench.sink()
    for number in range(2):
        await sink.open()
        await sink.deliver(bench.delivery(number))
        await sink.close()
    assert len(await bench.effects()) == 2


async def a_repeat_gives_no_second_effect(bench: SinkBench) -> None:
    sink = bench.sink()
    await sink.open()
    await sink.deliver(bench.delivery(1))
    await sink.deliver(bench.delivery(1, attempt=2))
    await sink.close()
    assert await bench.effects() == [bench.delivery(1).body]


async def other_content_under_the_same_key_is_a_conflict(bench: SinkBench) -> None:
    sink = bench.sink()
    await sink.open()
    await sink.deliver(bench.delivery(1))
    error = await raised(sink.deliver(bench.delivery(1, changed=True)))
    await sink.close()
    assert isinstance(error, Conflict)
    assert _shows_nothing(error)
    assert await bench.effects() == [bench.delivery(1).body]


async def a_refusal_has_the_class_that_is_declared_and_shows_no_content(bench: SinkBench) -> None:
    sink = bench.sink()
    await sink.open()
    for number, (kind, refuse) in enumerate(bench.refusals().items()):
        refuse()
        error = await raised(sink.deliver(bench.delivery(number)))
        assert type(error) is kind, f"{type(error).__name__} instead of {kind.__name__}"
        assert _shows_nothing(error)
    await sink.close()
    assert await bench.effects() == []


async def after_a_refusal_the_next_delivery_goes_through(bench: SinkBench) -> None:
    sink = bench.sink()
    for number, refuse in enumerate(bench.refusals().values()):
        await sink.open()
        refuse()
        await raised(sink.deliver(bench.delivery(number)))
        await deliver_as_the_runner_does(sink, bench.delivery(100 + number))
    await sink.close()
    assert await bench.effects() == [bench.delivery(100 + number).body for number in range(len(bench.refusals()))]


async def an_unreachable_target_is_unavailable_and_comes_back(bench: SinkBench) -> None:
    sink = bench.sink()
    await bench.proxy.close()
    error = await raised(sink.open()) or await raised(sink.deliver(bench.delivery(1)))
    assert isinstance(error, Unavailable)
    assert _shows_nothing(error)
    await sink.close()
    await bench.proxy.listen()
    await deliver_as_the_runner_does(sink, bench.delivery(1))
    await sink.close()
    assert await bench.effects() == [bench.delivery(1).body]


async def a_connection_that_was_dropped_while_idle_is_made_again(bench: SinkBench) -> None:
    sink = bench.sink()
    await sink.open()
    await sink.deliver(bench.delivery(1))
    await bench.proxy.close()
    await bench.proxy.listen()
    await deliver_as_the_runner_does(sink, bench.delivery(2))
    await sink.close()
    assert await bench.effects() == [bench.delivery(1).body, bench.delivery(2).body]


async def a_cut_answer_is_unavailable(bench: SinkBench) -> None:
    sink, cut = bench.sink(), bench.proxy.arm(Cut(), when=bench.mark)
    await sink.open()
    error = await raised(sink.deliver(bench.delivery(1)))
    await sink.close()
    await asyncio.wait_for(cut.done.wait(), PATIENCE_S)
    assert isinstance(error, Unavailable) or _asked_again(bench)
    assert await bench.effects() == [bench.delivery(1).body]


async def half_an_answer_is_unavailable(bench: SinkBench) -> None:
    sink, cut = bench.sink(), bench.proxy.arm(Cut(answer_bytes=5), when=bench.mark)
    await sink.open()
    error = await raised(sink.deliver(bench.delivery(1)))
    await sink.close()
    await asyncio.wait_for(cut.done.wait(), PATIENCE_S)
    assert isinstance(error, Unavailable) or _asked_again(bench)


def _asked_again(bench: SinkBench) -> bool:
    """A client may repeat an idempotent request on a new connection by itself (RFC 9110 §9.2.2)."""
    return bench.proxy.connections > 1


async def repeating_after_a_cut_answer_gives_one_effect(bench: SinkBench) -> None:
    sink, cut = bench.sink(), bench.proxy.arm(Cut(), when=bench.mark)
    await deliver_as_the_runner_does(sink, bench.delivery(1))
    await sink.close()
    assert cut.seen.is_set()
    assert await bench.effects() == [bench.delivery(1).body]


async def a_request_that_arrives_after_the_time_out_gives_no_second_effect(bench: SinkBench) -> None:
    sink, late = bench.sink(), bench.proxy.arm(Hold(), when=bench.mark)
    await deliver_as_the_runner_does(sink, bench.delivery(1))
    late.release()
    await asyncio.wait_for(late.done.wait(), PATIENCE_S)
    await sink.close()
    assert await bench.effects() == [bench.delivery(1).body]


async def a_late_answer_is_never_taken_for_the_next_ones(bench: SinkBench) -> None:
    sink, late = bench.sink(), bench.proxy.arm(Hold(), when=bench.mark)
    await sink.open()
    await _cut_off(sink.deliver(bench.delivery(1)))
    bench.proxy.arm(Swallow(), when=bench.mark)
    next_one = asyncio.ensure_future(raised(sink.deliver(bench.delivery(2))))
    await asyncio.sleep(QUIET_S)
    late.release()
    await asyncio.wait_for(late.done.wait(), PATIENCE_S)
    await asyncio.wait((next_one,), timeout=QUIET_S)
    taken = next_one.done() and not next_one.cancelled() and next_one.result() is None
    next_one.cancel()
    await asyncio.gather(next_one, return_exceptions=True)
    await sink.close()
    assert not taken, "a delivery that the target never got was taken for delivered"


async def after_a_cancelled_delivery_the_next_one_goes_through(bench: SinkBench) -> None:
    sink = bench.sink()
    bench.proxy.arm(Swallow(), when=bench.mark)
    await sink.open()
    await _cut_off(sink.deliver(bench.delivery(1)))
    await deliver_as_the_runner_does(sink, bench.delivery(2))
    await sink.close()
    assert await bench.effects() == [bench.delivery(2).body]


_SINKS = (
    bytes_arrive_unchanged_and_in_order,
    closing_is_safe_before_open_and_twice,
    it_opens_again_after_it_was_closed,
    a_refusal_has_the_class_that_is_declared_and_shows_no_content,
    after_a_refusal_the_next_delivery_goes_through,
)
_RECOGNISING = (a_repeat_gives_no_second_effect,)
_COMPARING = (other_content_under_the_same_key_is_a_conflict,)
_NETWORK = (
    an_unreachable_target_is_unavailable_and_comes_back,
    a_connection_that_was_dropped_while_idle_is_made_again,
    a_cut_answer_is_unavailable,
    half_an_answer_is_unavailable,
    a_late_answer_is_never_taken_for_the_next_ones,
    after_a_cancelled_delivery_the_next_one_goes_through,
)
_RECOGNISING_NETWORK = (
    repeating_after_a_cut_answer_gives_one_effect,
    a_request_that_arrives_after_the_time_out_gives_no_second_effect,
)


def sink_sentences(bench: type[Any]) -> list[Sentence]:
    """The sentences that apply to a bench."""
    apply = [
        *_SINKS,
        *(_RECOGNISING if bench.recognises else ()),
        *(_COMPARING if bench.compares else ()),
        *(_NETWORK if bench.network else ()),
        *(_RECOGNISING_NETWORK if bench.network and bench.recognises else ()),
    ]
    return [_bounded(sentence) for sentence in apply]


# ---------------------------------------------------------------- sources


async def messages_come_in_unchanged(bench: SourceBench) -> None:
    source, intake = bench.source(), RecordingIntake()
    await source.open(intake)
    answers = [await bench.send(bench.message(number)) for number in range(5)]
    await source.close()
    assert answers == ["taken"] * 5
    assert intake.received == [bench.message(number) for number in range(5)]


async def nothing_is_acknowledged_before_it_is_durable(bench: SourceBench) -> None:
    source, intake = bench.source(), RecordingIntake(hold=True)
    await source.open(intake)
    sending = asyncio.ensure_future(bench.send(bench.message(1)))
    await intake.until(lambda intake: len(intake.received) == 1)
    done, _ = await asyncio.wait((sending,), timeout=QUIET_S)
    assert not done, "the sender was answered before the message was durable"
    intake.release()
    assert await sending == "taken"
    await source.close()


async def a_duplicate_is_acknowledged_like_the_first(bench: SourceBench) -> None:
    source, intake = bench.source(), RecordingIntake()
    intake.answer = Receipt(Fate.DUPLICATE, 1)
    await source.open(intake)
    assert await bench.send(bench.message(1)) == "taken"
    await source.close()


async def what_is_refused_is_refused(bench: SourceBench) -> None:
    source, intake = bench.source(), RecordingIntake()
    await source.open(intake)
    for error in (PeerFault("it is malformed"), Refused("this source does not take it")):
        intake.answer = Receipt(Fate.REFUSED, 1, error=error)
        assert await bench.send(bench.message(1)) == "refused"
    await source.close()


async def what_a_destination_did_not_take_is_the_senders_again(bench: SourceBench) -> None:
    source, intake = bench.source(), RecordingIntake()
    intake.answer = Receipt(Fate.RETURNED, 1, error=Transient("no answer in time"))
    await source.open(intake)
    assert await bench.send(bench.message(1)) == "refused"
    await source.close()


async def nothing_is_acknowledged_while_the_hub_cannot_store(bench: SourceBench) -> None:
    source, intake = bench.source(), RecordingIntake()
    intake.answer = Receipt(Fate.UNABLE)
    await source.open(intake)
    sending = asyncio.ensure_future(bench.send(bench.message(1)))
    await intake.until(lambda intake: len(intake.received) >= 1)
    await asyncio.wait((sending,), timeout=QUIET_S)
    answer = sending.result() if sending.done() else "none"
    intake.answer = Receipt(Fate.ACCEPTED, 1)
    if answer != "taken" and not sending.done():
        assert await sending == "taken"  # a source that asks again by itself, as for a file
    await source.close()
    assert answer != "taken"


async def what_is_too_large_is_refused_while_it_is_read(bench: SourceBench) -> None:
    source, intake = bench.source(), RecordingIntake(bench.limit)
    await source.open(intake)
    large = bench.message(1)
    large += b"x" * (4 * bench.limit)
    assert await bench.send(large) != "taken"
    assert await bench.send(bench.message(2)) == "taken"
    await source.close()
    assert intake.received == [bench.message(2)]


async def half_a_message_leaves_nothing(bench: SourceBench) -> None:
    source, intake = bench.source(), RecordingIntake()
    await source.open(intake)
    await bench.send_half(bench.message(1))
    assert await bench.send(bench.message(2)) == "taken"
    await source.close()
    assert intake.received == [bench.message(2)]


async def many_senders_are_served_at_once(bench: SourceBench) -> None:
    source, intake = bench.source(), RecordingIntake()
    await source.open(intake)
    answers = await asyncio.gather(*(bench.send(bench.message(number)) for number in range(8)))
    await source.close()
    assert answers == ["taken"] * 8
    assert sorted(intake.received) == sorted(bench.message(number) for number in range(8))


async def nothing_is_taken_while_it_is_paused(bench: SourceBench) -> None:
    source, intake = bench.source(), RecordingIntake()
    await source.open(intake)
    source.pause()
    sending = asyncio.ensure_future(bench.send(bench.message(1)))
    await asyncio.wait((sending,), timeout=QUIET_S)
    assert intake.received == []
    assert not (sending.done() and sending.result() == "taken")
    source.resume()
    answer = await sending
    if answer != "taken":
        answer = await bench.send(bench.message(1))
    assert answer == "taken"
    await source.close()


async def closing_answers_what_was_taken(bench: SourceBench) -> None:
    source, intake = bench.source(), RecordingIntake(hold=True)
    await source.open(intake)
    sending = asyncio.ensure_future(bench.send(bench.message(1)))
    await intake.until(lambda intake: len(intake.received) == 1)
    closing = asyncio.ensure_future(source.close())
    await asyncio.wait((closing,), timeout=QUIET_S)
    assert not closing.done(), "it was closed while a message waited for its answer"
    intake.release()
    assert await sending == "taken"
    await asyncio.wait_for(closing, PATIENCE_S)


async def a_close_that_is_cut_off_ends(bench: SourceBench) -> None:
    source, intake = bench.source(), RecordingIntake(hold=True)
    await source.open(intake)
    sending = asyncio.ensure_future(bench.send(bench.message(1)))
    await intake.until(lambda intake: len(intake.received) == 1)
    try:
        async with asyncio.timeout(QUIET_S):
            await source.close()
    except TimeoutError:
        pass
    intake.release()  # what becomes durable after that is answered to nobody, and that must not fail
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    await source.close()


async def nothing_is_taken_after_it_was_closed(bench: SourceBench) -> None:
    source, intake = bench.source(), RecordingIntake()
    await source.open(intake)
    assert await bench.send(bench.message(1)) == "taken"
    await source.close()
    sending = asyncio.ensure_future(bench.send(bench.message(2)))
    await asyncio.wait((sending,), timeout=QUIET_S)
    assert not (sending.done() and sending.result() == "taken")
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    assert intake.received == [bench.message(1)]


async def a_source_is_safe_to_close_before_open_and_twice(bench: SourceBench) -> None:
    source = bench.source()
    await source.close()
    await source.open(RecordingIntake())
    await source.close()
    await source.close()


async def it_serves_again_after_it_was_closed(bench: SourceBench) -> None:
    source = bench.source()
    for number in range(2):
        intake = RecordingIntake()
        await source.open(intake)
        assert await bench.send(bench.message(number)) == "taken"
        await source.close()


async def a_second_one_at_the_same_place_is_unavailable(bench: SourceBench) -> None:
    first, second = bench.source(), bench.source()
    await first.open(RecordingIntake())
    error = await raised(second.open(RecordingIntake()))
    await second.close()
    assert isinstance(error, Unavailable)
    assert await bench.send(bench.message(1)) == "taken"
    await first.close()


_SOURCES = (
    messages_come_in_unchanged,
    nothing_is_acknowledged_before_it_is_durable,
    a_duplicate_is_acknowledged_like_the_first,
    what_is_refused_is_refused,
    what_a_destination_did_not_take_is_the_senders_again,
    nothing_is_acknowledged_while_the_hub_cannot_store,
    what_is_too_large_is_refused_while_it_is_read,
    half_a_message_leaves_nothing,
    many_senders_are_served_at_once,
    nothing_is_taken_while_it_is_paused,
    closing_answers_what_was_taken,
    a_close_that_is_cut_off_ends,
    nothing_is_taken_after_it_was_closed,
    a_source_is_safe_to_close_before_open_and_twice,
    it_serves_again_after_it_was_closed,
    a_second_one_at_the_same_place_is_unavailable,
)


def source_sentences() -> list[Sentence]:
    """All of them apply to every source."""
    return [_bounded(sentence) for sentence in _SOURCES]
