"""Deliveries as mail with an attachment, to a mail server that carries them on (RFC 5321).

    EHLO, STARTTLS, AUTH                 any refusal: Unavailable, it is the same for every delivery
    MAIL, RCPT for each, DATA, message   4xx  Transient     5xx  Permanent     421  Unavailable (RFC 5321 §3.8)
                                         connection lost    Unavailable

Invariants
 1. The connection is protected before anything is said on it, and never falls back to plaintext.
 2. A mail goes to all its recipients or to none: when one is refused, no message is sent. Otherwise a repeat would reach
    the others twice.
 3. Subject, text and headers hold what hub.toml says and what the flow gives for them, nothing of the body.

The delivery contract: mail has no look-up, and an answer that was lost leaves it open whether the mail went out. A repeat has the
same Message-ID (RFC 5322 §3.6.4), made of the business key, by which a receiver can tell.

It does not encrypt the message itself (S/MIME, PGP): TLS protects it as far as the first server. And it reads no mail.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from ..kernel.errors import IsthmusError, Misuse, Permanent, Transient, Unavailable
from ..ports import Context, Delivery, Outcome
from ..security.transport import Tls, Waiver, client_tls, require_protection, split_address
from ._file_transfer import check_template, file_name

if TYPE_CHECKING:
    import aiosmtplib

CLOSING = 421
"""The server is closing the connection, whatever was asked of it."""

_ADDRESS = re.compile(r"[!-;=?A-~]+@[A-Za-z0-9.-]+")
_MEDIA_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


class SinkSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """address: "HOST:PORT" of the mail server: 587 with STARTTLS, 465 with TLS from the start.

    security    "starttls" or "implicit": how TLS begins, where there is a tls table
    user        who logs in; none given: nobody does
    password    the reference of the user's password
    sender      the address that mail comes from, and that reports of failure go to
    to          the addresses that it goes to
    subject     of the mail: {digest} stands for a hash of the business key, {key} for the key itself, {file_name} and {subject}
                for the headers of that name, which the flow gives. Subjects are seen by many: nothing that identifies a patient
    text        what stands in the mail beside the attachment
    attachment  the attachment's name, with {digest}, {key} and {file_name}
    media_type  of the attachment, unless the flow gives the header content_type
    hello       the name that the hub greets with; none given: the sender's domain
    connect_s   for connecting, TLS and login
    """

    address: str
    sender: str
    to: tuple[str, ...]
    security: Literal["starttls", "implicit"] = "starttls"
    tls: Tls | None = None
    plaintext: Waiver | None = None
    user: str = ""
    password: str = ""
    subject: str = "Delivery {digest}"
    text: str = "See the attachment."
    attachment: str = "{digest}.dat"
    media_type: str = "application/octet-stream"
    hello: str = ""
    connect_s: float = 10.0


def check(settings: SinkSettings, name: str) -> None:
    """Raises `Misuse` for settings that no mail can be made of."""
    split_address(settings.address)
    check_template(settings.attachment, name)
    if not settings.to or any(not _ADDRESS.fullmatch(one) for one in (settings.sender, *settings.to)):
        raise Misuse(f"{name} needs a sender and recipients, each as NAME@DOMAIN")
    if not _MEDIA_TYPE.fullmatch(settings.media_type):
        raise Misuse(f'{name}: media_type is written "text/csv"')
    if bool(settings.user) != bool(settings.password):
        raise Misuse(f"{name}: user and password are given together or not at all")
    if settings.tls is not None and settings.tls.server_name and settings.security == "implicit":
        raise Misuse(f"{name}: tls.server_name goes with STARTTLS only")
    try:
        subject_of(settings.subject, "key", {"file_name": "name", "subject": "words"})
    except (KeyError, IndexError, AttributeError, ValueError):
        raise Misuse(f"{name}: a subject is made of {{digest}}, {{key}}, {{file_name}} and {{subject}}") from None


def digest_of(key: str) -> str:
    """32 hexadecimal digits that stand for a business key."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def message_id(key: str, sender: str) -> str:
    """The same for every attempt, replay and resend of a key."""
    return f"<{digest_of(key)}@{sender.rpartition('@')[2]}>"


def subject_of(template: str, key: str, headers: Any) -> str:
    """On one line. Raises `Permanent` when the flow owes a header; KeyError and others for a template that is none."""
    given = {name: str(headers.get(name) or "") for name in ("file_name", "subject")}
    for name, value in given.items():
        if "{" + name in template and not value:
            raise Permanent(f"the subject needs it from the flow: send(..., headers={{'{name}': ...}})")
    return _CONTROL.sub(" ", template.format(digest=digest_of(key), key=key, **given))


def compose(settings: SinkSettings, delivery: Delivery, at: datetime) -> bytes:
    """The mail as it goes over the wire. Raises `Permanent` for what the flow owes."""
    kind = str(delivery.headers.get("content_type") or settings.media_type).partition(";")[0].strip()
    if not _MEDIA_TYPE.fullmatch(kind):
        raise Permanent("the header content_type of this delivery is no media type", suggestion="mend the flow")
    mail = EmailMessage(policy=SMTP)
    mail["Message-ID"] = message_id(delivery.key, settings.sender)
    mail["Date"] = format_datetime(at)
    mail["From"] = settings.sender
    mail["To"] = ", ".join(settings.to)
    mail["Subject"] = subject_of(settings.subject, delivery.key, delivery.headers)
    mail["Auto-Submitted"] = "auto-generated"  # no absence notes in answer (RFC 3834 §5)
    mail.set_content(settings.text)
    name = file_name(settings.attachment, delivery.key, delivery.headers)
    maintype, _, subtype = kind.partition("/")
    mail.add_attachment(delivery.body, maintype=maintype, subtype=subtype, filename=name)
    return mail.as_bytes()


class SmtpSink:
    """One connection to one mail server."""

    def __init__(self, settings: SinkSettings, context: Context) -> None:
        check(settings, context.name)
        self._settings = settings
        self._context = context
        self._client: aiosmtplib.SMTP | None = None

    async def open(self) -> None:
        """Connect, protect, log in. Raises `Unavailable`, and `Misuse` for plaintext without a waiver and secrets that are gone."""
        await self.close()
        settings, context = self._settings, self._context
        host, _ = split_address(settings.address)
        require_protection(host, settings.tls is not None, settings.plaintext, context.name)
        password = context.secrets.get(settings.password) if settings.password else ""
        client = self._made()
        try:
            with _faults(settings.address, greeting=True):
                async with asyncio.timeout(settings.connect_s):
                    await self._connect(client, password)
        except BaseException:
            _drop(client)
            raise
        self._client = client

    def _made(self) -> aiosmtplib.SMTP:
        import aiosmtplib

        settings = self._settings
        host, port = split_address(settings.address)
        tls = settings.tls
        return aiosmtplib.SMTP(
            hostname=host,
            port=port,
            local_hostname=settings.hello or settings.sender.rpartition("@")[2],
            timeout=None,  # the runner's time budget holds, and `connect_s`
            use_tls=tls is not None and settings.security == "implicit",
            start_tls=False,  # it is asked for below, and then needed; never "where offered"
            tls_context=client_tls(tls, self._context.folder) if tls is not None else None,
        )

    async def _connect(self, client: aiosmtplib.SMTP, password: str) -> None:
        settings = self._settings
        await client.connect()
        if settings.tls is not None and settings.security == "starttls":
            await client.ehlo()
            if not client.supports_extension("starttls"):
                raise Unavailable(f"{settings.address} does not offer STARTTLS")
            host, _ = split_address(settings.address)
            context = client_tls(settings.tls, self._context.folder)
            await client.starttls(server_hostname=settings.tls.server_name or host, tls_context=context)
        await client.ehlo()
        if settings.user:
            await client.login(settings.user, password)

    async def close(self) -> None:
        """Release. Safe before `open` and twice."""
        client, self._client = self._client, None
        if client is not None:
            _drop(client)

    async def deliver(self, delivery: Delivery) -> Outcome:
        """Send the mail: its Message-ID.

        Raises `Permanent` (5xx), `Transient` (4xx) and `Unavailable` (421, no connection).
        """
        mail = compose(self._settings, delivery, datetime.now(UTC))
        if self._client is None or not self._client.is_connected:
            await self.open()
        assert self._client is not None
        try:
            with _faults(self._settings.address):
                await self._send(self._client, mail)
        except (Permanent, Transient):
            await self._reset(self._client)
            raise
        except BaseException:
            await self.close()  # also when it was cancelled: a late answer must not meet the next one
            raise
        return Outcome(reference=message_id(delivery.key, self._settings.sender))

    async def _send(self, client: aiosmtplib.SMTP, mail: bytes) -> None:
        await client.mail(self._settings.sender)
        for recipient in self._settings.to:
            await client.rcpt(recipient)
        await client.data(mail)

    async def _reset(self, client: aiosmtplib.SMTP) -> None:
        """Forget what was begun, so that the next mail can follow on the connection; or else drop it."""
        try:
            with _faults(self._settings.address):
                await client.rset()
        except IsthmusError:
            await self.close()


def _drop(client: aiosmtplib.SMTP) -> None:
    """At once: what still waits to be written is not."""
    transport = client.transport
    with suppress(OSError):
        client.close()
    if transport is not None:
        transport.abort()  # type: ignore[attr-defined]


@contextmanager
def _faults(address: str, *, greeting: bool = False) -> Iterator[None]:
    """Within: the library's errors become our own. The server's words go into the detail: they may repeat an address."""
    import aiosmtplib

    try:
        yield
    except aiosmtplib.SMTPResponseException as error:
        raise _refusal(error, address, greeting) from None
    except aiosmtplib.SMTPNotSupported:
        raise Unavailable(f"{address} does not offer the login that is declared") from None
    except TimeoutError:
        raise Unavailable(f"no answer from {address} in time") from None
    except (aiosmtplib.SMTPException, OSError) as error:
        raise Unavailable(f"the connection to {address} failed ({type(error).__name__})", detail=str(error)) from None


def _refusal(error: aiosmtplib.SMTPResponseException, address: str, greeting: bool) -> IsthmusError:
    code, words = error.code, error.message
    if greeting or code == CLOSING or not 400 <= code < 600:
        return Unavailable(f"{address} refuses to serve us ({code})", detail=words)
    if code < 500:
        return Transient(f"{address} could not take the mail now ({code})", detail=words)
    return Permanent(
        f"{address} refused the mail ({code})",
        detail=words,
        suggestion="see the server's words in the detail: mend the addresses or what is sent",
    )


def sink(settings: SinkSettings, context: Context) -> SmtpSink:
    return SmtpSink(settings, context)
