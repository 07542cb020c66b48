"""What this hospital consists of: facilities with their habits, departments with prices, financial classes.

The codes are the EHR's own. The ERP knows other ones; the crosswalk between them is the hub's reference data.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Facility:
    """A hospital and how its EHR writes: charset (MSH-18), enhanced acknowledgement (MSH-15/16), offset in times."""

    code: str
    zone: ZoneInfo
    charset: str
    encoding: str
    enhanced: bool
    offset_in_times: bool


@dataclass(frozen=True, slots=True)
class Item:
    """A line of the charge master: price of one unit, and how many are usual at once."""

    code: str
    description: str
    price: Decimal
    quantity_max: int = 1


@dataclass(frozen=True, slots=True)
class Department:
    code: str
    name: str
    items: tuple[Item, ...]


FACILITIES = (
    Facility("MAIN", ZoneInfo("America/Chicago"), "UNICODE UTF-8", "utf-8", enhanced=False, offset_in_times=False),
    Facility("EAST", ZoneInfo("America/New_York"), "8859/1", "iso-8859-1", enhanced=True, offset_in_times=True),
)

DEPARTMENTS = (
    Department(
        "LAB",
        "Laboratory",
        (
            Item("80053", "Comprehensive metabolic panel", Decimal("48.15"), 2),
            Item("85025", "Complete blood count with differential", Decimal("31.90"), 3),
            Item("87040", "Blood culture", Decimal("62.35"), 2),
        ),
    ),
    Department(
        "RAD",
        "Radiology",
        (
            Item("71046", "Chest x-ray, 2 views", Decimal("214.00")),
            Item("74177", "CT abdomen & pelvis with contrast", Decimal("1873.45")),
        ),
    ),
    Department(
        "PHARM",
        "Pharmacy",
        (
            Item("J1885", "Ketorolac 15 mg", Decimal("7.33"), 4),
            Item("J0696", "Ceftriaxone 250 mg", Decimal("11.07"), 8),
            Item("J3490", "Infusion kit 0.9% | 500 ml", Decimal("0.87"), 12),
        ),
    ),
    Department(
        "ED",
        "Emergency department",
        (
            Item("99283", "Emergency visit, level 3", Decimal("612.50")),
            Item("99285", "Emergency visit, level 5", Decimal("1490.00")),
        ),
    ),
    Department(
        "OR",
        "Operating room",
        (
            Item("360-15", "Operating room, 15 minutes", Decimal("845.25"), 10),
            Item("C1713", "Anchor/screw ^ bone", Decimal("389.99"), 6),
        ),
    ),
    Department("ICU", "Intensive care", (Item("200-DAY", "Intensive care day", Decimal("4120.00"), 2),)),
    Department(
        "MED",
        "Medical and surgical ward",
        (
            Item("120-DAY", "Room and board, semi-private", Decimal("1385.00"), 3),
            Item("A6216", "Gauze pad, 4~inch", Decimal("0.19"), 50),
        ),
    ),
    Department("PT", "Physical therapy", (Item("97110", "Therapeutic exercise, 15 minutes", Decimal("57.80"), 4),)),
)

UNMAPPED_DEPARTMENT = Department(
    "HBO", "Hyperbaric medicine", (Item("G0277", "Hyperbaric oxygen, 30 minutes", Decimal("318.40"), 4),)
)
"""Opened last week: the finance department has not given it a revenue account yet."""

FINANCIAL_CLASSES = ("MCR", "MCD", "COM", "BC", "SP")
"""Medicare, Medicaid, commercial, Blue Cross, self-pay, as PV1-20 of this EHR has them."""

PAYMENTS = (
    ("PY", "PAY-CARD", "Payment by card"),
    ("AJ", "ADJ-CONTR", "Contractual adjustment"),
    ("CO", "COPAY", "Co-payment at the desk"),
)
"""Lines that travel in DFT and are no revenue (FT1-6 PY, AJ, CO)."""
