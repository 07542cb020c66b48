"""Verify names what is missing or altered. Every table loses a row and has one altered by hand."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from box import START_NS, Box, Time

from isthmus.journal import audit, operate
from isthmus.journal.seals import seal_closed
from isthmus.journal.settle import remember
from isthmus.journal.sqlite import Append
from isthmus.journal.trail import RUN_MESSAGES
from isthmus.journal.verify import Finding, verify
from isthmus.ports import Decision, Entry, Kind, Memory, State, Work


def fill(box: Box) -> None:
    """Something of everything; messages 1 to 8 by name, the rest for a search run."""
    charge = box.append(b"1: delivered", control="C1", to=("erp", "lab")).entries
    box.settle(charge[0], reference="INV-7", follow=[Entry("billing", charge[0].lanes, b"a bill")])
    box.park(box.append(b"2: parked", control="C2").entries[0], cents=12_00)
    box.append(b"3: undecided", decision=Decision.UNDECIDED, origin="10.0.0.7", control="C3")
    box.append(b"", kind=Kind.DUPLICATE, original=1, control="C1", decision=Decision.NONE)
    box.append(b"5: refused", kind=Kind.REFUSED, error="MSH-9 is empty", decision=Decision.NONE)
    box.append(b"6: filtered", decision=Decision.FILTERED, source="lab")
    box.append(b"7: a task", entries=[Entry("worklist", (), b"code this", headers={"text": "code the stay"})])
    box.park(box.append(b"8: closed since").entries[0])
    stuck = box.append(b"9: nobody could decide", decision=Decision.UNDECIDED)
    box.decide(stuck, work=Work("message", owner="it", code="FLOW", text="the flow raised"))
    merge = box.arrival(b"10: a merge")
    merge.lanes = (box.mac("Ann"), box.mac("Bob"))
    box.commit(Append(merge, lambda error: None))
    wrong = box.park(box.append(b"11: mended").entries[0])
    box.call(lambda batch: operate.mend(batch, wrong.id, b"put right", "ana", "typing error"))
    box.call(lambda batch: remember(batch, Memory("stay", box.mac("A1"), 1, b"admitted")))
    box.call(lambda batch: audit.record(batch, "ana", "view", message=1, reason="asked by the ward"))
    box.call(lambda batch: audit.record(batch, "ana", "view", message=2, reason="asked by finance"))
    box.clock.pass_hours(2)
    while box.call(lambda batch: seal_closed(batch, box.clock.ns, 8)):
        pass
    box.commit(*(Append(box.arrival(b"more", control=f"M{i}"), lambda error: None) for i in range(RUN_MESSAGES)))
    box.call(lambda batch: box.committer.trail.save())


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("filled") / "journal.db"
    box = Box(path, Time(START_NS))
    fill(box)
    assert verify(box.store) == []
    box.close()
    return path


def findings(filled: Path, tmp_path: Path, *statements: str) -> list[Finding]:
    shutil.copy(filled, tmp_path / "journal.db")
    box = Box(tmp_path / "journal.db", Time(START_NS))
    try:
        for statement in statements:
            box.store.db.execute(statement)
        return verify(box.store)
    finally:
        box.close()


FLIP = "cast(substr(x, 1, 20) || x'00' || substr(x, 22) as blob)"

BY_HAND = {
    "fence": ("delete from fence", "FENCE"),
    "name": ("delete from name where name = 'lab' and kind = 'source'", "NAME"),
    "data key": ("delete from data_key where segment != 0", "BODY"),
    "MAC key of sealed state": ("delete from data_key where segment = 0 and id != 0", "RECORD"),
    "segment": ("delete from segment", "SEGMENT"),
    "message": ("delete from message where id = 6", "MESSAGE_GAP"),
    "message with deliveries": ("delete from message where id = 1", "MESSAGE_MISSING"),
    "last message": ("delete from message where id = (select max(id) from message)", "NUMBER_LAST"),
    "message altered": ("update message set received_ns = received_ns + 1 where id = 6", "SEAL_ROWS"),
    "message marked as decided": ("update message set decision = 2 where id = 3", "LEDGER_SOURCE"),
    "message marked as duplicate": ("update message set kind = 1 where id = 6", "KIND"),
    "message with another body": (
        "update message set body = (select body from message where id = 1) where id = 2",
        "BODY",
    ),
    "body": ("delete from body where id = (select body from message where id = 2)", "BODY"),
    "body altered": (f"update body set x = {FLIP} where id = (select body from message where id = 2)", "BODY"),
    "body of a delivery": ("delete from body where id = (select body from delivery where parent != 0)", "BODY"),
    "bodies exchanged": (
        "update body set x = (select x from body where id = 1 << 40 | 1) where id = 1 << 40 | 2",
        "BODY",
    ),
    "what is sealed beside a message": (f"update message set x = {FLIP} where id = 3", "RECORD"),
    "delivery": ("delete from delivery where message = 2", "DISPATCHES"),
    "delivery that followed": ("delete from delivery where parent != 0", "FOLLOWS"),
    "last delivery": ("delete from delivery where id = (select max(id) from delivery)", "DISPATCHES"),
    "delivery marked as delivered": ("update delivery set state = 1 where message = 2", "POSTING_LAST"),
    "delivery to somewhere else": (
        "update delivery set destination = (select id from name where name = 'lab' and kind = 'destination') where message = 2",
        "LEDGER_DESTINATION",
    ),
    "posting": ("delete from posting where id = 2", "POSTING_LAST"),
    "last posting": ("delete from posting where id = (select max(id) from posting)", "POSTING_LAST"),
    "posting altered": ("update posting set at_ns = at_ns - 1 where id = 1", "SEAL_ROWS"),
    "words of a posting": (f"update posting set x = {FLIP} where id = 2", "RECORD"),
    "posting put in": (
        "insert into posting select max(id) + 1, 1, 0, 1, 1, 0, null, null from posting",
        "POSTING_LOOSE",
    ),
    "worklist item of a parked delivery": ("delete from worklist where kind = 'delivery'", "WORKLIST_PARKED"),
    "worklist item closed": ("update worklist set closed_ns = 1 where kind = 'delivery'", "WORKLIST_PARKED"),
    "task": ("delete from worklist where kind = 'task'", "WORKLIST_TASK"),
    "last worklist item": ("delete from worklist where id = (select max(id) from worklist)", "WORKLIST_GAP"),
    "words of a worklist item": (f"update worklist set x = {FLIP} where id = 1", "RECORD"),
    "process instance": ("delete from state", "INSTANCES"),
    "process instance altered": (f"update state set x = {FLIP}", "RECORD"),
    "further lane of a merge": ("delete from lane_also", "LANE_ALSO"),
    "mend": ("delete from mend", "MEND_GAP"),
    "mend altered": ("update mend set body = was_body", "MEND"),
    "body before it was mended": (f"update body set x = {FLIP} where id = (select was_body from mend)", "BODY"),
    "ledger row": ("delete from ledger where account = 0", "LEDGER_SOURCE"),
    "ledger row altered": ("update ledger set n = n + 1 where account = 21", "LEDGER_DESTINATION"),
    "seal": ("delete from seal where id = 1", "SEAL_GAP"),
    "last seal": ("delete from seal where id = (select max(id) from seal)", "SEAL_GAP"),
    "seal altered": ("update seal set hour = hour - 1 where id = 1", "SEAL_CHAIN"),
    "run": ("delete from run", "RUN_GAP"),
    "control id in a run": ("delete from run_entry where kind = 0 and message = 2", "RUN_CONTROL"),
    "lane in a run": ("update run_entry set key = key + 1 where kind = 1 and message = 2", "RUN_LANE"),
    "filter altered": ("update filter set bits = zeroblob(length(bits))", "FILTER"),
    "last number of a source": ("delete from source_last", "SOURCE_LAST"),
    "audit row": ("delete from audit where id = 1", "AUDIT_CHAIN"),
    "last audit row": ("delete from audit where id = (select max(id) from audit)", "AUDIT_GAP"),
    "audit row altered": ("update audit set actor = 'bob' where id = 1", "AUDIT_CHAIN"),
}


@pytest.mark.parametrize("what", BY_HAND)
def test_a_row_taken_away_or_altered_by_hand_is_found(filled: Path, tmp_path: Path, what: str) -> None:
    statement, rule = BY_HAND[what]
    assert rule in {finding.rule for finding in findings(filled, tmp_path, statement)}


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("delete from delivery where message = 2", 2),
        ("delete from message where id = 6", 6),
        ("delete from message where id = 1", 1),
        ("delete from body where id = (select body from message where id = 5)", 5),
        ("delete from posting where delivery in (select id from delivery where message = 8)", 8),
        ("delete from worklist where message = 2", 2),
        ("delete from delivery where id = (select max(id) from delivery)", 11 + RUN_MESSAGES),
    ],
)
def test_a_finding_names_the_message(filled: Path, tmp_path: Path, statement: str, message: int) -> None:
    found = findings(filled, tmp_path, statement)
    assert message in {finding.message for finding in found}
    assert any(str(message) in finding.text for finding in found)


def test_a_message_of_the_last_number_is_named_by_its_source_and_number(filled: Path, tmp_path: Path) -> None:
    found = findings(
        filled,
        tmp_path,
        "delete from message where source = (select id from name where name = 'lab' and kind = 'source')",
    )
    assert "message number 1 to 1 of source lab is missing" in {finding.text for finding in found}


def test_findings_show_no_content(filled: Path, tmp_path: Path) -> None:
    found = findings(filled, tmp_path, f"update body set x = {FLIP}", f"update worklist set x = {FLIP}")
    assert found
    assert not any("closed" in finding.text or "delivered" in finding.text for finding in found)


def test_progress_ends_at_everything(filled: Path, tmp_path: Path) -> None:
    shutil.copy(filled, tmp_path / "journal.db")
    box = Box(tmp_path / "journal.db", Time(START_NS))
    seen: list[tuple[int, int]] = []
    verify(box.store, lambda done, total: seen.append((done, total)))
    box.close()
    assert seen[-1][0] == seen[-1][1] > 2 * RUN_MESSAGES
    assert seen == sorted(seen)


def test_a_seal_covers_each_row_once_and_leaves_the_open_hour(box: Box) -> None:
    for _ in range(5):
        box.settle(box.append().entries[0])
    assert box.call(lambda batch: seal_closed(batch, box.clock.ns)) is False
    assert box.one("select count(*) from seal") == 0
    box.clock.pass_hours(1)
    box.append()
    steps = 1
    while box.call(lambda batch: seal_closed(batch, box.clock.ns, 2)):
        steps += 1
    assert steps == 3
    assert box.store.rows("select last_message, last_delivery, last_posting from seal order by id desc limit 1") == [
        (5, 5, 5)
    ]
    assert verify(box.store) == []


def test_parked_and_postings_states_have_names_in_the_ledger(box: Box) -> None:
    box.park(box.append().entries[0])
    assert box.store.rows("select state from posting") == [(State.PARKED,)]
