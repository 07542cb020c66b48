"""What the demo ends with: the ledger, the three-way tie-out, what stands parked, and whether all is accounted for.

Each check says what it found in one sentence. The demo succeeds when every one of them holds; what a person has to do is
no failure, as long as it is one of the things that this day is known to bring.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from stage import Stage, isthmus
from watch import counters

from isthmus.cli.access import call, look
from isthmus.cli.commands import control as control_command
from isthmus.cli.output import styled
from isthmus.journal.verify import verify
from isthmus.kernel import IsthmusError
from isthmus.protocols import hl7v2
from isthmus.reconcile import Result
from isthmus.runtime import asks
from isthmus.runtime.controls import run_control
from isthmus.sandbox.ehr.day import Day, Sending

EXPECTED = {
    (
        "delivery",
        "UNMAPPED",
    ): "add the department's row to tables/departments.csv, `isthmus deploy tables`, then resend",
    ("task", "cancelled-with-charges"): "move the charges to the right account, or have the EHR credit them",
    ("task", "discharge-without-charges"): "ask the ward whether nothing was charged, then close the task",
}
"""What may stand on the worklist after this day, by kind and cause, and what finance does about it."""


class Check(NamedTuple):
    holds: bool
    words: str


def close_books(stage: Stage, day: Day) -> bool:
    """Print everything; True when all is accounted for."""
    heading("The ledger: every frame and every delivery")
    isthmus(stage.hub_folder, "ledger")
    heading(f"Control C0 of {day.business_date}: EHR = hub = ERP")
    result = compared(stage.hub_folder, day.business_date)
    if isinstance(result, Result):
        control_command.show(result, day.business_date)
    heading("What waits for a person")
    if isinstance(result, Result):
        for row in result.rows:
            if row.figures.get("parked"):
                print(f"  {row.figures['parked']:,.2f} of {row.group} is in the hub and not in the books:")
    items = call(stage.hub_folder, "parked", asks.ListParked(), asks.Parked).items
    for item in items:
        show_item(item)
    heading("Accounted for?")
    checks = [
        *check_messages(stage, day),
        *check_order(stage, day),
        *check_journal(stage),
        *check_money(result),
        *check_worklist(items),
    ]
    for check in checks:
        print(f"  {styled('yes', 'good') if check.holds else styled('NO ', 'error')}  {check.words}")
    return all(check.holds for check in checks)


def heading(words: str) -> None:
    print(f"\n{styled(words, 'strong')}\n")


def show_item(item: asks.ParkedItem) -> None:
    money = f", {item.cents / 100:,.2f}" if item.cents else ""
    print(f"  item {item.item}, {item.kind} for {item.owner}{money}: {item.code}")
    print(f"      {item.text}")
    if mend := EXPECTED.get((item.kind, item.code)):
        print(f"      what to do: {mend}")


def compared(folder: Path, day: date) -> Result | IsthmusError:
    try:
        return run_control(folder, "C0", day)
    except IsthmusError as error:
        return error


def check_messages(stage: Stage, day: Day) -> Iterator[Check]:
    """What the EHR sent, against what the hub's ledger says of its source."""
    says = stage.ehr.says if stage.ehr else {}
    distinct = sum(one.well_formed and one.note != "repeat" for one in day.sendings)
    malformed = day.count(note="malformed")
    of = sum(one.well_formed for one in day.sendings)
    yield Check(
        says.get("accepted") == of and not says.get("refused"),
        f"the EHR had {says.get('accepted')} of {of} messages acknowledged, {says.get('refused')} refused",
    )
    ehr = look(stage.hub_folder, counters).get(("source", "ehr"), {})
    yield Check(
        (ehr.get("appended"), ehr.get("refused")) == (distinct, malformed),
        f"the hub took {ehr.get('appended')} of {distinct} distinct messages, {ehr.get('duplicate')} came again, "
        f"and refused {ehr.get('refused')} of {malformed} that were no message",
    )


def check_order(stage: Stage, day: Day) -> Iterator[Check]:
    """Radiology got every ADT message once, every byte of it, and each patient's in the order of the day."""
    arrived = stage.radiology_log.read_text().split()
    sent = {hashlib.sha256(one.raw).hexdigest(): one for one in reversed(day.sendings) if one.trigger.startswith("ADT")}
    yield Check(
        sorted(arrived) == sorted(sent),
        f"radiology has {len(set(arrived) & set(sent))} of {len(sent)} ADT messages byte for byte, "
        f"{len(arrived) - len(set(arrived))} twice",
    )
    last: dict[str, int] = defaultdict(int)
    overtaken = 0
    for one in (sent[digest] for digest in arrived if digest in sent):
        patients = patients_of(one)
        overtaken += any(last[patient] > one.number for patient in patients)
        last.update(dict.fromkeys(patients, one.number))
    yield Check(not overtaken, f"{overtaken} of a patient's messages came out of order, mergers included")


def patients_of(sending: Sending) -> list[str]:
    message = hl7v2.parse(sending.raw)
    return [found for path in ("PID-3[MR].1", "MRG-1[MR].1") if (found := message[path])]


def check_journal(stage: Stage) -> Iterator[Check]:
    found = look(stage.hub_folder, verify)
    named = "; ".join(f"{one.rule}: {one.text}" for one in found[:5])
    yield Check(not found, f"the journal recounted: {named or 'nothing missing, nothing altered'}")


def check_money(result: Result | IsthmusError) -> Iterator[Check]:
    if not isinstance(result, Result):
        yield Check(False, f"control C0: {result}")
        return
    legs = dict.fromkeys(one.leg for one in result.breaks)
    words = "the register, the hub and the ERP agree to the cent"
    if legs:
        words = f"{len(result.breaks)} breaks, {result.amount:,} in question, in: {'; '.join(legs)}"
    yield Check(result.tied, f"control C0: {words}")
    moving = total(result, "in flight")
    yield Check(not moving, f"{moving:,.2f} is still on its way, {total(result, 'parked'):,.2f} stands parked")


def total(result: Result, side: str) -> Decimal:
    return sum((abs(row.figures[side]) for row in result.rows if side in row.figures), Decimal(0))


def check_worklist(items: list[asks.ParkedItem]) -> Iterator[Check]:
    kinds = [(item.kind, item.code) for item in items]
    unexpected = sorted({f"{kind} {code}" for kind, code in kinds if (kind, code) not in EXPECTED})
    words = f"{len(items)} items wait for a person, of the kinds that this day brings"
    yield Check(not unexpected, words if not unexpected else f"unexpected on the worklist: {', '.join(unexpected)}")
    unmapped = kinds.count(("delivery", "UNMAPPED"))
    yield Check(unmapped == 1, f"{unmapped} charge of an unmapped department is parked")
