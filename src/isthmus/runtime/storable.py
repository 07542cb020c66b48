"""What a flow asks for can be stored: said when it is decided, where it parks one message and names the flow's line.

Found by the journal's writer it would stop the whole hub, and the sender would send the same message again.
"""

from __future__ import annotations

import msgspec

from ..kernel.errors import Misuse
from ..kernel.message import Dispatch

NUMBER_MAX = (1 << 63) - 1
NUMBERS = ("cents", "deadline_ns")
TEXTS = ("name", "owner", "text")


def require_storable(dispatch: Dispatch) -> None:
    """Raises `Misuse` for what the journal cannot write. Says no values: they may be a message's."""
    if dispatch.key is not None:
        _require_text("key", dispatch.key)
    if not isinstance(dispatch.due_ns, int) or abs(dispatch.due_ns) > NUMBER_MAX:
        raise Misuse("due_ns is a whole number of nanoseconds that the clock's 64 bits can hold")
    if not dispatch.headers:
        return
    try:
        msgspec.msgpack.encode(dispatch.headers)
    except (TypeError, ValueError, OverflowError) as error:
        raise Misuse(f"the headers cannot be stored ({type(error).__name__}): use texts and numbers") from None


def require_task(dispatch: Dispatch) -> None:
    """The same of a task: its words are texts, its money and its deadline whole numbers."""
    headers = dispatch.headers or {}
    for name in TEXTS:
        _require_text(name, headers.get(name, ""))
    for name in NUMBERS:
        value = headers.get(name, 0)
        if not isinstance(value, int) or abs(value) > NUMBER_MAX:
            raise Misuse(f"{name} of a task is a whole number of at most 64 bits")


def _require_text(name: str, value: object) -> None:
    if not isinstance(value, str):
        raise Misuse(f"{name} is a {type(value).__name__}: write a text")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise Misuse(f"{name} holds half of a surrogate pair, which UTF-8 cannot store") from None
