"""Posts journal entries in Tryton, once in effect, over a network that loses answers.

Tryton has no idempotency of its own: the same request twice makes two entries. So an entry carries its business key as
the `description` of the `account.move`, and nothing is made effective before the ERP was asked for that key.

    ask for the key ──posted──> remove drafts ──> compare ──equal──> already there
          │                                          └──other──> Conflict
          ├─nothing, or drafts of other content──> create a draft ──> ask again
          └─a draft of equal content──────────────────────────────────┐   │
                                                                      v   v
                            keep the oldest equal draft, remove all others ──> post it ──> delivered

Why `description`: an entry has four fields that a reference could stand in. `number` is Tryton's own sequence, given at
posting. `origin` can only refer to a record in Tryton: it refers to the entry that a reversal reverses. A line's
`description` would have to be asked for line by line. The entry's `description` is free text, searchable, and cannot be
changed once the entry is posted. The text that people read stands on the lines.

Invariants
 1. A draft has no effect on the books, and a draft is posted only after all others of its key were removed. A posting of
    one of those that is still on its way then finds nothing; if it comes first, the removal is refused and the next
    attempt finds it posted. So attempts that overlap, even two hubs at once, post one draft between them.
 2. A request that timed out may still be carried out: at worst it leaves one more draft, which the next attempt or the
    next delivery removes. (Tryton refuses to close a period that holds a draft, so none is forgotten.)
 3. Entries are never edited. Posted ones are never removed.

What it does not do: decide accounts, cost centres or dates; retry beyond lock conflicts; divide a refused entry by
itself (`split` says how, the runner does it).
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import msgspec

from ...kernel import Conflict, IsthmusError, Permanent, Transient, Unavailable
from ...model import CATALOGUE, EntryLine, JournalEntry
from ...model.bisection import halves
from ...ports import Context, Delivery, Outcome
from .codes import Codes, EntryRefused
from .rest import Declined, Record, Rest, read_date, read_decimal, wire_date, wire_decimal
from .settings import SinkSettings

IN_DOUBT_S = 600.0
"""How long an unanswered creation is remembered: longer than a request lives in the ERP or in what stands before it."""

MOVE_FIELDS = (
    "number",
    "state",
    "date",
    "journal.code",
    "lines.account.code",
    "lines.debit",
    "lines.credit",
    "lines.analytic_lines.account.code",
)


@dataclass(frozen=True)
class Move:
    """An entry as Tryton holds it; `content` compares with what was asked for."""

    id: int
    number: str
    posted: bool
    content: Content


@dataclass(frozen=True)
class Content:
    """What makes two entries the same: the date, the journal, and the lines in any order."""

    day: date
    journal: str
    lines: frozenset[tuple[tuple[str, tuple[str, ...], Decimal, Decimal], int]]


class TrytonSink:
    """One connection to one company's books."""

    def __init__(self, settings: SinkSettings, context: Context) -> None:
        self._rest = Rest(settings, context)
        self._codes = Codes(self._rest, settings.company)
        self._in_doubt: dict[str, float] = {}

    async def open(self) -> None:
        """Connect, and see that address, database and key are right. Raises `Unavailable` and `Misuse`."""
        await self._rest.open()
        try:
            await self._rest.search("account.journal", [], (), limit=1)
        except BaseException:
            await self._rest.close()
            raise

    async def close(self) -> None:
        """Release. Safe before `open` and twice."""
        await self._rest.close()

    async def deliver(self, delivery: Delivery) -> Outcome:
        """Post the journal entry in the body, or find it posted: its number in Tryton.

        Raises `EntryRefused` (closed period, unbalanced ...), `Permanent` (unknown account or cost centre: some lines
        are at fault), `Conflict`, `Transient` and `Unavailable`.
        """
        entry = _read(delivery.body)
        try:
            outcome = await self._post(entry)
        except Declined as refusal:
            reason = await self._explained(entry, refusal)
            with suppress(IsthmusError):
                await self._remove_drafts(await self._moves(entry.key))
            raise reason from None
        await self._settle_doubts()
        return outcome

    async def _post(self, entry: JournalEntry) -> Outcome:
        moves, wanted = await self._moves(entry.key), _content_of_entry(entry)
        already_there = _posted(moves)
        if not already_there:
            moves = await self._make_effective(entry, wanted, moves)
        if _posted(moves):
            await self._remove_drafts(moves)
        return _outcome(moves, wanted, already_there)

    async def _make_effective(self, entry: JournalEntry, wanted: Content, moves: list[Move]) -> list[Move]:
        """Post one draft of this content, created now unless there is one: what the ERP holds under the key then."""
        if not any(move.content == wanted for move in moves):
            await self._create(entry)
            moves = await self._moves(entry.key)
        chosen = next((move for move in moves if move.content == wanted), None)
        if chosen is None or _posted(moves):
            return moves
        await self._remove_drafts(move for move in moves if move is not chosen)
        try:
            await self._rest.act("account.move", chosen.id, "post")
        except (Declined, Transient):
            # A request that was believed lost may have posted it meanwhile.
            moves = await self._moves(entry.key)
            if _posted(moves):
                return moves
            raise
        return await self._moves(entry.key)

    async def _create(self, entry: JournalEntry) -> None:
        values = await self._values(entry)
        try:
            await self._rest.create("account.move", values)
        except (Unavailable, asyncio.CancelledError):
            self._in_doubt[entry.key] = time.monotonic() + IN_DOUBT_S
            raise

    async def _values(self, entry: JournalEntry) -> Record:
        """The entry in Tryton's terms. Raises `Permanent` for whatever the ERP does not know."""
        if entry.balance or not entry.lines:
            raise EntryRefused(
                "the entry does not balance" if entry.lines else "the entry has no lines",
                suggestion="the mapping that built it is at fault: mend it and replay the charges",
            )
        company = await self._codes.company(entry)
        accounts = await self._codes.accounts(company, entry.lines)
        cost_centres = await self._codes.cost_centres(company, entry.lines)
        journal = await self._codes.journal(entry.journal)
        values: Record = {
            "company": company,
            "journal": journal,
            "period": await self._codes.period(company, journal, entry.posting_date),
            "date": wire_date(entry.posting_date),
            "description": entry.key,
            "lines": [["create", [_line(entry, line, accounts, cost_centres) for line in entry.lines]]],
        }
        if entry.reverses is not None:
            values["origin"] = await self._codes.original(entry.reverses)
        return values

    async def _moves(self, key: str) -> list[Move]:
        """Every entry under this key, drafts and posted, oldest first."""
        return [_move(record) for record in await self._rest.search("account.move", _under(key), MOVE_FIELDS)]

    async def _remove_drafts(self, moves: Iterable[Move]) -> None:
        for draft in (move for move in moves if not move.posted):
            try:
                await self._rest.delete("account.move", draft.id)
            except Declined as refusal:
                raise Transient("a surplus draft could not be removed in the ERP", detail=refusal.words) from None

    async def _settle_doubts(self) -> None:
        """Remove what creations that were believed lost have left behind after all. Never fails a delivery."""
        for key, until in list(self._in_doubt.items()):
            try:
                moves = await self._moves(key)
                if _posted(moves):
                    await self._remove_drafts(moves)
            except IsthmusError:
                return
            if time.monotonic() > until or (_posted(moves) and len(moves) > 1):
                self._in_doubt.pop(key, None)

    async def _explained(self, entry: JournalEntry, refusal: Declined) -> Permanent:
        """Why a business rule refused: asked from the ERP's setup as it is now, not guessed from its words."""
        self._codes.forget()
        try:
            await self._values(entry)
        except Permanent as reason:
            reason.detail = refusal.words
            return reason
        return Permanent(
            "a business rule of the ERP refuses the entry",
            detail=refusal.words,
            suggestion="its own words stand in the detail: mend the entry or the ERP's setup, and resend",
        )


def sink(settings: SinkSettings, context: Context) -> TrytonSink:
    return TrytonSink(settings, context)


def split(body: bytes, key: str) -> list[tuple[str, bytes]] | None:
    """A refused entry as two balanced ones with keys of their own, or None: for the runner, which sends them instead.

    `key` is the delivery's and is not used: the entry's own is in its body.
    """
    try:
        parts = halves(_read(body))
    except Permanent:
        return None
    return [(part.key, CATALOGUE.encode(part)) for part in parts] if parts else None


def _read(body: bytes) -> JournalEntry:
    try:
        return msgspec.json.decode(body, type=JournalEntry)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise Permanent(
            "the delivery is not a journal entry", suggestion="redirect it, or mend the flow that sends it here"
        ) from None


def _line(entry: JournalEntry, line: EntryLine, accounts: dict[str, int], cost_centres: dict[str, int]) -> Record:
    amounts = {"debit": wire_decimal(line.debit), "credit": wire_decimal(line.credit)}
    values: Record = {
        "account": accounts[line.account],
        "description": line.description or entry.description,
        **amounts,
    }
    if line.cost_centre is not None:
        share = {"account": cost_centres[line.cost_centre], "date": wire_date(entry.posting_date), **amounts}
        values["analytic_lines"] = [["create", [share]]]
    return values


def _under(key: str) -> list[object]:
    return [["description", "=", key]]


def _posted(moves: Iterable[Move]) -> bool:
    return any(move.posted for move in moves)


def _move(record: Record) -> Move:
    lines = Counter(
        (
            line["account"]["code"],
            tuple(share["account"]["code"] for share in line["analytic_lines"]),
            read_decimal(line["debit"]),
            read_decimal(line["credit"]),
        )
        for line in record["lines"]
    )
    content = Content(read_date(record["date"]), record["journal"]["code"], frozenset(lines.items()))
    return Move(record["id"], record["number"] or "", record["state"] == "posted", content)


def _content_of_entry(entry: JournalEntry) -> Content:
    lines = Counter(
        (line.account, () if line.cost_centre is None else (line.cost_centre,), line.debit, line.credit)
        for line in entry.lines
    )
    return Content(entry.posting_date, entry.journal, frozenset(lines.items()))


def _outcome(moves: Sequence[Move], wanted: Content, already_there: bool) -> Outcome:
    posted = [move for move in moves if move.posted]
    if not posted:
        raise Transient("the draft was removed in the ERP while it was being posted")
    if len(posted) > 1:
        numbers = ", ".join(move.number for move in posted)
        raise Conflict(
            f"the ERP holds {len(posted)} posted entries under this key: {numbers}",
            suggestion="ask finance to reverse all but one, then skip this delivery",
        )
    if posted[0].content != wanted:
        raise Conflict(
            f"the ERP holds entry {posted[0].number} with other content under this key",
            detail=f"in the ERP: {posted[0].content}\nto be posted: {wanted}",
            suggestion="nothing was changed there: reverse it by an entry of its own, or discard this one",
        )
    return Outcome(already_there, posted[0].number)
