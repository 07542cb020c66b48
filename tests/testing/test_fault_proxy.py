"""The proxy does to a request exactly what a test armed, and nothing to any other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from isthmus.testing.fault_proxy import Cut, Drip, FaultProxy, Hold, Reset, Swallow

PATIENCE_S = 5.0


class Target:
    """Answers each line with itself in capitals, and keeps what it got."""

    def __init__(self) -> None:
        self.lines: asyncio.Queue[bytes] = asyncio.Queue()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                self.lines.put_nowait(line)
                writer.write(line.upper())
        except ConnectionResetError:
            pass
        finally:
            writer.close()

    async def got(self) -> bytes:
        return await asyncio.wait_for(self.lines.get(), PATIENCE_S)


class Client:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def ask(self, line: bytes) -> bytes:
        self.writer.write(line)
        return await asyncio.wait_for(self.reader.readline(), PATIENCE_S)


Connect = Callable[[], Awaitable[Client]]


@pytest.fixture
async def target() -> AsyncIterator[tuple[Target, int]]:
    target = Target()
    server = await asyncio.start_server(target.serve, "127.0.0.1", 0)
    async with server:
        yield target, server.sockets[0].getsockname()[1]


@pytest.fixture
async def proxy(target: tuple[Target, int]) -> AsyncIterator[FaultProxy]:
    async with await FaultProxy.start("127.0.0.1", target[1]) as proxy:
        yield proxy


@pytest.fixture
async def connect(proxy: FaultProxy) -> AsyncIterator[Connect]:
    clients: list[Client] = []

    async def connect() -> Client:
        clients.append(Client(*await asyncio.open_connection("127.0.0.1", proxy.port)))
        return clients[-1]

    yield connect
    for client in clients:
        client.writer.close()


async def test_everything_passes_when_no_fault_is_armed(connect: Connect, proxy: FaultProxy) -> None:
    client = await connect()
    assert [await client.ask(b"a\n"), await client.ask(b"b\n")] == [b"A\n", b"B\n"]
    assert (proxy.connections, proxy.requests) == (1, 2)


async def test_a_cut_lets_the_request_through_and_resets_the_client(connect: Connect, target, proxy) -> None:
    cut = proxy.arm(Cut())
    client = await connect()
    with pytest.raises(ConnectionResetError):
        await client.ask(b"commit\n")
    assert await target[0].got() == b"commit\n"
    await asyncio.wait_for(cut.done.wait(), PATIENCE_S)


async def test_a_cut_passes_as_many_bytes_of_the_answer_as_it_says(connect: Connect, proxy: FaultProxy) -> None:
    proxy.arm(Cut(answer_bytes=3))
    client = await connect()
    assert await client.ask(b"abcdef\n") == b"ABC"
    assert client.reader.at_eof()


async def test_a_fault_strikes_only_the_request_that_holds_its_mark_and_only_once(connect: Connect, proxy) -> None:
    cut = proxy.arm(Cut(), when=b"second")
    client = await connect()
    assert await client.ask(b"first\n") == b"FIRST\n"
    assert not cut.seen.is_set()
    with pytest.raises(ConnectionResetError):
        await client.ask(b"second\n")
    again = await connect()
    assert await again.ask(b"second\n") == b"SECOND\n"


async def test_a_held_request_reaches_the_target_after_its_client_gave_up(connect: Connect, target, proxy) -> None:
    hold = proxy.arm(Hold())
    client = await connect()
    client.writer.write(b"late\n")
    await asyncio.wait_for(hold.seen.wait(), PATIENCE_S)
    client.writer.transport.abort()
    other = await connect()
    assert await other.ask(b"other\n") == b"OTHER\n"
    assert await target[0].got() == b"other\n"
    hold.release()
    await asyncio.wait_for(hold.done.wait(), PATIENCE_S)
    assert await target[0].got() == b"late\n"


async def test_a_held_request_is_answered_when_its_client_waits(connect: Connect, proxy: FaultProxy) -> None:
    proxy.arm(Hold(seconds=0.05))
    assert await (await connect()).ask(b"slow\n") == b"SLOW\n"


async def test_a_swallowed_request_is_never_seen_and_the_connection_stays_up(connect: Connect, target, proxy) -> None:
    swallow = proxy.arm(Swallow())
    client = await connect()
    client.writer.write(b"gone\n")
    await asyncio.wait_for(swallow.done.wait(), PATIENCE_S)
    other = await connect()
    assert await other.ask(b"other\n") == b"OTHER\n"
    assert await target[0].got() == b"other\n"
    assert not client.reader.at_eof()


async def test_a_dripped_answer_arrives_whole(connect: Connect, proxy: FaultProxy) -> None:
    proxy.arm(Drip(piece_bytes=2, pause_s=0.001))
    client = await connect()
    assert await client.ask(b"abcdef\n") == b"ABCDEF\n"


async def test_a_reset_ends_both_sides_before_the_request_is_whole(connect: Connect, target, proxy) -> None:
    proxy.arm(Reset(request_bytes=2))
    client = await connect()
    with pytest.raises(ConnectionResetError):
        await client.ask(b"half\n")
    assert await target[0].got() == b"ha"


async def test_a_closed_proxy_refuses_and_listens_again_on_its_port(connect: Connect, proxy: FaultProxy) -> None:
    client = await connect()
    assert await client.ask(b"a\n") == b"A\n"
    port = proxy.port
    await proxy.close()
    with pytest.raises(ConnectionRefusedError):
        await connect()
    await proxy.listen()
    assert proxy.port == port
    assert await (await connect()).ask(b"b\n") == b"B\n"


async def test_a_dead_target_resets_the_client(unused_target_port: int) -> None:
    async with await FaultProxy.start("127.0.0.1", unused_target_port) as proxy:
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        with pytest.raises(ConnectionResetError):
            await asyncio.wait_for(reader.read(), PATIENCE_S)
        writer.close()


@pytest.fixture
async def unused_target_port() -> int:
    server = await asyncio.start_server(lambda _reader, _writer: None, "127.0.0.1", 0)
    port: int = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    return port
