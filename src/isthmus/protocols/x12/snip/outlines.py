"""What is known of sets without a free map: 270, 271 and 276 of 005010, and the supply sets 850, 855, 856 and 810.

Taken from published samples and from open-source readers of these sets (loops, what is required, some qualifiers); the guides
themselves are copyrighted by X12 and were not at hand. Supply sets have no national guide: what X12 itself makes mandatory.
"""

from __future__ import annotations

from functools import cache

from .guide import Guide
from .outline import read_outline

_RECEIVER = """
    > 2100B R 1 NM1 1P|2B|36|80|FA|GP|P5|PR ! 1 2 8 9
      REF S *
      N3  S 1
      N4  S 1
      AAA S 9
      PRV S 1
"""

_PERSON = """
      REF S 9
      N3  S 1
      N4  S 1
      AAA S 9
      PRV S 1
      DMG S 1
      INS S 1
      HI  S 1
      DTP S 9
      MPI S 1
"""

_INQUIRED = """
      > 2110{0} S 99 EQ
        AMT S 2
        III S 1
        REF S 1
        DTP S 1
"""

_ANSWERED = """
      > 2110{0} S * EB ! 1
        HSD S 9
        REF S 9
        DTP S 20
        AAA S 9
        MSG S 10
        > 2115{0} S 10 III
        LS  S 1 2120
        > 2120{0} S 23 NM1
          N3  S 1
          N4  S 1
          PER S 3
          PRV S 1
        LE  S 1 2120
"""


def _in(text: str, blanks: int) -> str:
    return "\n".join(" " * blanks + line for line in text.splitlines())


def _eligibility(type: str, header: str, benefit: str, source_level: str, receiver: str, subscriber: str) -> str:
    return f"""
ST  R 1 ! 1={type} 2 3
{header}
> 2000A R * HL 20 ! 1 3 4
{source_level}
  > 2000B {receiver} * HL 21 ! 1 2 3 4
{_RECEIVER}
    > 2000C {subscriber} * HL 22 ! 1 2 3 4=0|1
      TRN S * ! 1=1|2 2 3
      > 2100C R 1 NM1 IL ! 1 2
{_in(_PERSON, 2)}
{_in(benefit.format("C"), 2)}
      > 2000D S * HL 23 ! 1 2 3 ?4=0
        TRN S * ! 1=1|2 2 3
        > 2100D R 1 NM1 03 ! 1 2
{_in(_PERSON, 4)}
{_in(benefit.format("D"), 4)}
SE  R 1 ! 1 2
"""


_270 = _eligibility(
    "270",
    "BHT R 1 0022 ! 2=01|13 4 5",
    _INQUIRED,
    "  > 2100A R 1 NM1 2B|36|GP|P5|PR ! 1 2 8 9",
    "R",
    "R",
)
_271 = _eligibility(
    "271",
    "BHT R 1 0022 ! 2=06|11 4 5",
    _ANSWERED,
    "  AAA S 9\n  > 2100A R 1 NM1 2B|36|GP|P5|PR ! 1 2 8 9\n    PER S 3\n    AAA S 9",
    "S",
    "S",
)

_STATUS_OF_CLAIM = """
> 2200{0} S * TRN 1 ! 2
  REF S 7
  AMT S 1 T3 ! 2
  DTP S 1 472 ! 2 3
  > 2210{0} S * SVC ! 1 2
    REF S 1 FJ ! 2
    DTP R 1 472 ! 2 3
"""

_276 = f"""
ST  R 1 ! 1=276 2 3
BHT R 1 0010 ! 2=13 3 4 5
> 2000A R * HL 20 ! 1 3 4=1
  > 2100A R 1 NM1 PR ! 1 2=2 3 8 9
  > 2000B R * HL 21 ! 1 2 3 4=1
    > 2100B R 1 NM1 41 ! 1 2 8 9
    > 2000C R * HL 19 ! 1 2 3 4=1
      > 2100C R 2 NM1 1P ! 1 2 8 9
      > 2000D R * HL 22 ! 1 2 3 4=0|1
        DMG S 1 D8
        > 2100D R 1 NM1 IL ! 1 2 8 9
{_in(_STATUS_OF_CLAIM.format("D"), 8)}
        > 2000E S * HL 23 ! 1 2 3
          DMG R 1 D8
          > 2100E R 1 NM1 QC ! 1 2 3
{_in(_STATUS_OF_CLAIM.format("E"), 10)}
SE  R 1 ! 1 2
"""

_850 = """
ST  R 1 ! 1=850 2
BEG R 1 ! 1 2 3 5
> PO1 R 100000 PO1
CTT S 1 ! 1
SE  R 1 ! 1 2
"""
_855 = """
ST  R 1 ! 1=855 2
BAK R 1 ! 1 2 3 4
> PO1 S 100000 PO1
CTT S 1 ! 1
SE  R 1 ! 1 2
"""
_856 = """
ST  R 1 ! 1=856 2
BSN R 1 ! 1 2 3 4
> HL R 200000 HL ! 1 3
CTT S 1 ! 1
SE  R 1 ! 1 2
"""
_810 = """
ST  R 1 ! 1=810 2
BIG R 1 ! 1 2
> IT1 S 200000 IT1
TDS R 1 ! 1
CTT S 1 ! 1
SE  R 1 ! 1 2
"""

_HEALTH = {
    ("005010X279", "270"): ("005010X279A1", _270),
    ("005010X279", "271"): ("005010X279A1", _271),
    ("005010X212", "276"): ("005010X212", _276),
}
_SUPPLY = {"850": _850, "855": _855, "856": _856, "810": _810}
_SAMPLES = "outline from published samples"
_STANDARD = "outline of what X12 makes mandatory"


def outline(version: str, type: str) -> Guide | None:
    """The partial guide of a version and a set, None when there is none. Supply sets have one for all versions."""
    health = _HEALTH.get((version[:10], type))
    if health is not None:
        return _read(*health, type, _SAMPLES)
    return _read(type, _SUPPLY[type], type, _STANDARD) if type in _SUPPLY else None


@cache
def _read(name: str, text: str, type: str, source: str) -> Guide:
    return read_outline(text, name=name, type=type, source=source)
