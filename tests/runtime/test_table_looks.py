"""What people see of reference tables: the list, the rows of a key, and the codes that parked work misses."""

from __future__ import annotations

import pytest
from api_hub import fresh_hub, serving

FLOW = """\
from isthmus import flow, send, table

wards = table("wards", key=("facility", "ward"), columns=("phone",))
people = table("people", key="id", columns=("name",), personal=True)
ehr_adt = flow(
    "ehr-adt", source="ehr", accepts="hl7v2/ADT", owner="integration", lane="PID-3", when_parked="go_on"
)


@ehr_adt.on()
def every_message(msg):
    ward = wards.get("MAIN", msg["PID-3.1"], on=msg.received.date())
    yield send("archive", ward["phone"].encode(), key=msg["MSH-10"])
"""

WARDS = """facility,ward,phone,valid_from,valid_to
MAIN,ICU,4711,,2026-06-30
MAIN,ICU,4712,2026-07-01,
MAIN,ED,4800,2020-01-01,
EAST,ED,5800,,
"""


@pytest.fixture
async def api(tmp_path):
    folder = fresh_hub(tmp_path / "hub")
    (folder / "flows" / "example.py").write_text(FLOW)
    (folder / "tables" / "wards.csv").write_text(WARDS)
    (folder / "tables" / "people.csv").write_text("id,name\n1,Carla\n")
    async with serving(folder) as api:
        yield api


async def audited(api, action: str) -> list[dict]:
    return [one for one in (await api.get("/v1/audit")).body["rows"] if one["action"] == action]


async def test_every_table_is_listed_with_its_version_and_days(api):
    found = (await api.get("/v1/tables")).body
    assert found["version"] == api.hub.plan.tables_version
    people, wards = found["tables"]
    assert (people["name"], people["personal"], people["rows"], people["first"]) == ("people", True, 1, "")
    assert {key: wards[key] for key in ("name", "fed_by", "file", "key", "keys", "rows", "first", "last")} == {
        "name": "wards",
        "fed_by": "file",
        "file": "tables/wards.csv",
        "key": ["facility", "ward"],
        "keys": 3,
        "rows": 4,
        "first": "2020-01-01",
        "last": "2026-07-01",
    }


async def rows(api, table="wards", **ask) -> list[tuple]:
    found = (await api.get(f"/v1/tables/{table}/rows", **ask)).body
    return [(*row["key"], row["cells"]["phone"], row["first"], row["last"]) for row in found["rows"]]


async def test_rows_are_shown_by_key_by_its_beginning_and_by_day(api):
    icu = [("MAIN", "ICU", "4711", "", "2026-06-30"), ("MAIN", "ICU", "4712", "2026-07-01", "")]
    assert await rows(api, key="MAIN|ICU") == icu
    assert await rows(api, key="MAIN|ICU", on="2026-07-01") == icu[1:]
    assert [row[1] for row in await rows(api, key="MAIN")] == ["ED", "ICU", "ICU"]
    assert len(await rows(api)) == 4
    assert (await api.get("/v1/tables/wards/rows", limit=1)).body["total"] == 4
    assert await audited(api, "show table rows") == []


async def test_a_look_at_rows_about_persons_is_audited(api):
    await api.get("/v1/tables/people/rows", key="1", reason="a question")
    (row,) = await audited(api, "show table rows")
    assert (row["table"], row["reason"], row["actor"]) == ("people", "a question", "api:tess")


@pytest.mark.parametrize(
    ("path", "ask", "problem"),
    [
        ("beds", {}, "there is no table 'beds': there is people, wards"),
        ("wards", {"on": "tomorrow"}, "a day is written YYYY-MM-DD"),
        ("wards", {"key": "A|B|C"}, "table wards is looked up by facility, ward"),
        ("wards", {"limit": 0}, "limit is between 1 and 1000"),
    ],
)
async def test_what_cannot_be_shown_says_why(api, path, ask, problem):
    reply = await api.get(f"/v1/tables/{path}/rows", **ask)
    assert (reply.status, reply.body["problem"]) == (400, problem)


async def test_codes_that_parked_work_misses_are_counted_and_what_waits_for_them_is_resent_at_once(api):
    for number, patient in enumerate(("NICU", "NICU", "PICU", "ED")):
        await api.receive(id=str(number), patient=patient)
    found = (await api.get("/v1/tables/missing", reason="what is new")).body["codes"]
    day = found[0]["key"].rpartition(" on ")[2]
    assert [(one["table"], one["key"], one["count"], len(one["items"])) for one in found] == [
        ("wards", f"facility MAIN, ward NICU on {day}", 2, 2),
        ("wards", f"facility MAIN, ward PICU on {day}", 1, 1),
    ]
    assert len(await audited(api, "list missing codes")) == 1
    assert (await api.get("/v1/tables/missing", table="people")).body["codes"] == []
    assert "NICU" not in api.log.getvalue()

    wards = api.hub.settings.folder / "tables" / "wards.csv"
    wards.write_text(WARDS + "MAIN,NICU,4900,,\n")
    await api.post("/v1/flows/tables/deploy")
    items = [item for one in found for item in one["items"]]
    await api.post("/v1/parked/resend", items=items, reason="the ward is there")
    left = (await api.get("/v1/tables/missing")).body["codes"]
    assert [(one["key"].partition(" on ")[0], one["count"]) for one in left] == [("facility MAIN, ward PICU", 1)]


async def test_what_is_parked_says_which_version_of_the_table_was_asked(api):
    await api.receive(patient="NICU")
    (item,) = (await api.get("/v1/parked")).body["items"]
    version = next(one["version"] for one in (await api.get("/v1/tables")).body["tables"] if one["name"] == "wards")
    assert item["text"] == (
        f"facility, ward has no row in the table wards (version {version}). "
        "add a row for it to tables/wards.csv, deploy, then resend"
    )
