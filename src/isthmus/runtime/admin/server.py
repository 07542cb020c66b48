"""The API's server: uvicorn inside the hub's own loop."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import uvicorn

from ...kernel.errors import Misuse, Unavailable
from ...security.transport import is_loopback, split_address
from ..operator import Operator
from ..settings import AdminSettings
from .app import application

CLOSE_S = 2
KEEP_ALIVE_S = 5


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals belong to the hub."""
        yield


class AdminServer:
    def __init__(self, operator: Operator, settings: AdminSettings) -> None:
        self._operator = operator
        self._settings = settings
        self._server: _Server | None = None
        self._task: asyncio.Task[None] | None = None
        self.url = ""

    async def open(self) -> None:
        """Listen. Raises `Unavailable` when the port is taken, `Misuse` for an address beyond this machine."""
        host, port = split_address(self._settings.listen)
        if not is_loopback(host):
            raise Misuse(f"[admin] would listen on {host} in plaintext: use 127.0.0.1 and put a TLS proxy before it")
        self._operator.hub.secrets.get(self._settings.token)
        try:
            listening = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
        except OSError as error:
            raise Unavailable(f"[admin] cannot listen on {self._settings.listen}: {error.strerror}") from None
        self.url = "http://{}:{}".format(f"[{host}]" if ":" in host else host, listening.getsockname()[1])
        config = uvicorn.Config(
            application(self._operator),
            lifespan="off",
            log_config=None,
            log_level="critical",
            access_log=False,
            server_header=False,
            ws="none",
            timeout_keep_alive=KEEP_ALIVE_S,
            timeout_graceful_shutdown=CLOSE_S,
        )
        self._server = _Server(config)
        self._task = asyncio.create_task(self._server.serve([listening]), name="admin")

    async def close(self) -> None:
        """Stop listening; requests under way get a moment. Safe before `open` and twice."""
        if self._server is not None and self._task is not None:
            self._server.should_exit = True
            await self._task
            self._server = self._task = None
