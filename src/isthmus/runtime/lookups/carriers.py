"""Which destinations can be asked: those whose connector hands the target's answer on (`Outcome.reply`).

A connector says so by `answers(settings)`: whether a sink with these settings gives the whole answer.
"""

from __future__ import annotations

from typing import Any

from ...flows.lookup import Lookup


def fault_of(lookup: Lookup, module: Any, own: Any) -> tuple[str, str] | None:
    """Why a destination's connector, with its own settings, cannot answer a look-up, and the way to mend it."""
    answers = getattr(module, "answers", None)
    if answers is None:
        return "its connector gives no answers", 'use one that does: connector = "http" or "mllp"'
    if not answers(own):
        return "it does not hand its answers on", "set pass_on = true"
    cut_off = getattr(own, "reply_bytes_max", None)
    if cut_off is not None and cut_off <= lookup.bytes_max:
        return (
            f"it cuts answers off at {cut_off} bytes, and the look-up takes {lookup.bytes_max}: a cut one would pass for whole",
            "raise reply_bytes_max above bytes_max of the look-up, or lower that",
        )
    return None
