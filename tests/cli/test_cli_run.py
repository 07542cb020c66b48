"""`isthmus run`: ready, stop, deploy, and what it says when it cannot."""

from __future__ import annotations

import json
import os
import signal
import socket
import urllib.request

import apsw
import pytest

pytestmark = pytest.mark.process


def test_a_fresh_hub_takes_a_message_and_it_comes_out(isthmus, hub, start, until):
    process = start(hub)
    assert isthmus("send", hub / "samples" / "adt_a01.hl7", process.address).code == 0
    written = until(lambda: list((hub / "out").glob("*.hl7")), "a file")
    assert written[0].read_bytes() == (hub / "samples" / "adt_a01.hl7").read_bytes()
    assert process.stop() == 0
    assert process.events("HubStopped")[0]["waiting"] == 0
    assert not (hub / "data" / "run.json").exists()


def test_health_and_readiness_are_open_and_the_rest_is_not(hub, start):
    url = start(hub).running["admin"]
    assert urllib.request.urlopen(f"{url}/healthz").read() == b"ok\n"
    assert urllib.request.urlopen(f"{url}/readyz").read() == b"ready\n"
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{url}/metrics")
    with refused.value as answer:
        assert answer.status == 401


def test_a_second_signal_ends_it_at_once(hub, start, until):
    settings = hub / "hub.toml"
    silent = socket.create_server(("127.0.0.1", 0))
    port = silent.getsockname()[1]
    settings.write_text(
        settings.read_text()
        .replace('connector = "files"\nfolder = "out"\nname = "{digest}.hl7"', 'connector = "mllp"')
        .replace("connections = 4", f'connections = 1\naddress = "127.0.0.1:{port}"')
    )
    process = start(hub)
    from isthmus.cli.main import main

    assert main(["send", str(hub / "samples" / "adt_a01.hl7"), process.address]) == 0
    with silent, silent.accept()[0] as connection:
        assert connection.recv(1)  # the hub waits for an answer that never comes
        process.signal(signal.SIGTERM)
        until(lambda: not (hub / "data" / "run.json").exists(), "the stop to begin")
        assert process.process.poll() is None
        process.signal(signal.SIGTERM)
        assert process.ends() == 128 + signal.SIGTERM


def test_what_waited_goes_out_after_the_next_start(isthmus, hub, start, until):
    (hub / "out").rmdir()
    process = start(hub)
    assert isthmus("send", hub / "samples" / "adt_a01.hl7", process.address).code == 0
    until(lambda: process.events("DestinationPaused"), "the pause")
    assert process.stop() == 0
    (hub / "out").mkdir()
    start(hub)
    until(lambda: list((hub / "out").glob("*.hl7")), "a file")


def test_a_port_that_is_taken_exits_with_3_and_names_it(isthmus, hub):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings = hub / "hub.toml"
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        settings.write_text(settings.read_text().replace("127.0.0.1:0", address, 1))
        said = isthmus("run", hub)
    assert said.code == 3
    assert f"cannot listen on {address}" in said.err.splitlines()[-1]
    assert "Traceback" not in said.err


def test_a_second_hub_on_the_same_data_exits_with_2(isthmus, hub, start):
    first = start(hub)
    assert first.running
    said = isthmus("run", hub)
    assert said.code == 2
    assert f"process {first.process.pid} already runs a hub" in said.err
    assert first.running["pid"] == first.process.pid


def test_a_folder_that_is_wrong_exits_with_2_and_every_finding(isthmus, hub):
    settings = hub / "hub.toml"
    settings.write_text(settings.read_text().replace("grace_s = 20", "grace_s = true") + "\n[nope]\n[neither]\n")
    said = isthmus("run", hub)
    assert said.code == 2
    assert all(words in said.err for words in ("[nope]", "[neither]", "grace_s"))


def test_another_hub_key_exits_with_2_so_that_a_supervisor_does_not_start_it_again_for_ever(
    isthmus, hub, start, tmp_path
):
    process = start(hub)
    assert process.running
    process.stop()
    isthmus("init", tmp_path / "other")
    (hub / "hub.key").write_text((tmp_path / "other" / "hub.key").read_text())
    said = isthmus("run", hub)
    assert said.code == 2
    assert "is this the hub key that the journal was made with?" in said.err


def test_a_changed_flow_is_deployed_on_sighup_and_a_wrong_one_is_not(isthmus, hub, start, until):
    process = start(hub)
    assert process.address
    flow = hub / "flows" / "example.py"
    right = flow.read_text()
    flow.write_text(right.replace('forward("archive")', 'forward("nowhere")'))
    process.signal(signal.SIGHUP)
    until(lambda: process.events("DeployRefused"), "the refusal")
    flow.write_text(right.replace("A message names no patient", "Nobody is named"))
    process.signal(signal.SIGHUP)
    deployed = until(lambda: process.events("FlowDeployed"), "the deployment")
    assert deployed[0]["flow"] == "ehr-adt"
    isthmus("send", hub / "samples" / "adt_no_patient.hl7", process.address)
    items = isthmus("parked", "--hub", hub, "--json").json["items"]
    assert items[0]["text"].startswith("Nobody is named")


def test_a_held_hub_sends_nothing_until_it_is_released(isthmus, hub, start, until):
    process = start(hub, "--held")
    isthmus("send", hub / "samples" / "adt_a01.hl7", process.address)
    ledger = isthmus("ledger", "--hub", hub, "--json").json["ledger"]["rows"]
    assert [row["waiting"] for row in ledger if row["party"] == "archive"] == [1]
    said = isthmus("release", "archive", "--hub", hub, "--reason", "looked up")
    assert said.code == 0
    assert until(lambda: list((hub / "out").glob("*.hl7")), "a file")
    assert isthmus("hold", "archive", "--hub", hub).out.startswith("archive is held")
    assert isthmus("hold", "nowhere", "--hub", hub).code == 2


def test_the_first_start_makes_keys_that_are_not_there(hub, start):
    for name in ("hub.key", "admin.token"):
        (hub / name).unlink()
    assert start(hub).running
    assert [(hub / name).stat().st_mode & 0o777 for name in ("hub.key", "admin.token")] == [0o600, 0o600]


def test_logs_are_json_lines_where_nobody_looks_and_words_on_demand(hub, start):
    process = start(hub)
    assert process.running
    assert all(json.loads(line)["level"] == "info" for line in process.log.read_text().splitlines())
    process.stop()
    worded = start(hub, "--log", "text")
    assert worded.running
    assert "HubStarted" in worded.log.read_text()
    assert not worded.log.read_text().startswith("{")


def test_without_an_api_a_running_hub_cannot_be_acted_on(isthmus, hub, start):
    settings = hub / "hub.toml"
    settings.write_text(settings.read_text().split("[admin]")[0])
    process = start(hub)
    assert process.running["admin"] == ""
    said = isthmus("parked", "--hub", hub)
    assert said.code == 3
    assert "add [admin] to hub.toml" in said.err
    assert isthmus("messages", "--hub", hub).code == 0


def test_status_names_what_is_wrong(isthmus, hub, start, until):
    assert isthmus("status", "--hub", hub).code == 3
    (hub / "out").rmdir()
    process = start(hub)
    isthmus("send", hub / "samples" / "adt_a01.hl7", process.address)
    until(lambda: process.events("DestinationPaused"), "the pause")
    out = isthmus("status", "--hub", hub).out
    assert "hub: ready" in out
    assert "the folder of archive is not there" in out
    assert "destination archive" in out
    assert isthmus("status", "--hub", hub, "--json").json["destinations"][0]["in_memory"] == 1


def test_a_run_file_that_a_kill_left_behind_is_not_believed(isthmus, hub, start):
    process = start(hub)
    isthmus("send", hub / "samples" / "adt_no_patient.hl7", process.address)
    os.kill(process.process.pid, signal.SIGKILL)
    process.ends()
    assert (hub / "data" / "run.json").exists()
    said = isthmus("parked", "--hub", hub)
    assert said.code == 0
    assert "ask the sender" in said.out


def test_a_hub_whose_journal_was_taken_over_stops_by_itself_and_acknowledges_nothing_more(isthmus, hub, start):
    process = start(hub)
    address = process.address
    with apsw.Connection(str(hub / "data" / "journal.db")) as db:
        db.execute("update fence set epoch = epoch + 1")
    said = isthmus("send", hub / "samples" / "adt_a01.hl7", address)
    assert said.code == 3
    assert process.ends() == 2
    assert "another process has taken over this journal" in process.log.read_text()
    assert "Traceback" not in process.log.read_text()


@pytest.mark.parametrize(
    "line",
    ['data = "hub.toml"', 'data = "/proc/none"', 'key = "file:/nowhere/hub.key"'],
    ids=["a file is there", "no folder can be made there", "no key can be made there"],
)
def test_a_place_that_cannot_be_written_exits_with_2_and_is_named(line, isthmus, tmp_path):
    hub = tmp_path / "hub"
    isthmus("init", hub)
    setting = line.partition(" ")[0]
    text = (hub / "hub.toml").read_text()
    changed = "".join(line + "\n" if one.startswith(f"{setting} =") else one for one in text.splitlines(keepends=True))
    (hub / "hub.toml").write_text(changed)
    said = isthmus("run", hub)
    assert said.code == 2
    assert "cannot be" in said.err


def test_a_token_that_cannot_be_made_exits_with_2(isthmus, hub):
    text = (hub / "hub.toml").read_text()
    (hub / "hub.toml").write_text(text.replace("file:admin.token", "file:nowhere/admin.token"))
    said = isthmus("run", hub)
    assert said.code == 2
    assert "file:nowhere/admin.token cannot be made" in said.err
