"""A mail server (aiosmtpd) that keeps what it takes, once for each Message-ID, as a receiver that looks at it does."""

from __future__ import annotations

import asyncio
import email
import email.policy
import ssl
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

PASSWORD = b"right horse"


class MailServer:
    """`refuse`: what it answers next instead of taking a mail, by command ("MAIL", "RCPT", "DATA")."""

    def __init__(self, **options: Any) -> None:
        self.mails: list[EmailMessage] = []
        self.envelopes: list[Envelope] = []
        self.logins: list[bytes] = []
        self.plain_commands: list[str] = []
        self.refuse: dict[str, list[str]] = {"MAIL": [], "RCPT": [], "DATA": []}
        self._options = options
        self._connections: set[Any] = set()

    async def start(self, *, implicit: ssl.SSLContext | None = None) -> int:
        loop = asyncio.get_running_loop()

        def made() -> SMTP:
            made = SMTP(self, hostname="mail.example", loop=loop, ident="mail", **self._options)
            self._connections.add(made)
            return made

        self._server = await loop.create_server(made, "127.0.0.1", 0, ssl=implicit)
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        self._server.close()
        for connection in self._connections:
            if connection.transport is not None:
                connection.transport.abort()
        tasks = [one._handler_coroutine for one in self._connections if one._handler_coroutine is not None]
        await asyncio.gather(*tasks, return_exceptions=True)

    @property
    def bodies(self) -> list[bytes]:
        return [attachment(mail).get_payload(decode=True) for mail in self.mails]

    # ---- what aiosmtpd asks

    async def handle_MAIL(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:
        if session.ssl is None:
            self.plain_commands.append("MAIL")
        if self.refuse["MAIL"]:
            return self.refuse["MAIL"].pop(0)
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:
        if self.refuse["RCPT"] and not self.refuse["RCPT"][0].startswith("250"):
            return self.refuse["RCPT"].pop(0)
        if self.refuse["RCPT"]:
            self.refuse["RCPT"].pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.refuse["DATA"]:
            return self.refuse["DATA"].pop(0)
        mail: Any = email.message_from_bytes(envelope.content or b"", policy=email.policy.SMTP)
        if mail["Message-ID"] not in [held["Message-ID"] for held in self.mails]:
            self.mails.append(mail)
            self.envelopes.append(envelope)
        return "250 OK"


def authenticator(peer: MailServer) -> Any:
    """For `MailServer(authenticator=...)`, which the server itself is needed for."""

    def check(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        peer.logins.append(data.login)
        return AuthResult(success=data.password == PASSWORD, handled=False)

    return check


def attachment(mail: EmailMessage) -> Any:
    return next(iter(mail.iter_attachments()))
