"""Answers: what look-ups were told about a message, stored with its decision and as long as its body.

They lie in the sealed record beside the message (`message.x`), so they are encrypted, carried forward and pruned with it.
"""

from __future__ import annotations

from typing import Any

import msgspec

from ..kernel.answer import Answer
from .batch import Batch
from .view import View

_pack = msgspec.msgpack.encode


def record(batch: Batch, message_id: int, answers: tuple[Answer, ...], segment: int) -> None:
    """Put the answers that a message is decided on beside it, in the place of earlier ones."""
    store = batch.store
    name = b"m%d" % message_id
    x = store.one("select x from message where id = ?", (message_id,))
    beside = {} if x is None else store.words(name, x)
    sealed = store.seal(segment, name, _pack({**beside, "answers": answers}), batch.now_ns)
    store.db.execute("update message set x = ? where id = ?", (sealed, message_id))


def of(beside: dict[str, Any]) -> tuple[Answer, ...]:
    """The answers in a message's record, in the order of the look-ups."""
    return msgspec.convert(beside.get("answers") or (), tuple[Answer, ...])


def recorded(view: View, message_id: int) -> tuple[Answer, ...]:
    """What look-ups were told about a message; () when nothing was asked, or it is no longer stored."""
    x = view.one("select x from message where id = ?", (message_id,))
    return of(view.maybe_words(b"m%d" % message_id, x) or {})
