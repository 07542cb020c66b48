"""Each rule of `isthmus check` finds what it is for, in the line where it stands, and a hub in order has no findings."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from isthmus.kernel.errors import Misuse
from isthmus.runtime.lint import Finding, all_rules, lint
from isthmus.runtime.loader import load_declarations
from isthmus.runtime.settings import load_settings
from isthmus.security.vault import new_hub_key

HUB = """\
[hub]
name = "test"

[facilities.main]
time_zone = "America/Chicago"

[sources.ehr]
connector = "mllp"
facility = "main"
listen = "127.0.0.1:2575"
owner = "integration"

[destinations.out]
connector = "mllp"
address = "127.0.0.1:2576"
owner = "integration"
"""

MLLP_OUT = """\
connector = "mllp"
address = "127.0.0.1:2576"
owner = "integration"
"""
SFTP_OUT = """\
connector = "sftp"
owner = "integration"
path = "in"
[destinations.out.server]
host = "bank.example"
user = "us"
key = "env:HOME"
any_host_key = {{ owner = "{owner}", until = "{until}", reason = "their key changes daily" }}
"""

FLOW = """\
from isthmus import flow, forward

adt = flow("adt", source="ehr", accepts="hl7v2/ADT", owner="integration", lane="PID-3", when_parked="wait")


@adt.on()
def every(msg):
    yield forward("out")


adt.case("goes on", "samples/a.hl7", expect=["send:out"])
"""

LOOKUP = 'from isthmus import lookup\none = lookup("eligibility", to="{}", ask=lambda msg: b"")'

PROCESS = """\
import msgspec
from isthmus import process
from isthmus.model import EncounterAdmitted


class State(msgspec.Struct, frozen=True):
    n: int = 0


stays = process("stays", owner="integration", state=State)


@stays.on(EncounterAdmitted, key=lambda event: "k")
def admitted(state, event, at_ns):
    return state, []
"""


@pytest.fixture
def hub(tmp_path: Path) -> Path:
    (tmp_path / "flows").mkdir()
    (tmp_path / "samples").mkdir()
    (tmp_path / "hub.toml").write_text(HUB)
    (tmp_path / "flows" / "adt.py").write_text(FLOW)
    (tmp_path / "flows" / "stays.py").write_text(PROCESS)
    (tmp_path / "samples" / "a.hl7").write_bytes(b"MSH|^~\\&|A|B|C|D|20260101||ADT^A01|1|P|2.5.1\rPID|1||7\r")
    return tmp_path


def test_a_hub_in_order_has_no_findings(hub):
    assert lint(hub) == []


# rule, file, (old text, new text), line, words of the finding
BROKEN: list[tuple[str, str, tuple[str, str], int, str]] = [
    ("settings", "hub.toml", ("America/Chicago", "Moon/Base"), 5, "not in the IANA time zone database"),
    ("settings", "hub.toml", ("[facilities.main]", "[facilitys.main]"), 4, "is no table of a hub"),
    ("settings", "hub.toml", ('name = "test"', 'name = 7'), 2, "Expected `str`, got `int`"),
    ("settings", "hub.toml", ('name = "test"', 'name = "${NOT_SET_ANYWHERE}"'), 1, "needs the environment variable"),
    ("settings", "hub.toml", ("[hub]", "[hub"), 1, "this is not TOML"),
    ("connectors", "hub.toml", ('"mllp"\nfacility', '"telepathy"\nfacility'), 8, "there is no connector 'telepathy'"),
    ("connectors", "hub.toml", ('"127.0.0.1:2576"', '"127.0.0.1:2576"\ncolour = "red"'), 16, "unknown field `colour`"),
    ("connectors", "hub.toml", ('connector = "mllp"\naddress', "address"), 13, "names no connector"),
    ("formats", "hub.toml", ('facility = "main"', 'facility = "main"\nformat = "x13"'), 10, "there is no format 'x13'"),
    ("formats", "flows/adt.py", ('"hl7v2/ADT"', '"json"'), 3, "accepts json, and its source ehr gives hl7v2"),
    ("formats", "flows/adt.py", ('"hl7v2/ADT"', '"hl7v3/ADT"'), 3, "names no format that the hub knows"),
    ("acknowledgements", "hub.toml", ('facility = "main"', 'facility = "main"\napplication_ack_to = "acks"'), 10, "there is no destination 'acks'"),
    ("acknowledgements", "hub.toml", ('facility = "main"', 'facility = "main"\nformat = "json"\napplication_ack_to = "out"'), 11, "ask for no acknowledgement"),
    ("acknowledgements", "hub.toml", ('facility = "main"', 'facility = "main"\nacknowledge = "application"\napplication_ack_to = "out"'), 11, "on the connection already"),
    ("actors", "hub.toml", ("[facilities.main]", '[admin]\ntoken = "env:PATH"\n[admin.actors]\nana = "env:PATH"\nben = "env:HOME"\n[facilities.main]'), 7, "it is the hub's own"),
    ("actors", "hub.toml", ("[facilities.main]", '[admin.actors]\nana = "env:HOME"\n[facilities.main]'), 4, "names one person"),
    ("secrets", "hub.toml", ("[facilities.main]", '[admin.actors]\nana = "hunter2"\nben = "env:HOME"\n[facilities.main]'), 5, "is written in plain text"),
    ("destinations", "flows/adt.py", ('forward("out")', 'forward("outt")'), 8, "there is no destination 'outt'"),
    ("destinations", "hub.toml", ('"127.0.0.1:2576"', '"127.0.0.1:2576"\nevents = ["Nothing"]'), 16, "no event 'Nothing'"),
    ("declarations", "flows/adt.py", ("def every(msg):", "def every(msg:"), 7, "SyntaxError"),
    ("declarations", "flows/adt.py", ("from isthmus import flow", "from isthmus import floww"), 1, "ImportError"),
    ("declarations", "flows/stays.py", ('process("stays"', 'process("stays", nope=1'), 10, "TypeError"),
    ("lanes", "flows/adt.py", (', lane="PID-3"', ""), 3, "declares no lane"),
    ("lanes", "flows/adt.py", (', when_parked="wait"', ""), 3, "does not say what happens behind a parked message"),
    ("lanes", "flows/adt.py", ('when_parked="wait"', 'when_parked="perhaps"'), 3, "when_parked='perhaps'"),
    ("lanes", "flows/adt.py", ('lane="PID-3"', 'lane="PID3"'), 3, "its lane is no path"),
    ("paths", "flows/adt.py", ('    yield forward', '    msg["PID3"]\n    yield forward'), 8, "'PID3' is not a path"),
    ("sources", "flows/adt.py", ('source="ehr"', 'source="lab"'), 3, "there is no source 'lab'"),
    ("sources", "hub.toml", ('[destinations.out]', '[sources.lab]\nconnector = "mllp"\nlisten = "127.0.0.1:1"\nowner = "x"\n[destinations.out]'), 13, "no flow takes its messages"),
    ("sources", "hub.toml", ('facility = "main"', 'facility = "moon"'), 9, "there is no facility 'moon'"),
    ("handlers", "flows/adt.py", ("@adt.on()", '@adt.on("ORU^R01")'), 6, "this handler never runs"),
    ("handlers", "flows/adt.py", ("every(msg)", "every(msg, more)"), 6, "does not take exactly the message"),
    ("handlers", "flows/adt.py", ("def every", "async def every"), 6, "is async"),
    ("handlers", "flows/adt.py", ("@adt.on()\n", ""), 3, "has no handler"),
    ("owners", "flows/adt.py", ('owner="integration"', 'owner=""'), 3, "names no owner"),
    ("owners", "hub.toml", ('2576"\nowner = "integration"', '2576"'), 13, "names no owner"),
    ("secrets", "hub.toml", ('name = "test"', 'name = "test"\nkey = "c2VjcmV0"'), 3, "is written in plain text"),
    ("secrets", "hub.toml", ('name = "test"', 'name = "test"\nkey = "env:NOT_SET_ANYWHERE"'), 3, "is not set"),
    ("plaintext", "hub.toml", ("127.0.0.1:2576", "10.0.0.5:2576"), 13, "in plaintext to or from 10.0.0.5"),
    ("plaintext", "hub.toml", ("127.0.0.1:2575", "0.0.0.0:2575"), 7, "in plaintext to or from 0.0.0.0"),
    ("plaintext", "hub.toml", ('"127.0.0.1:2576"', '"10.0.0.5:2576"\nplaintext = { owner = "me", until = "2020-01-01", reason = "old" }'), 16, "ended on 2020-01-01"),
    ("plaintext", "hub.toml", ('"127.0.0.1:2576"', '"127.0.0.1:2576"\nplaintext = { owner = "me", until = "2099-01-01", reason = "x" }'), 16, "needs no waiver"),
    ("plaintext", "hub.toml", ("[facilities.main]", '[admin]\nlisten = "0.0.0.0:80"\n[facilities.main]'), 5, "the API would listen on 0.0.0.0"),
    ("host_keys", "hub.toml", (MLLP_OUT, SFTP_OUT.format(owner="me", until="2020-01-01")), 21, "any_host_key waiver ended on 2020-01-01"),
    ("host_keys", "hub.toml", (MLLP_OUT, SFTP_OUT.format(owner="", until="2099-01-01")), 21, "has no owner"),
    ("addresses", "hub.toml", ("127.0.0.1:2576", "127.0.0.1"), 15, "is no address"),
    ("addresses", "hub.toml", ("[facilities.main]", '[admin]\nlisten = "127.0.0.1:2575"\n[facilities.main]'), 5, "as [sources.ehr] does"),
    ("folders", "hub.toml", ('connector = "mllp"\naddress = "127.0.0.1:2576"', 'connector = "files"\nfolder = "out"'), 15, "there is no folder out"),
    ("numbers", "hub.toml", ('address = "127.0.0.1:2576"', 'address = "127.0.0.1:2576"\nconnections = 0'), 16, "connections = 0 must be more than 0"),
    ("numbers", "hub.toml", ('facility = "main"', 'facility = "main"\nduplicates_days = -1'), 10, "must not be negative"),
    ("numbers", "hub.toml", ('facility = "main"', 'facility = "main"\nduplicates_days = inf'), 10, "more than a hub can work with"),
    ("numbers", "hub.toml", ('facility = "main"', 'facility = "main"\nduplicates_days = 1e300'), 10, "more than a hub can work with"),
    ("numbers", "hub.toml", ('name = "test"', 'name = "test"\ngrace_s = nan'), 3, "more than a hub can work with"),
    ("numbers", "hub.toml", ("[facilities.main]", "[retention]\nstandard = nan\n[facilities.main]"), 5, "more than a hub can work with"),
    ("numbers", "hub.toml", ('listen = "127.0.0.1:2575"', 'listen = "127.0.0.1:2575"\nconnections_max = 0'), 11, "must be more than 0"),
    ("numbers", "hub.toml", ('address = "127.0.0.1:2576"', 'address = "127.0.0.1:2576"\nconnect_s = -1'), 16, "must be more than 0"),
    ("settings", "hub.toml", ('name = "test"', 'name = "${MY-HUB}"'), 1, "that is no reference"),
    ("settings", "hub.toml", ("America/Chicago", "America"), 5, "not in the IANA time zone database"),
    ("connectors", "hub.toml", ('connector = "mllp"\naddress = "127.0.0.1:2576"', 'connector = "files"\nfolder = "."\nname = "{digset}"'), 13, "a name is made of {digest}"),
    ("connectors", "hub.toml", ('connector = "mllp"\naddress = "127.0.0.1:2576"', 'connector = "files"\nfolder = "."\nname = "{digest"'), 13, "a name is made of {digest}"),
    ("connectors", "hub.toml", ('connector = "mllp"\naddress = "127.0.0.1:2576"', 'connector = "files"\nfolder = "."\nmode = "rw"'), 13, "mode is written in octal"),
    ("certificates", "hub.toml", ('"127.0.0.1:2575"', '"127.0.0.1:2575"\ntls = { certificate = "no.pem", key = "no.key" }'), 11, "no.pem, or the key that belongs to it, is not there"),
    ("certificates", "hub.toml", ('"127.0.0.1:2576"', '"127.0.0.1:2576"\ntls = { ca = "hub.toml" }'), 16, "hub.toml cannot be used"),
    ("names", "hub.toml", ("[destinations.out]", '[destinations."a/b"]'), 13, "cannot be asked for by this name"),
    ("names", "flows/adt.py", ('flow("adt"', 'flow(""'), 3, "cannot be asked for by this name"),
    ("names", "flows/adt.py", ('flow("adt"', 'flow("tables"'), 3, "means the reference tables"),
    ("lanes", "flows/adt.py", ('lane="PID-3"', 'lane="PID-99"'), 3, "no sample has a value at its lane, 'PID-99'"),
    ("lanes", "flows/adt.py", ('lane="PID-3"', "lane=3"), 3, "its lane is no text"),
    ("declarations", "flows/adt.py", ("import flow, forward\n", "import flow, forward\nimport sys\n\nsys.exit(3)\n"), 4, "SystemExit"),
    ("declarations", "flows/adt.py", ('adt.case("goes on"', 'adt = flow("b", source="ehr", accepts="hl7v2/ADT", owner="x", lane="PID-3", when_parked="wait")\nadt.case("goes on"'), 11, "the flow of line 3 is lost"),
    ("declarations", "flows/adt.py", ('expect=["send:out"]', 'expect="send:out"'), 11, "expects a text"),
    ("retention", "flows/adt.py", ('owner="integration"', 'owner="integration", retention="long"'), 3, "no retention class 'long'"),
    ("retention", "hub.toml", ("[facilities.main]", "[retention]\nstandard = 0\n[facilities.main]"), 5, "would keep nothing"),
    ("retention", "hub.toml", ("[facilities.main]", "[retention]\nlong = 99\n[facilities.main]"), 5, "no flow uses the class 'long'"),
    ("retention", "hub.toml", ("[facilities.main]", "[retention]\nmetadata = 5\n[facilities.main]"), 5, "less than bodies are kept"),
    ("purity", "flows/adt.py", ("from isthmus import flow", "import time\nfrom isthmus import flow"), 1, "the clock"),
    ("purity", "flows/adt.py", ("from isthmus import flow", "from urllib import request\nfrom isthmus import flow"), 1, "the network"),
    ("purity", "flows/adt.py", ("    yield forward", '    open("x")\n    yield forward'), 8, "a file (open)"),
    ("tables", "flows/adt.py", ("adt = flow", 'from isthmus import table\n\nwards = table("wards", key="code")\nadt = flow'), 0, "the table"),
    ("lookups", "flows/adt.py", ("@adt.on()", f"{LOOKUP.format('payer')}\n@adt.on(asks=one)"), 3, "asks 'payer', which is no destination"),
    ("lookups", "flows/adt.py", ("@adt.on()", f"{LOOKUP.format('out').replace('lambda msg', 'lambda')}\n@adt.on(asks=one)"), 7, "does not take exactly the message"),
    ("cases", "flows/adt.py", ("samples/a.hl7", "samples/b.hl7"), 3, "samples/b.hl7"),
    ("cases", "flows/adt.py", ('adt.case("goes on", "samples/a.hl7", expect=["send:out"])', ""), 3, "has no case"),
    ("steps", "flows/stays.py", ("(state, event, at_ns)", "(state, event)"), 13, "does not take 3 arguments"),
    ("steps", "flows/stays.py", ("    return state, []", "    yield state, []"), 13, "is a generator or async"),
    ("steps", "flows/stays.py", ("n: int = 0", "n: int"), 10, "has no default"),
    ("steps", "flows/stays.py", ("state=State)", "state=State, version=2)"), 10, "nothing migrates older ones"),
    ("steps", "flows/stays.py", ("key=lambda event", "key=lambda"), 13, "the key of EncounterAdmitted does not take 1"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "file", "change", "line", "words"), BROKEN, ids=[f"{b[0]}: {b[4]}" for b in BROKEN])
def test_what_is_wrong_is_found_where_it_stands(rule, file, change, line, words, hub):
    path = hub / file
    assert change[0] in path.read_text()
    path.write_text(path.read_text().replace(*change, 1))
    found = [one for one in lint(hub) if one.rule == rule and words in one.what]
    where = "tables/wards.csv" if rule == "tables" else file
    assert [(one.file, one.line) for one in found] == [(where, line)]
    assert all(one.mend for one in found)


def test_a_source_whose_connector_only_sends_is_found(hub, monkeypatch):
    monkeypatch.delattr("isthmus.connectors.mllp.SourceSettings")
    found = [(one.rule, one.file, one.line) for one in lint(hub) if "the connector mllp cannot receive" in one.what]
    assert found == [("connectors", "hub.toml", 7)]


def test_a_control_that_cannot_be_imported_is_found(hub):
    (hub / "controls").mkdir()
    (hub / "controls" / "c0.py").write_text("def broken(:\n")
    assert [(one.rule, one.file, one.line) for one in lint(hub)] == [("controls", "controls/c0.py", 1)]


def test_every_rule_is_tried_here():
    assert {case[0] for case in BROKEN} | {"controls", "pieces"} == set(all_rules())


@pytest.mark.parametrize(("name", "rule"), all_rules().items())
def test_every_rule_says_what_it_is_for(name, rule):
    assert len(rule.__doc__.strip().splitlines()[0]) > 20


def test_a_secret_that_others_can_read_is_a_warning(hub):
    (hub / "hub.key").write_text(new_hub_key())
    (hub / "hub.key").chmod(0o644)
    (hub / "hub.toml").write_text(HUB.replace('name = "test"', 'name = "test"\nkey = "file:hub.key"'))
    assert [(one.level, one.rule, one.line) for one in lint(hub)] == [("warning", "secrets", 3)]


def test_a_sample_that_asks_for_an_acknowledgement_that_none_will_send_is_a_warning(hub):
    sample = hub / "samples" / "a.hl7"
    sample.write_bytes(b"MSH|^~\\&|A|B|C|D|20260101||ADT^A01|1|P|2.5.1|||AL|AL\rPID|1||7\r")
    assert [(one.level, one.rule, one.file) for one in lint(hub)] == [("warning", "acknowledgements", "flows/adt.py")]
    (hub / "hub.toml").write_text(HUB.replace('facility = "main"\nlisten', 'application_ack_to = "out"\nlisten'))
    assert lint(hub) == []


@pytest.mark.parametrize(("key", "words"), [(b"garbage", "32 bytes"), (b"\xff\xfe", "no text in UTF-8")])
def test_a_hub_key_that_is_none_is_found(key, words, hub):
    (hub / "hub.key").write_bytes(key)
    (hub / "hub.key").chmod(0o600)
    (hub / "hub.toml").write_text(HUB.replace('name = "test"', 'name = "test"\nkey = "file:hub.key"'))
    assert [(one.rule, one.line) for one in lint(hub) if words in one.what] == [("secrets", 3)]


def test_a_key_that_is_made_at_the_first_start_is_missing_once_there_is_a_journal(hub):
    (hub / "hub.toml").write_text(HUB.replace('name = "test"', 'name = "test"\nkey = "file:other.key"'))
    assert lint(hub) == []
    (hub / "data").mkdir()
    (hub / "data" / "journal.db").write_bytes(b"")
    assert [(one.rule, one.line) for one in lint(hub)] == [("secrets", 3)]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ("", "it does not hand its answers on"),
        ('pass_on = true\nreply_bytes_max = 1000\nurl = "http://127.0.0.1:1/"', "it cuts answers off at 1000 bytes"),
        ('folder = "samples"', "its connector gives no answers"),
    ],
)
def test_a_destination_that_cannot_answer_a_look_up_is_found_at_the_destination(hub, settings, words):
    path = hub / "flows" / "adt.py"
    path.write_text(FLOW.replace("@adt.on()", f"{LOOKUP.format('out')}\n\n\n@adt.on(asks=one)"))
    if settings:
        connector = "http" if "url" in settings else "files"
        settings = HUB.replace('mllp"\naddress = "127.0.0.1:2576"', f'{connector}"\n{settings}')
    (hub / "hub.toml").write_text(settings or HUB)
    found = [(one.file, one.line) for one in lint(hub) if one.rule == "lookups" and words in one.what]
    assert found == [("hub.toml", 13)]


def test_two_look_ups_of_one_name_are_found(hub):
    two = f"{LOOKUP.format('out')}\ntwo = lookup('eligibility', to='out', ask=lambda msg: b'')"
    path = hub / "flows" / "adt.py"
    path.write_text(FLOW.replace("@adt.on()", f"{two}\n\n\n@adt.on(asks=(one, two))"))
    (hub / "hub.toml").write_text(HUB.replace('2576"', '2576"\npass_on = true'))
    assert [(one.rule, one.line) for one in lint(hub)] == [("lookups", 3)]


def test_two_flows_of_one_name_are_found(hub):
    (hub / "flows" / "more.py").write_text(FLOW)
    assert [(one.rule, one.file) for one in lint(hub)] == [("declarations", "flows/more.py")]


@pytest.fixture
def soon() -> str:
    """A day within the next thirty."""
    return str((datetime.now(UTC) + timedelta(days=10)).date())


def test_an_any_host_key_waiver_that_ends_soon_is_a_warning_and_a_later_one_nothing(hub, soon):
    for until, expected in ((soon, [("warning", "host_keys")]), ("2999-01-01", [])):
        (hub / "hub.toml").write_text(HUB.replace(MLLP_OUT, SFTP_OUT.format(owner="me", until=until)))
        assert [(one.level, one.rule) for one in lint(hub)] == expected


def test_a_waiver_that_ends_soon_is_a_warning(hub, soon):
    waiver = f'plaintext = {{ owner = "me", until = "{soon}", reason = "x" }}'
    (hub / "hub.toml").write_text(HUB.replace('"127.0.0.1:2576"', f'"10.0.0.5:2576"\n{waiver}'))
    assert [(one.level, one.rule) for one in lint(hub)] == [("warning", "plaintext")]


def test_without_hub_toml_what_refers_to_it_is_not_judged(hub):
    (hub / "hub.toml").unlink()
    assert [one.rule for one in lint(hub)] == ["settings"]


@pytest.mark.parametrize("text", ["hub = 3", "sources = { ehr = 4 }", "[sources]\nehr = 4", "[destinations.x.y]\nz=1"])
def test_tables_of_the_wrong_shape_are_findings_not_failures(text, hub):
    (hub / "hub.toml").write_text(text + "\n")
    assert any(one.rule in ("settings", "connectors") for one in lint(hub))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
@pytest.mark.parametrize("place", ["hub.toml", "flows"])
def test_what_this_user_may_not_read_is_found_and_does_not_start_a_hub(place, hub):
    (hub / place).chmod(0)
    assert any(one.level == "error" and "this user" in one.what for one in lint(hub))
    with pytest.raises(Misuse, match="cannot be read"):
        (load_settings if place == "hub.toml" else load_declarations)(hub)


def test_a_mark_that_windows_editors_put_before_the_text_is_no_fault(hub):
    (hub / "hub.toml").write_bytes(b"\xef\xbb\xbf" + HUB.encode())
    assert lint(hub) == []
    assert load_settings(hub).hub.name == "test"


def test_a_table_that_cannot_be_read_is_not_called_missing(hub):
    (hub / "hub.toml").write_text(
        HUB.replace("listen =", 'duplicates_days = "7"\nlisten =').replace("time_zone", "zone")
    )
    assert [(one.rule, one.line) for one in lint(hub)] == [("settings", 5), ("settings", 10)]


@pytest.mark.parametrize("line", ["duplicates_days = inf", "duplicates_days = -1", "body_bytes_max = 0"])
def test_numbers_that_no_hub_can_work_with_do_not_start_one(line, hub):
    (hub / "hub.toml").write_text(HUB.replace("listen =", f"{line}\nlisten ="))
    with pytest.raises(Misuse, match=r"\[sources\.ehr\]"):
        load_settings(hub)


def test_a_flow_with_bytes_that_python_does_not_read_is_found_in_its_file(hub):
    (hub / "flows" / "adt.py").write_bytes(FLOW.encode() + b"\0")
    assert [(one.rule, one.file) for one in lint(hub)] == [("declarations", "flows/adt.py")]


def test_bytes_that_are_no_text_are_a_finding(hub):
    (hub / "hub.toml").write_bytes(b"\xff\xfe\x00")
    assert [(one.rule, one.line) for one in lint(hub)] == [("settings", 1)]


def test_a_finding_is_said_once(hub):
    found = lint(hub)
    assert len(found) == len(set(found))
    assert Finding("error", "a", 1, "b", "c").of("d").rule == "d"


def test_a_flow_that_works_files_off_asks_nothing_about_a_piece(hub):
    path = hub / "flows" / "adt.py"
    flow = FLOW.replace("@adt.on()", f"{LOOKUP.format('out')}\n\n\n@adt.on(asks=one)")
    path.write_text(flow.replace('accepts="hl7v2/ADT"', 'accepts="ndjson", each="row"'))
    assert any(one.rule == "lookups" and "piece by piece" in one.what for one in lint(hub))
