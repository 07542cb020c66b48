"""`isthmus test` runs the cases and shows what is different."""

from __future__ import annotations


def with_case(hub, case: str) -> None:
    path = hub / "flows" / "example.py"
    path.write_text(path.read_text().split("ehr_adt.case")[0] + case)


def test_a_case_that_fails_shows_a_diff_of_expected_and_got(isthmus, hub):
    with_case(hub, 'ehr_adt.case("wrong", "samples/adt_a01.hl7", expect=["send:erp", "EncounterAdmitted"])\n')
    said = isthmus("test", hub)
    assert said.code == 1
    assert "FAIL  ehr-adt: wrong" in said.out
    assert "      - send:erp\n" in said.out
    assert "      - EncounterAdmitted\n" in said.out
    assert "      + send:archive\n" in said.out
    assert said.out.endswith("1 cases, 1 failed\n")


def test_nothing_is_stored(isthmus, hub):
    isthmus("test", hub)
    assert not (hub / "data").exists()


def test_a_filtered_message_is_expected_as_nothing(isthmus, hub):
    with_case(hub, 'ehr_adt.case("filtered", "samples/adt_a01.hl7", expect=[])\n')
    said = isthmus("test", hub)
    assert said.code == 1
    assert "+ send:archive" in said.out


def test_a_sample_that_is_missing_fails_its_case_only(isthmus, hub):
    with_case(
        hub,
        'ehr_adt.case("gone", "samples/gone.hl7")\n'
        'ehr_adt.case("there", "samples/adt_a01.hl7", expect=["send:archive"])\n',
    )
    said = isthmus("test", hub)
    assert said.code == 1
    assert "gone.hl7 cannot be read" in said.out
    assert "2 cases, 1 failed" in said.out


def test_a_case_may_expect_that_a_message_is_parked(isthmus, hub):
    path = hub / "flows" / "example.py"
    path.write_text(path.read_text().replace('yield forward("archive")', 'raise ValueError("no such ward")'))
    with_case(
        hub,
        'ehr_adt.case("parks", "samples/adt_a01.hl7", parks="PERMANENT")\n'
        'ehr_adt.case("parks otherwise", "samples/adt_a01.hl7", parks="CONFLICT")\n'
        'ehr_adt.case("is decided", "samples/adt_a01.hl7")\n',
    )
    said = isthmus("test", hub, "--json")
    assert said.code == 1
    assert [one["ok"] for one in said.json["results"]] == [True, False, False]


def test_a_sample_that_the_source_would_refuse_fails(isthmus, hub):
    (hub / "samples" / "no.hl7").write_bytes(b"this is no message")
    (hub / "samples" / "oru.hl7").write_bytes(b"MSH|^~\\&|A|B|C|D|20260101||ORU^R01|1|P|2.5.1\r")
    with_case(
        hub,
        'ehr_adt.case("no message", "samples/no.hl7")\nehr_adt.case("another type", "samples/oru.hl7")\n',
    )
    said = isthmus("test", hub)
    assert said.code == 1
    assert "holds no message" in said.out
    assert "the flow accepts hl7v2/ADT, and this is ORU^R01" in said.out


def test_one_flow_can_be_chosen_and_an_unknown_one_is_named(isthmus, hub):
    assert isthmus("test", hub, "--flow", "ehr-adt").code == 0
    said = isthmus("test", hub, "--flow", "nope")
    assert said.code == 2
    assert "the hub has ehr-adt" in said.err


ASKS = """
from isthmus import lookup

ward = lookup("ward", to="archive", ask=lambda msg: msg["PV1-3.1"].encode() or None)


@ehr_adt.on("ADT^A04", asks=ward)
def registered(msg):
    found = ward.maybe_of(msg)
    yield send("archive", b"") if found and found.body == b"open" else task("closed", owner="integration", text="")


"""


def with_lookup(hub, *cases: str) -> None:
    path = hub / "flows" / "example.py"
    text = path.read_text().split("ehr_adt.case")[0].replace("from isthmus import", "from isthmus import send,")
    path.write_text(text + ASKS + "\n".join(cases) + "\n")
    sample = (hub / "samples" / "adt_a01.hl7").read_bytes()
    (hub / "samples" / "a04.hl7").write_bytes(sample.replace(b"ADT^A01^ADT_A01", b"ADT^A04"))
    (hub / "samples" / "ward.txt").write_bytes(b"open")


def test_a_case_answers_what_is_asked(isthmus, hub):
    with_lookup(
        hub,
        'ehr_adt.case("open", "samples/a04.hl7", ["send:archive"], answers={"ward": b"open"})',
        'ehr_adt.case("in a file", "samples/a04.hl7", ["send:archive"], answers={"ward": "samples/ward.txt"})',
        'ehr_adt.case("closed", "samples/a04.hl7", ["task:closed"], answers={"ward": b"closed"})',
    )
    said = isthmus("test", hub)
    assert said.out.endswith("3 cases, 0 failed\n"), said.out


def test_a_case_that_answers_nothing_fails_and_says_what_is_asked(isthmus, hub):
    with_lookup(
        hub,
        'ehr_adt.case("no answer", "samples/a04.hl7", ["send:archive"])',
        'ehr_adt.case("no file", "samples/a04.hl7", ["send:archive"], answers={"ward": "samples/none.txt"})',
    )
    said = isthmus("test", hub)
    assert said.code == 1
    assert "the look-up ward is asked, and the case has no answer: give answers={'ward': ...}" in said.out
    assert "none.txt cannot be read" in said.out
