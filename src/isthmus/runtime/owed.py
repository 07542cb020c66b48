"""Application acknowledgements as messages of their own: who is owed one, and what stands in it (HL7 v2 §2.9.2, §2.9.3).

    MSH-16 asks --intake--> `Owed`, stored with the message --outcome--> AA or AE --> a delivery to `application_ack_to`

When a message has its outcome is the journal's business (`journal/owed.py`). What a source does not take at all (AR) is
refused before it is stored, and its sender hears so at once.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from ..ports import Entry, Owed, Verdict
from ..protocols import hl7v2

NS_PER_S = 1_000_000_000


def owed_of(to: str, content: Any, lanes: tuple[bytes, ...]) -> Owed | None:
    """What the sender of a message is owed at the destination `to`; None where nothing is due later."""
    if not isinstance(content, hl7v2.Message):
        return None
    condition = hl7v2.asked_later(content)
    if not condition:
        return None
    return Owed(to, lanes, condition.decode("latin-1"), hl7v2.header(content))


class Acknowledgements:
    """Writes them for the journal, and hands them to their lanes. `mac` makes the control ids this hub's own."""

    def __init__(self, mac: Callable[[bytes], bytes], offer: Callable[[Entry], None]) -> None:
        self._tag = mac(b"application acknowledgement")[:4].hex().upper()
        self.offer = offer

    def write(self, owed: Owed, verdict: Verdict) -> bytes | None:
        """AA or AE; its control id is the same however often it is written, since a message has one outcome."""
        if not hl7v2.wants(owed.condition.encode("latin-1"), verdict.accepted):
            return None
        at = datetime.fromtimestamp(verdict.at_ns // NS_PER_S, UTC)
        control_id = f"{self._tag}A{owed.message_id}"
        if verdict.accepted:
            return hl7v2.ack(owed.head, "AA", at=at, control_id=control_id, of_its_own=True)
        text = f"the message was not processed: {verdict.text}"
        errors = (hl7v2.AckError("207", text),)
        return hl7v2.ack(owed.head, "AE", at=at, control_id=control_id, text=text, errors=errors, of_its_own=True)
