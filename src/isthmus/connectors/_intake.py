"""Handing a message in and waiting for its receipt: for sources that fetch, and so answer nobody but themselves."""

from __future__ import annotations

import asyncio

from ..ports import Intake, Receipt


async def hand_in(intake: Intake, body: bytes, origin: str, control: bytes) -> Receipt:
    """What became of a message, when that is durable."""
    answered: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()

    def reply(receipt: Receipt) -> None:
        if not answered.done():  # cut off by a stop: nobody waits any more
            answered.set_result(receipt)

    intake.receive(body, reply, origin=origin, control=control)
    return await answered
