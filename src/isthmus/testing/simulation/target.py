"""A simulated target system: it takes what it is sent and writes down when; sometimes it is away, slow or unwilling."""

from __future__ import annotations

import random

from ...kernel.errors import IsthmusError, Permanent, Transient, Unavailable
from ...ports import Outcome
from .messages import REFUSED, named
from .network import Network, Request, Taken


class Target:
    """reachable   it answers at all
    slow       its answers take so many times longer
    unwilling  the share of requests that it cannot take just now
    cured      names of messages that it takes since a person has looked
    """

    def __init__(self, name: str, network: Network, chance: random.Random, *, picky: bool, knows_keys: bool) -> None:
        self.name = name
        self.reachable = True
        self.slow = 1.0
        self.unwilling = 0.0
        self.cured: set[str] = set()
        self.taken: list[Taken] = []
        self._network = network
        self._chance = chance
        self._picky = picky
        self._by_key: dict[str, bytes] | None = {} if knows_keys else None
        self._usual_s = chance.choice((0.0005, 0.005, 0.03))

    def arrived(self, request: Request) -> None:
        if self.reachable:
            self._network.later(self._usual_s * self.slow * (0.5 + self._chance.random()), self._serve, request)
        elif self._chance.random() < 0.5:
            self._network.answer(request, Unavailable())

    def _serve(self, request: Request) -> None:
        if request.connection.closed or not self.reachable:
            return
        result = self.take(request)
        if not self._network.loses():
            self._network.answer(request, result)
        elif self._chance.random() < 0.5:
            self._network.answer(request, Unavailable("the connection was lost"))

    def take(self, request: Request) -> Outcome | IsthmusError:
        """What becomes of a request that arrived; what is taken is taken for good, whoever hears of it."""
        name, wish = named(request.body)
        if self._picky and wish == REFUSED and name not in self.cured:
            return Permanent("the target refuses it")
        if self._chance.random() < self.unwilling:
            return Transient()
        taken = Taken(self._network.loop.time(), request.delivery, request.body)
        self.taken.append(taken)
        request.taken = taken
        self._network.trace(self.name, "takes", name, f"delivery {request.delivery}")
        if self._by_key is None:
            return Outcome()
        known = self._by_key.get(request.key) == request.body
        self._by_key[request.key] = request.body
        return Outcome(already_there=known)
