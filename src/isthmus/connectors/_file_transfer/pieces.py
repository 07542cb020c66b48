"""A file as messages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from ...kernel.errors import PeerFault
from ...protocols import hl7v2

Split = Literal["none", "hl7v2", "lines"]

NOT_WHOLE = frozenset(("batch-count", "file-count", "no-batch-trailer", "no-file-trailer"))
"""Findings that say that a batch was cut off or put together wrong."""


def own_control(name: str) -> bytes:
    """What identifies a file that is one message: its name."""
    return name.encode("utf-8", "surrogateescape")


def pieces(split: Split, name: str, body: bytes) -> Iterator[tuple[bytes, bytes]]:
    """(message, what identifies it where it has no id). Raises `PeerFault` for a batch that is not whole (HL7 v2 §2.10.3)."""
    own = own_control(name)
    if split == "none":
        yield body, own
    elif split == "lines":
        for number, line in enumerate(body.splitlines(), 1):
            if line.strip():
                yield line, b"%s\0%d" % (own, number)
    else:
        for number, message in enumerate(_whole_batch(body), 1):
            yield message, b"%s\0%d" % (own, number)


def _whole_batch(body: bytes) -> list[bytes]:
    batch = hl7v2.split_batch(body)
    broken = [finding for finding in batch.findings if finding.rule in NOT_WHOLE]
    if broken or not batch.messages:
        rule = broken[0].note if broken else "there is no message in the file"
        raise PeerFault(f"the file is not whole: {rule}", rule="HL7 v2 §2.10.3")
    return list(batch.messages)
