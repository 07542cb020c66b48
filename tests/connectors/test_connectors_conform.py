"""Every connector keeps to the published sentences, against real peers."""

from __future__ import annotations

import asyncio
import itertools
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import aiohttp
import msgspec
import pytest
from http_peers import Orders, Served
from mllp_peers import Receiver, message, send_by_hl7
from starlette.responses import Response

from isthmus.connectors import files, http, mllp
from isthmus.kernel import IsthmusError, Permanent, Transient, Unavailable
from isthmus.ports import Context, Delivery, Sink, Source
from isthmus.testing.connector_conformance import PATIENCE_S, Answer, named, sink_sentences, source_sentences
from isthmus.testing.fault_proxy import FaultProxy


class MllpSinkBench:
    network: ClassVar[bool] = True
    mark: ClassVar[bytes] = b"MSH|"
    recognises: ClassVar[bool] = True
    compares: ClassVar[bool] = False

    def __init__(self, context: Context) -> None:
        self._context = context
        self._receiver = Receiver()

    async def __aenter__(self) -> MllpSinkBench:
        self.proxy = await FaultProxy.start("127.0.0.1", await self._receiver.start())
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.proxy.close()
        await self._receiver.stop()

    def sink(self) -> Sink:
        return mllp.sink(mllp.SinkSettings(address=f"127.0.0.1:{self.proxy.port}"), self._context)

    def delivery(self, number: int, *, attempt: int = 1, changed: bool = False) -> Delivery:
        return Delivery(number, number, "there", message(number), f"EHR|MAIN|M{number:05}", attempt)

    async def effects(self) -> list[bytes]:
        return self._receiver.effects

    def refusals(self) -> dict[type[IsthmusError], Callable[[], None]]:
        refuse = self._receiver.refuse
        return {Permanent: lambda: refuse.append("AE"), Transient: lambda: refuse.append("AR")}


class HttpSinkBench:
    """A service that honours the idempotency key."""

    network: ClassVar[bool] = True
    mark: ClassVar[bytes] = b"POST "
    recognises: ClassVar[bool] = True
    compares: ClassVar[bool] = False

    def __init__(self, context: Context) -> None:
        self._context = context
        self.orders = Orders()

    async def __aenter__(self) -> HttpSinkBench:
        self._served = await Served(self.orders.app).__aenter__()
        self.proxy = await FaultProxy.start("127.0.0.1", self._served.port)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.proxy.close()
        await self._served.__aexit__()

    def settings(self) -> http.SinkSettings:
        return http.SinkSettings(url=f"http://127.0.0.1:{self.proxy.port}/orders")

    def sink(self) -> Sink:
        return http.sink(self.settings(), self._context)

    def delivery(self, number: int, *, attempt: int = 1, changed: bool = False) -> Delivery:
        body = {"patient": "CANARY-PHI", "number": number, "charges": [1, 2.5], "name": "Grün"}
        if changed:
            body["charges"] = [3]
        return Delivery(number, number, "there", msgspec.json.encode(body), f"CANARY-PHI/ä {number}", attempt)

    async def effects(self) -> list[bytes]:
        return self.orders.effects

    def refusals(self) -> dict[type[IsthmusError], Callable[[], None]]:
        def answer(status: int) -> Callable[[], None]:
            return lambda: self.orders.answer_next.append(Response("CANARY-PHI is unknown", status))

        return {Permanent: answer(422), Transient: answer(429), Unavailable: answer(401)}


class HttpLookUpBench(HttpSinkBench):
    """A service that is asked for the key first, and written to by PUT."""

    mark: ClassVar[bytes] = b"PUT "
    compares: ClassVar[bool] = True

    def settings(self) -> http.SinkSettings:
        url = f"http://127.0.0.1:{self.proxy.port}/orders/{{key}}"
        return http.SinkSettings(url=url, method="PUT", key_header="", look_up=http.LookUp(url=url))


class FilesSinkBench:
    network: ClassVar[bool] = False
    mark: ClassVar[bytes] = b""
    recognises: ClassVar[bool] = True
    compares: ClassVar[bool] = True

    def __init__(self, context: Context) -> None:
        self._context = context
        self._folder = context.folder / "out"

    async def __aenter__(self) -> FilesSinkBench:
        self._folder.mkdir()
        return self

    async def __aexit__(self, *_: object) -> None:
        assert [path.name for path in self._folder.iterdir() if path.name.startswith(".")] == []

    def sink(self) -> Sink:
        return files.sink(files.SinkSettings(folder="out", name="{key}.hl7"), self._context)

    def delivery(self, number: int, *, attempt: int = 1, changed: bool = False) -> Delivery:
        body = message(number, text="OTHER" if changed else "CANARY-PHI") + bytes(range(256))
        return Delivery(number, number, "there", body, f"M{number:05}", attempt)

    async def effects(self) -> list[bytes]:
        return [path.read_bytes() for path in sorted(self._folder.iterdir())]

    def refusals(self) -> dict[type[IsthmusError], Callable[[], None]]:
        return {}


SINKS: tuple[type[Any], ...] = (MllpSinkBench, HttpSinkBench, HttpLookUpBench, FilesSinkBench)


@pytest.mark.parametrize(
    ("bench", "sentence"),
    [
        pytest.param(bench, sentence, id=f"{bench.__name__}-{named(sentence)}")
        for bench in SINKS
        for sentence in sink_sentences(bench)
    ],
)
async def test_a_sink(bench: type[Any], sentence: Any, context: Callable[..., Context]) -> None:
    async with bench(context("there")) as made:
        await sentence(made)


class MllpSourceBench:
    limit: ClassVar[int] = 64 << 10

    def __init__(self, context: Context, host: str) -> None:
        self._context, self._host = context, host

    def source(self) -> Source:
        return mllp.source(mllp.SourceSettings(listen=f"{self._host}:2575"), self._context)

    def message(self, number: int) -> bytes:
        return message(number)

    async def send(self, raw: bytes) -> Answer:
        answer = await asyncio.to_thread(send_by_hl7, self._host, 2575, raw)
        if not answer:
            return "none"
        return "taken" if b"\rMSA|AA|M" in answer else "refused"

    async def send_half(self, raw: bytes) -> None:
        _, writer = await asyncio.open_connection(self._host, 2575)
        writer.write(b"\x0b" + raw[: len(raw) // 2])
        await writer.drain()
        writer.close()


class HttpSourceBench:
    limit: ClassVar[int] = 64 << 10

    def __init__(self, context: Context, host: str) -> None:
        self._context, self._host = context, host

    def source(self) -> Source:
        return http.source(http.SourceSettings(listen=f"{self._host}:8080", path="/in"), self._context)

    def message(self, number: int) -> bytes:
        return msgspec.json.encode({"id": number, "name": "Grün\0"})

    async def send(self, raw: bytes) -> Answer:
        try:
            async with (
                aiohttp.ClientSession() as session,
                session.post(f"http://{self._host}:8080/in", data=raw) as answer,
            ):
                if answer.status >= 300:
                    assert answer.content_type == "application/problem+json"
                return "taken" if answer.status < 300 else "refused"
        except aiohttp.ClientError:
            return "none"

    async def send_half(self, raw: bytes) -> None:
        _, writer = await asyncio.open_connection(self._host, 8080)
        head = f"POST /in HTTP/1.1\r\nHost: here\r\nContent-Length: {len(raw)}\r\n\r\n"
        writer.write(head.encode() + raw[: len(raw) // 2])
        await writer.drain()
        writer.close()


class FilesSourceBench:
    limit: ClassVar[int] = 64 << 10

    def __init__(self, context: Context, _: str) -> None:
        self._context = context
        self._folder = context.folder / "in"
        self._folder.mkdir()
        self._numbers = itertools.count(1)

    def source(self) -> Source:
        settings = files.SourceSettings(folder="in", done_marker=".ok", poll_s=0.01)
        return files.source(settings, self._context)

    def message(self, number: int) -> bytes:
        return message(number) + bytes(range(256))

    async def send(self, raw: bytes) -> Answer:
        path = self._write(raw)
        (self._folder / (path.name + ".ok")).touch()
        async with asyncio.timeout(PATIENCE_S):
            while True:
                if (self._folder / "done" / path.name).exists():
                    return "taken"
                if (self._folder / "failed" / (path.name + ".reason")).exists():
                    return "refused"
                await asyncio.sleep(0.005)

    def _write(self, raw: bytes) -> Path:
        path = self._folder / f"{next(self._numbers):03}.hl7"
        path.write_bytes(raw)
        return path

    async def send_half(self, raw: bytes) -> None:
        self._write(raw[: len(raw) // 2])


@pytest.mark.parametrize("sentence", source_sentences(), ids=named)
@pytest.mark.parametrize("bench", [MllpSourceBench, HttpSourceBench, FilesSourceBench])
async def test_a_source(bench: type[Any], sentence: Any, context: Callable[..., Context], host: str) -> None:
    await sentence(bench(context(), host))


def test_every_connector_is_held_to_the_sentences() -> None:
    folder = Path(mllp.__file__).parent
    connectors = {path.stem for path in folder.iterdir() if not path.name.startswith("_")}
    held = {"mllp", "http", "files"}
    elsewhere = {
        "sftp",  # on real servers: test_sftp_conforms.py
        "smtp",  # to a real mail server: test_smtp.py
        "sql",  # on a real PostgreSQL: test_sql_conforms.py
        "tryton",  # its ERP is real: test_tryton.py
    }
    assert connectors - held - elsewhere == set()
    assert os.path.isdir(folder / "tryton")
