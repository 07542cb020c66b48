"""TLS and mutual TLS of MLLP and HTTP: who is trusted, and who is not."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from certificates import Authority
from mllp_peers import message

from isthmus.connectors import http, mllp
from isthmus.kernel import Misuse, Unavailable
from isthmus.ports import Context, Delivery
from isthmus.security.transport import Tls, client_tls, server_tls
from isthmus.testing.connector_conformance import RecordingIntake

Make = Callable[..., Context]


class Pair:
    """A source and a sink of one protocol, joined by TLS."""

    def __init__(self, protocol: str, context: Context) -> None:
        self.protocol, self.context = protocol, context
        self.intake = RecordingIntake()
        self._open: list[Any] = []

    async def deliver(self, server: Tls, client: Tls) -> None:
        """Bring one message from the sink to the source. Raises what the sink raises."""
        source = self._source(server)
        await source.open(self.intake)
        self._open.append(source)
        sink = self._sink(source.port, client)
        self._open.append(sink)
        await sink.open()
        async with asyncio.timeout(5):
            await sink.deliver(Delivery(1, 1, "there", message(1), "key"))

    def _source(self, tls: Tls) -> Any:
        if self.protocol == "mllp":
            return mllp.source(mllp.SourceSettings(listen="127.0.0.1:0", tls=tls), self.context)
        return http.source(http.SourceSettings(listen="127.0.0.1:0", tls=tls), self.context)

    def _sink(self, port: int, tls: Tls) -> Any:
        if self.protocol == "mllp":
            return mllp.sink(mllp.SinkSettings(address=f"127.0.0.1:{port}", tls=tls), self.context)
        return http.sink(http.SinkSettings(url=f"https://127.0.0.1:{port}/", tls=tls), self.context)

    async def close(self) -> None:
        for opened in reversed(self._open):
            await opened.close()


@pytest.fixture(params=["mllp", "http"])
async def pair(request: pytest.FixtureRequest, context: Make) -> AsyncIterator[Pair]:
    pair = Pair(request.param, context())
    yield pair
    await pair.close()


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path, "authority")


async def test_a_server_that_the_authority_vouches_for_is_trusted(pair: Pair, authority: Authority) -> None:
    await pair.deliver(authority.issue("server"), Tls(ca=authority.file))
    assert pair.intake.received == [message(1)]


async def test_both_sides_may_show_certificates(pair: Pair, authority: Authority) -> None:
    server = authority.issue("server", ca=authority.file)
    await pair.deliver(server, authority.issue("client", ca=authority.file))
    assert pair.intake.received == [message(1)]


async def test_a_server_may_be_known_by_another_name(pair: Pair, authority: Authority) -> None:
    server = authority.issue("server", host="ehr.example")
    await pair.deliver(server, Tls(ca=authority.file, server_name="ehr.example"))
    assert pair.intake.received == [message(1)]


@pytest.mark.parametrize("wrong", ["another authority", "no authority", "expired", "another host"])
async def test_a_server_that_cannot_be_trusted_gets_nothing(
    pair: Pair, authority: Authority, tmp_path: Path, wrong: str
) -> None:
    other = Authority(tmp_path, "other")
    server = authority.issue(
        "server", days=-1 if wrong == "expired" else 1, host="192.0.2.1" if wrong == "another host" else "127.0.0.1"
    )
    trusted = {"another authority": other.file, "no authority": ""}.get(wrong, authority.file)
    with pytest.raises(Unavailable):
        await pair.deliver(server, Tls(ca=trusted))
    assert pair.intake.received == []


@pytest.mark.parametrize("wrong", ["none", "another authority", "expired"])
async def test_a_client_that_cannot_be_trusted_is_not_taken_from(
    pair: Pair, authority: Authority, tmp_path: Path, wrong: str
) -> None:
    server = authority.issue("server", ca=authority.file)
    issuer = Authority(tmp_path, "other") if wrong == "another authority" else authority
    client = issuer.issue("client", days=-1 if wrong == "expired" else 1)
    shown = Tls() if wrong == "none" else client
    with pytest.raises(Unavailable):
        await pair.deliver(server, msgspec.structs.replace(shown, ca=authority.file))
    assert pair.intake.received == []


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
async def test_what_came_before_tls_1_2_is_refused(
    pair: Pair, authority: Authority, tmp_path: Path, version: ssl.TLSVersion
) -> None:
    source = pair._source(authority.issue("server"))
    await source.open(pair.intake)
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.load_verify_locations(tmp_path / authority.file)
    old.set_ciphers("ALL:@SECLEVEL=0")  # what is tested is the server's refusal, not this client's
    with pytest.warns(DeprecationWarning, match="deprecated"):
        old.minimum_version, old.maximum_version = version, version
    with pytest.raises((ssl.SSLError, ConnectionError)):
        await asyncio.open_connection("127.0.0.1", source.port, ssl=old)
    await source.close()


async def test_plaintext_does_not_pass_for_tls(pair: Pair, authority: Authority) -> None:
    source = pair._source(authority.issue("server"))
    await source.open(pair.intake)
    reader, writer = await asyncio.open_connection("127.0.0.1", source.port)
    writer.write(b"\x0b" + message(1) + b"\x1c\r")
    assert b"MSA" not in await asyncio.wait_for(reader.read(), 5)
    assert pair.intake.received == []
    writer.close()
    await source.close()


def test_contexts_are_strict(authority: Authority, tmp_path: Path) -> None:
    server = server_tls(authority.issue("server", ca=authority.file), tmp_path)
    client = client_tls(Tls(), tmp_path)
    assert server.verify_mode == client.verify_mode == ssl.CERT_REQUIRED
    assert client.check_hostname
    assert server.minimum_version == client.minimum_version == ssl.TLSVersion.TLSv1_2


@pytest.mark.parametrize(
    "tls",
    [
        Tls(),
        Tls(certificate="missing.pem"),
        Tls(certificate="authority.pem", key="server.key"),
        Tls(certificate="server.pem", key="locked.key"),
        Tls(certificate="server.pem", key="server.key", ca="empty.pem"),
    ],
)
def test_files_that_cannot_be_used_are_named(authority: Authority, tmp_path: Path, tls: Tls) -> None:
    from cryptography.hazmat.primitives import serialization

    authority.issue("server")
    key = serialization.load_pem_private_key((tmp_path / "server.key").read_bytes(), None)
    locked = serialization.BestAvailableEncryption(b"secret")
    (tmp_path / "locked.key").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, locked)
    )
    (tmp_path / "empty.pem").touch()
    with pytest.raises(Misuse, match=r"tls\."):
        server_tls(tls, tmp_path)
