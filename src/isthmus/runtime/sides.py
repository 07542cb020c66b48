"""What a control may look at, of a real hub: its journal as of one moment, and the books behind its destinations.

Works beside a running hub and without one. The books are another system's: what goes out between the two looks shows as
a break of the last minute, so a day is compared when nothing of it is on its way.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec

from ..flows import Process
from ..journal import contents
from ..journal.view import View
from ..kernel.errors import Misuse
from ..model import CATALOGUE
from ..model.event import Document, Event
from ..ports import Context
from ..reconcile import Seen
from ..security import SecretStore
from .hub import own_settings
from .loader import load_connector
from .settings import Settings
from .steps import state_of


class HubSides:
    """`isthmus.reconcile.Sides` of one hub."""

    def __init__(self, settings: Settings, processes: list[Process], view: View) -> None:
        self._settings = settings
        self._processes = {process.name: process for process in processes}
        self._view = view

    def deliveries(self, *destinations: str) -> Iterator[Seen]:
        for destination in destinations:
            for one in contents.deliveries(self._view, destination):
                yield Seen(_of_message(CATALOGUE.decode(one.body), one.message), one.state, one.received_ns)

    def memories(self, *processes: str) -> Iterator[Any]:
        for name in processes:
            declared = self._processes.get(name)
            if declared is None:
                raise Misuse(f"there is no process {name!r}: the hub has {', '.join(self._processes) or 'none'}")
            for version, data in contents.memories(self._view, name):
                yield state_of(declared, version, data)

    def undecided(self, family: str) -> tuple[int, ...]:
        return contents.undecided(self._view, family)

    def movement(self, destination: str, day: date) -> Mapping[tuple[str, str | None], Decimal]:
        endpoint = self._settings.destinations.get(destination)
        if endpoint is None:
            known = ", ".join(self._settings.destinations)
            raise Misuse(f"there is no destination {destination!r} in hub.toml: there is {known}")
        module = load_connector(endpoint.shared.connector)
        if not hasattr(module, "books"):
            raise Misuse(f"[destinations.{destination}] the connector {endpoint.shared.connector} shows no books")
        settings = own_settings(endpoint, module.SinkSettings, "destinations")
        folder = self._settings.folder
        context = Context(destination, folder, SecretStore(folder), endpoint.shared)

        async def ask() -> dict[tuple[str, str | None], Decimal]:
            async with module.books(settings, context) as books:
                balances = await books.by_cost_centre(day, day)
            return {place: balance.net for place, balance in balances.items() if balance.net}

        return asyncio.run(ask())


def _of_message(value: Document, message: int) -> Document:
    """With the number of the message that it goes back to, which it did not have yet when it was decided."""
    if isinstance(value, Event):
        return value.replace(origin=msgspec.structs.replace(value.origin, message_id=message))
    return value
