"""SNIP 3: totals and counts."""

from __future__ import annotations

import pytest
from test_x12_snip_situations import written
from written_claims import INQUIRY, INSTITUTIONAL, PROFESSIONAL, REMITTANCE
from written_guides import transaction

from isthmus.protocols.x12 import snip


def balances(*segments: str) -> snip.Report:
    return snip.validate(transaction(*segments), levels=(3,))


@pytest.mark.parametrize(
    ("document", "at", "new", "rules"),
    [
        (PROFESSIONAL, "CLM", "CLM*ACC1*151***11:B:1*Y*A*Y*Y", ["claim-total"]),
        (INSTITUTIONAL, "SV2", "SV2*0120**1499.99*DA*4", ["claim-total"]),
        (REMITTANCE, "CAS", "CAS*PR*3*19", ["claim-balance", "line-balance"]),
        (REMITTANCE, "CLP", "CLP*ACC1*1*150*131*20*12*ICN1*11*1", ["transaction-balance", "claim-balance"]),
        (REMITTANCE, "BPR", "BPR*I*129.99*C*CHK", ["transaction-balance"]),
    ],
)
def test_what_does_not_add_up_is_said(document: tuple[str, ...], at: str, new: str, rules: list[str]) -> None:
    report = snip.validate(written(document, (at, new)), levels=(3,))

    assert [issue.rule for issue in report.issues] == rules
    assert not [line for line in report.lines() if "0.01" in line or "131" in line]


def test_an_amount_that_cannot_be_read_leaves_only_what_holds_it_unbalanced() -> None:
    two = ("LX*1", "CLP*A*1*150*1X0*20*12*I", "CLP*B*1*150*120*20*12*I", "SVC*HC:99213*150*130*UN")
    report = balances("ST*835*0001", "BPR*I*250*C*CHK", *two, "SE*7*0001")

    assert [(issue.rule, issue.place.position, issue.place.element) for issue in report.issues] == [
        ("amount", 4, 4),
        ("claim-balance", 5, 4),
        ("line-balance", 6, 3),
    ]
    assert [(one.extent, one.by) for one in report.checked if one.level == 3] == [("partial", "balances of the 835")]


@pytest.mark.parametrize(
    ("claim", "line", "rules"),
    [
        ("CLM*ACC1*15O***11:B:1", "SV1*HC:99213*150*UN*1***1", ["amount"]),
        ("CLM*ACC1*150***11:B:1", "SV1*HC:99213*15O*UN*1***1", ["amount"]),
        ("CLM*ACC1*150***11:B:1", "SV5*HC", ["amount"]),
    ],
)
def test_the_other_claims_of_a_file_are_balanced_all_the_same(claim: str, line: str, rules: list[str]) -> None:
    head = ("ST*837*0001", "HL*1**20*1", "HL*2*1*22*0", "SBR*P*18")
    other = ("CLM*ACC2*9***11:B:1", "LX*1", "SV1*HC:99213*8*UN*1***1")
    report = balances(*head, claim, "LX*1", line, *other, "SE*11*0001")

    assert [issue.rule for issue in report.issues] == [*rules, "claim-total"]


@pytest.mark.parametrize(
    ("type", "items", "total", "rules"),
    [
        ("850", ["PO1*1*2*EA", "PO1*2*3*EA"], "CTT*2*5", []),
        ("850", ["PO1*1*2*EA", "PO1*2*3*EA"], "CTT*2", []),
        ("850", ["PO1*1*2*EA"], "CTT*2", ["line-count"]),
        ("855", ["PO1*1*2*EA"], "CTT*1*3", ["hash-total"]),
        ("810", ["IT1*1*2*EA", "IT1*2*X*EA"], "CTT*2*9", []),
        ("856", ["HL*1**S", "HL*2*1*I", "SN1**4*EA"], "CTT*2*4", []),
        ("856", ["HL*1**S"], "CTT*9", ["line-count"]),
    ],
)
def test_transaction_totals(type: str, items: list[str], total: str, rules: list[str]) -> None:
    report = balances(f"ST*{type}*0001", *items, total, "SE*9*0001")

    assert [issue.rule for issue in report.issues] == rules


def test_a_set_without_known_totals_says_that_it_was_not_balanced() -> None:
    report = snip.validate(written(INQUIRY), levels=(3,))

    assert [(one.extent, one.note) for one in report.checked if one.level == 3] == [
        ("none", "no totals of this set are known")
    ]
