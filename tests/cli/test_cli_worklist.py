"""From a message that cannot be delivered to one that is: the commands that people work with, over a real hub."""

from __future__ import annotations

import pytest
from receiver import answering, receiver

pytestmark = pytest.mark.process

MESSAGE = b"MSH|^~\\&|A|B|C|D|20260101||ADT^A01|%s|P|2.5.1\rPID|1||%s^^^GH^MR||Canary^Carla\r"


class Target:
    """What the destination answers, by control id; AA for all others."""

    def __init__(self) -> None:
        self.codes: dict[bytes, str] = {}

    def __call__(self, message: bytes) -> bytes | None:
        return answering(self.codes.get(message.split(b"|")[9], "AA"))(message)


@pytest.fixture
def target():
    return Target()


@pytest.fixture
def taken(hub, target):
    """The hub sends to a receiver; what that has taken."""
    with receiver(target) as (address, taken):
        settings = hub / "hub.toml"
        settings.write_text(
            settings.read_text()
            .replace('connector = "files"\nfolder = "out"\nname = "{digest}.hl7"', 'connector = "mllp"')
            .replace("connections = 4", f'connections = 4\naddress = "{address}"')
        )
        yield taken


@pytest.fixture
def send(isthmus, hub, tmp_path):
    def send(process, *messages: tuple[bytes, bytes]) -> None:
        path = tmp_path / "messages.hl7"
        path.write_bytes(b"".join(MESSAGE % one for one in messages))
        assert isthmus("send", path, process.address).code == 0

    return send


def ids(taken: list[bytes]) -> list[bytes]:
    return [message.split(b"|")[9] for message in taken]


def test_a_parked_delivery_is_listed_with_who_waits_behind_it_then_resent_in_order(
    isthmus, hub, start, until, target, taken, send
):
    target.codes[b"1"] = "AE"
    process = start(hub)
    send(process, (b"1", b"P1"), (b"2", b"P1"), (b"3", b"P2"))
    until(lambda: ids(taken) in ([b"1", b"3"], [b"3", b"1"]), "all but the one behind")
    parked = until(lambda: isthmus("parked", "--hub", hub, "--json").json["items"], "the worklist")
    assert [(one["code"], one["behind"], one["owner"]) for one in parked] == [("PERMANENT", 1, "integration")]
    listed = isthmus("parked", "--hub", hub).out
    assert "behind item 1 wait deliveries 2" in listed
    assert "Canary" not in listed
    target.codes.clear()
    assert isthmus("parked", "--resend", 1, "--hub", hub).code == 2  # no reason
    assert isthmus("parked", "--resend", 1, "--reason", "they mended it", "--hub", hub).code == 0
    until(lambda: len(taken) == 4, "both deliveries")
    assert ids(taken)[2:] == [b"1", b"2"]
    shown = isthmus("show", 1, "--hub", hub, "--reason", "test").out
    assert "parked for a person (PERMANENT)" in shown
    assert "they mended it" in shown
    assert isthmus("parked", "--hub", hub).out == "nothing waits for a person\n"
    assert isthmus("verify", "--hub", hub).code == 0


def test_a_body_is_taken_mended_and_goes_out(isthmus, hub, start, until, target, taken, send, tmp_path):
    target.codes[b"1"] = "AE"
    process = start(hub)
    send(process, (b"1", b"P1"))
    until(lambda: isthmus("parked", "--hub", hub, "--json").json["items"], "the worklist")
    body = tmp_path / "body.hl7"
    assert isthmus("parked", "--take", 1, "--out", body, "--hub", hub).code == 0
    assert body.stat().st_mode & 0o777 == 0o600
    assert isthmus("parked", "--take", 1, "--out", body, "--hub", hub).code == 2  # never overwrites
    body.write_bytes(body.read_bytes().replace(b"|1|P|", b"|1M|P|"))
    said = isthmus("parked", "--mend", 1, "--body", body, "--reason", "wrong id", "--hub", hub)
    assert said.out == "item 1: goes out again, mended\n"
    until(lambda: ids(taken) == [b"1", b"1M"], "the mended one")
    assert "mended 1 times" in isthmus("show", 1, "--hub", hub).out
    actions = [row["action"] for row in isthmus("show", 1, "--hub", hub, "--json").json["audit"]]
    assert [one for one in actions if one != "show"] == ["take body", "mend"]


def test_a_mend_that_changes_an_amount_takes_two_people(
    isthmus, hub, start, until, target, taken, send, tmp_path, monkeypatch
):
    for name in ("ana", "ben"):
        (tmp_path / name).write_text(f"token of {name}\n")
    settings = hub / "hub.toml"
    actors = f'[admin.actors]\nana = "file:{tmp_path}/ana"\nben = "file:{tmp_path}/ben"\n'
    settings.write_text(settings.read_text() + actors)
    target.codes[b"1"] = "AE"
    process = start(hub)
    send(process, (b"1", b"P1^^^GH^MR\rFT1|1|C1||20260115||CG|X|||1|96.30&USD\rPV1|1"))
    listed = until(lambda: isthmus("parked", "--hub", hub, "--json").json["items"], "the worklist")
    assert listed[0]["cents"] == 9630
    body = tmp_path / "body.hl7"
    isthmus("parked", "--take", 1, "--out", body, "--hub", hub)
    body.write_bytes(body.read_bytes().replace(b"96.30", b"96.40").replace(b"|1|P|", b"|1M|P|"))
    mend = ("parked", "--mend", 1, "--body", body, "--reason", "a slip", "--hub", hub)
    refused = isthmus(*mend)
    assert (refused.code, "[admin.actors]" in refused.err) == (2, True)
    monkeypatch.setenv("ISTHMUS_TOKEN", f"file:{tmp_path}/ana")
    assert "item 1: proposed" in isthmus(*mend).out
    assert "actor:ana proposes a mend (96.30 becomes 96.40): a slip" in isthmus("parked", "--hub", hub).out
    approve = ("parked", "--approve", 1, "--reason", "seen", "--hub", hub)
    assert "another person" in isthmus(*approve).err
    monkeypatch.setenv("ISTHMUS_TOKEN", f"file:{tmp_path}/ben")
    seen = tmp_path / "proposed.hl7"
    assert isthmus("parked", "--take", 1, "--proposed", "--out", seen, "--hub", hub).code == 0
    assert b"96.40" in seen.read_bytes()
    assert isthmus(*approve).out == "item 1: goes out again, mended\n"
    until(lambda: ids(taken) == [b"1", b"1M"], "the mended one")
    assert isthmus("verify", "--hub", hub).code == 0


@pytest.mark.parametrize(("action", "state"), [("skip", "skipped"), ("discard", "discarded")])
def test_what_is_given_up_lets_its_lane_go_on(action, state, isthmus, hub, start, until, target, taken, send):
    target.codes[b"1"] = "AE"
    process = start(hub)
    send(process, (b"1", b"P1"), (b"2", b"P1"))
    until(lambda: isthmus("parked", "--hub", hub, "--json").json["items"], "the worklist")
    assert isthmus("parked", f"--{action}", 1, "--reason", "not needed", "--hub", hub).code == 0
    until(lambda: ids(taken) == [b"1", b"2"], "the one behind")
    rows = isthmus("ledger", "--hub", hub, "--json").json["ledger"]["rows"]
    assert next(row for row in rows if row["party"] == "archive")[state] == 1


def test_redirected_to_another_destination(isthmus, hub, start, until, target, taken, send):
    settings = hub / "hub.toml"
    settings.write_text(
        settings.read_text() + '\n[destinations.paper]\nconnector = "files"\nfolder = "out"\nowner = "integration"\n'
    )
    target.codes[b"1"] = "AE"
    process = start(hub)
    send(process, (b"1", b"P1"))
    until(lambda: isthmus("parked", "--hub", hub, "--json").json["items"], "the worklist")
    assert isthmus("parked", "--redirect", 1, "--reason", "x", "--hub", hub).code == 2
    unknown = isthmus("parked", "--redirect", 1, "--to", "nope", "--reason", "x", "--hub", hub)
    assert unknown.code == 2
    assert "there is archive, paper" in unknown.err
    assert isthmus("parked", "--redirect", 1, "--to", "paper", "--reason", "by hand", "--hub", hub).code == 0
    until(lambda: list((hub / "out").iterdir()), "the file")


def test_resending_into_a_lane_that_went_on_shows_what_newer_went_out_and_asks(
    isthmus, hub, start, until, target, taken, send
):
    flow = hub / "flows" / "example.py"
    flow.write_text(flow.read_text().replace('when_parked="wait"', 'when_parked="go_on"'))
    target.codes[b"1"] = "AE"
    process = start(hub)
    send(process, (b"1", b"P1"), (b"2", b"P1"))
    until(lambda: ids(taken) == [b"1", b"2"], "both")
    until(lambda: process_settled(isthmus, hub, 1), "the outcome of the second")
    target.codes.clear()
    asked = isthmus("parked", "--resend", 1, "--reason", "mended", "--hub", hub)
    assert asked.code == 1
    assert "agree with --despite-newer" in asked.out
    assert "delivery 2 of message 2 delivered" in asked.out
    assert isthmus("parked", "--resend", 1, "--reason", "mended", "--despite-newer", "--hub", hub).code == 0
    until(lambda: ids(taken) == [b"1", b"2", b"1"], "the first again")


def process_settled(isthmus, hub, delivered: int) -> bool:
    rows = isthmus("ledger", "--hub", hub, "--json").json["ledger"]["rows"]
    return any(row["party"] == "archive" and row["delivered"] == delivered for row in rows)


def test_a_message_that_could_not_be_decided_is_decided_again_after_the_flow_was_mended(
    isthmus, hub, start, until, target, taken, send
):
    flow = hub / "flows" / "example.py"
    right = flow.read_text()
    flow.write_text(right.replace('yield forward("archive")', 'raise ValueError(msg["PID-5.1"])'))
    process = start(hub)
    send(process, (b"1", b"P1"), (b"2", b"P1"), (b"3", b"P2"))
    items = isthmus("parked", "--kind", "message", "--hub", hub, "--json").json["items"]
    assert [(one["message"], one["behind_ids"]) for one in items] == [(1, [2]), (3, [])]
    assert "Canary" not in isthmus("parked", "--hub", hub).out
    flow.write_text(right)
    deployed = isthmus("deploy", "ehr-adt", "--hub", hub, "--reason", "wrong field")
    assert deployed.code == 0
    assert "is live" in deployed.out
    again = isthmus("deploy", "ehr-adt", "--hub", hub)
    assert "is live already" in again.out
    ready = [item["item"] for item in items]
    assert isthmus("parked", "--resend", *ready, "--reason", "flow mended", "--hub", hub).code == 0
    until(lambda: sorted(ids(taken)) == [b"1", b"2", b"3"], "all of them")
    assert ids(taken).index(b"1") < ids(taken).index(b"2")
    assert isthmus("ledger", "--verify", "--hub", hub).code == 0


def test_deciding_a_message_behind_newer_ones_of_its_lane_asks_first(isthmus, hub, start, until, target, taken, send):
    flow = hub / "flows" / "example.py"
    right = flow.read_text().replace('when_parked="wait"', 'when_parked="go_on"')
    flow.write_text(
        right.replace('yield forward("archive")', 'yield {"1": None}.get(msg["MSH-10"], forward("archive"))')
    )
    process = start(hub)
    send(process, (b"1", b"P1"), (b"2", b"P1"))
    until(lambda: ids(taken) == [b"2"], "the newer one")
    flow.write_text(right)
    assert isthmus("deploy", "ehr-adt", "--hub", hub).code == 0
    asked = isthmus("parked", "--resend", 1, "--reason", "flow mended", "--hub", hub)
    assert asked.code == 1
    assert "message 2 decided" in asked.out
    said = isthmus("parked", "--resend", 1, "--reason", "flow mended", "--despite-newer", "--hub", hub)
    assert said.code == 0
    until(lambda: ids(taken) == [b"2", b"1"], "the older one")


def test_an_undecided_message_is_mended_but_not_with_bytes_that_the_source_would_refuse(
    isthmus, hub, start, until, target, taken, send, tmp_path
):
    flow = hub / "flows" / "example.py"
    flow.write_text(
        flow.read_text().replace(
            'yield forward("archive")', 'yield {"P1": None, "P9": forward("archive")}[msg["PID-3.1"]]'
        )
    )
    process = start(hub)
    send(process, (b"1", b"P1"))
    (tmp_path / "no").write_bytes(b"hello")
    refused = isthmus("parked", "--mend", 1, "--body", tmp_path / "no", "--reason", "x", "--hub", hub)
    assert refused.code == 2
    assert "would be refused" in refused.err
    (tmp_path / "yes").write_bytes(MESSAGE % (b"1", b"P9"))
    assert isthmus("parked", "--mend", 1, "--body", tmp_path / "yes", "--reason", "x", "--hub", hub).code == 0
    until(lambda: ids(taken) == [b"1"], "the mended one")


def test_a_task_is_closed_and_cannot_be_resent(isthmus, hub, start, taken):
    process = start(hub)
    isthmus("send", hub / "samples" / "adt_no_patient.hl7", process.address)
    resent = isthmus("parked", "--resend", 1, "--reason", "x", "--hub", hub)
    assert resent.code == 1
    assert "this is a task: close it" in resent.out
    assert isthmus("parked", "--close", 1, "--reason", "asked the sender", "--hub", hub).code == 0
    gone = isthmus("parked", "--close", 1, "--reason", "again", "--hub", hub)
    assert gone.code == 2
    assert "not on the worklist (any more): item 1" in gone.err


def test_the_worklist_is_worked_without_a_running_hub_and_goes_out_at_the_next_start(
    isthmus, hub, start, until, target, taken, send
):
    target.codes[b"1"] = "AE"
    process = start(hub)
    send(process, (b"1", b"P1"))
    until(lambda: isthmus("parked", "--hub", hub, "--json").json["items"], "the worklist")
    process.stop()
    target.codes.clear()
    assert isthmus("parked", "--resend", 1, "--reason", "offline", "--hub", hub).code == 0
    assert ids(taken) == [b"1"]
    start(hub)
    until(lambda: ids(taken) == [b"1", b"1"], "the delivery")
    assert isthmus("verify", "--hub", hub).code == 0
