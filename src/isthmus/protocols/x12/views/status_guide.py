"""The loops of the 276 and 277 (005010X212, and 004010X093A1 whose loops are the same) and of the 277CA (005010X214), as tables.

276 277   2000A HL 20 payer { 2000B 21 receiver { 2000C 19 provider { 2000D 22 subscriber { 2000E 23 dependent } } } }
277CA     2000A HL 20 source { 2000B 21 receiver { 2000C 19 billing provider { 2000D PT patient } } }
"""

from __future__ import annotations

from ..loops import Spec, loop


def _asked(letter: str) -> Spec:
    line = loop(f"2210{letter}", "SVC", "REF DTP")
    return loop(f"2200{letter}", "TRN", "REF AMT DTP", line)


def _answered(letter: str) -> Spec:
    line = loop(f"2220{letter}", "SVC", "STC REF DTP")
    return loop(f"2200{letter}", "TRN", "STC REF DTP QTY AMT", line)


def _totals(letter: str) -> Spec:
    return loop(f"2200{letter}", "TRN", "STC REF DTP QTY AMT")


def _name(letter: str, codes: str = "") -> Spec:
    return loop(f"2100{letter}", f"NM1*{codes}" if codes else "NM1", "N3 N4 PER")


def _levels(number: str, claim_of_subscriber: Spec, claim_of_dependent: Spec, *totals: Spec) -> Spec:
    dependent = loop("2000E", "HL***23", "DMG", _name("E", "QC"), claim_of_dependent)
    subscriber = loop("2000D", "HL***22", "DMG", _name("D", "IL|QC"), claim_of_subscriber, dependent)
    by_name = {one.name[-1]: (one,) for one in totals}
    provider = loop("2000C", "HL***19", "", _name("C", "1P"), *by_name.get("C", ()), subscriber)
    receiver = loop("2000B", "HL***21", "", _name("B", "41"), *by_name.get("B", ()), provider)
    return loop(number, "ST", "ST BHT SE", loop("2000A", "HL***20", "", _name("A"), receiver))


INQUIRY_GUIDE = _levels("276", _asked("D"), _asked("E"))
ANSWER_GUIDE = _levels("277", _answered("D"), _answered("E"), _totals("B"), _totals("C"))
ACKNOWLEDGEMENT_GUIDE = loop(
    "277CA",
    "ST",
    "ST BHT SE",
    loop(
        "2000A",
        "HL***20",
        "",
        _name("A", "AY|PR"),
        _totals("A"),
        loop(
            "2000B",
            "HL***21",
            "",
            _name("B", "41"),
            _totals("B"),
            loop(
                "2000C",
                "HL***19",
                "",
                _name("C", "85"),
                _totals("C"),
                loop("2000D", "HL***PT", "", _name("D", "QC"), _answered("D")),
            ),
        ),
    ),
)
