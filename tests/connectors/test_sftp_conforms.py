"""SFTP keeps to the published sentences: with asyncssh's server everywhere, with OpenSSH's where the machine has it."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import asyncssh
import pytest
from mllp_peers import message
from sftp_peers import SSHD, AsyncsshServer, Keys, Sshd

from isthmus.connectors import sftp
from isthmus.kernel import IsthmusError, Unavailable
from isthmus.ports import Context, Delivery, Sink, Source
from isthmus.testing import connector_conformance
from isthmus.testing.connector_conformance import PATIENCE_S, Answer, named, sink_sentences, source_sentences

Make = Callable[..., Context]

needs_sshd = pytest.mark.skipif(SSHD is None, reason="there is no sshd: install openssh-server")
SERVERS = [pytest.param(AsyncsshServer, id="asyncssh"), pytest.param(Sshd, id="sshd", marks=needs_sshd)]


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A login costs a key exchange: an attempt may take longer than with plain TCP."""
    monkeypatch.setattr(connector_conformance, "TIMEOUT_S", 1.0)


class SshdSinkBench:
    network: ClassVar[bool] = False
    mark: ClassVar[bytes] = b""
    recognises: ClassVar[bool] = True
    compares: ClassVar[bool] = True

    def __init__(self, context: Context, server: Any) -> None:
        self._context, self._server = context, server
        self._folder = context.folder / "out"
        self._folder.mkdir()

    def sink(self) -> Sink:
        server = self._server.keys.server(self._server.port)
        return sftp.sink(sftp.SinkSettings(server=server, path=str(self._folder), name="{key}.hl7"), self._context)

    def delivery(self, number: int, *, attempt: int = 1, changed: bool = False) -> Delivery:
        body = message(number, text="OTHER" if changed else "CANARY-PHI") + bytes(range(256))
        return Delivery(number, number, "there", body, f"M{number:05}", attempt)

    async def effects(self) -> list[bytes]:
        return [path.read_bytes() for path in sorted(self._folder.glob("[!.]*"))]

    def refusals(self) -> dict[type[IsthmusError], Callable[[], None]]:
        return {}


class AsyncsshSinkBench(SshdSinkBench):
    network: ClassVar[bool] = True

    @property
    def proxy(self) -> Any:
        return self._server.faults

    def refusals(self) -> dict[type[IsthmusError], Callable[[], None]]:
        refuse = self._server.faults.refuse
        return {Unavailable: lambda: refuse.append(asyncssh.SFTPPermissionDenied("CANARY-PHI may not be written"))}


@pytest.mark.parametrize("sentence", sink_sentences(AsyncsshSinkBench), ids=named)
async def test_the_sink_with_asyncssh(sentence: Any, context: Make, tmp_path: Path) -> None:
    async with AsyncsshServer(Keys(tmp_path)) as server:
        await sentence(AsyncsshSinkBench(context("there"), server))


@needs_sshd
@pytest.mark.parametrize("sentence", sink_sentences(SshdSinkBench), ids=named)
async def test_the_sink_with_openssh(sentence: Any, context: Make, tmp_path: Path) -> None:
    async with Sshd(Keys(tmp_path)) as server:
        await sentence(SshdSinkBench(context("there"), server))
    assert [path.name for path in (tmp_path / "out").glob(".*")] == []


class SourceBench:
    limit: ClassVar[int] = 64 << 10

    def __init__(self, context: Context, server: Any) -> None:
        self._context, self._server = context, server
        self._folder = context.folder / "in"
        self._folder.mkdir()
        self._numbers = itertools.count(1)

    def source(self) -> Source:
        server = self._server.keys.server(self._server.port)
        settings = sftp.SourceSettings(server=server, path=str(self._folder), done_marker=".ok", poll_s=0.01)
        return sftp.source(settings, self._context)

    def message(self, number: int) -> bytes:
        return message(number) + bytes(range(256))

    async def send(self, raw: bytes) -> Answer:
        path = self._write(raw)
        (self._folder / (path.name + ".ok")).touch()
        async with asyncio.timeout(PATIENCE_S):
            while True:
                if (self._folder / "done" / path.name).exists():
                    return "taken"
                if (self._folder / "failed" / path.name).exists():
                    return "refused"
                await asyncio.sleep(0.005)

    def _write(self, raw: bytes) -> Path:
        path = self._folder / f"{next(self._numbers):03}.hl7"
        path.write_bytes(raw)
        return path

    async def send_half(self, raw: bytes) -> None:
        self._write(raw[: len(raw) // 2])


@pytest.mark.parametrize("sentence", source_sentences(), ids=named)
@pytest.mark.parametrize("server", SERVERS)
async def test_the_source(server: type[Any], sentence: Any, context: Make, tmp_path: Path) -> None:
    async with server(Keys(tmp_path)) as running:
        await sentence(SourceBench(context(), running))
