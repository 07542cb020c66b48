"""Files worked off piece by piece: the sink that stands behind `rows:FLOW`.

    file --check (bad="refuse" only: all of it, nothing follows)--> step, step, step ... delivered
              step = up to 256 pieces: what follows from them + the cursor, in one transaction
    bad piece --> a delivery of its own to the same place: parked there, mended, sent again, like any other

Invariants
 1. What follows from a piece commits together with a cursor behind that piece. A crash goes on at the last cursor: no
    piece is decided twice to any effect, none is left out.
 2. Memory holds one chunk of a file, one step, and what the reader holds (a row, a claim), whatever the size of the file.
 3. The steps of a file are taken one after the other, and files of one flow, too. So what follows from a piece stands
    behind what followed from every piece before it, in the commit order that the lanes of its destinations keep.
 4. What is held between two steps is what the last committed cursor says; any failure forgets it, and reads it anew.
"""

from __future__ import annotations

import asyncio

import msgspec

from ..flows import Flow
from ..kernel.errors import IsthmusError, Misuse, PeerFault, Permanent, StorageUnable
from ..kernel.message import Message
from ..ports import PIECE_BYTES, Delivery, Entry, Journal
from .outbox import Followed
from .pieces import Piece, opened
from .plan import ROWS, Plan, cause_of
from .reading import PIECE, Cursor, Reading, Wrong
from .window import DEFAULT_BOUNDS, Bounds

STEP_BYTES = 1 << 20
"""Bytes that follow from one step: the commit writes them at once."""

HOPELESS_PIECES = 20
"""A file of which so many pieces are bad, and none good, is another file than the flow's: parked as a whole."""


class RowsSink:
    """Works off the files of one flow, and its bad pieces once somebody has mended them."""

    def __init__(self, name: str, plan: Plan, journal: Journal, bounds: Bounds = DEFAULT_BOUNDS) -> None:
        self._bounds = bounds
        self._name = name
        self._plan = plan
        self._journal = journal
        self._readings: dict[int, Reading] = {}

    async def open(self) -> None: ...

    async def close(self) -> None:
        self._readings.clear()

    async def deliver(self, delivery: Delivery) -> Followed:
        flow = self._plan.flow(self._name)
        if flow is None or not flow.each:
            raise Misuse(f"the flow {self._name} is no longer there, or works off no files")
        if PIECE in delivery.headers:
            return await self._alone(flow, delivery)
        reading = self._readings.pop(delivery.id, None)
        if reading is None or reading.flow is not flow:  # redeployed meanwhile: it goes on with the new one
            reading = await self._begin(flow, delivery)
        outcome = await self._step(reading, delivery)
        if outcome.more:
            self._readings[delivery.id] = reading
        return outcome

    # ---- a file

    async def _begin(self, flow: Flow, delivery: Delivery) -> Reading:
        """Where the file stands: at its beginning, or at the last cursor."""
        held = await self._journal.cursor(delivery.id)
        if held is None and flow.bad == "refuse":
            await self._check(flow, delivery)
        cursor = Cursor() if held is None else msgspec.msgpack.decode(held, type=Cursor)
        return self._reading(flow, delivery, cursor)

    def _reading(self, flow: Flow, delivery: Delivery, cursor: Cursor) -> Reading:
        return Reading(self._journal, delivery.id, flow, cursor, self._bounds.part_bytes)

    async def _check(self, flow: Flow, delivery: Delivery) -> None:
        """Read and decide all of it, to no effect. Raises `Permanent` with everything that is wrong."""
        reading = self._reading(flow, delivery, Cursor())
        wrong = Wrong()
        try:
            while (piece := await reading.next()) is not None:
                judged = self._judge(flow, piece, delivery)
                if isinstance(judged, IsthmusError):
                    wrong.add(f"piece {piece.number} ({piece.place})", judged)
                if piece.number % self._bounds.step_pieces == 0:
                    await asyncio.sleep(0)  # everything else goes on meanwhile
        except PeerFault as fault:
            wrong.add("the file", fault)
        if wrong.count:
            raise wrong.as_one()

    async def _step(self, reading: Reading, delivery: Delivery) -> Followed:
        """Decide the next pieces. What breaks the file is raised by a step of its own, behind what came before it."""
        follow: list[Entry] = []
        before, good, bad, size = reading.cursor, 0, 0, 0
        piece: Piece | None = None
        while good + bad < self._bounds.step_pieces and size < STEP_BYTES:
            try:
                if reading.fault is None:
                    piece = await reading.next()
            except PeerFault as fault:
                reading.fault = fault  # what came before it is committed first
                piece = None
            if piece is None:
                break
            judged = self._judge(reading.flow, piece, delivery)
            if isinstance(judged, IsthmusError):
                judged, bad = [self._parked_alone(piece, delivery)], bad + 1
            else:
                good += 1
            follow += judged
            size += sum(entry.size for entry in judged)
        if bad >= HOPELESS_PIECES and not before.good + good:
            raise Permanent(
                f"none of the first {bad} pieces is one that the flow {self._name} takes",
                suggestion="this is another file: discard it, or correct the flow's layout and send it again",
            )
        if reading.fault is not None and not good + bad:
            raise self._unfinished(reading.fault, before)
        cursor = Cursor(reading.mark, before.good + good, before.bad + bad, before.follows + len(follow))
        reading.cursor = cursor
        more = piece is not None or reading.fault is not None
        stored = msgspec.msgpack.encode(cursor)
        return Followed(follow, None, (), self._in_words(cursor, reading.note), cursor=stored, more=more)

    def _unfinished(self, fault: PeerFault, cursor: Cursor) -> Permanent:
        done = cursor.good + cursor.bad
        so_far = f"after {done} pieces, which were worked off" if done else "before the first piece"
        return Permanent(
            f"the file cannot be worked off further, {so_far}: {fault}",
            suggestion="mend what follows and it goes on there; or discard the rest",
        )

    def _in_words(self, cursor: Cursor, note: str) -> str:
        words = f"{cursor.good + cursor.bad} pieces, {cursor.bad} of them bad, by {self._name}@{self._version}"
        return f"{words}; {note}" if note else words

    @property
    def _version(self) -> str:
        return self._plan.version(self._name)

    # ---- a piece

    def _judge(self, flow: Flow, piece: Piece, delivery: Delivery) -> list[Entry] | IsthmusError:
        """What follows from a piece, or why it cannot be taken."""
        if piece.fault is not None:
            return piece.fault
        try:
            return self._decide(flow, piece, piece.number, delivery)
        except Exception as error:
            return cause_of(error)

    def _decide(self, flow: Flow, piece: Piece, number: int, delivery: Delivery) -> list[Entry]:
        given = delivery.headers
        message = Message(
            delivery.message_id,
            given["source"],
            given["received_ns"],
            piece.body,
            piece.content,
            piece.type,
            f"{given['file']}#{number}",
            given["facility"],
        )
        entries = self._plan.decide_piece(flow, message)
        only = given.get("only")
        return entries if only is None else [entry for entry in entries if entry.destination in only]

    def _parked_alone(self, piece: Piece, delivery: Delivery) -> Entry:
        """A bad piece as a delivery of its own: it fails here, is parked, and holds up nothing."""
        headers = {**delivery.headers, PIECE: piece.number, "place": piece.place}
        lane = self._plan.lane(f"{ROWS}\0{self._name}\0{delivery.id}\0{piece.number}")
        key = f"{delivery.key}#{piece.number}"
        return Entry(ROWS + self._name, (lane,), piece.body, key=key, headers=headers, waits=False)

    async def _alone(self, flow: Flow, delivery: Delivery) -> Followed:
        """A piece that is a delivery of its own. Raises what is wrong with it, for the worklist."""
        number, place = delivery.headers[PIECE], delivery.headers["place"]
        where = f"piece {number} ({place} of the file)"
        try:
            pieces = await self._read_alone(flow, delivery.id)
            if len(pieces) != 1:
                raise Permanent(f"the body holds {len(pieces)} pieces, one is expected")
            if (fault := pieces[0].fault) is not None:
                raise fault
            follow = self._decide(flow, pieces[0], number, delivery)
        except StorageUnable:  # no fault of the piece's
            raise
        except Exception as error:
            cause = cause_of(error)
            suggestion = cause.suggestion if isinstance(cause, Permanent) else None
            raise Permanent(f"{where}, as parked: {cause}", detail=cause.detail, suggestion=suggestion) from None
        return Followed(follow, None, (), f"{where} by {self._name}@{self._version}")

    async def _read_alone(self, flow: Flow, delivery: int) -> list[Piece]:
        pieces = opened(flow, alone=True)
        found: list[Piece] = []
        at = 0
        while chunk := await self._journal.read(delivery, at, PIECE_BYTES):
            at += len(chunk)
            found += pieces.feed(chunk)
        return [*found, *pieces.close()]
