"""Real peers for MLLP: the python-hl7 package as sender, a small server of its own as receiver."""

from __future__ import annotations

import asyncio
import socket

from hl7.client import MLLPClient

PATIENCE_S = 5.0


def message(number: int, *, text: str = "CANARY-PHI") -> bytes:
    return (
        f"MSH|^~\\&|EHR|MAIN|HUB|SBRH|20260302101500||ADT^A01^ADT_A01|M{number:05}|P|2.5.1\r"
        f"EVN||20260302101500\rPID|1||{number}^^^SBRH^MR||{text}^GRÜN\r"
    ).encode()


def send_by_hl7(host: str, port: int, raw: bytes) -> bytes:
    """Send one message as the python-hl7 client does: the answer's bytes, b"" when the connection was closed."""
    client = MLLPClient.__new__(MLLPClient)  # its constructor leaks the socket when it cannot connect
    client.encoding = "utf-8"
    client.socket = socket.socket()
    client.socket.settimeout(PATIENCE_S)
    with client:
        try:
            client.socket.connect((host, port))
            return bytes(client.send_message(raw))
        except OSError:
            return b""


class Receiver:
    """Acknowledges each frame; takes effect once for each MSH-10. `refuse`: codes for the next messages."""

    def __init__(self) -> None:
        self.effects: list[bytes] = []
        self.seen: list[bytes] = []
        self.refuse: list[str] = []
        self.ids: set[bytes] = set()
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> int:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            while True:
                frame = await reader.readuntil(b"\x1c\r")
                writer.write(b"\x0b" + self.answer(frame[1:-2]) + b"\x1c\r")
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(task)
            writer.close()

    def answer(self, raw: bytes) -> bytes:
        self.seen.append(raw)
        id = raw.split(b"\r", 1)[0].split(b"|")[9]
        code = self.refuse.pop(0) if self.refuse else "AA"
        if code == "AA" and id not in self.ids:
            self.ids.add(id)
            self.effects.append(raw)
        text = "" if code == "AA" else "|CANARY-PHI is unknown"
        return f"MSH|^~\\&|HUB|SBRH|EHR|MAIN|20260302101501||ACK|A1|P|2.5.1\rMSA|{code}|{id.decode()}{text}\r".encode()
