"""The loops of the 270 and 271 (005010X279A1, and 004010X092A1 whose loops are the same), as tables.

Subscriber (C) and dependent (D) hold the same segments; in answers LS and LE stand around the entities of a benefit.
"""

from __future__ import annotations

from ..loops import Spec, loop

_PERSON = "REF N3 N4 AAA PRV DMG INS HI DTP MPI"


def _inquiry(letter: str) -> Spec:
    return loop(f"2110{letter}", "EQ", "AMT III REF DTP")


def _benefit(letter: str) -> Spec:
    return loop(
        f"2110{letter}",
        "EB",
        "HSD REF DTP AAA MSG LS LE",
        loop(f"2115{letter}", "III", "LS LE"),
        loop(f"2120{letter}", "NM1", "N2 N3 N4 PER PRV"),
    )


def _person(letter: str, role: str, asked: Spec) -> Spec:
    return loop(f"2100{letter}", f"NM1*{role}", _PERSON, asked)


def _guide(number: str, subscriber: Spec, dependent: Spec) -> Spec:
    return loop(
        number,
        "ST",
        "ST BHT SE",
        loop(
            "2000A",
            "HL***20",
            "AAA",
            loop("2100A", "NM1", "REF N3 N4 PER AAA PRV"),
            loop(
                "2000B",
                "HL***21",
                "AAA",
                loop("2100B", "NM1", "REF N2 N3 N4 PER AAA PRV"),
                loop("2000C", "HL***22", "TRN", subscriber, loop("2000D", "HL***23", "TRN", dependent)),
            ),
        ),
    )


INQUIRY_GUIDE = _guide("270", _person("C", "IL", _inquiry("C")), _person("D", "03", _inquiry("D")))
ANSWER_GUIDE = _guide("271", _person("C", "IL", _benefit("C")), _person("D", "03", _benefit("D")))
