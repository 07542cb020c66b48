"""Mail: the published sentences through the fault proxy, and what stands in a mail, who gets it, how it is protected."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, ClassVar

import pytest
from certificates import Authority
from smtp_peers import PASSWORD, MailServer, attachment, authenticator

from isthmus.connectors import smtp
from isthmus.kernel import IsthmusError, Misuse, Permanent, Transient, Unavailable
from isthmus.ports import Context, Delivery, Sink
from isthmus.security.transport import Tls, Waiver, server_tls
from isthmus.testing.connector_conformance import named, sink_sentences
from isthmus.testing.fault_proxy import FaultProxy

Make = Callable[..., Context]

FROM, TO = "hub@st-brigid.example", ("billing@payer.example",)


class SmtpSinkBench:
    """A receiver that looks at the Message-ID."""

    network: ClassVar[bool] = True
    mark: ClassVar[bytes] = b"Message-ID: <"
    recognises: ClassVar[bool] = True
    compares: ClassVar[bool] = False

    def __init__(self, context: Context) -> None:
        self._context = context
        self._server = MailServer()

    async def __aenter__(self) -> SmtpSinkBench:
        self.proxy = await FaultProxy.start("127.0.0.1", await self._server.start())
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.proxy.close()
        await self._server.stop()

    def sink(self) -> Sink:
        settings = smtp.SinkSettings(address=f"127.0.0.1:{self.proxy.port}", sender=FROM, to=TO)
        return smtp.sink(settings, self._context)

    def delivery(self, number: int, *, attempt: int = 1, changed: bool = False) -> Delivery:
        body = b".\r\n..CANARY-PHI %d\n\n.\r\n" % number + bytes(range(256))
        return Delivery(number, number, "there", body, f"CANARY-PHI/ä {number}", attempt)

    async def effects(self) -> list[bytes]:
        return self._server.bodies

    def refusals(self) -> dict[type[IsthmusError], Callable[[], None]]:
        def answer(words: str) -> Callable[[], None]:
            return lambda: self._server.refuse["DATA"].append(f"{words} CANARY-PHI is unknown")

        return {Permanent: answer("554"), Transient: answer("451"), Unavailable: answer("421")}


@pytest.mark.parametrize("sentence", sink_sentences(SmtpSinkBench), ids=named)
async def test_the_sink(sentence: Any, context: Make) -> None:
    async with SmtpSinkBench(context("there")) as bench:
        await sentence(bench)


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    server = MailServer()
    yield server
    await server.stop()


async def send(
    context: Context, port: int, body: bytes = b"body", *, key: str = "K1", headers: Any = None, **own: Any
) -> Any:
    settings = {"address": f"127.0.0.1:{port}", "sender": FROM, "to": TO} | own
    sink = smtp.sink(smtp.SinkSettings(**settings), context)
    try:
        return await sink.deliver(Delivery(1, 1, "there", body, key, 1, headers))
    finally:
        await sink.close()


# ---------------------------------------------------------------- what stands in a mail


async def test_a_mail_shows_nothing_of_the_body_but_in_its_attachment(server: MailServer, context: Make) -> None:
    outcome = await send(context(), await server.start(), b"CANARY-PHI", key="MRN-4711")
    (mail,) = server.mails
    digest = mail["Message-ID"][1:33]
    assert outcome.reference == mail["Message-ID"] == f"<{digest}@st-brigid.example>"
    assert (mail["From"], mail["To"], mail["Subject"]) == (FROM, TO[0], f"Delivery {digest}")
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_body().get_content().splitlines() == ["See the attachment."]
    assert attachment(mail).get_filename() == f"{digest}.dat"
    assert attachment(mail).get_content_type() == "application/octet-stream"
    assert "4711" not in str(mail["Subject"])
    assert b"CANARY" not in mail.as_bytes()


async def test_names_and_types_come_from_the_settings_or_the_flow(server: MailServer, context: Make) -> None:
    headers = {"file_name": "claims-1.csv", "subject": "Claims of Monday", "content_type": "text/csv; charset=utf-8"}
    own = {"subject": "{subject} ({file_name})", "attachment": "{file_name}", "text": "Grüße.\n.\n.."}
    await send(context(), await server.start(), b"a,b\n1,2\n", headers=headers, **own)
    (mail,) = server.mails
    assert mail["Subject"] == "Claims of Monday (claims-1.csv)"
    assert mail.get_body().get_content().splitlines() == ["Grüße.", ".", ".."]
    assert attachment(mail).get_filename() == "claims-1.csv"
    assert attachment(mail).get_content_type() == "text/csv"
    assert server.bodies == [b"a,b\n1,2\n"]


async def test_no_key_or_header_adds_a_header(server: MailServer, context: Make) -> None:
    hostile = "x\r\nBcc: thief@example.com\r\n\r\nbody"
    own = {"subject": "{key} {subject}", "attachment": "{key}"}
    await send(context(), await server.start(), key=hostile, headers={"subject": hostile}, **own)
    (mail,) = server.mails
    assert mail["Bcc"] is None
    assert server.envelopes[0].rcpt_tos == list(TO)
    assert mail["Subject"] == "x Bcc: thief@example.com body x Bcc: thief@example.com body"
    with pytest.raises(Permanent, match="media type"):
        await send(context(), 1, headers={"content_type": "text/csv\r\nBcc: x@example.com"})


async def test_a_header_that_the_flow_owes_is_asked_for(context: Make) -> None:
    for own in ({"subject": "{subject}"}, {"subject": "{file_name}"}, {"attachment": "{file_name}"}):
        with pytest.raises(Permanent, match="headers="):
            await send(context(), 1, **own)


def test_the_message_id_is_the_keys_and_nothing_elses() -> None:
    ids = [smtp.message_id(key, FROM) for key in ("a", "a", "b", "\udcff")]
    assert ids[0] == ids[1]
    assert len(set(ids)) == 3
    settings = smtp.SinkSettings(address="x:25", sender=FROM, to=TO)
    at = datetime(2026, 3, 2, tzinfo=UTC)
    mails = [smtp.compose(settings, Delivery(n, n, "there", b"%d" % n, "a", n), at) for n in (1, 2)]
    assert mails[0].split(b"\r\n")[0] == mails[1].split(b"\r\n")[0] == b"Message-ID: " + ids[0].encode()


async def test_a_large_attachment_arrives_whole(server: MailServer, context: Make) -> None:
    body = bytes(range(256)) * 8000
    await send(context(), await server.start(), body)
    assert server.bodies == [body]


# ---------------------------------------------------------------- who gets it


async def test_a_mail_goes_to_all_recipients_or_to_none(server: MailServer, context: Make) -> None:
    port, own = await server.start(), {"to": ("a@payer.example", "b@payer.example")}
    for answer, kind in (("550 no CANARY-PHI here", Permanent), ("450 later", Transient)):
        server.refuse["RCPT"] = ["250 OK", answer]
        with pytest.raises(kind):
            await send(context(), port, **own)
        assert server.mails == []
    await send(context(), port, **own)
    assert server.envelopes[0].rcpt_tos == ["a@payer.example", "b@payer.example"]
    assert server.envelopes[0].mail_from == FROM


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize(("code", "kind"), [(550, Permanent), (552, Permanent), (450, Transient), (421, Unavailable)])
async def test_a_refusal_has_its_class_and_shows_no_words(
    server: MailServer, context: Make, command: str, code: int, kind: type[IsthmusError]
) -> None:
    server.refuse[command].append(f"{code} CANARY-PHI")
    with pytest.raises(kind) as raised:
        await send(context(), await server.start())
    assert type(raised.value) is kind
    assert "CANARY" not in str(raised.value) + repr(raised.value)
    assert "CANARY-PHI" in str(raised.value.detail)


async def test_after_a_refusal_the_connection_serves_the_next_mail(server: MailServer, context: Make) -> None:
    proxy = await FaultProxy.start("127.0.0.1", await server.start())
    settings = smtp.SinkSettings(address=f"127.0.0.1:{proxy.port}", sender=FROM, to=TO)
    sink = smtp.sink(settings, context())
    server.refuse["RCPT"].append("550 no")
    with pytest.raises(Permanent):
        await sink.deliver(Delivery(1, 1, "there", b"a", "a"))
    await sink.deliver(Delivery(2, 2, "there", b"b", "b"))
    await sink.close()
    await proxy.close()
    assert server.bodies == [b"b"]
    assert proxy.connections == 1


# ---------------------------------------------------------------- protection and login


async def test_starttls_comes_before_anything_else(context: Make, tmp_path: Path) -> None:
    authority = Authority(tmp_path, "ca")
    server = MailServer(tls_context=server_tls(authority.issue("mail"), tmp_path), require_starttls=True)
    port = await server.start()
    await send(context(), port, tls=Tls(ca="ca.pem"))
    assert server.bodies == [b"body"]
    assert server.plain_commands == []
    await server.stop()


async def test_tls_from_the_start(context: Make, tmp_path: Path, server: MailServer) -> None:
    authority = Authority(tmp_path, "ca")
    port = await server.start(implicit=server_tls(authority.issue("mail"), tmp_path))
    await send(context(), port, tls=Tls(ca="ca.pem"), security="implicit")
    assert server.bodies == [b"body"]


@pytest.mark.parametrize("security", ["starttls", "implicit"])
async def test_a_certificate_that_does_not_hold_is_refused(context: Make, tmp_path: Path, security: str) -> None:
    authority = Authority(tmp_path, "ca")
    Authority(tmp_path, "stranger")
    tls = server_tls(authority.issue("mail", host="elsewhere.example"), tmp_path)
    starttls = security == "starttls"
    server = MailServer(tls_context=tls) if starttls else MailServer()
    port = await server.start(implicit=None if starttls else tls)
    for client in (Tls(ca="ca.pem"), Tls(ca="stranger.pem")):
        with pytest.raises(Unavailable):
            await send(context(), port, tls=client, security=security)
    if starttls:
        await send(context(), port, tls=Tls(ca="ca.pem", server_name="elsewhere.example"))
    assert len(server.mails) == int(starttls)
    await server.stop()


async def test_a_server_without_starttls_gets_nothing(server: MailServer, context: Make) -> None:
    with pytest.raises(Unavailable, match="does not offer"):
        await send(context(), await server.start(), tls=Tls())
    assert server.plain_commands == []


async def test_beyond_this_machine_it_takes_tls_or_a_waiver(context: Make) -> None:
    with pytest.raises(Misuse, match="plaintext"):
        await send(context(), 25, address="mail.example:25")
    waiver = Waiver("network team", date(2020, 1, 1), "an old relay")
    with pytest.raises(Misuse, match="ended"):
        await send(context(), 25, address="mail.example:25", plaintext=waiver)


async def test_a_login_by_reference_and_a_wrong_one_pauses(
    context: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = Authority(tmp_path, "ca")
    options = {"tls_context": server_tls(authority.issue("mail"), tmp_path), "auth_required": True}
    server = MailServer(**options)
    server._options["authenticator"] = authenticator(server)
    port, own = await server.start(), {"tls": Tls(ca="ca.pem"), "user": "hub", "password": "env:PASSWORD"}
    monkeypatch.setenv("PASSWORD", PASSWORD.decode())
    await send(context(), port, **own)
    monkeypatch.setenv("PASSWORD", "wrong CANARY-PHI")
    with pytest.raises(Unavailable, match="535") as raised:
        await send(context(), port, **own)
    assert "CANARY" not in str(raised.value)
    monkeypatch.delenv("PASSWORD")
    with pytest.raises(Misuse, match="env:PASSWORD"):
        await send(context(), port, **own)
    assert set(server.logins) == {b"hub"}
    assert len(server.mails) == 1
    await server.stop()


async def test_a_server_that_greets_with_a_refusal_pauses(context: Make) -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"554 CANARY-PHI no service\r\n")
        await reader.read()
        writer.close()
        ended.set()

    ended = asyncio.Event()
    refusing = await asyncio.start_server(refuse, "127.0.0.1", 0)
    with pytest.raises(Unavailable, match="554") as raised:
        await send(context(), refusing.sockets[0].getsockname()[1])
    assert "CANARY" not in str(raised.value)
    await asyncio.wait_for(ended.wait(), 10)
    refusing.close()


@pytest.mark.parametrize(
    "own",
    [
        {"address": "nowhere"},
        {"to": ()},
        {"to": ("nobody",)},
        {"sender": "a@b\r\nRCPT TO:<c@d>"},
        {"sender": "hüb@st-brigid.example"},
        {"subject": "{patient}"},
        {"subject": "{"},
        {"attachment": "{patient}"},
        {"media_type": "csv"},
        {"user": "hub"},
        {"tls": Tls(server_name="mail"), "security": "implicit"},
    ],
)
def test_settings_that_cannot_work_are_refused_at_the_start(own: dict[str, Any], context: Make) -> None:
    with pytest.raises(Misuse):
        smtp.sink(smtp.SinkSettings(**{"address": "x:25", "sender": FROM, "to": TO} | own), context())


def test_a_hub_without_mail_does_not_load_the_library() -> None:
    program = "import sys, isthmus.connectors.smtp; sys.exit('aiosmtplib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0
