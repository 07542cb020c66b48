"""Verify: everything that the journal says about itself, recounted; what is missing or altered, by name.

Three passes: counts and references (`checks.sql`, one snapshot), chains (seals, audit), and every sealed record (its
tag, its digest, its presence). Runs over a read-only connection beside a live hub, and offline. What was pruned
according to retention is not missed.

What it cannot notice: somebody with write access and the hub's key, who can make every hash afresh; and bodies of two
deliveries of the hub's own making exchanged for each other (the tag binds a body to its row, not to its delivery).
"""

from __future__ import annotations

import importlib.resources
from collections.abc import Callable, Iterator
from typing import NamedTuple

import apsw

from ..kernel.clock import NS_PER_HOUR, iso
from . import audit, seals
from .ledger import Account
from .trail import Filter
from .unreadable import unreadable
from .view import View

Progress = Callable[[int, int], None]
"""Called with (records looked at, records in all) of the last and longest pass."""

_GAPLESS = ("message", "delivery", "posting", "worklist", "mend", "seal", "audit")


class Finding(NamedTuple):
    """One thing that is not as it should be. 0: not about one message, delivery or posting."""

    rule: str
    text: str
    message: int = 0
    delivery: int = 0
    posting: int = 0


def verify(view: View, progress: Progress | None = None) -> list[Finding]:
    """Recount the journal. An empty list: every message, delivery, posting and body is there and unaltered."""
    view.db.execute("savepoint verify")  # one snapshot; also inside the writer's transaction
    try:
        view.load_names()
        found: list[Finding] = []
        try:
            for check in (_gaps, _counted, _filters, _seals, _audit):
                found.extend(check(view))
        except apsw.CorruptError:
            found.append(Finding("FILE", "the journal's file is damaged: restore it from a back-up"))
    finally:
        view.db.execute("release verify")
    found.extend(Finding(*failure) for failure in unreadable(view, progress or (lambda at, total: None)))
    return found


def _pruned(view: View) -> dict[str, int]:
    """Up to where messages, deliveries, postings and hours were pruned."""
    marks = dict(view.rows("select kind, last from pruned where party = 0"))
    return {kind: marks.get(kind, 0) for kind in ("message", "delivery", "posting", "hour", "worklist", "mend")}


def _gaps(view: View) -> Iterator[Finding]:
    pruned = _pruned(view)
    remembered = dict(view.rows("select name, seq from sqlite_sequence"))
    for table in _GAPLESS:
        first = pruned.get(table, 0)
        holes = view.rows(
            "select before + 1, id - 1 from "
            f"(select id, lag(id, 1, ?) over (order by id) as before from {table}) where id != before + 1",
            (first,),
        )
        last = view.one(f"select max(id) from {table}") or first
        if remembered.get(table, 0) > last:
            holes.append((last + 1, remembered[table]))
        for low, high in holes:
            which = f"{low}" if low == high else f"{low} to {high}"
            named = {table: low} if table in ("message", "delivery", "posting") else {}
            yield Finding(f"{table.upper()}_GAP", f"{table} {which} is missing", **named)


def _counted(view: View) -> Iterator[Finding]:
    pruned = _pruned(view)
    for rule, words, sql in checks():
        cursor = view.db.execute(sql, {kind: last for kind, last in pruned.items() if f":{kind}" in sql})
        for row in cursor:
            values = dict(zip((column[0] for column in cursor.get_description()), row, strict=True))
            named = {kind: values.get(kind) or 0 for kind in ("message", "delivery", "posting")}
            if "hour" in values:
                values["hour"] = iso(values["hour"] * NS_PER_HOUR)
            if "account" in values:
                values["account"] = Account(values["account"]).name.lower().replace("_", " ")
            yield Finding(rule, words.format_map(values), **named)


def checks() -> list[tuple[str, str, str]]:
    """(rule, words, query) of `checks.sql`."""
    text = (importlib.resources.files(__package__) / "checks.sql").read_text()
    found = []
    for block in text.split("\n\n")[1:]:
        head, _, sql = block.partition("\n")
        rule, _, words = head.removeprefix("-- ").partition(": ")
        found.append((rule, words, sql))
    return found


def _filters(view: View) -> Iterator[Finding]:
    """The Bloom filters must know every accepted control id, or a duplicate would be taken for new."""
    held = [Filter(*row) for row in view.rows("select id, first_message, last_message, bits from filter order by id")]
    low = _pruned(view)["message"]
    for each in held:
        for message, control in view.db.execute(
            "select id, control from message where id > ? and id <= ? and kind = 0 and control != 0", (low, each.last)
        ):
            if control not in each:
                yield Finding("FILTER", f"the duplicate filter does not know message {message}", message=message)
        low = max(low, each.last)


def _seals(view: View) -> Iterator[Finding]:
    pruned = _pruned(view)
    before, after = b"", (0, 0, 0)
    for *row, rows_hash, hash in view.rows(
        "select id, hour, last_message, last_delivery, last_posting, rows_hash, hash from seal order by id"
    ):
        ends = (row[2], row[3], row[4])
        which = f"the seal of hour {iso(row[1] * NS_PER_HOUR)} (seal {row[0]})"
        if seals.link(view, before, (*row, rows_hash)) != hash:
            yield Finding("SEAL_CHAIN", f"{which} was altered, or one before it is missing")
        whole = all(
            start >= pruned[kind] for start, kind in zip(after, ("message", "delivery", "posting"), strict=True)
        )
        if whole and seals.rows_hash(view, after, ends) != rows_hash:
            yield Finding(
                "SEAL_ROWS",
                f"{which} does not match: messages {after[0] + 1} to {ends[0]}, deliveries {after[1] + 1} to {ends[1]} "
                f"or postings {after[2] + 1} to {ends[2]} were altered",
            )
        before, after = hash, ends


def _audit(view: View) -> Iterator[Finding]:
    before = b""
    for *row, hash in view.db.execute(
        "select id, at_ns, actor, action, message, delivery, x, hash from audit order by id"
    ):
        if audit.link(view, before, tuple(row)) != hash:
            yield Finding("AUDIT_CHAIN", f"audit row {row[0]} was altered, or the one before it is missing")
        before = hash
