"""Real peers for HTTP: a starlette service on uvicorn as target, aiohttp as sender."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


class Served:
    """An ASGI application on a free loopback port."""

    def __init__(self, app: Any, tls: Any = None) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        config = uvicorn.Config(app, lifespan="off", ws="none", log_config=None, access_log=False, log_level="critical")
        config.load()
        config.ssl = tls
        self._server = uvicorn.Server(config)
        self._server.lifespan = config.lifespan_class(config)

    async def __aenter__(self) -> Served:
        await self._server.startup(sockets=[self._socket])
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.force_exit = True
        for connection in list(self._server.server_state.connections):
            connection.transport.abort()
        for server in self._server.servers:
            server.close()
        self._socket.close()
        await asyncio.sleep(0)


class Orders:
    """A service that keeps documents: POST honours Idempotency-Key, PUT and GET go by the key in the path.

    `answer_next`: answers for the next writing requests, which then have no effect.
    """

    def __init__(self) -> None:
        self.effects: list[bytes] = []
        self.held: dict[str, bytes] = {}
        self.answer_next: list[Response] = []
        self.requests: list[Request] = []
        self.app = Starlette(
            routes=[
                Route("/orders", self.post, methods=["POST"]),
                Route("/orders/{key:path}", self.by_key, methods=["GET", "PUT"]),
            ]
        )

    async def post(self, request: Request) -> Response:
        return await self._write(request, request.headers["idempotency-key"])

    async def by_key(self, request: Request) -> Response:
        key = request.path_params["key"]
        if request.method == "PUT":
            return await self._write(request, key)
        self.requests.append(request)
        body = self.held.get(key)
        return Response("there is none", 404) if body is None else Response(body, media_type="application/json")

    async def _write(self, request: Request, key: str) -> Response:
        body = await request.body()
        self.requests.append(request)
        if self.answer_next:
            return self.answer_next.pop(0)
        if self.held.get(key) != body:
            self.held[key] = body
            self.effects.append(body)
        return Response(b'{"id": 7}', 201, {"Location": "/orders/7"}, media_type="application/json")
