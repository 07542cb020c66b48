"""HL7 v2 over MLLP, in and out (HL7 v2 Transport Specification: MLLP, release 1), with TLS and mutual TLS.

The source answers a message when its fate is durable, in the order of the messages of a connection. The sink keeps one
connection and sends the next message only after the answer to the one before.

Which acknowledgement a sender gets (HL7 v2 §2.9.2 and §2.9.3; conditions in table 0155):

    MSH-15 and MSH-16 empty     original mode: AA AE AR
    MSH-15 asks for an answer   enhanced mode: CA CE CR, once the message is safe
    only MSH-16 asks for one    AA AE AR
    neither asks for one        none

Under `acknowledge = "application"` MSH-16 goes before MSH-15. Where the source has an `application_ack_to` and both ask,
the application acknowledgement follows later in a message of its own: here the sender gets what MSH-15 asks for. An ACK is
answered with CA at the most, never with another ACK of the application.
"""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
import time
from collections import deque
from datetime import UTC, datetime
from functools import partial
from itertools import count
from typing import Any, Literal, cast

import msgspec

from ..kernel.errors import PeerFault, Permanent, Refused, Transient, Unavailable
from ..ports import DELIVERED, Context, Delivery, Fate, Intake, Outcome, Receipt
from ..protocols import hl7v2, mllp
from ..security.transport import Tls, Waiver, client_tls, require_protection, server_tls, split_address

BACKLOG = 512
UNANSWERED_MAX = 64
"""Messages of one connection that may wait for their answer; beyond that it is read no further."""


class SourceSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """listen: "HOST:PORT"; connections_max: what more comes is closed at once."""

    listen: str
    tls: Tls | None = None
    plaintext: Waiver | None = None
    connections_max: int = 1000


class SinkSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """address: "HOST:PORT"

    connect_s  for the connection alone, TLS included
    reply_bytes_max  a longer answer is no acknowledgement
    wait_for   "accept": the first answer decides; "application": after CA, the AA, AE or AR that follows on the connection
    pass_on    keep the receiver's answer: `acknowledge = "application"` gives it to the sender, a look-up to its flow
    """

    address: str
    tls: Tls | None = None
    plaintext: Waiver | None = None
    connect_s: float = 5.0
    reply_bytes_max: int = 1 << 20
    wait_for: Literal["accept", "application"] = "accept"
    pass_on: bool = False


# ---------------------------------------------------------------- in


class Connection(asyncio.Protocol):
    """One sender. Answers leave in the order in which its messages came."""

    def __init__(self, source: MllpSource) -> None:
        self._source = source
        self._decoder = mllp.Decoder(frame_bytes_max=source.intake.body_bytes_max)
        self._answers: deque[list[bytes | None]] = deque()
        self._behind = False  # too many messages wait for their answer
        self._unread = False  # the peer does not read its answers
        self._ended = False  # the peer has said all it wants to say
        self._lost = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's own class is not a subclass
        if len(self._source.connections) >= self._source.connections_max:
            self._lost = True
            self._transport.abort()
            return
        keep_alive(self._transport)
        peer = transport.get_extra_info("peername")
        self._origin = f"{peer[0]}:{peer[1]}" if peer else ""
        self._source.connections.add(self)
        self._balance()

    def connection_lost(self, error: Exception | None) -> None:
        self._lost = True
        if self in self._source.connections:
            self._source.left(self)
            for fault in self._decoder.close():
                self._source.intake.garbage(fault.raw, fault, origin=self._origin)

    def data_received(self, data: bytes) -> None:
        intake = self._source.intake
        for item in self._decoder.feed(data):
            if isinstance(item, bytes):
                answer: list[bytes | None] = []
                self._answers.append(answer)
                intake.receive(item, partial(self._reply, answer, item))
            else:
                intake.garbage(item.raw, item, origin=self._origin)
                if item.rule == "oversize":  # the one bad frame whose sender waits for an answer and can be told why
                    refused = Receipt(Fate.REFUSED, error=item)
                    self._answers.append([self._source.answer(item.raw, refused)])
                    self._flush()
        if len(self._answers) > UNANSWERED_MAX and not self._behind:
            self._behind = True
            self._balance()

    def eof_received(self) -> bool:
        # A sender may close its half after the last message and still read the answers. (TLS knows no half.)
        self._ended = True
        return bool(self._answers) and self._transport.get_extra_info("sslcontext") is None

    def _reply(self, answer: list[bytes | None], raw: bytes, receipt: Receipt) -> None:
        if receipt.fate is Fate.UNABLE and self._source.unable == "silent":
            self._give_up()
            return
        answer.append(self._source.answer(raw, receipt))
        if not self._lost:
            self._flush()

    def _flush(self) -> None:
        """Send the answers that are ready, up to the first message that still waits for its own."""
        answers = self._answers
        while answers and answers[0]:
            ready = answers.popleft()[0]
            if ready:
                self._transport.write(ready)
        if self._behind and len(answers) <= UNANSWERED_MAX // 2:
            self._behind = False
            self._balance()
        if not answers and (self._ended or self._source.closing):
            self._transport.close()

    def _give_up(self) -> None:
        """Answer nothing any more: the sender sends again what is not answered. What was answered still leaves."""
        self._lost = True
        self._answers.clear()
        self._transport.close()

    def pause_writing(self) -> None:
        self._unread = True
        self._balance()

    def resume_writing(self) -> None:
        self._unread = False
        self._balance()

    def _balance(self) -> None:
        if self._lost or self._transport.is_closing():
            return
        if self._behind or self._unread or self._source.paused:
            self._transport.pause_reading()
        else:
            self._transport.resume_reading()

    balance = _balance

    def finish(self) -> None:
        """Close when everything is answered."""
        if not self._answers:
            self._transport.close()

    def abort(self) -> None:
        self._transport.abort()


class MllpSource:
    def __init__(self, settings: SourceSettings, context: Context) -> None:
        self._settings = settings
        self._context = context
        self._server: asyncio.Server | None = None
        self._empty = asyncio.Event()
        self._application = getattr(context.shared, "acknowledge", "accept") == "application"
        self._later = bool(getattr(context.shared, "application_ack_to", ""))
        self._ids = count(1)
        # Unique over restarts and machines without asking anybody: MSH-10 of our own answers.
        self._tag = os.urandom(4).hex().upper()
        self._second, self._at = 0, datetime.fromtimestamp(0, UTC)
        self.connections: set[Connection] = set()
        self.connections_max = settings.connections_max
        self.paused = False
        self.closing = False
        self.unable = getattr(context.shared, "unable", "silent")
        self.intake: Intake

    async def open(self, intake: Intake) -> None:
        """Listen. Raises `Unavailable` when the port is taken, `Misuse` for plaintext without a waiver."""
        self.intake = intake
        settings = self._settings
        host, port = split_address(settings.listen)
        require_protection(host, settings.tls is not None, settings.plaintext, self._context.name)
        tls = server_tls(settings.tls, self._context.folder) if settings.tls else None
        self.closing = self.paused = False
        try:
            self._server = await asyncio.get_running_loop().create_server(
                lambda: Connection(self), host, port, backlog=BACKLOG, ssl=tls
            )
        except OSError as error:
            raise Unavailable(f"cannot listen on {settings.listen}: {error.strerror}") from None

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    def pause(self) -> None:
        self.paused = True
        for connection in self.connections:
            connection.balance()

    def resume(self) -> None:
        self.paused = self.closing
        for connection in self.connections:
            connection.balance()

    def left(self, connection: Connection) -> None:
        self.connections.discard(connection)
        if not self.connections:
            self._empty.set()

    async def close(self) -> None:
        """Take nothing new, answer what was taken, disconnect. Cancelled, it cuts off what is still open."""
        server, self._server = self._server, None
        if server is None:
            return
        server.close()
        self.closing = True
        self.pause()
        self._empty.clear()
        for connection in list(self.connections):
            connection.finish()
        try:
            if self.connections:
                await self._empty.wait()
        finally:
            for connection in list(self.connections):
                connection.abort()

    def answer(self, raw: bytes, receipt: Receipt) -> bytes:
        """The framed acknowledgement; b"" where the sender asked for none (MSH-15, MSH-16). Never raises."""
        if receipt.reply is not None and mllp.FS not in receipt.reply and mllp.VT not in receipt.reply:
            return mllp.frame(receipt.reply)
        message = receipt.content if isinstance(receipt.content, hl7v2.Message) else maybe_parse(raw)
        at = self._now()
        control_id = f"{self._tag}{next(self._ids)}"
        positive = receipt.fate in _POSITIVE_FATES
        mode = self._mode(message, positive)
        if not mode:
            return b""
        subject = raw if message is None else message
        if positive:
            return mllp.frame(hl7v2.ack(subject, mode + "A", at=at, control_id=control_id))
        code, error = mode + _verdict(receipt), receipt.error
        errors = () if error is None else (_ack_error(error),)
        text = "" if error is None else str(error)
        return mllp.frame(hl7v2.ack(subject, code, at=at, control_id=control_id, text=text, errors=errors))

    def _now(self) -> datetime:
        """To the second, which is what an acknowledgement says."""
        second = int(time.time())
        if second != self._second:
            self._second, self._at = second, datetime.fromtimestamp(second, UTC)
        return self._at

    def _mode(self, message: hl7v2.Message | None, positive: bool) -> str:
        """ "A": an application acknowledgement, "C": an accept acknowledgement, "": none."""
        if message is None:
            return "A"
        accept = message.field_bytes(b"MSH", 15)
        if accept == b"AL" and not self._application:
            return "C"
        application = message.field_bytes(b"MSH", 16)
        if hl7v2.is_acknowledgement(message):
            return "C" if accept in hl7v2.NULLS or hl7v2.wants(accept, positive) else ""
        if accept in hl7v2.NULLS and application in hl7v2.NULLS:
            return "A"
        later = self._later and positive and bool(hl7v2.asked_later(message))
        wanted = [("C", hl7v2.wants(accept, positive)), ("A", not later and hl7v2.wants(application, positive))]
        if self._application:
            wanted.reverse()
        return next((mode for mode, answer in wanted if answer), "")


_POSITIVE_FATES = (Fate.ACCEPTED, Fate.DUPLICATE)


def _verdict(receipt: Receipt) -> str:
    """E for the content, R for what is not taken at all and for our own state (HL7 table 0008)."""
    return "R" if receipt.fate is Fate.UNABLE or isinstance(receipt.error, Refused) else "E"


def _ack_error(error: Exception) -> hl7v2.AckError:
    """ERR: the code of table 0357, the words, the place."""
    if isinstance(error, Refused):
        return hl7v2.AckError("200", str(error))
    if isinstance(error, PeerFault):
        return hl7v2.AckError("100" if error.location is None else "102", str(error), error.location or "")
    return hl7v2.AckError("207", str(error))


def maybe_parse(raw: bytes) -> hl7v2.Message | None:
    try:
        return hl7v2.parse(raw)
    except PeerFault:
        return None


def keep_alive(transport: asyncio.Transport) -> None:
    """Notice a peer that vanished without a word: MLLP has no heartbeat of its own."""
    sock: Any = transport.get_extra_info("socket")
    if sock is not None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)


def source(settings: SourceSettings, context: Context) -> MllpSource:
    return MllpSource(settings, context)


# ---------------------------------------------------------------- out


class Client(asyncio.Protocol):
    def __init__(self, reply_bytes_max: int, wait_for: str) -> None:
        self._decoder = mllp.Decoder(frame_bytes_max=reply_bytes_max)
        self._past_accept = wait_for == "application"
        self.create_future = asyncio.get_running_loop().create_future
        self.waiting: asyncio.Future[bytes] | None = None
        self.lost = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        keep_alive(self.transport)

    def data_received(self, data: bytes) -> None:
        for item in self._decoder.feed(data):
            waiting = self.waiting
            if waiting is None or waiting.done():
                # An answer that nobody waits for cannot be told from the next one's: the connection is of no use.
                self.abort()
                return
            if isinstance(item, bytes):
                if not (self._past_accept and is_commit_accept(item)):
                    waiting.set_result(item)
            else:
                self.abort()
                waiting.set_exception(Transient(f"the answer is no MLLP frame: {item}"))

    def connection_lost(self, error: Exception | None) -> None:
        self.lost = True
        if self.waiting is not None and not self.waiting.done():
            because = f" (TLS: {error.reason})" if isinstance(error, ssl.SSLError) else ""
            self.waiting.set_exception(Unavailable(f"the connection was closed before the answer came{because}"))

    def abort(self) -> None:
        self.lost = True
        self.transport.abort()


class MllpSink:
    """One connection. The target recognises a repeat by MSH-10, which stays as it is at every attempt."""

    def __init__(self, settings: SinkSettings, context: Context) -> None:
        split_address(settings.address)
        self._settings = settings
        self._context = context
        self._client: Client | None = None

    async def open(self) -> None:
        """Connect. Raises `Unavailable`, and `Misuse` for plaintext without a waiver."""
        await self.close()
        settings = self._settings
        host, port = split_address(settings.address)
        require_protection(host, settings.tls is not None, settings.plaintext, self._context.name)
        tls = client_tls(settings.tls, self._context.folder) if settings.tls else None
        server_name = (settings.tls.server_name or host) if settings.tls else None
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(settings.connect_s):
                _, self._client = await loop.create_connection(
                    lambda: Client(settings.reply_bytes_max, settings.wait_for),
                    host,
                    port,
                    ssl=tls,
                    server_hostname=server_name,
                )
        except TimeoutError:
            raise Unavailable(f"no connection to {settings.address} within {settings.connect_s:g} s") from None
        except ssl.SSLError as error:
            raise Unavailable(f"TLS with {settings.address} failed: {error.reason or 'cut off'}") from None
        except OSError as error:
            raise Unavailable(f"cannot connect to {settings.address}: {error.strerror or 'refused'}") from None

    async def deliver(self, delivery: Delivery) -> Outcome:
        """Send a message and judge its acknowledgement. See `judge` for what is raised."""
        body = delivery.body
        framed = mllp.frame(body)
        client = self._client
        if client is None or client.lost:  # many receivers close a connection that was idle for a while
            await self.open()
            client = cast(Client, self._client)
        waiting = client.waiting = client.create_future()
        client.transport.write(framed)
        try:
            reply = await waiting
            outcome = judge(reply, body)
        except (asyncio.CancelledError, OutOfStep):
            client.abort()  # the answer may still come, and must not be taken for the next one's
            raise
        finally:
            client.waiting = None
        return Outcome(reply=reply) if self._settings.pass_on else outcome

    async def close(self) -> None:
        """Release. Safe before `open` and twice."""
        client, self._client = self._client, None
        if client is not None:
            client.abort()


class OutOfStep(Transient):
    """The answer acknowledges another message than the one that was sent."""

    # Counted as an attempt: a receiver that always does so would otherwise get the message again and again, for ever.


def judge(reply: bytes, sent: bytes) -> Outcome:
    """What an acknowledgement means.

    Raises `Transient` for AR and CR (the receiver's state), `Permanent` for AE and CE (a person must look), `OutOfStep`.
    """
    expected = control_id(sent)
    if is_plain_accept(reply, expected):
        return DELIVERED
    try:
        ack = hl7v2.read_ack(reply)
    except PeerFault as fault:
        raise Transient(f"the answer is no acknowledgement: {fault}") from None
    if ack.control_id and expected and not _names(ack.control_id, sent, expected):
        raise OutOfStep
    code = ack.code
    if code in ("AA", "CA"):
        return DELIVERED
    detail = "; ".join(filter(None, [ack.text, *(error.message for error in ack.errors)])) or None
    if code in ("AR", "CR"):
        raise Transient(f"the receiver rejected the message ({code})", detail=detail)
    if code in ("AE", "CE"):
        raise Permanent(
            f"the receiver could not process the message ({code})",
            detail=detail,
            suggestion="see the receiver's words, then mend the message or discard it",
        )
    raise Transient("the answer has no acknowledgement code that HL7 knows")


def _names(answered: str, sent: bytes, expected: bytes) -> bool:
    """Whether MSA-2, decoded, is the MSH-10 that was sent: as it stands there, or decoded likewise."""
    if answered == expected.decode("latin-1"):
        return True
    message = maybe_parse(sent)
    return message is not None and answered == message["MSH-10"]


def is_plain_accept(reply: bytes, expected: bytes) -> bool:
    """Whether an answer is AA or CA for the message that was sent: what nearly all answers are, seen without parsing."""
    at = reply.find(b"\rMSA") + 1
    if not at or not expected:
        return False
    said = reply[at : reply.find(b"\r", at)].split(reply[3:4], 3)[:3]
    return said == [b"MSA", b"AA", expected] or said == [b"MSA", b"CA", expected]


def is_commit_accept(reply: bytes) -> bool:
    """Whether an answer is CA, which an application acknowledgement may follow."""
    try:
        return hl7v2.read_ack(reply).code == "CA"
    except PeerFault:
        return False


def control_id(sent: bytes) -> bytes:
    """MSH-10 of a message's bytes, without parsing the rest."""
    fields = sent[: sent.find(b"\r")].split(sent[3:4], 10)
    return fields[9] if len(fields) > 9 else b""


def sink(settings: SinkSettings, context: Context) -> MllpSink:
    return MllpSink(settings, context)


def answers(settings: SinkSettings) -> bool:
    """Whether look-ups can be made through it."""
    return settings.pass_on
