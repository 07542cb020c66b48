"""C0, charges to general ledger, three ways:

    the source's register  =  what the hub took in                          by facility and department
    what the hub took in   =  posted + parked + in flight                   charge by charge, and entry line by line
    what was posted        =  the ERP's own movement                        by account and cost centre

The first and the last side never passed through the hub's reading of the messages. The middle one would tie with
itself; it is there to say where a charge stands, and to notice one that stands nowhere or in two entries.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from ..model import ChargePosted, DayEndRegister, JournalEntry, RegisterRow
from .control import Break, Control, Row

ZERO = Decimal(0)
REGISTER, STANDING, LEDGER = "register = taken", "taken = posted + parked + in flight", "posted = ERP"
Place = tuple[str, str | None]
Identity = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Taken:
    """A charge or credit that came in, and when its message was received."""

    charge: ChargePosted
    received_ns: int

    @property
    def identity(self) -> Identity:
        """A repeat of one that was taken is the same; other content under its key is another."""
        return self.charge.key, self.charge.content


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargesToLedger:
    """The totals of one business date.

    taken      every charge and credit that a message brought, repeats included: they are recognised here once more
    parked     those that stand parked for a person, before they reached an entry
    in_flight  business keys of those on their way: in queues, in open batches, in entries not yet delivered
    posted     the entries that the ERP took, as they were delivered
    held       the entries that stand parked
    ledger     the ERP's movement on the business date: (account, cost centre or None) -> debits minus credits
    unread     messages that could not be read into charges and stand parked: suspects for what is missing
    """

    register: DayEndRegister
    taken: Collection[Taken]
    posted: Collection[JournalEntry]
    ledger: Mapping[Place, Decimal]
    parked: Collection[ChargePosted] = ()
    in_flight: Collection[str] = ()
    held: Collection[JournalEntry] = ()
    unread: tuple[int, ...] = ()


def check(totals: ChargesToLedger, tolerance: Decimal) -> tuple[list[Row], list[Break]]:
    """Compare. Rows by department, then by account and cost centre."""
    day = totals.register.business_date
    distinct: dict[Identity, Taken] = {}
    for one in totals.taken:
        if one.charge.kind in ("CG", "CD") and one.charge.posting_date == day:
            distinct.setdefault(one.identity, one)
    taken = list(distinct.values())
    posted = [entry for entry in totals.posted if entry.posting_date == day]
    held = [entry for entry in totals.held if entry.posting_date == day]
    parked = {(charge.key, charge.content) for charge in totals.parked}
    # Of several contents under one key at most one was taken into an entry: the others parked for themselves.
    entered = {one.charge.key: one for one in taken if one.identity not in parked}
    standing = _standing(taken, parked, posted, held, totals.in_flight)
    breaks = [
        *_against_register(totals, taken, tolerance),
        *_standing_nowhere(taken, standing),
        *_entries_against_charges([*posted, *held], entered, tolerance),
        *_against_ledger(totals.ledger, posted, entered, tolerance),
    ]
    return [*_department_rows(totals.register, taken, standing), *_ledger_rows(totals.ledger, posted)], breaks


CHARGES_TO_LEDGER = Control(
    name="C0",
    title="Charges to general ledger",
    owner="finance",
    schedule="day-end",
    check=check,
)


# Where each charge stands


def _standing(
    taken: Iterable[Taken],
    parked: Collection[Identity],
    posted: Iterable[JournalEntry],
    held: Iterable[JournalEntry],
    in_flight: Iterable[str],
) -> dict[Identity, str]:
    """posted, parked, in flight, or "" for a charge that is nowhere."""
    by_key = dict.fromkeys(in_flight, "in flight")
    by_key |= dict.fromkeys(_charges(held), "parked")
    by_key |= dict.fromkeys(_charges(posted), "posted")
    standing = {}
    for one in taken:
        nowhere = "" if one.charge.revenue else "posted"  # a charge of nothing has no entry to stand in
        standing[one.identity] = "parked" if one.identity in parked else by_key.get(one.charge.key, nowhere)
    return standing


def _charges(entries: Iterable[JournalEntry]) -> Iterator[str]:
    return (charge for entry in entries for line in entry.lines for charge in line.charges)


# The three comparisons


def _against_register(totals: ChargesToLedger, taken: Iterable[Taken], tolerance: Decimal) -> Iterator[Break]:
    by_department: dict[tuple[str, str], list[Taken]] = defaultdict(list)
    for one in taken:
        by_department[one.charge.facility, one.charge.department].append(one)
    rows = {(row.facility, row.department): row for row in totals.register.rows}
    for group in sorted(rows.keys() | by_department.keys()):
        row = rows.get(group) or RegisterRow(facility=group[0], department=group[1], charges=0, credits=0, total=ZERO)
        mine = by_department[group]
        kinds = Counter(one.charge.kind for one in mine)
        total = sum((one.charge.revenue for one in mine), ZERO)
        if abs(row.total - total) <= tolerance and (row.charges, row.credits) == (kinds["CG"], kinds["CD"]):
            continue
        yield Break(
            leg=REGISTER,
            group=" ".join(group),
            sides={
                "register": f"{row.total} in {row.charges} charges, {row.credits} credits",
                "taken": f"{total} in {kinds['CG']} charges, {kinds['CD']} credits",
            },
            amount=row.total - total,
            what="the source charged something else than the hub took in: a message is missing, unread or misread",
            messages=_messages(mine) + (totals.unread if row.charges + row.credits > len(mine) else ()),
            since_ns=_since(mine),
        )


def _standing_nowhere(taken: Iterable[Taken], standing: Mapping[Identity, str]) -> Iterator[Break]:
    for one in taken:
        if not standing[one.identity]:
            yield Break(
                leg=STANDING,
                group=one.charge.key,
                sides={"taken": str(one.charge.revenue), "posted, parked or in flight": "0"},
                amount=one.charge.revenue,
                what="a charge was taken in and is neither posted nor parked nor on its way",
                messages=(one.charge.origin.message_id,),
                since_ns=one.received_ns,
            )


def _entries_against_charges(
    entries: Iterable[JournalEntry], entered: Mapping[str, Taken], tolerance: Decimal
) -> Iterator[Break]:
    """Each line holds the sum of its charges, and no charge stands in two lines."""
    seen: set[str] = set()
    for entry in entries:
        for line in entry.lines:
            mine = [entered[key] for key in line.charges if key in entered]
            total, net = sum((one.charge.revenue for one in mine), ZERO), line.credit - line.debit
            twice = not seen.isdisjoint(line.charges)
            seen.update(line.charges)
            unknown = len(mine) < len(line.charges)
            if twice or unknown or (line.charges and abs(net - total) > tolerance):
                yield Break(
                    leg=STANDING,
                    group=f"{entry.key} line {line.line}",
                    sides={"charges": str(total), "entry": str(net)},
                    amount=total - net,
                    what="a charge stands in two entries" if twice else "an entry's line does not hold its charges",
                    messages=_messages(mine),
                    since_ns=_since(mine),
                )


def _against_ledger(
    ledger: Mapping[Place, Decimal],
    posted: Collection[JournalEntry],
    entered: Mapping[str, Taken],
    tolerance: Decimal,
) -> Iterator[Break]:
    movements = _movements(posted)
    for place in sorted(movements.keys() | ledger.keys(), key=_place_name):
        mine, theirs = movements.get(place, ZERO), ledger.get(place, ZERO)
        if abs(mine - theirs) > tolerance:
            behind = [entered[key] for key in _charges_at(place, posted) if key in entered]
            yield Break(
                leg=LEDGER,
                group=_place_name(place),
                sides={"posted": str(mine), "ERP": str(theirs)},
                amount=mine - theirs,
                what="the ERP's movement is not what the hub posted: an entry is missing, doubled or altered there",
                messages=_messages(behind),
                since_ns=_since(behind),
            )


def _charges_at(place: Place, entries: Iterable[JournalEntry]) -> Iterator[str]:
    """The charges behind an account and cost centre; behind a receivable, which names none, those of its entries."""
    for entry in entries:
        touched = [line for line in entry.lines if (line.account, line.cost_centre) == place]
        if touched:
            named = [charge for line in touched for charge in line.charges]
            yield from named or _charges([entry])


# What people are shown


def _department_rows(
    register: DayEndRegister, taken: Iterable[Taken], standing: Mapping[Identity, str]
) -> Iterator[Row]:
    figures: dict[str, dict[str, Decimal]] = defaultdict(
        lambda: dict.fromkeys(("register", "taken", "posted", "parked", "in flight"), ZERO)
    )
    for row in register.rows:
        figures[f"{row.facility} {row.department}"]["register"] += row.total
    for one in taken:
        mine = figures[f"{one.charge.facility} {one.charge.department}"]
        mine["taken"] += one.charge.revenue
        if state := standing[one.identity]:
            mine[state] += one.charge.revenue
    return (Row(group, figures[group]) for group in sorted(figures))


def _ledger_rows(ledger: Mapping[Place, Decimal], posted: Iterable[JournalEntry]) -> Iterator[Row]:
    movements = _movements(posted)
    for place in sorted(movements.keys() | ledger.keys(), key=_place_name):
        yield Row(_place_name(place), {"posted": movements.get(place, ZERO), "ERP": ledger.get(place, ZERO)})


def _movements(entries: Iterable[JournalEntry]) -> dict[Place, Decimal]:
    """Debits minus credits by account and cost centre."""
    movements: dict[Place, Decimal] = defaultdict(lambda: ZERO)
    for entry in entries:
        for line in entry.lines:
            movements[line.account, line.cost_centre] += line.debit - line.credit
    return dict(movements)


def _place_name(place: Place) -> str:
    account, cost_centre = place
    return f"{account} {cost_centre}" if cost_centre else account


def _messages(taken: Iterable[Taken]) -> tuple[int, ...]:
    return tuple(sorted({one.charge.origin.message_id for one in taken}))


def _since(taken: Iterable[Taken]) -> int | None:
    return min((one.received_ns for one in taken), default=None)
