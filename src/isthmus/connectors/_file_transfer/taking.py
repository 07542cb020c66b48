"""One file's way through a source: claimed, read, handed in, put away when its messages are durable.

claim --bytes--> pieces --> intake --receipts--> put away as done, or as failed with the reasons
  '--Changed, gone--> left alone          '--UNABLE--> stays claimed, and is taken again
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Protocol

from ...kernel.errors import PeerFault, Unavailable
from ...kernel.text import storable
from ...ports import Fate, File, Intake, Receipt
from .._intake import hand_in
from .pieces import Split, own_control, pieces

AT_ONCE = 256
"""Messages of one file that are handed in before their answers are awaited: enough to share an fsync."""

PUT_AWAY_BYTES_MAX = 240
"""Of the 255 that file systems allow: room for a number and ".reason"."""

EVIDENCE_BYTES = 4096
"""How much of a file that is no message is kept with its refusal: enough to recognise it."""


class Changed(Exception):
    """The file was written to while it was being taken."""


class Place(Protocol):
    """Where files are."""

    async def claim(self, name: str) -> bytes | File:
        """Take a file out of everybody else's reach and read it, or read what was claimed before. One that is large and is
        taken in pieces is opened instead; its `read` may raise `Changed`.

        Raises `Changed`, FileNotFoundError, `PeerFault` (too large), `OSError`, and `Unavailable` when the place is away.
        """

    async def beginning(self, name: str) -> bytes:
        """The first `EVIDENCE_BYTES` of a claimed file, as far as they can be read."""

    async def put_away(self, name: str, faults: list[str]) -> None:
        """A claimed file goes where taken ones go, or, with faults, where refused ones go."""


async def take(place: Place, name: str, split: Split, intake: Intake) -> bool:
    """Take one file. False: the hub cannot store, and the file waits where it is. Raises `Unavailable`."""
    try:
        claimed = await place.claim(name)
        if isinstance(claimed, bytes):
            faults = await _hand_over(intake, name, list(pieces(split, name, claimed)))
        else:
            faults = await _hand_over_in_pieces(intake, name, claimed)
    except (Changed, FileNotFoundError):
        return True
    except Unavailable:
        raise
    except PeerFault as fault:
        return await _refuse(place, name, intake, fault)
    except OSError as error:
        return await _refuse(place, name, intake, PeerFault(f"the file cannot be read: {error.strerror}"))
    except Exception as error:  # one file must not end the polling; its words may be content
        return await _refuse(place, name, intake, PeerFault(f"the hub failed on this file ({type(error).__name__})"))
    if faults is not None:
        await place.put_away(name, faults)
    return faults is not None


async def _hand_over(intake: Intake, name: str, messages: list[tuple[bytes, bytes]]) -> list[str] | None:
    """Hand in a file's messages: why some were not taken; None: the hub cannot store."""
    faults: list[str] = []
    for start in range(0, len(messages), AT_ONCE):
        some = messages[start : start + AT_ONCE]
        receipts = await asyncio.gather(*(hand_in(intake, body, storable(name), control) for body, control in some))
        if any(receipt.fate is Fate.UNABLE for receipt in receipts):
            return None
        faults += _faults(receipts, start, len(messages))
    return faults


async def _hand_over_in_pieces(intake: Intake, name: str, file: File) -> list[str] | None:
    """As `_hand_over`, for a file that is one message and is not held."""
    try:
        receipt = await intake.receive_file(file, origin=storable(name), control=own_control(name))
    finally:
        file.close()
    return None if receipt.fate is Fate.UNABLE else _faults([receipt], 0, 1)


async def _refuse(place: Place, name: str, intake: Intake, fault: PeerFault) -> bool:
    intake.garbage(await place.beginning(name), fault, origin=storable(name))
    await place.put_away(name, [str(fault)])
    return True


def _faults(receipts: list[Receipt], start: int, messages: int) -> list[str]:
    """Why messages of a file were not taken; in words that hold no content."""
    return [
        (f"message {number}: " if messages > 1 else "") + str(receipt.error or receipt.fate.value)
        for number, receipt in enumerate(receipts, start + 1)
        if receipt.fate in (Fate.REFUSED, Fate.RETURNED)
    ]


def reasons(faults: list[str]) -> str:
    """What stands beside a refused file: a line for each fault, with the time (UTC)."""
    at = datetime.now(UTC).isoformat(timespec="seconds")
    return "".join(f"{at} {fault}\n" for fault in faults)


def numbered(name: str) -> Iterator[str]:
    """Names for a file where its own may be taken: x.csv, x.csv.2, x.csv.3 ...; a long one is cut, so that an ending fits."""
    name = os.fsdecode(os.fsencode(name)[:PUT_AWAY_BYTES_MAX])
    yield name
    number = 1
    while True:
        number += 1
        yield f"{name}.{number}"
