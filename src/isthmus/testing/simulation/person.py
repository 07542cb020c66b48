"""The person at the worklist: looks now and then, and does with each item what a person would, through the real operator."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TypeVar

from ...runtime import asks
from ...runtime.operator import Operator
from .files import mended_file
from .messages import mended, named
from .network import Trace
from .target import Target

T = TypeVar("T")
NAME = "ana"


class SimulatedOperator(Operator):
    """The operator without its thread: it looks through the writer's connection, as the disk allows only one."""

    async def look(self, function: Callable[..., T], *arguments: object) -> T:
        return await self._journal.call(lambda batch: function(batch.store, *arguments))


class Person:
    """given_up    items' subjects that were skipped or discarded: ("delivery" | "message", id)
    redirected  deliveries that were sent elsewhere
    bodies      what she made of bodies, by subject
    """

    def __init__(self, chance: random.Random, target: Target, trace: Trace) -> None:
        self.given_up: set[tuple[str, int]] = set()
        self.redirected: set[int] = set()
        self.bodies: dict[tuple[str, int], list[bytes]] = {}
        self._chance = chance
        self._target = target
        self._trace = trace

    async def look(self, operator: Operator) -> None:
        """Work on some of what is parked."""
        found = await operator.parked(asks.ListParked(limit=50), NAME)
        for item in found.items:
            if item.kind != "task" and self._chance.random() < 0.7:
                await self._act(operator, item)

    async def _act(self, operator: Operator, item: asks.ParkedItem) -> None:
        id = item.delivery if item.kind == "delivery" else item.message
        action = self._choose(item)
        self._trace(NAME, action, f"{item.kind} {id}", item.code)
        on = asks.ActOn(items=[item.item], reason="it has to be", despite_newer=True)
        if action == "resend":
            if item.destination == "erp":
                body = (await operator.body(asks.TakeBody(item=item.item, reason="to see"), NAME)).body
                self._target.cured.add(named(body)[0])
            await operator.resend(on, NAME)
        elif action == "mend":
            body = (await operator.body(asks.TakeBody(item=item.item, reason="to see"), NAME)).body
            body = mended_file(body) if item.destination.startswith("rows:") else mended(body)
            self.bodies.setdefault((item.kind, id), []).append(body)
            await operator.mend(asks.Mend(item=item.item, body=body, reason="a slip", despite_newer=True), NAME)
        elif action == "redirect":
            self.redirected.add(id)
            await operator.redirect(
                asks.Redirect(items=[item.item], to="viewer", reason="theirs", despite_newer=True), NAME
            )
        else:
            self.given_up.add((item.kind, id))
            await (operator.skip if action == "skip" else operator.discard)(on, NAME)

    def _choose(self, item: asks.ParkedItem) -> str:
        if item.kind == "message":
            return self._chance.choice(("mend", "mend", "skip", "discard", "resend"))
        if item.code == "TRANSIENT":
            return "resend"
        if item.destination.startswith("process:"):
            return self._chance.choice(("skip", "discard"))
        if item.destination.startswith("rows:"):
            return self._chance.choice(("resend", "mend", "mend", "skip", "discard"))
        return self._chance.choice(("resend", "resend", "mend", "skip", "discard", "redirect"))
