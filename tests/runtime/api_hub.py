"""A hub with its API in this process, and a client for it."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import aiohttp

from isthmus.cli.main import main
from isthmus.observe import Observer
from isthmus.ports import Receipt
from isthmus.runtime.admin import AdminServer
from isthmus.runtime.hub import Hub, open_hub
from isthmus.runtime.operator import Operator

MESSAGE = b"MSH|^~\\&|A|B|C|D|20260101||%s|%s|P|2.5.1\rPID|1||%s^^^GH^MR||Canary^Carla\r"


class Reply(NamedTuple):
    status: int
    body: Any
    headers: Any


class Api:
    def __init__(self, hub: Hub, url: str, session: aiohttp.ClientSession, token: str, log: io.StringIO) -> None:
        self.hub = hub
        self.url = url
        self.log = log
        self.token = token
        self._session = session

    async def ask(self, method: str, path: str, *, headers: dict[str, str] | None = None, **more: Any) -> Reply:
        headers = {"authorization": f"Bearer {self.token}", "x-isthmus-actor": "tess"} | (headers or {})
        async with self._session.request(method, self.url + path, headers=headers, **more) as response:
            json = "json" in response.content_type
            return Reply(response.status, await (response.json() if json else response.text()), response.headers)

    async def get(self, path: str, **query: Any) -> Reply:
        return await self.ask("GET", path, params=query)

    async def post(self, path: str, **fields: Any) -> Reply:
        return await self.ask("POST", path, json=fields)

    async def receive(self, type: str = "ADT^A01", id: str = "1", patient: str = "P1") -> Receipt:
        """Hand a message to the source, and wait for its fate."""
        import asyncio

        fate: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()
        raw = MESSAGE % (type.encode(), id.encode(), patient.encode())
        self.hub.intakes["ehr"].receive(raw, fate.set_result)
        return await fate


def fresh_hub(folder: Path) -> Path:
    assert main(["init", str(folder)]) == 0
    settings = folder / "hub.toml"
    settings.write_text(settings.read_text().replace("127.0.0.1:2575", "127.0.0.1:0"))
    return folder


@asynccontextmanager
async def serving(folder: Path) -> AsyncIterator[Api]:
    log = io.StringIO()
    hub = open_hub(folder, Observer(log))
    operator = Operator(hub)
    assert hub.settings.admin
    server = AdminServer(operator, hub.settings.admin)
    try:
        await hub.start()
        await server.open()
        token = (folder / "admin.token").read_text().strip()
        async with aiohttp.ClientSession() as session:
            yield Api(hub, server.url, session, token, log)
    finally:
        await server.close()
        await operator.close()
        await hub.stop()
