"""The last pass of verify: open every sealed record, and name those that do not open.

Reads in slices, each its own short look at the file, so that a live hub's log does not grow behind a long read. A row
that changed since its slice was read (pruning moved its body) is looked at again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from ..kernel.errors import Tampered
from . import texts
from .view import Pruned, View

Failure = tuple[str, str, int, int, int]
"""Rule, words, message, delivery, posting."""

_SLICE = 500


class _Pass(NamedTuple):
    """One kind of record: `sql` gives id, message, delivery, posting and what `look` needs, in order of id."""

    table: str
    rule: str
    words: str
    sql: str
    look: Callable[[View, tuple[Any, ...]], object]
    key: str = "id"


def _body(view: View, row: tuple[Any, ...]) -> None:
    body, size, digest = row[4:]
    length, mac = 0, view.vault.running_mac()
    for piece in view.body_pieces(body, size):
        length += len(piece)
        mac.update(piece)
    if length != size or (digest and mac.digest() != digest):
        raise Tampered("a stored body does not have the digest that it came with")


def _sealed(letter: bytes) -> Callable[[View, tuple[Any, ...]], object]:
    return lambda view, row: view.words(letter + b"%d" % row[0], row[4])


_PASSES = (
    _Pass(
        "message",
        "BODY",
        "the body of message {message}",
        "select id, id, 0, 0, body, size, digest from message where id > ? and (body != 0 or kind != 1) order by id",
        _body,
    ),
    _Pass(
        "message",
        "RECORD",
        "what is sealed beside message {message}",
        "select id, id, 0, 0, x from message where id > ? and x is not null order by id",
        _sealed(b"m"),
    ),
    _Pass(
        "delivery",
        "BODY",
        "the body of delivery {delivery} of message {message}",
        "select d.id, d.message, d.id, 0, d.body, d.size, null from delivery d left join message m on m.id = d.message "
        "where d.id > ? and d.body is not m.body order by d.id",
        _body,
    ),
    _Pass(
        "delivery",
        "RECORD",
        "what is sealed beside delivery {delivery} of message {message}",
        "select id, message, id, 0, x from delivery where id > ? and x is not null order by id",
        _sealed(b"d"),
    ),
    _Pass(
        "posting",
        "RECORD",
        "what is sealed beside posting {posting} of delivery {delivery}",
        "select p.id, coalesce(d.message, 0), p.delivery, p.id, p.x from posting p left join delivery d on d.id = p.delivery "
        "where p.id > ? and p.x is not null order by p.id",
        _sealed(b"p"),
    ),
    _Pass(
        "worklist",
        "RECORD",
        "the words of a worklist item about message {message}",
        "select id, message, delivery, 0, x from worklist where id > ? order by id",
        _sealed(b"w"),
    ),
    _Pass(
        "mend",
        "BODY",
        "a mended body of message {message}",
        "select id, message, delivery, 0, body, size, null from mend where id > ? order by id",
        _body,
    ),
    _Pass(
        "mend",
        "BODY",
        "the body of message {message} before it was mended",
        "select id, message, delivery, 0, was_body, was_size, null from mend where id > ? order by id",
        _body,
    ),
    _Pass(
        "owed",
        "RECORD",
        "what message {message} is owed",
        "select message, message, 0, 0, x from owed where message > ? order by message",
        _sealed(b"o"),
        "message",
    ),
    _Pass(
        "proposal",
        "RECORD",
        "what is proposed for message {message}",
        "select id, message, delivery, 0, x from proposal where id > ? and x is not null order by id",
        _sealed(b"q"),
    ),
    _Pass(
        "text",
        "TEXT",
        "a stored source file or table",
        "select id, 0, 0, 0, version from text where id > ? order by id",
        lambda view, row: texts.maybe_text(view, row[4]),
    ),
    _Pass(
        "audit",
        "RECORD",
        "the words of an audit row",
        "select id, message, delivery, 0, x from audit where id > ? order by id",
        _sealed(b"a"),
    ),
)


def unreadable(view: View, progress: Callable[[int, int], None]) -> Iterator[Failure]:
    """What does not open: altered, missing, or its key is. What was pruned is passed over."""
    ends = [view.one(f"select max({each.key}) from {each.table}") or 0 for each in _PASSES]
    before = 0
    for each, end in zip(_PASSES, ends, strict=True):
        at = 0
        while at < end:
            rows = view.rows(f"{each.sql} limit {_SLICE}", (at,))
            for row in rows:
                fault = _fault(view, each, row)
                if fault:
                    words = each.words.format(message=row[1], delivery=row[2], posting=row[3])
                    yield (each.rule, f"{words}: {fault}", *row[1:4])
            at = rows[-1][0] if len(rows) == _SLICE else end
            progress(before + at, sum(ends))
        before += end
    for process, key, x in view.rows("select process, key, x from state"):
        try:
            view.unseal(b"s%d:" % process + key, x)
        except Tampered as fault:
            yield ("RECORD", f"the state of an instance of {view.name_of.get(process, 'a process')}: {fault}", 0, 0, 0)


def _fault(view: View, each: _Pass, row: tuple[Any, ...]) -> str | None:
    """Why a record does not open; None when it does, was pruned, or its row is gone since."""
    while True:
        try:
            each.look(view, row)
        except Pruned:
            return None
        except Tampered as error:
            now = view.db.execute(f"{each.sql} limit 1", (row[0] - 1,)).fetchone()
            if now == row:
                return str(error)
            if now is None or now[0] != row[0]:
                return None
            row = now
        else:
            return None
