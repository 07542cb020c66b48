"""What must be true when everything has come to rest. Each check is one promise; each names what broke it, by ids.

The oracle believes three things: what the senders sent and were answered, what the targets took, and what the person did.
What the hub owes follows from these and from the flows, which are pure. The journal is only asked why something is
missing (skipped, discarded, redirected), and then the person must have wanted it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import msgspec

from ...flows import Flow
from ...flows.dispatch import TIMER
from ...journal import claim, ledger
from ...journal.store import Store
from ...journal.verify import verify
from ...kernel import Dispatch, Message
from ...model import CATALOGUE, AccountReadyToBill
from ...ports import Decision, Fate, State
from ...protocols import hl7v2
from . import files, flows
from .messages import Planned, named
from .network import Taken
from .world import Failed, World

_TAKEN = (Fate.ACCEPTED, Fate.DUPLICATE)
STAY = "process:stay"


class Owed(NamedTuple):
    """A delivery that a message must give rise to."""

    to: str
    body: bytes


def owed(raw: bytes, source: str) -> list[Owed] | None:
    """What must come out of a message, by running its flow; None: the flow cannot decide it."""
    if source == "clerk":
        return [Owed("rows:parking", raw), Owed("rows:strict", raw)]
    content = hl7v2.parse(raw)
    flow = next(one for one in _FLOWS if one.source == source and one.takes(content.type))
    handler = flow.handler(content.type)
    assert handler is not None
    try:
        yielded = list(handler(Message(0, source, 0, raw, content, content.type)) or ())
    except flows.FlowFails:
        return None
    return [
        Owed(one.to, raw if one.body is None else one.body)
        if isinstance(one, Dispatch)
        else Owed(STAY, CATALOGUE.encode(one))
        for one in yielded
    ]


_FLOWS: tuple[Flow, ...] = (flows.adt, flows.books, flows.lab, flows.desk)


def name_of(body: bytes) -> str:
    """The message behind a body, whatever the hub made of it."""
    name = named(body)[0]
    if name:
        return name.removeprefix("step.")
    event = CATALOGUE.decode(body)
    assert isinstance(event, AccountReadyToBill)
    return event.discharge


class Row(NamedTuple):
    """A delivery in the journal. `history`: its states, in order."""

    id: int
    message: int
    to: str
    lanes: tuple[bytes, ...]
    state: State
    body: bytes
    waits: bool
    parent: int
    history: list[State]
    settled: int


class Evidence:
    """Everything that the checks look at, gathered once from a world at rest."""

    def __init__(self, world: World, store: Store) -> None:
        self.world = world
        self.store = store
        self.planned = {one.name: one for line in world.scenario.lines for one in line.planned}
        self.answered: dict[str, Fate] = {}
        for sender in world.senders:
            self.answered |= sender.answered
        self.taken = {name: target.taken for name, target in world.targets.items()}
        self.messages = {
            row[0]: row[1:]
            for row in store.rows("select id, decision, body, size from message where kind = 0 order by id")
        }
        self.refused = {
            named(store.body(body, size).replace(b"ZAP|", b"ZID|", 1))[0]
            for body, size in store.rows("select body, size from message where kind = 2")
        }
        self.raw = {id: store.body(body, size) for id, (_, body, size) in self.messages.items()}
        history: dict[int, list[State]] = defaultdict(list)
        for delivery, state in store.rows("select delivery, state from posting order by id"):
            history[delivery].append(State(state))
        self.rows = [self._row(row, history) for row in store.rows(
            "select id, message, destination, lanes, body, size, state, waits, parent, posting from delivery order by id"
        )]  # fmt: skip
        self.by_message: dict[int, list[Row]] = defaultdict(list)
        for row in self.rows:
            if not row.parent:
                self.by_message[row.message].append(row)
        self.by_id = {row.id: row for row in self.rows}
        self.stood = {row[0] for row in store.rows("select message from worklist where kind = 'message'")}

    def given_back(self, message: int) -> bool:
        """Whether the debt of a message is its sender's again."""
        return any(row.state is State.RETURNED for row in self.by_message[message])

    def _row(self, row: tuple[Any, ...], history: dict[int, list[State]]) -> Row:
        id, message, destination, lanes, body, size, state, waits, parent, posting = row
        keys = tuple(lanes[at : at + 16] for at in range(0, len(lanes), 16))
        content = self.store.body(body, size)
        to = self.store.name_of[destination]
        return Row(id, message, to, keys, State(state), content, bool(waits), parent, history[id], posting)


Check = Callable[[Evidence], Iterator[str]]


def judge(world: World) -> None:
    """Raises `Failed` with everything that is not as promised."""
    world.storage.reopen()
    store = world.storage.store
    assert store is not None
    evidence = Evidence(world, store)
    found = [f"{check.__name__}: {words}" for check in CHECKS for words in check(evidence)]
    if found:
        raise Failed("\n".join(found[:20]))


# ---- the promises


def each_message_is_taken_once(evidence: Evidence) -> Iterator[str]:
    """Every message that a sender was answered for is stored, byte for byte, and only once; and nothing else is. What
    must be refused is refused, and kept beside."""
    stored: dict[str, int] = defaultdict(int)
    for id, raw in evidence.raw.items():
        planned = evidence.planned.get(named(raw)[0])
        if planned is None or planned.raw != raw:
            yield f"message {id} is not what any sender sent"
            continue
        stored[planned.name] += not evidence.given_back(id)
    for name, planned in evidence.planned.items():
        fate, times = evidence.answered.get(name), stored[name]
        if planned.refused:
            if fate is not Fate.REFUSED or times or name not in evidence.refused:
                yield f"{name} had to be refused and kept, was answered with {fate} and stored {times} times"
            continue
        if fate in _TAKEN and times == 0:
            yield f"{name} was acknowledged and is lost"
        if times > (fate is not Fate.RETURNED):
            yield f"{name} was processed {times} times, and answered with {fate}"
        if fate not in _TAKEN and not (fate is Fate.RETURNED and name.startswith("desk")):
            yield f"{name} was answered with {fate}"


def what_follows_from_a_message_is_what_its_flow_says(evidence: Evidence) -> Iterator[str]:
    """The deliveries of each message are those of its flow, run again; undecided ones were given up by the person."""
    person = evidence.world.person
    for id, (decision, _, _) in evidence.messages.items():
        raw = evidence.raw[id]
        source = named(raw)[0].split(".")[0]
        candidates = [*person.bodies.get(("message", id), []), raw]
        wanted = next((out for one in candidates if (out := owed(one, source)) is not None), None)
        found = sorted((row.to, _known_body(evidence, row)) for row in evidence.by_message[id] if not row.parent)
        if ("message", id) in person.given_up and decision == Decision.FILTERED and not found:
            continue
        if wanted is None:
            yield f"message {id} cannot be decided and is not with the person"
        elif found != sorted((one.to, one.body) for one in wanted):
            yield f"message {id} ({named(raw)[0]}) gave rise to {len(found)} deliveries, owed are {len(wanted)} or others"


def _known_body(evidence: Evidence, row: Row) -> bytes:
    """A delivery's body before the person mended it; of an event, without the number that the hub put into it."""
    made = evidence.world.person.bodies.get(("delivery", row.id))
    if made and row.body in made:
        return evidence.raw[row.message]
    return row.body


def what_is_owed_arrives_unharmed(evidence: Evidence) -> Iterator[str]:
    """Each delivery reached its target, byte for byte, or the person gave it up."""
    arrived = {name: {(one.delivery, one.body) for one in taken} for name, taken in evidence.taken.items()}
    person = evidence.world.person
    for row in evidence.rows:
        subject = ("delivery", row.id)
        if row.state in (State.SKIPPED, State.DISCARDED):
            if subject not in person.given_up:
                yield f"delivery {row.id} to {row.to} is {row.state.name.lower()}, and nobody asked for that"
        elif row.state is State.REDIRECTED:
            if row.id not in person.redirected or not any(one.parent == row.id for one in evidence.rows):
                yield f"delivery {row.id} was redirected to nowhere"
        elif row.state is State.SUPERSEDED:
            if row.to != TIMER:
                yield f"delivery {row.id} to {row.to} was superseded"
        elif row.state is State.RETURNED:
            if not name_of(row.body).startswith("desk"):
                yield f"delivery {row.id} was returned to a sender that did not wait for it"
        elif row.state not in (State.DELIVERED, State.ALREADY_THERE):
            yield f"delivery {row.id} to {row.to} is {row.state.name.lower()} at the end"
        elif row.to in arrived and (row.id, row.body) not in arrived[row.to]:
            yield f"delivery {row.id} ({name_of(row.body)}) is settled and never reached {row.to}"


def nothing_arrives_that_is_not_owed(evidence: Evidence) -> Iterator[str]:
    """Everything that a target took is a delivery of a message that a sender sent, with its bytes."""
    person = evidence.world.person
    for target, taken in evidence.taken.items():
        for one in taken:
            row = evidence.by_id.get(one.delivery)
            if row is None or row.to != target:
                yield f"{target} took delivery {one.delivery}, which does not exist"
            elif one.body not in (row.body, evidence.raw[row.message], *person.bodies.get(("delivery", row.id), ())):
                yield f"{target} took delivery {one.delivery} with other bytes"
            if name_of(one.body) not in evidence.planned:
                yield f"{target} took something that nobody sent"


def repeats_have_a_reason(evidence: Evidence) -> Iterator[str]:
    """A target gets a delivery again only if the hub did not hear of the first time, or died before it was durable; and
    each death repeats at most one delivery of a lane."""
    crashes = evidence.world.crashes
    for target, taken in evidence.taken.items():
        before: dict[int, Taken] = {}
        repeated: dict[tuple[float, bytes], int] = {}
        for one in taken:
            earlier = before.get(one.delivery)
            before[one.delivery] = one
            if earlier is None or earlier.heard_s is None:
                continue
            death = next((at for at in reversed(crashes) if earlier.heard_s <= at <= one.at_s), None)
            if death is None:
                yield f"{target} took delivery {one.delivery} twice ({name_of(one.body)}), and nothing had gone wrong"
                continue
            row = evidence.by_id.get(one.delivery)
            for lane in row.lanes if row else ():
                other = repeated.setdefault((death, lane), one.delivery)
                if other != one.delivery:
                    yield f"{target} took deliveries {other} and {one.delivery} of one lane again after one crash"


def order_holds_within_each_lane(evidence: Evidence) -> Iterator[str]:
    """Within a lane nothing arrives after something newer: neither for the first time nor again. Exempt is only what
    was parked in a lane that goes on."""
    for target, taken in evidence.taken.items():
        newest: dict[bytes, int] = {}
        for one in taken:
            row = evidence.by_id.get(one.delivery)
            if row is None or (not row.waits and State.PARKED in row.history):
                continue
            for lane in row.lanes:
                if newest.get(lane, 0) > one.delivery:
                    yield f"{target} took delivery {one.delivery} after {newest[lane]} of the same lane"
                newest[lane] = max(newest.get(lane, 0), one.delivery)


def order_is_the_senders(evidence: Evidence) -> Iterator[str]:
    """What one connection sent about one patient arrives in the order in which it was sent, where lanes wait."""
    exempt = {
        row.id
        for row in evidence.rows
        if not row.waits and (State.PARKED in row.history or row.message in evidence.stood)
    }
    exempt |= {row.id for row in evidence.rows if _of_a_bad_piece(evidence, row)}
    redirected = {row.id for row in evidence.rows if row.parent in evidence.world.person.redirected}
    for target, taken in evidence.taken.items():
        newest: dict[tuple[str, str, str], int] = {}
        seen: set[int] = set()
        for one in taken:
            if one.delivery in exempt or one.delivery in redirected or one.delivery in seen:
                continue
            seen.add(one.delivery)
            planned = evidence.planned[name_of(one.body)]
            source, connection, at = planned.name.split(".")
            for lane in _lanes(planned, one.body):
                last = newest.get((source, connection, lane), -1)
                if last > int(at):
                    yield f"{target} took {planned.name} after {source}.{connection}.{last} of the same {lane}"
                newest[source, connection, lane] = max(last, int(at))


def _lanes(planned: Planned, body: bytes) -> tuple[str, ...]:
    if planned.kind == "ROWS":
        return (files.place_of(body)[1],)
    return ("books",) if planned.kind == "DFT^P03" else planned.patients


def parked_was_what_had_to(evidence: Evidence) -> Iterator[str]:
    """Nothing is parked but for a fault of its own: a refusal, or attempts that are used up."""
    for row in evidence.rows:
        if State.PARKED not in row.history:
            continue
        codes = {code for (code,) in evidence.store.rows(
            "select code from posting where delivery = ? and state = 8", (row.id,)
        )}  # fmt: skip
        if codes - {"TRANSIENT", "PERMANENT"}:
            yield f"delivery {row.id} to {row.to} was parked with {', '.join(sorted(codes))}"
        elif "PERMANENT" in codes and not _wished(evidence, row):
            yield f"delivery {row.id} to {row.to} was parked as refused, and nobody refuses it"


def _wished(evidence: Evidence, row: Row) -> bool:
    return bool(named(evidence.raw[row.message])[1])


def processes_are_what_their_events_made_them(evidence: Evidence) -> Iterator[str]:
    """The state of each instance is a replay of its events, in order, each once; and so is what it sent."""
    steps = sorted(
        (row for row in evidence.rows if row.to == STAY and row.state is State.DELIVERED), key=lambda row: row.settled
    )
    by_lane: dict[bytes, list[Row]] = defaultdict(list)
    for row in steps:
        by_lane[row.lanes[0]].append(row)
    for lane, rows in by_lane.items():
        ids = [row.id for row in rows]
        if ids != sorted(ids):
            yield f"the steps of an instance were taken out of order: {ids}"
        state = flows.Stay()
        for row in rows:
            if row.body:
                event = CATALOGUE.decode(row.body)
                assert isinstance(event, AccountReadyToBill)
                state, yielded = flows.ready(state, event, 0)
                told = [one.body for one in evidence.rows if one.parent == row.id and one.to == "billing"]
                if told != [one.body for one in yielded if isinstance(one, Dispatch) and one.to == "billing"]:
                    yield f"step {row.id} told billing something else than a replay does"
            else:
                state, _ = flows.due(state, 0)
        held = claim.memory(evidence.store, "stay", lane)
        if held is None or held.data is None or msgspec.json.decode(held.data, type=flows.Stay) != state:
            yield f"the state of an instance is not what its {len(rows)} steps made of it"
        if state.waits:
            yield "a timer was set and never fired"


def each_row_of_a_file_takes_effect_once(evidence: Evidence) -> Iterator[str]:
    """What follows from a file is what its rows say, each once: the good ones at once, a bad one once it was mended."""
    children: dict[int, list[Row]] = defaultdict(list)
    for row in evidence.rows:
        children[row.parent].append(row)
    for file in evidence.rows:
        if not file.to.startswith("rows:") or file.parent:
            continue
        flow = file.to.removeprefix("rows:")
        pieces = [one for one in children[file.id] if one.to == file.to]
        worked_off = (file, *pieces) if file.state is State.DELIVERED else pieces
        wanted = [
            one for body in worked_off if body.state is State.DELIVERED for one in files.effects_of(flow, body.body)
        ]
        found = [(one.to, one.body) for at in (file, *pieces) for one in children[at.id] if one not in pieces]
        if sorted(found) != sorted(wanted):
            yield f"file {file.id} to {file.to} gave rise to {len(found)} effects, owed are {len(wanted)} or others"
        bad = sum(row.bad for row in files.rows_of(file.body))
        if flow == "parking" and len(pieces) != bad:
            yield f"of file {file.id} {len(pieces)} rows stand alone, {bad} are bad"
        yield from _rows_in_order(file, [one for one in children[file.id] if one not in pieces])


def _rows_in_order(file: Row, effects: list[Row]) -> Iterator[str]:
    newest: dict[tuple[str, str], int] = {}
    for one in effects:
        n, patient = files.place_of(one.body)
        if newest.get((one.to, patient), 0) > n:
            yield f"row {n} of file {file.id} was dispatched to {one.to} after row {newest[one.to, patient]}"
        newest[one.to, patient] = n


def _of_a_bad_piece(evidence: Evidence, row: Row) -> bool:
    """Whether it followed from a row that was parked alone: the rest of its lane went on meanwhile."""
    parent = evidence.by_id.get(row.parent)
    return parent is not None and parent.to.startswith("rows:") and bool(parent.parent)


def the_ledger_adds_up(evidence: Evidence) -> Iterator[str]:
    """Both equations of the ledger, for every hour, source and destination; nothing is left open."""
    rows = ledger.rows(evidence.store)
    for row in rows:
        yield from ledger.imbalances(row)
        if row.get("waiting") or row.get("parked") or row.get("undecided"):
            yield f"the ledger of {row['party']} counts open work when there is none"


def the_journal_proves_itself(evidence: Evidence) -> Iterator[str]:
    """`isthmus verify` finds nothing."""
    for finding in verify(evidence.store):
        yield f"{finding.rule}: {finding.text}"


CHECKS: tuple[Check, ...] = (
    each_message_is_taken_once,
    what_follows_from_a_message_is_what_its_flow_says,
    what_is_owed_arrives_unharmed,
    nothing_arrives_that_is_not_owed,
    repeats_have_a_reason,
    order_holds_within_each_lane,
    order_is_the_senders,
    parked_was_what_had_to,
    processes_are_what_their_events_made_them,
    each_row_of_a_file_takes_effect_once,
    the_ledger_adds_up,
    the_journal_proves_itself,
)
