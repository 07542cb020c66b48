"""Enhanced mode: CA at once, and AA or AE as a message of its own once the message has its outcome."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from wards import PATIENCE_S, Receiver, Ward, adt

from isthmus.journal.verify import verify
from isthmus.protocols import hl7v2
from isthmus.runtime import asks
from isthmus.runtime.operator import Operator

ACKS = """
[destinations.ehr-acks]
connector = "mllp"
address = "127.0.0.1:{port}"
owner = "integration"
probe_s = 0.02
back_off_s = 0.01
"""


class Ehr:
    """Where the EHR listens for application acknowledgements; it answers each with CA."""

    def __init__(self) -> None:
        self.got: list[hl7v2.Message] = []
        self.port = 0
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server:
            self._server.close()
        for writer in self._writers:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            while True:
                message = hl7v2.parse((await reader.readuntil(b"\x1c\r"))[1:-2])
                self.got.append(message)
                answer = f"MSH|^~\\&|EHR|MAIN|HUB|SBRH|2026||ACK|E1|P|2.5.1\rMSA|CA|{message['MSH-10']}\r"
                writer.write(b"\x0b" + answer.encode() + b"\x1c\r")
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self._writers.discard(writer)
            writer.close()

    @property
    def codes(self) -> list[str]:
        return [f"{message['MSA-1']} {message['MSA-2']}" for message in self.got]

    async def until(self, *codes: str) -> None:
        """Wait until it has got these, and no others."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                while self.codes != list(codes):
                    await asyncio.sleep(0.005)
        except TimeoutError:
            raise AssertionError(f"it has {self.codes}, not {list(codes)}") from None


@pytest.fixture
async def ehr() -> AsyncIterator[Ehr]:
    ehr = Ehr()
    await ehr.start()
    yield ehr
    await ehr.stop()


def asking(number: int, application: str = "AL", *, accept: str = "AL", **options: str) -> bytes:
    return adt(number, **options).replace(b"|P|2.5.1\r", f"|P|2.5.1|||{accept}|{application}\r".encode(), 1)


async def begin(ward: Ward, ehr: Ehr, *, to: str = "ehr-acks", **options: str) -> None:
    ward.write(source=f'application_ack_to = "{to}"' if to else "", **options)
    toml = ward.folder / "hub.toml"
    toml.write_text(toml.read_text() + ACKS.format(port=ehr.port))
    await ward.start()


async def act(ward: Ward, verb: str) -> None:
    """Do the same to everything on the worklist."""
    operator = Operator(ward.hub)
    items = [one.item for one in (await operator.parked(asks.ListParked(), "ana")).items]
    await getattr(operator, verb)(asks.ActOn(items=items, reason="a test", despite_newer=True), "ana")
    await operator.close()


async def worklist(ward: Ward) -> None:
    """Wait until something stands on the worklist."""
    async with asyncio.timeout(PATIENCE_S):
        while await ward.rows("select count(*) from worklist where closed_ns = 0") == [(0,)]:
            await asyncio.sleep(0.005)


async def test_ca_comes_at_once_and_aa_as_a_message_of_its_own_when_the_destination_has_it(ward, receiver, ehr) -> None:
    await receiver.stop()
    await begin(ward, ehr)
    sender = await ward.connect()
    assert await sender.send(asking(1)) == "CA M00001"
    assert ehr.got == []
    await receiver.start()
    await ehr.until("AA M00001")
    (answer,) = ehr.got
    assert answer["MSH-10"] not in ("", "M00001")
    assert (answer["MSH-15"], answer["MSH-16"], answer["MSH-9.1"]) == ("AL", "NE", "ACK")
    await ward.until_states("DELIVERED", "DELIVERED")
    assert await ward.hub.journal.call(lambda batch: verify(batch.store)) == []


async def test_each_is_answered_once_and_in_the_order_of_their_outcomes(ward, receiver, ehr) -> None:
    await begin(ward, ehr)
    sender = await ward.connect()
    for number in (1, 2, 3):
        assert await sender.send(asking(number)) == f"CA M{number:05}"
    assert await sender.send(asking(2)) == "CA M00002"  # a duplicate has been answered, or will be
    await ehr.until("AA M00001", "AA M00002", "AA M00003")
    assert len({answer["MSH-10"] for answer in ehr.got}) == 3


async def test_an_acknowledgement_that_cannot_be_delivered_waits_and_is_the_same_after_a_restart(
    ward: Ward, receiver: Receiver, ehr: Ehr
) -> None:
    await ehr.stop()
    await begin(ward, ehr)
    assert await (await ward.connect()).send(asking(1)) == "CA M00001"
    await ward.until_states("DELIVERED", "WAITING")
    await ward.stop()
    await ehr.start()
    await ward.start()
    await ehr.until("AA M00001")


async def test_a_message_that_was_not_finished_is_answered_after_a_restart(ward, receiver, ehr) -> None:
    await receiver.stop()
    await begin(ward, ehr)
    assert await (await ward.connect()).send(asking(1)) == "CA M00001"
    await ward.stop()
    await receiver.start()
    await ward.start()
    await ehr.until("AA M00001")


async def test_a_parked_delivery_has_no_outcome_until_a_person_gives_it_one(ward, receiver, ehr) -> None:
    receiver.replies[1] = "AE"
    await begin(ward, ehr)
    assert await (await ward.connect()).send(asking(1)) == "CA M00001"
    await ward.until_states("PARKED")
    assert ehr.got == []
    await act(ward, "discard")
    await ehr.until("AE M00001")
    (answer,) = ehr.got
    assert answer["ERR-3.1"] == "207"
    assert "its delivery to out was discarded" in answer["ERR-8"]
    assert b"DOE" not in bytes(answer)


async def test_a_delivery_that_a_person_resends_is_processed(ward, receiver, ehr) -> None:
    receiver.replies[1] = "AE"
    await begin(ward, ehr)
    assert await (await ward.connect()).send(asking(1)) == "CA M00001"
    await ward.until_states("PARKED")
    receiver.replies.clear()
    await act(ward, "resend")
    await ehr.until("AA M00001")


@pytest.mark.parametrize(("verb", "code"), [("discard", "AE"), ("skip", "AA")])
async def test_a_message_that_cannot_be_decided_is_answered_when_a_person_has_ruled(verb, code, ward, ehr) -> None:
    await begin(ward, ehr)
    assert await (await ward.connect()).send(asking(1, name="BROKEN")) == "CA M00001"
    await worklist(ward)
    assert ehr.got == []
    await act(ward, verb)
    await ehr.until(f"{code} M00001")
    await ward.until_states("DELIVERED")
    assert await ward.hub.journal.call(lambda batch: verify(batch.store)) == []


async def test_er_hears_of_failures_only_and_su_of_successes_only(ward, receiver, ehr) -> None:
    receiver.replies |= {1: "AE", 3: "AE"}
    await begin(ward, ehr)
    sender = await ward.connect()
    for number, condition in ((1, "ER"), (2, "ER"), (3, "SU"), (4, "SU")):
        assert await sender.send(asking(number, condition, patient=f"P{number}")) == f"CA M{number:05}"
    await ehr.until("AA M00004")
    await ward.until_states("PARKED", "DELIVERED", "PARKED", "DELIVERED", "DELIVERED")
    await act(ward, "discard")
    await ehr.until("AA M00004", "AE M00001")
    assert await ward.rows("select count(*) from owed") == [(0,)]


async def test_without_a_destination_for_it_none_is_sent_and_each_is_counted(ward, receiver, ehr) -> None:
    await begin(ward, ehr, to="")
    assert await (await ward.connect()).send(asking(1)) == "CA M00001"
    await ward.until_states("DELIVERED")
    assert ward.count("ApplicationAckNotSent") == 1
    assert await ward.rows("select count(*) from owed") == [(0,)]


async def test_who_does_not_ask_is_owed_nothing(ward, receiver, ehr) -> None:
    await begin(ward, ehr)
    sender = await ward.connect()
    assert await sender.send(adt(1)) == "AA M00001"
    assert await sender.send(asking(2, "NE")) == "CA M00002"
    assert await sender.send(asking(3, "AL", accept="NE")) == "AA M00003"  # the original mode, in other words
    await ward.until_states("DELIVERED", "DELIVERED", "DELIVERED")
    assert ehr.got == []
