"""What a hospital's finance people rely on, with the hub and the ERP as real processes. Each test has a day of its own."""

from datetime import date
from decimal import Decimal

import pytest
from by_hand import ft1

pytestmark = [pytest.mark.erp, pytest.mark.process, pytest.mark.xdist_group("erp")]


def figures(result, group):
    (row,) = [row for row in result["rows"] if row["group"] == group]
    return {side: Decimal(amount) for side, amount in row.items() if side != "group"}


def test_a_cancelled_discharge_withdraws_what_it_triggered_and_reverses_no_charge(hospital):
    day, patient = date(2032, 3, 1), "7001"
    hospital.send("ADT^A01", patient, day)
    hospital.send("DFT^P03", patient, day, ft1("C1", "CG", "120.50", "LAB", day))
    hospital.send("ADT^A03", patient, day)
    hospital.until(lambda: hospital.account(patient).discharge != "")
    hospital.send("ADT^A13", patient, day)
    hospital.settle()
    account = hospital.account(patient)
    assert (account.phase, account.discharge, account.charges, account.amount) == ("open", "", 1, Decimal("120.50"))
    (entry,) = hospital.entries(day)
    assert entry.reverses in ("", None)
    hospital.register(day, ("LAB", 1, 0, "120.50"))
    code, result = hospital.control(day)
    assert (code, result["tied"]) == (0, True)
    assert figures(result, "4110 CC110") == {"posted": Decimal("-120.50"), "ERP": Decimal("-120.50")}


def test_a_cancelled_admission_with_charges_is_a_task_for_a_person_and_takes_nothing_back(hospital):
    day, patient = date(2032, 3, 2), "7002"
    hospital.send("ADT^A01", patient, day)
    hospital.send("DFT^P03", patient, day, ft1("C2", "CG", "75.25", "RAD", day))
    hospital.until(lambda: hospital.account(patient).charges == 1)
    hospital.send("ADT^A11", patient, day)
    hospital.settle()
    (task,) = [item for item in hospital.parked("cancelled-with-charges") if f"A{patient}" in item["text"]]
    assert (task["kind"], task["cents"]) == ("task", 7525)
    assert [(entry.reverses or "") for entry in hospital.entries(day)] == [""]
    hospital.register(day, ("RAD", 1, 0, "75.25"))
    assert hospital.control(day)[0] == 0


def test_a_credit_reverses_the_entry_of_its_charge_under_its_own_number(hospital):
    day, patient = date(2032, 3, 3), "7003"
    hospital.send("ADT^A01", patient, day)
    hospital.send("DFT^P03", patient, day, ft1("C3", "CG", "60.00", "PT", day))
    hospital.send("DFT^P03", patient, day, ft1("C3", "CD", "60.00", "PT", day))
    hospital.settle()
    charge, reversal = hospital.entries(day)
    assert reversal.reverses == charge.key != reversal.key
    hospital.register(day, ("PT", 1, 1, "0.00"))
    code, result = hospital.control(day)
    assert (code, figures(result, "MAIN PT")["posted"]) == (0, 0)


def test_an_unmapped_charge_is_parked_until_a_row_is_added_deployed_and_it_is_resent(hospital):
    day, patient = date(2032, 3, 4), "7004"
    hospital.send("DFT^P03", patient, day, ft1("C4", "CG", "318.40", "HBO", day), ft1("C5", "CG", "12.00", "LAB", day))
    hospital.register(day, ("HBO", 1, 0, "318.40"), ("LAB", 1, 0, "12.00"))
    hospital.settle()
    (item,) = hospital.parked("UNMAPPED")
    code, before = hospital.control(day)
    assert code == 0, "parked money is accounted for"
    assert figures(before, "MAIN HBO")["parked"] == Decimal("318.40")

    table = hospital.stage.hub_folder / "tables" / "departments.csv"
    table.write_text(table.read_text() + "*,HBO,4180,CC180\n")
    code, deployed = hospital.isthmus("deploy", "tables")
    assert (code, deployed["changed"]) == (0, True)
    code, _ = hospital.isthmus("parked", "--resend", str(item["item"]), "--reason", "the department has a row now")
    assert code == 0
    hospital.settle()

    assert hospital.parked("UNMAPPED") == []
    code, after = hospital.control(day)
    assert (code, after["breaks"]) == (0, [])
    assert figures(after, "MAIN HBO") == {
        "register": Decimal("318.40"),
        "taken": Decimal("318.40"),
        "posted": Decimal("318.40"),
        "parked": 0,
        "in flight": 0,
    }
    assert figures(after, "4180 CC180")["ERP"] == Decimal("-318.40")
    versions = {step["reference"] for step in steps(hospital, item) if step["state"] == "delivered"}
    assert [version.endswith(f"+tables@{deployed['version']}") for version in versions] == [True]


def steps(hospital, item):
    """Every step of the delivery that an item was about."""
    _, shown = hospital.isthmus("show", str(item["message"]), "--reason", "a test")
    (delivery,) = [one for one in shown["deliveries"] if one["id"] == item["delivery"]]
    return delivery["steps"]


def test_a_table_with_a_fault_is_refused_and_the_old_rows_go_on_answering(hospital, capsys):
    day, patient = date(2032, 3, 5), "7005"
    table = hospital.stage.hub_folder / "tables" / "departments.csv"
    whole = table.read_text()
    table.write_text("facility,department,account,cost_centre\n*,LAB,4110,CC110\n*,LAB,4120,CC120\n")
    try:
        assert hospital.isthmus("deploy", "tables")[0] == 2
        code, checked = hospital.say("check", str(hospital.stage.hub_folder))
        assert code == 1
        assert "tables/departments.csv:3: error: the table has the key of line 2, for the same days" in checked
        hospital.send("DFT^P03", patient, day, ft1("C6", "CG", "9.00", "ED", day))
        hospital.settle()
        assert [line.account for line in hospital.entries(day)[0].lines] == ["1230", "4140"]
    finally:
        table.write_text(whole)


def test_a_control_whose_register_has_not_come_is_not_done(hospital):
    code, _ = hospital.isthmus("control", "C0", "--date", "2032-03-31")
    assert code == 2
