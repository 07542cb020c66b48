"""What a flow asks for and the journal cannot write parks one message; it does not stop the hub."""

from __future__ import annotations

import hashlib

import msgspec
import pytest

from isthmus.flows import Process, forward, send, task, timer
from isthmus.kernel import Dispatch, IsthmusError, Misuse
from isthmus.kernel.message import Message
from isthmus.model import CATALOGUE
from isthmus.ports import Delivery, Outcome
from isthmus.runtime.plan import Plan
from isthmus.runtime.steps import StepSink

HALF = "\ud800"


def plan_of() -> Plan:
    return Plan([], [], {"archive": None}, CATALOGUE, lambda value: hashlib.sha256(value).digest()[:16], {})


def entry(dispatch: Dispatch):
    """The dispatch as the hub would put it into the journal."""
    return plan_of().entry(dispatch, (b"lane",), b"raw", True, 0, Message(1, "ehr", 0, b"raw"))


@pytest.mark.parametrize(
    "asked",
    [
        send("archive", b"x", key=HALF),
        send("archive", b"x", key=5),
        send("archive", b"x", headers={"file_name": HALF}),
        send("archive", b"x", headers={"what": object()}),
        send("archive", b"x", headers={"many": 1 << 70}),
        task("look", owner="adt", text=HALF),
        task("look", owner="adt", text=5),
        task("look", owner=None, text="x"),
        task("look", owner="adt", text="x", cents=1 << 70),
        task("look", owner="adt", text="x", cents=1.5),
        task("look", owner="adt", text="x", deadline_ns=1 << 70),
    ],
)
def test_what_cannot_be_stored_is_refused_when_it_is_decided(asked):
    with pytest.raises(Misuse) as refused:
        entry(asked)
    assert HALF not in str(refused.value)


class State(msgspec.Struct, frozen=True):
    n: int = 0


@pytest.mark.parametrize("due_ns", [1 << 70, 1.5, float("inf")])
def test_a_timer_beyond_the_clock_is_refused_in_its_step(due_ns):
    process = Process("stays", owner="adt", state=State, version=1, migrate=None, when_parked="wait")
    step = StepSink(process, plan_of(), journal=None, clock=None)
    with pytest.raises(Misuse, match="64 bits"):
        step._follow([timer("late", due_ns=due_ns)], b"lane", Delivery(1, 1, "process:stays", b"", "k", 1))


@pytest.mark.parametrize(
    "asked",
    [
        forward("archive"),
        send("archive", b"x", key="Zürich \U0001f600", headers={"file_name": "ü", "n": 3, "of": None}),
        task("look", owner="adt", text="Wer ist das?", cents=-1, deadline_ns=1),
    ],
)
def test_what_can_be_stored_is_taken(asked):
    assert entry(asked).destination == asked.to


def test_the_words_of_an_error_can_always_be_stored():
    error = IsthmusError(f"a file {HALF}", detail=f"Zürich {HALF}")
    assert str(error) == "a file ?"
    assert error.detail == "Zürich ?"


def test_what_a_target_calls_a_delivery_can_always_be_stored():
    assert Outcome(reference=f"/orders/{HALF}").reference == "/orders/?"
