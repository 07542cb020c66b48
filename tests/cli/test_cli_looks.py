"""messages, show, replay, ledger, verify: beside a running hub, and without one."""

from __future__ import annotations

import apsw
import pytest

pytestmark = pytest.mark.process

MESSAGE = b"MSH|^~\\&|A|B|C|D|20260101||%s|%s|P|2.5.1\rPID|1||%s^^^GH^MR||Canary^Carla\r"


@pytest.fixture
def ran(isthmus, hub, start, until, tmp_path):
    """A hub that has taken five messages and a duplicate, and delivered them; it still runs."""
    process = start(hub)
    path = tmp_path / "messages.hl7"
    path.write_bytes(
        b"".join(
            MESSAGE % one
            for one in (
                (b"ADT^A01", b"1", b"P1"),
                (b"ADT^A08", b"2", b"P1"),
                (b"ADT^A01", b"3", b"P2"),
                (b"ADT^A03", b"4", b"P1"),
                (b"ADT^A01", b"1", b"P1"),
                (b"ORU^R01", b"5", b"P1"),
            )
        )
    )
    assert isthmus("send", path, process.address).code == 1  # the ORU is refused
    until(lambda: len(list((hub / "out").glob("*.hl7"))) == 4, "four files")
    until(lambda: delivered(isthmus, hub) == 4, "four outcomes")
    return process


def delivered(isthmus, hub) -> int:
    rows = isthmus("ledger", "--hub", hub, "--json").json["ledger"]["rows"]
    return next((row["delivered"] for row in rows if row["party"] == "archive"), 0)


@pytest.mark.parametrize(
    ("filter", "expected"),
    [
        ([], [6, 5, 4, 3, 2, 1]),
        (["--oldest-first", "--limit", "2"], [1, 2]),
        (["--oldest-first", "--limit", "2", "--after", "2"], [3, 4]),
        (["--type", "ADT"], [5, 4, 3, 2, 1]),
        (["--type", "ADT^A08"], [2]),
        (["--key", "P2^GH"], [3]),
        (["--control-id", "4"], [4]),
        (["--state", "duplicate"], [5]),
        (["--state", "refused"], [6]),
        (["--state", "decided", "--key", "P1^GH"], [4, 2, 1]),
        (["--flow", "ehr-adt"], [4, 3, 2, 1]),
        (["--destination", "archive"], [4, 3, 2, 1]),
        (["--source", "ehr", "--since", "1h"], [6, 5, 4, 3, 2, 1]),
        (["--until", "1h"], []),
    ],
)
def test_messages_are_found_by_what_is_known_of_them(filter, expected, ran, isthmus, hub):
    found = isthmus("messages", *filter, "--hub", hub, "--json").json
    assert [one["id"] for one in found["messages"]] == expected
    ran.stop()
    again = isthmus("messages", *filter, "--hub", hub, "--json").json
    assert again == found


def test_a_table_shows_no_content(ran, isthmus, hub):
    out = isthmus("messages", "--hub", hub).out
    assert out.splitlines()[0].split()[:4] == ["ID", "RECEIVED", "SOURCE", "TYPE"]
    assert "duplicate" in out
    assert "Canary" not in out
    assert "P1" not in out


@pytest.mark.parametrize(
    ("filter", "words"),
    [
        (["--since", "yesterday"], "is no time"),
        (["--state", "lost"], "there is no state 'lost'"),
        (["--source", "nope"], "it knows ehr"),
        (["--limit", "0"], "limit"),
        (["--limit", "100000"], "limit"),
    ],
)
def test_wrong_filters_exit_with_2_and_say_what_is_right(filter, words, ran, isthmus, hub):
    said = isthmus("messages", *filter, "--hub", hub)
    assert said.code == 2
    assert words in said.err


def test_show_gives_the_message_by_path_and_name_and_every_step(ran, isthmus, hub):
    out = isthmus("show", 1, "--hub", hub).out
    assert "message 1: ADT^A01 from ehr, number 1" in out
    assert "PID-5.1" in out
    assert "Canary" in out
    assert "PID             patient" in out
    assert "delivery 1 to archive: delivered" in out


def test_raw_bytes_come_out_as_they_came_in(ran, isthmus, hub):
    assert isthmus("show", 1, "--raw", "--hub", hub).out.encode() == MESSAGE % (b"ADT^A01", b"1", b"P1")


def test_of_a_duplicate_nothing_is_kept_but_what_it_repeats(ran, isthmus, hub):
    assert "repeats    message 1" in isthmus("show", 5, "--hub", hub).out
    assert isthmus("show", 5, "--raw", "--hub", hub).code == 2


def test_a_look_is_audited_also_without_a_running_hub(ran, isthmus, hub):
    isthmus("show", 2, "--hub", hub, "--reason", "first")
    ran.stop()
    isthmus("show", 2, "--hub", hub, "--reason", "second")
    audit = isthmus("show", 2, "--hub", hub, "--json").json["audit"]
    assert [(row["action"], row["reason"]) for row in audit] == [("show", "first"), ("show", "second")]


def test_a_message_that_is_not_there_exits_with_2(ran, isthmus, hub):
    said = isthmus("show", 99, "--hub", hub)
    assert said.code == 2
    assert "there is no message 99" in said.err


# ---- replay


def test_a_replay_is_a_dry_run_unless_told_otherwise(ran, isthmus, hub):
    said = isthmus("replay", "--key", "P2^GH", "--to", "archive", "--hub", hub)
    assert said.code == 0
    assert "1 messages would give 1 to archive" in said.out
    assert "nothing was sent" in said.out
    assert len(isthmus("messages", "--hub", hub, "--json").json["messages"]) == 6


def test_a_replay_goes_out_again_as_a_message_of_its_own(ran, isthmus, hub, until):
    file = next(path for path in (hub / "out").glob("*.hl7") if b"|3|" in path.read_bytes())
    file.unlink()
    said = isthmus("replay", 3, "--to", "archive", "--yes", "--reason", "the file was lost", "--hub", hub)
    assert said.code == 0
    assert "1 messages gave 1 to archive" in said.out
    until(file.exists, "the file again")
    newest = isthmus("messages", "--limit", 1, "--hub", hub, "--json").json["messages"][0]
    assert (newest["original"], newest["kind"]) == (3, "appended")
    assert isthmus("ledger", "--verify", "--hub", hub).code == 0


def test_what_the_destination_holds_already_is_not_made_twice(ran, isthmus, hub, until):
    before = sorted((hub / "out").iterdir())
    isthmus("replay", 3, "--to", "archive", "--yes", "--reason", "again", "--hub", hub)
    rows = until(
        lambda: [
            row
            for row in isthmus("ledger", "--hub", hub, "--json").json["ledger"]["rows"]
            if row["party"] == "archive" and row["already_there"] == 1
        ],
        "the outcome",
    )
    assert rows[0]["dispatched"] == 5
    assert sorted((hub / "out").iterdir()) == before


def test_a_replay_behind_newer_messages_asks_first(ran, isthmus, hub):
    said = isthmus("replay", 1, "--to", "archive", "--yes", "--reason", "x", "--hub", hub)
    assert said.code == 1
    assert "agree with --despite-newer" in said.out
    agreed = isthmus("replay", 1, "--to", "archive", "--yes", "--reason", "x", "--despite-newer", "--hub", hub)
    assert agreed.code == 0


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (["1"], "name the destinations"),
        (["--to", "archive"], "say which messages"),
        (["1", "--to", "nope"], "there is no destination 'nope'"),
        (["1", "--to", "process:x"], "never steps a live process"),
        (["1", "--type", "ADT", "--to", "archive"], "not both"),
        (["1", "--to", "archive", "--yes"], "--yes needs --reason"),
        (["6", "--to", "archive"], "cannot be replayed"),
        (["--state", "refused", "--to", "archive"], "are not replayed"),
    ],
)
def test_replays_that_cannot_be_exit_with_2(given, words, ran, isthmus, hub):
    said = isthmus("replay", *given, "--hub", hub)
    assert said.code == 2
    assert words in said.err


# ---- ledger and verify


def test_the_ledger_adds_up_by_hour_too(ran, isthmus, hub):
    said = isthmus("ledger", "--hourly", "--hub", hub)
    assert said.code == 0
    assert said.out.endswith("adds up\n")
    source = isthmus("ledger", "--hub", hub, "--json").json["ledger"]["rows"][0]
    assert (source["frames"], source["appended"], source["duplicate"], source["refused"]) == (6, 4, 1, 1)


def test_a_row_deleted_by_hand_is_named_and_exits_with_1(ran, isthmus, hub):
    ran.stop()
    with apsw.Connection(str(hub / "data" / "journal.db")) as db:
        db.execute("delete from delivery where id = 2")
    said = isthmus("ledger", "--verify", "--hub", hub)
    assert said.code == 1
    assert "delivery 2" in said.out
    assert "message 2" in said.out
    assert isthmus("verify", "--hub", hub).code == 1
    assert isthmus("verify", "--json", "--hub", hub).json["findings"]


def test_a_counter_altered_by_hand_does_not_add_up(ran, isthmus, hub):
    ran.stop()
    with apsw.Connection(str(hub / "data" / "journal.db")) as db:
        db.execute("update ledger set n = n + 1 where account = 0")
    said = isthmus("ledger", "--hub", hub)
    assert said.code == 1
    assert "does not add up" in said.out


def test_another_hub_key_is_told_as_that(ran, isthmus, hub, tmp_path):
    ran.stop()
    isthmus("init", tmp_path / "other")
    (hub / "hub.key").write_text((tmp_path / "other" / "hub.key").read_text())
    said = isthmus("messages", "--hub", hub)
    assert said.code == 1
    assert "is this the hub key that the journal was made with?" in said.err
