"""Looking into a journal: what people ask, as queries of its read-only side; and what it says, in shapes for the API.

Used by the API over a running hub and by the command line beside one; each with a reader of its own.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec

from ..journal import audit, claim, ledger, proposals, search, show, verify, worklist
from ..journal.search import Query, Reader
from ..journal.view import View
from ..kernel.answer import Answer
from ..kernel.clock import iso
from ..kernel.errors import Misuse, PeerFault
from ..protocols import hl7v2
from . import asks
from .plan import ROWS
from .reading import PIECE, Cursor
from .times import parse_time

if TYPE_CHECKING:
    from .hub import Hub

LIMIT_MAX = 1000


def at(ns: int) -> str:
    """A time for an answer, "" where there is none."""
    return iso(ns) if ns else ""


def query_of(view: Reader, ask: asks.FindMessages | asks.Replay, now_ns: int) -> Query:
    """The journal's query for what a person asked. Raises `Misuse` for times and limits that are none."""
    if ask.limit < 1:
        raise Misuse("limit is at least 1")
    return Query(
        from_ns=parse_time(ask.since, now_ns),
        to_ns=parse_time(ask.until, now_ns),
        source=known(view, "source", ask.source),
        type=ask.type,
        version=ask.flow,
        state=ask.state,
        lane=view.mac(ask.key.encode()) if ask.key else b"",
        control=view.control(ask.control_id.encode()) if ask.control_id else 0,
        limit=ask.limit,
    )


def known(view: View, kind: str, name: str) -> str:
    """A name that the journal has met, or "". Raises `Misuse` naming the known ones for another."""
    view.load_names()
    if name and (kind, name) not in view.names:
        names = sorted(found for of, found in view.names if of == kind)
        raise Misuse(f"the journal has met no {kind} {name!r}: it knows {', '.join(names) or 'none'}")
    return name


def messages(view: Reader, ask: asks.FindMessages, now_ns: int) -> asks.Messages:
    if ask.limit > LIMIT_MAX:
        raise Misuse(f"limit is at most {LIMIT_MAX}: page with `after`")
    query = dataclasses.replace(
        query_of(view, ask, now_ns),
        destination=known(view, "destination", ask.destination),
        after=ask.after,
        newest_first=not ask.oldest_first,
        limit=ask.limit + 1,
    )
    found = search.messages(view, query)
    rows = [
        asks.MessageRow(
            id=one.id,
            received=at(one.received_ns),
            source=one.source,
            number=one.number,
            type=one.type,
            kind=one.kind,
            decision=one.decision,
            version=one.version,
            size=one.size,
            original=one.original,
            deliveries=one.deliveries,
        )
        for one in found[: ask.limit]
    ]
    return asks.Messages(messages=rows, next=rows[-1].id if len(found) > ask.limit else 0)


def message(view: View, id: int) -> asks.MessageShown:
    """Everything about one message. Who calls it has recorded the look."""
    shown = show.show(view, id)
    return asks.MessageShown(
        id=shown.id,
        source=shown.source,
        number=shown.number,
        received=at(shown.received_ns),
        kind=shown.kind,
        type=shown.type,
        version=shown.version,
        decision=shown.decision,
        origin=shown.origin,
        error=shown.error,
        size=shown.size,
        raw=shown.raw,
        mended=shown.mended,
        tree=tree(shown.mended if shown.mended is not None else shown.raw),
        original=shown.original,
        repeats=shown.repeats,
        answers=[_answer(one) for one in shown.answers],
        deliveries=[_delivery(one) for one in shown.deliveries],
        dispatched=shown.dispatched,
        files=[_file(view, one, shown.deliveries) for one in shown.deliveries if _is_file(one)],
        worklist=[_times(one) for one in shown.worklist],
        audit=[_times(one) for one in shown.audit],
    )


def _answer(one: Answer) -> asks.LookupShown:
    return asks.LookupShown(lookup=one.lookup, how=one.how, at=at(one.at_ns), body=one.body)


def tree(raw: bytes | None) -> list[Any]:
    """A message by path; [] for what is no HL7 v2."""
    try:
        return [] if raw is None else list(hl7v2.parse(raw).tree())
    except PeerFault:
        return []


def _delivery(one: show.ShownDelivery) -> asks.DeliveryShown:
    return asks.DeliveryShown(
        id=one.id,
        parent=one.parent,
        destination=one.destination,
        state=one.state,
        attempts=one.attempts,
        key=one.key or "",
        headers=one.headers,
        due=at(one.due_ns),
        waits=one.waits,
        size=one.size,
        body=one.body,
        mended=len(one.earlier_bodies),
        steps=[
            asks.Step(
                at=at(step.at_ns),
                state=step.state,
                words=step.words(),
                code=step.code,
                reference=step.reference,
                detail=step.detail,
                by=step.by,
            )
            for step in one.postings
        ],
    )


def _is_file(one: show.ShownDelivery) -> bool:
    return one.destination.startswith(ROWS) and PIECE not in one.headers


def _file(view: View, one: show.ShownDelivery, all: list[show.ShownDelivery]) -> asks.FileShown:
    held = claim.cursor(view, one.id)
    cursor = Cursor() if held is None else msgspec.msgpack.decode(held, type=Cursor)
    pieces = [other for other in all if other.parent == one.id and PIECE in other.headers]
    return asks.FileShown(
        delivery=one.id,
        flow=one.destination.removeprefix(ROWS),
        state=one.state,
        pieces=cursor.good + cursor.bad,
        bad=cursor.bad,
        follows=cursor.follows,
        at=cursor.mark.offset,
        size=one.size,
        parked=[int(other.headers[PIECE]) for other in pieces if other.state == "parked"],
    )


def _times(row: dict[str, Any]) -> dict[str, Any]:
    """Times of a row as texts: `opened_ns` becomes `opened`."""
    return {key.removesuffix("_ns"): at(value) if key.endswith("_ns") else value for key, value in row.items()}


def parked(view: Reader, ask: asks.ListParked) -> asks.Parked:
    if not 0 < ask.limit <= LIMIT_MAX:
        raise Misuse(f"limit is between 1 and {LIMIT_MAX}")
    found = worklist.items(
        view, kind=ask.kind, destination=ask.destination, owner=ask.owner, code=ask.code, limit=ask.limit
    )
    return asks.Parked(
        items=[
            asks.ParkedItem(
                item=one.id,
                kind=one.kind,
                message=one.message,
                delivery=one.delivery,
                destination=one.destination,
                owner=one.owner,
                code=one.code,
                text=one.text,
                opened=at(one.opened_ns),
                deadline=at(one.deadline_ns),
                cents=one.cents,
                blocks=one.blocks,
                behind=one.behind,
                behind_ids=list(one.behind_ids),
                proposed=_proposed(view, one.id),
            )
            for one in found
        ]
    )


def _proposed(view: Reader, item: int) -> asks.Proposed | None:
    found = proposals.maybe_open(view, item)
    if found is None:
        return None
    return asks.Proposed(
        by=found.actor, at=at(found.at_ns), reason=found.reason, was_cents=found.was_cents, cents=found.cents
    )


def read_ledger(view: Reader, ask: asks.ReadLedger, now_ns: int) -> asks.Ledger:
    view.load_names()
    rows = ledger.rows(view, parse_time(ask.since, now_ns))
    imbalances = [words for row in rows for words in ledger.imbalances(row)]
    return asks.Ledger(rows=rows if ask.hourly else summed(rows), imbalances=imbalances)


def summed(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of hours as one row for each source and destination."""
    totals: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        into = totals.setdefault((row["kind"], row["party"]), {"kind": row["kind"], "party": row["party"]})
        for account, n in row.items():
            if isinstance(n, int):
                into[account] = into.get(account, 0) + n
    return [totals[party] for party in sorted(totals, key=lambda one: (one[0] != "source", one[1]))]


def verified(view: Reader, progress: Callable[[int, int], None] | None = None) -> asks.Verified:
    return asks.Verified(
        findings=[
            asks.VerifyFinding(
                rule=one.rule, text=one.text, message=one.message, delivery=one.delivery, posting=one.posting
            )
            for one in verify.verify(view, progress)
        ]
    )


def read_audit(view: Reader, ask: asks.ReadAudit) -> asks.Audit:
    if not 0 < ask.limit <= LIMIT_MAX:
        raise Misuse(f"limit is between 1 and {LIMIT_MAX}: page with `after`")
    return asks.Audit(rows=[_times(row) for row in audit.page(view, ask.after, ask.limit)])


def status(hub: Hub) -> asks.Status:
    """What runs in this process; reads nothing from the journal."""
    return asks.Status(
        hub=hub.settings.hub.name,
        ready=hub.ready,
        storage=getattr(hub.journal, "unable", None) or "",
        undecided_lanes=len(hub.standing.lanes),
        sources=[
            asks.SourceStatus(
                name=name,
                connector=endpoint.shared.connector,
                accepting=hub.accepting,
                unavailable=hub.watches[name].cause or "",
            )
            for name, endpoint in hub.settings.sources.items()
        ],
        destinations=[
            asks.DestinationStatus(
                name=name,
                in_memory=len(outbox.lanes),
                held=outbox.held,
                unavailable=outbox.unavailable_because or hub.lookups.away_because(name) or "",
            )
            for name, outbox in hub.outboxes.items()
        ],
        flows=[
            asks.FlowStatus(name=flow.name, source=flow.source, version=hub.plan.version(flow.name))
            for flow in hub.plan.flows
        ],
        incidents=[
            asks.IncidentStatus(cause=one.cause, text=one.text, count=one.count, since=at(one.first_ns))
            for one in hub.observer.incidents.values()
        ],
    )
