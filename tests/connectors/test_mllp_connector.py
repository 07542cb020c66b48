"""MLLP beyond the published sentences: acknowledgement modes, slow and half-closed peers, connections that break."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mllp_peers import Receiver, message

from isthmus.connectors import mllp
from isthmus.kernel import Misuse, PeerFault, Permanent, Refused, Transient
from isthmus.ports import Context, Delivery, Fate, Receipt
from isthmus.protocols import hl7v2
from isthmus.security.transport import Waiver
from isthmus.testing.connector_conformance import RecordingIntake

Make = Callable[..., Context]


def asking(accept: str, application: str) -> bytes:
    """A message with MSH-15 and MSH-16."""
    return f"MSH|^~\\&|EHR|MAIN|HUB|SBRH|20260302||ADT^A01^ADT_A01|M1|P|2.5.1|||{accept}|{application}\r".encode()


def answered(context: Context, raw: bytes, receipt: Receipt) -> str:
    """The acknowledgement code, "" for none."""
    framed = mllp.source(mllp.SourceSettings(listen="127.0.0.1:0"), context).answer(raw, receipt)
    return hl7v2.read_ack(framed[1:-2]).code if framed else ""


ACCEPTED, REFUSED = Receipt(Fate.ACCEPTED, 1), Receipt(Fate.REFUSED, 1, error=PeerFault("PID is missing"))
UNSUPPORTED = Receipt(Fate.REFUSED, 1, error=Refused("this source takes no ORU^R01"))
UNABLE, RETURNED = Receipt(Fate.UNABLE), Receipt(Fate.RETURNED, 1, error=Transient("no answer in time"))


@pytest.mark.parametrize(
    ("accept", "application", "positive", "negative"),
    [
        ("", "", "AA", "AE"),  # original mode
        ('""', '""', "AA", "AE"),  # null is no value
        ("AL", "", "CA", "CE"),
        ("AL", "NE", "CA", "CE"),
        ("AL", "AL", "CA", "CE"),
        ("ER", "NE", "", "CE"),
        ("SU", "NE", "CA", ""),
        ("NE", "NE", "", ""),
        ("NE", "AL", "AA", "AE"),  # the sender waits for an application acknowledgement, and gets one
        ("", "AL", "AA", "AE"),
        ("ER", "AL", "AA", "CE"),
        ("NE", "ER", "", "AE"),
        ("XX", "", "CA", "CE"),  # not in table 0155: answered
    ],
)
def test_msh_15_and_16_choose_the_acknowledgement(accept, application, positive, negative, context: Make) -> None:
    raw = asking(accept, application)
    assert answered(context(), raw, ACCEPTED) == positive
    assert answered(context(), raw, Receipt(Fate.DUPLICATE, 1)) == positive
    assert answered(context(), raw, REFUSED) == negative


@pytest.mark.parametrize(
    ("accept", "application", "positive", "negative"),
    [
        ("AL", "AL", "CA", "CE"),
        ("ER", "AL", "", "CE"),  # the AA that it asks for comes later
        ("SU", "AL", "CA", "AE"),  # nothing comes later of what was not taken
        ("NE", "AL", "AA", "AE"),  # the original mode, in other words
        ("", "", "AA", "AE"),
    ],
)
def test_what_follows_later_as_a_message_of_its_own_is_not_answered_at_once(
    accept, application, positive, negative, context: Make
) -> None:
    later = context(application_ack_to="acks")
    assert answered(later, asking(accept, application), ACCEPTED) == positive
    assert answered(later, asking(accept, application), REFUSED) == negative


@pytest.mark.parametrize(("accept", "code"), [("", "CA"), ("AL", "CA"), ("NE", ""), ("ER", "")])
def test_an_ack_is_never_answered_with_an_ack_of_the_application(accept: str, code: str, context: Make) -> None:
    raw = asking(accept, "AL").replace(b"ADT^A01^ADT_A01", b"ACK^A01^ACK")
    assert answered(context(), raw, ACCEPTED) == code
    assert answered(context(acknowledge="application"), raw, ACCEPTED) == code


@pytest.mark.parametrize(("accept", "application", "code"), [("AL", "AL", "AA"), ("AL", "NE", "CA"), ("", "", "AA")])
def test_in_application_mode_the_application_acknowledgement_goes_first(accept, application, code, context) -> None:
    assert answered(context(acknowledge="application"), asking(accept, application), ACCEPTED) == code


@pytest.mark.parametrize(
    ("receipt", "original", "enhanced"),
    [(UNSUPPORTED, "AR", "CR"), (UNABLE, "AR", "CR"), (REFUSED, "AE", "CE"), (RETURNED, "AE", "CE")],
)
def test_what_is_not_taken_at_all_is_rejected_and_faults_of_the_content_are_errors(
    receipt, original, enhanced, context
) -> None:
    assert answered(context(), asking("", ""), receipt) == original
    assert answered(context(), asking("AL", ""), receipt) == enhanced


def test_an_error_names_code_words_and_place(context: Make) -> None:
    error = PeerFault("PID-7 is no date", offset=44, location="PID-7")
    source = mllp.source(mllp.SourceSettings(listen="127.0.0.1:0"), context())
    framed = source.answer(asking("", ""), Receipt(Fate.REFUSED, 1, error=error))
    (found,) = hl7v2.read_ack(framed[1:-2]).errors
    assert (found.code, found.location) == ("102", "PID-7")
    assert "PID-7 is no date" in found.message


@given(tail=st.binary(max_size=100), head=st.sampled_from([b"", b"MSH|^~\\&|", b"MSH"]), content=st.booleans())
@settings(max_examples=300, deadline=None)
def test_there_is_an_answer_to_any_bytes_that_a_frame_can_hold(tail: bytes, head: bytes, content: bool) -> None:
    raw = head + tail.replace(b"\x0b", b"").replace(b"\x1c", b"")
    source = mllp.source(mllp.SourceSettings(listen="127.0.0.1:0"), Context("x", None, None))  # type: ignore[arg-type]
    parsed = mllp.maybe_parse(raw) if content else None
    for receipt in (ACCEPTED, REFUSED, UNABLE):
        source.answer(raw, Receipt(receipt.fate, 1, parsed, receipt.error))


# ---------------------------------------------------------------- in


class Opened:
    """A source, its intake and where it listens."""

    def __init__(self, source: mllp.MllpSource, intake: RecordingIntake, host: str) -> None:
        self.source, self.intake, self.host = source, intake, host

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection(self.host, self.source.port)


@pytest.fixture
async def opened(context: Make, host: str) -> AsyncIterator[Opened]:
    source = mllp.source(mllp.SourceSettings(listen=f"{host}:0", connections_max=2), context())
    intake = RecordingIntake(hold=True)
    await source.open(intake)
    yield Opened(source, intake, host)
    intake.release()
    await source.close()


async def read_frames(reader: asyncio.StreamReader, count: int) -> list[bytes]:
    async with asyncio.timeout(5):
        return [await reader.readuntil(b"\x1c\r") for _ in range(count)]


async def test_answers_leave_in_the_order_of_the_messages(opened: Opened) -> None:
    reader, writer = await opened.connect()
    writer.write(b"".join(mllp_frame(message(number)) for number in (1, 2, 3)))
    await opened.intake.until(lambda intake: len(intake.received) == 3)
    for reply in reversed(opened.intake._held):
        reply(ACCEPTED)
    opened.intake._held.clear()
    answers = await read_frames(reader, 3)
    assert [hl7v2.read_ack(answer[1:-2]).control_id for answer in answers] == ["M00001", "M00002", "M00003"]
    writer.close()


def mllp_frame(raw: bytes) -> bytes:
    return b"\x0b" + raw + b"\x1c\r"


async def test_a_sender_that_closes_its_half_still_gets_its_answers(opened: Opened) -> None:
    reader, writer = await opened.connect()
    writer.write(mllp_frame(message(1)))
    writer.write_eof()
    await opened.intake.until(lambda intake: len(intake.received) == 1)
    await asyncio.sleep(0.05)  # the end of the stream reaches the source before the answer does
    opened.intake.release()
    assert len(await read_frames(reader, 1)) == 1
    assert await asyncio.wait_for(reader.read(), 5) == b""
    writer.close()


async def test_a_sender_that_pipelines_is_read_no_further_than_it_is_answered(opened: Opened) -> None:
    reader, writer = await opened.connect()
    total = 4000
    writer.write(b"".join(mllp_frame(message(number)) for number in range(total)))
    await opened.intake.until(lambda intake: len(intake.received) > mllp.UNANSWERED_MAX)
    await asyncio.sleep(0.1)
    assert len(opened.intake.received) < total
    opened.intake.release()
    await read_frames(reader, total)
    assert len(opened.intake.received) == total
    writer.close()


async def test_a_sender_that_does_not_read_its_answers_is_read_no_further(opened: Opened) -> None:
    opened.intake.release()
    reader, writer = await opened.connect()
    frames = b"".join(mllp_frame(message(number)) for number in range(1000))
    sent = 0
    for _ in range(200):  # until the socket is full: nobody reads on either side
        writer.write(frames)
        sent += 1000
        try:
            async with asyncio.timeout(0.3):
                await writer.drain()
        except TimeoutError:
            break
    assert len(opened.intake.received) < sent
    writer.transport.abort()
    reader.feed_eof()


async def test_more_connections_than_allowed_are_closed_at_once(opened: Opened) -> None:
    writers = [(await opened.connect())[1] for _ in range(2)]
    await asyncio.sleep(0.05)
    reader, writer = await opened.connect()
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await asyncio.wait_for(reader.readexactly(1), 5)
    for each in (*writers, writer):
        each.close()


async def test_the_sender_of_an_oversize_frame_is_told(context: Make, host: str) -> None:
    source = mllp.source(mllp.SourceSettings(listen=f"{host}:0"), context())
    intake = RecordingIntake(1000)
    await source.open(intake)
    reader, writer = await asyncio.open_connection(host, source.port)
    writer.write(mllp_frame(message(1) + b"x" * 2000) + mllp_frame(message(2)))
    first, second = [hl7v2.read_ack(frame[1:-2]) for frame in await read_frames(reader, 2)]
    assert (first.code, first.control_id, second.code) == ("AE", "M00001", "AA")
    assert [fault.code for fault in intake.faults] == ["MLLP_FRAME"]
    writer.close()
    await source.close()


# ---------------------------------------------------------------- out


@pytest.fixture
async def receiver() -> AsyncIterator[tuple[Receiver, int]]:
    receiver = Receiver()
    yield receiver, await receiver.start()
    await receiver.stop()


def delivery(raw: bytes) -> Delivery:
    return Delivery(1, 1, "there", raw, "key")


async def test_an_answer_to_another_message_counts_as_an_attempt_and_ends_the_connection(receiver, context) -> None:
    peer, port = receiver
    peer.answer = lambda raw: b"MSH|^~\\&|A|B|C|D|1||ACK|1|P|2.5\rMSA|AA|OTHER\r"
    sink = mllp.sink(mllp.SinkSettings(address=f"127.0.0.1:{port}"), context())
    with pytest.raises(mllp.OutOfStep):
        await sink.deliver(delivery(message(1)))
    del peer.answer
    await sink.deliver(delivery(message(1)))
    await sink.close()


def acks(*codes: bytes) -> Callable[[bytes], bytes]:
    """A receiver's way to answer M00001 with several acknowledgements, one behind the other."""
    each = [b"MSH|^~\\&|A|B|C|D|1||ACK|1|P|2.5\rMSA|" + code + b"|M00001\r" for code in codes]
    return lambda raw: b"\x1c\r\x0b".join(each)


async def test_after_ca_the_application_acknowledgement_decides_where_that_is_declared(receiver, context) -> None:
    peer, port = receiver
    sink = mllp.sink(mllp.SinkSettings(address=f"127.0.0.1:{port}", wait_for="application"), context())
    peer.answer = acks(b"CA", b"AA")
    await sink.deliver(delivery(message(1)))
    peer.answer = acks(b"CA", b"AE")
    with pytest.raises(Permanent):
        await sink.deliver(delivery(message(1)))
    peer.answer = acks(b"CA")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await sink.deliver(delivery(message(1)))
    await sink.close()


async def test_the_receivers_answer_is_passed_on_where_that_is_declared(receiver, context) -> None:
    sink = mllp.sink(mllp.SinkSettings(address=f"127.0.0.1:{receiver[1]}", pass_on=True), context())
    outcome = await sink.deliver(delivery(message(1)))
    await sink.close()
    assert outcome.reply is not None
    assert b"MSA|AA|M00001" in outcome.reply


async def test_a_message_that_no_frame_can_hold_is_permanent_and_does_no_harm(receiver, context) -> None:
    sink = mllp.sink(mllp.SinkSettings(address=f"127.0.0.1:{receiver[1]}"), context())
    with pytest.raises(Permanent):
        await sink.deliver(delivery(message(1) + b"\x1c\r"))
    await sink.deliver(delivery(message(2)))
    await sink.close()
    assert receiver[0].effects == [message(2)]


def test_a_control_id_with_an_escape_is_recognised_in_the_answer() -> None:
    sent = b"MSH|^~\\&|A|B|C|D|1||ADT^A01|A\\T\\B|P|2.5\r"
    mllp.judge(b"MSH|^~\\&|C|D|A|B|1||ACK|1|P|2.5\rMSA|AA|A\\T\\B|fine\r", sent)


# ---------------------------------------------------------------- plaintext


def waiver(until: date) -> Waiver:
    return Waiver("network team", until, "the device has no TLS")


async def test_plaintext_beyond_this_machine_needs_a_waiver_that_has_not_ended(context: Make) -> None:
    today = datetime.now(UTC).date()
    for plaintext in (None, waiver(today - timedelta(days=1))):
        with pytest.raises(Misuse, match="waiver"):
            await mllp.sink(mllp.SinkSettings(address="192.0.2.1:2575", plaintext=plaintext), context()).open()
        source = mllp.source(mllp.SourceSettings(listen="0.0.0.0:0", plaintext=plaintext), context())
        with pytest.raises(Misuse, match="waiver"):
            await source.open(RecordingIntake())
    source = mllp.source(mllp.SourceSettings(listen="127.0.0.1:0", plaintext=waiver(today)), context())
    await source.open(RecordingIntake())
    await source.close()
