"""An HL7 query goes out over MLLP, and its response is the answer."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path

from isthmus.connectors import mllp
from isthmus.flows import lookup
from isthmus.observe import Observer
from isthmus.ports import Context, Delivery
from isthmus.runtime.lookups import fault_of
from isthmus.runtime.lookups.line import Line
from isthmus.runtime.settings import DeliveryPolicy
from isthmus.security import SecretStore

QUERY = b"MSH|^~\\&|HUB|X|MPI|X|20260302||QBP^Q22^QBP_Q21|Q1|P|2.5.1\rQPD|IHE PDQ Query|T1|@PID.3.1^100234\rRCP|I\r"
RESPONSE = (
    b"MSH|^~\\&|MPI|X|HUB|X|20260302||RSP^K22^RSP_K21|R1|P|2.5.1\rMSA|AA|Q1\rQAK|T1|OK\r"
    b"QPD|IHE PDQ Query|T1|@PID.3.1^100234\rPID|1||100234^^^GENHOSP^MR||Example^Anna\r"
)


async def test_the_response_to_a_query_is_the_answer(tmp_path: Path) -> None:
    closed = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readuntil(b"\x1c\r") == b"\x0b" + QUERY + b"\x1c\r"
        writer.write(b"\x0b" + RESPONSE + b"\x1c\r")
        with suppress(ConnectionError):
            await reader.read()
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
        closed.set()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        settings = mllp.SinkSettings(address=f"127.0.0.1:{server.sockets[0].getsockname()[1]}", pass_on=True)
        assert fault_of(lookup("pdq", to="mpi", ask=lambda message: QUERY), mllp, settings) is None
        context = Context("mpi", tmp_path, SecretStore(tmp_path))
        line = Line("mpi", lambda: mllp.sink(settings, context), DeliveryPolicy(connector="mllp"), Observer())
        assert await line.ask(Delivery(0, 1, "mpi", QUERY, "key"), 5.0, patient=True) == RESPONSE
        await line.close()
        await closed.wait()
