"""The simulated hub's flows and process, as a user writes them. Pure: the oracle runs them too, to know what must come out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from ...flows import ALL, cancel, flow, forward, process, send, task, timer
from ...kernel import Message
from ...kernel.clock import NS_PER_S
from ...model import AccountReadyToBill
from .messages import FAILS, HURTS, named

adt = flow(
    "adt", source="ehr", accepts="hl7v2/ADT", owner="integration", lane=("PID-3.1", "MRG-1.1"), when_parked="wait"
)
books = flow("books", source="ehr", accepts="hl7v2/DFT", owner="finance", lane=ALL, when_parked="wait")
lab = flow("lab", source="lab", accepts="hl7v2/ORU", owner="integration", lane="PID-3.1", when_parked="go_on")

desk = flow("desk", source="desk", accepts="hl7v2/ORM", owner="integration", lane="PID-3.1", when_parked="wait")


class FlowFails(Exception):
    """What a flow raises when it does not understand a message."""


def _read(message: Message) -> tuple[str, str]:
    name, wish = named(message.raw)
    if wish == FAILS:
        raise FlowFails(name)
    return name, wish


def note(kind: str, name: str, wish: str) -> bytes:
    return f"{kind}\rZID|{name}|{wish}|\r".encode()


@adt.on("ADT^A08", "ADT^A40")
def updated(message: Message) -> Iterator[Any]:
    name, wish = _read(message)
    yield forward("erp")
    yield send("archive", note("archived", name, ""), headers={"of": name})
    if wish:
        yield task("look", owner="integration", text="look at it", key=name)


@adt.on("ADT^A01", "ADT^A03", "ADT^A11")
def stays(message: Message) -> Iterator[Any]:
    name, wish = _read(message)
    yield forward("erp")
    what = {"ADT^A01": "begin", "ADT^A03": "again", "ADT^A11": "cancel"}[message.type]
    if wish == HURTS:
        what = HURTS
    yield AccountReadyToBill(facility=what, account=str(message["PID-3.1"]), discharge=name)


@adt.on("ADT^A31")
def nothing(message: Message) -> Iterable[Any]:
    _read(message)
    return ()


@books.on("DFT^P03")
def charged(message: Message) -> Iterator[Any]:
    _read(message)
    yield forward("erp", lane="books")


@lab.on("ORU^R01")
def result(message: Message) -> Iterator[Any]:
    _read(message)
    yield forward("erp")
    yield forward("viewer")


@desk.on("ORM^O01")
def ordered(message: Message) -> Iterator[Any]:
    _read(message)
    yield forward("erp")


class Stay(msgspec.Struct, frozen=True):
    """chain   a hash over the names of all events, in their order
    steps   how many events there were
    fired   how many times the timer was due
    waits   the timer is set
    """

    chain: str = ""
    steps: int = 0
    fired: int = 0
    waits: bool = False


stay = process("stay", owner="finance", state=Stay)


def linked(chain: str, name: str) -> str:
    return hashlib.sha256(f"{chain}{name}".encode()).hexdigest()[:12]


@stay.on(AccountReadyToBill, key=lambda event: event.account)
def ready(state: Stay, event: AccountReadyToBill, at_ns: int) -> tuple[Stay, list[Any]]:
    if event.facility == HURTS:
        raise FlowFails(event.discharge)
    name = event.discharge
    ends = event.facility == "cancel"
    new = Stay(linked(state.chain, name), state.steps + 1, state.fired, not ends)
    follow: list[Any] = [send("billing", note(f"{event.account} {new.steps} {new.chain}", f"step.{name}", ""))]
    if ends:
        follow.append(cancel("close"))
    else:
        wait_s = 0.05 if event.facility == "begin" else 1.5
        follow.append(timer("close", due_ns=at_ns + int(wait_s * NS_PER_S)))
    return new, follow


@stay.on_timer("close")
def due(state: Stay, at_ns: int) -> tuple[Stay, list[Any]]:
    new = Stay(state.chain, state.steps, state.fired + 1, waits=False)
    return new, []
