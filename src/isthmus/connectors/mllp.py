"""HL7 v2 over MLLP, in and out (HL7 v2 Transport Specification: MLLP, release 1), with TLS and mutual TLS.

The source answers a message when its fate is durable, in the order of the messages of a connection. The sink keeps one
connection and sends the next message only after the answer to the one before.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import os
import ssl
from collections import deque
from datetime import UTC, datetime
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, cast

import msgspec

from ..kernel.errors import Misuse, PeerFault, Permanent, Refused, Transient, Unavailable
from ..ports import DELIVERED, Context, Delivery, Fate, Intake, Outcome, Receipt
from ..protocols import hl7v2, mllp

BACKLOG = 512
UNANSWERED_MAX = 64
"""Messages of one connection that may wait for their answer; beyond that it is read no further."""


CLOSE_LOOK_S = 0.01


class Waiver(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Plaintext beyond loopback, accepted by a named person until a day."""

    owner: str
    until: str
    reason: str


class Tls(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """certificate and key: this side's own; ca: whom the other side's certificate must come from (mutual TLS)."""

    certificate: str = ""
    key: str = ""
    ca: str = ""
    server_name: str = ""


class SourceSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """listen: "HOST:PORT"; frame_bytes_max: a larger frame is refused while it is still being read."""

    listen: str
    tls: Tls | None = None
    plaintext: Waiver | None = None


class SinkSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """address: "HOST:PORT"; connect_s: for the connection alone."""

    address: str
    tls: Tls | None = None
    plaintext: Waiver | None = None
    connect_s: float = 5.0
    reply_bytes_max: int = 1 << 20


def split_address(text: str) -> tuple[str, int]:
    """("127.0.0.1", 6661) of "127.0.0.1:6661". Raises `Misuse`."""
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit():
        raise Misuse(f"{text!r} is no address: write HOST:PORT")
    return host.strip("[]"), int(port)


def is_loopback(host: str) -> bool:
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"


def require_protection(host: str, tls: Tls | None, waiver: Waiver | None, name: str) -> None:
    """Raises `Misuse` for plaintext beyond this machine that nobody answers for."""
    if tls or is_loopback(host):
        return
    if waiver is None:
        raise Misuse(
            f"{name} would carry patient data in plaintext to or from {host}: give it a tls table, or a waiver: "
            'plaintext = { owner = "...", until = "YYYY-MM-DD", reason = "..." }'
        )
    if datetime.now(UTC).date().isoformat() > waiver.until:
        raise Misuse(f"the plaintext waiver of {name} ended on {waiver.until}: renew it, or give it a tls table")


def tls_context(tls: Tls, folder: Path, *, server: bool) -> ssl.SSLContext:
    """TLS 1.2 or newer. A server with `ca` asks for the client's certificate; a client always checks the server's."""
    purpose = ssl.Purpose.CLIENT_AUTH if server else ssl.Purpose.SERVER_AUTH
    try:
        context = ssl.create_default_context(purpose, cafile=str(folder / tls.ca) if tls.ca else None)
        if tls.certificate:
            context.load_cert_chain(folder / tls.certificate, folder / tls.key if tls.key else None)
    except (OSError, ssl.SSLError) as error:
        raise Misuse(f"the TLS files cannot be used: {error.strerror or type(error).__name__}") from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if server and tls.ca:
        context.verify_mode = ssl.CERT_REQUIRED
    return context


# ---------------------------------------------------------------- in


class Connection(asyncio.Protocol):
    """One sender. Answers leave in the order in which its messages came."""

    def __init__(self, source: MllpSource) -> None:
        self._source = source
        self._decoder = mllp.Decoder(frame_bytes_max=source.intake.body_bytes_max)
        self._answers: deque[list[bytes | None]] = deque()
        self._paused = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's own class is not a subclass
        peer = transport.get_extra_info("peername")
        self._origin = f"{peer[0]}:{peer[1]}" if peer else ""
        self._source.connections.add(self)
        if self._source.paused:
            self._transport.pause_reading()

    def connection_lost(self, error: Exception | None) -> None:
        self._source.connections.discard(self)
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
        if len(self._answers) > UNANSWERED_MAX and not self._paused:
            self._paused = True
            self._transport.pause_reading()

    def _reply(self, answer: list[bytes | None], raw: bytes, receipt: Receipt) -> None:
        if receipt.fate is Fate.UNABLE and self._source.unable == "silent":
            self._transport.abort()
            return
        answer.append(self._source.answer(raw, receipt))
        answers = self._answers
        while answers and answers[0]:
            ready = answers.popleft()[0]
            if ready:
                self._transport.write(ready)
        if self._paused and len(answers) <= UNANSWERED_MAX // 2:
            self._paused = False
            if not self._source.paused:
                self._transport.resume_reading()

    @property
    def idle(self) -> bool:
        return not self._answers

    def pause(self) -> None:
        self._transport.pause_reading()

    def resume(self) -> None:
        if not self._paused:
            self._transport.resume_reading()

    def close(self) -> None:
        self._transport.close()


class MllpSource:
    def __init__(self, settings: SourceSettings, context: Context) -> None:
        self._settings = settings
        self._context = context
        self._server: asyncio.Server | None = None
        self.connections: set[Connection] = set()
        self.paused = False
        self.unable = getattr(context.shared, "unable", "silent")
        self.intake: Intake
        self._ids = count(1)
        # Unique over restarts and machines without asking anybody: MSH-10 of our own answers.
        self._tag = os.urandom(4).hex().upper()

    async def open(self, intake: Intake) -> None:
        self.intake = intake
        host, port = split_address(self._settings.listen)
        require_protection(host, self._settings.tls, self._settings.plaintext, self._context.name)
        tls = tls_context(self._settings.tls, self._context.folder, server=True) if self._settings.tls else None
        try:
            self._server = await asyncio.get_running_loop().create_server(
                lambda: Connection(self), host, port, backlog=BACKLOG, ssl=tls
            )
        except OSError as error:
            raise Unavailable(f"cannot listen on {self._settings.listen}: {error.strerror}") from None

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    def pause(self) -> None:
        self.paused = True
        for connection in self.connections:
            connection.pause()

    def resume(self) -> None:
        self.paused = False
        for connection in self.connections:
            connection.resume()

    async def close(self) -> None:
        if self._server is None:
            return
        self._server.close()
        self.pause()
        while any(not connection.idle for connection in self.connections):
            await asyncio.sleep(CLOSE_LOOK_S)
        for connection in list(self.connections):
            connection.close()
        self._server = None

    def answer(self, raw: bytes, receipt: Receipt) -> bytes:
        """The framed acknowledgement; b"" where the sender asked for none (MSH-15, MSH-16)."""
        if receipt.reply is not None:
            return mllp.frame(receipt.reply)
        message = receipt.content
        enhanced = asked = ""
        if isinstance(message, hl7v2.Message):
            enhanced = message.accept_ack
            asked = enhanced or message.application_ack
        code = _CODES[receipt.fate][1 if enhanced and receipt.fate is not Fate.RETURNED else 0]
        if isinstance(receipt.error, Refused):
            code = "CR" if enhanced else "AR"
        positive = code[1] == "A"
        if enhanced == "NE" or (enhanced == "ER" and positive) or (enhanced == "SU" and not positive):
            return b""
        if (
            not enhanced
            and asked
            and (asked == "NE" or (asked == "ER" and positive) or (asked == "SU" and not positive))
        ):
            return b""
        errors: tuple[Any, ...] = ()
        text = ""
        if receipt.error is not None:
            text = str(receipt.error)
            location = getattr(receipt.error, "location", None) or ""
            code_0357 = "200" if isinstance(receipt.error, Refused) else "207"
            errors = (hl7v2.AckError(code_0357, text, location),)
        at = datetime.now(UTC)
        control_id = f"{self._tag}{next(self._ids)}"
        subject = message if isinstance(message, hl7v2.Message) else raw
        return mllp.frame(hl7v2.ack(subject, code, at=at, control_id=control_id, text=text, errors=errors))


_CODES = {
    Fate.ACCEPTED: ("AA", "CA"),
    Fate.DUPLICATE: ("AA", "CA"),
    Fate.REFUSED: ("AE", "CE"),
    Fate.RETURNED: ("AE", "AE"),
    Fate.UNABLE: ("AR", "CR"),
}


def source(settings: SourceSettings, context: Context) -> MllpSource:
    return MllpSource(settings, context)


# ---------------------------------------------------------------- out


class Client(asyncio.Protocol):
    def __init__(self, reply_bytes_max: int) -> None:
        self._decoder = mllp.Decoder(frame_bytes_max=reply_bytes_max)
        self.waiting: asyncio.Future[bytes] | None = None
        self.lost = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        for item in self._decoder.feed(data):
            waiting = self.waiting
            if waiting is None or waiting.done():
                # An answer that nobody waits for cannot be told from the next one's: the connection is of no use.
                self.transport.abort()
                return
            if isinstance(item, bytes):
                waiting.set_result(item)
            else:
                waiting.set_exception(Transient(f"the answer is no MLLP frame: {item}"))

    def connection_lost(self, error: Exception | None) -> None:
        self.lost = True
        if self.waiting is not None and not self.waiting.done():
            self.waiting.set_exception(Unavailable("the connection was closed before the answer came"))


class MllpSink:
    """One connection. The target recognises a repeat by MSH-10, which stays as it is at every attempt."""

    def __init__(self, settings: SinkSettings, context: Context) -> None:
        self._settings = settings
        self._context = context
        self._client: Client | None = None

    async def open(self) -> None:
        settings = self._settings
        host, port = split_address(settings.address)
        require_protection(host, settings.tls, settings.plaintext, self._context.name)
        tls = tls_context(settings.tls, self._context.folder, server=False) if settings.tls else None
        server_name = (settings.tls.server_name or host) if settings.tls else None
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(settings.connect_s):
                _, self._client = await loop.create_connection(
                    lambda: Client(settings.reply_bytes_max), host, port, ssl=tls, server_hostname=server_name
                )
        except TimeoutError:
            raise Unavailable(f"no connection to {settings.address} within {settings.connect_s:g} s") from None
        except ssl.SSLError as error:
            raise Unavailable(f"TLS with {settings.address} failed: {error.reason}") from None
        except OSError as error:
            raise Unavailable(f"cannot connect to {settings.address}: {error.strerror or 'refused'}") from None

    async def deliver(self, delivery: Delivery) -> Outcome:
        client = self._client
        if client is None or client.lost:
            raise Unavailable("the connection was closed by the other side")
        client.waiting = waiting = asyncio.get_running_loop().create_future()
        body = delivery.body
        client.transport.write(mllp.frame(body))
        try:
            reply = await waiting
        finally:
            client.waiting = None
        return judge(reply, body)

    async def close(self) -> None:
        if self._client is not None:
            self._client.transport.abort()
            self._client = None


def judge(reply: bytes, sent: bytes) -> Outcome:
    """What an acknowledgement means. AR and CR ask for another try (the receiver's state), AE and CE for a person."""
    try:
        ack = hl7v2.read_ack(reply)
    except PeerFault as fault:
        raise Transient(f"the answer is no acknowledgement: {fault}") from None
    expected = control_id(sent)
    if ack.control_id and expected and ack.control_id != expected:
        raise Unavailable("the answer acknowledges another message: the connection is out of step")
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


def control_id(sent: bytes) -> str:
    """MSH-10 of a message's bytes, without parsing the rest."""
    head = sent[: sent.find(b"\r")] if b"\r" in sent else sent
    fields = head.split(head[3:4], 10)
    return fields[9].decode("latin-1") if len(fields) > 9 else ""


def sink(settings: SinkSettings, context: Context) -> MllpSink:
    return MllpSink(settings, context)
