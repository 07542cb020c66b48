"""GS1 application identifiers: how long their data is, of what kind, and whether a separator ends it.

As in the GS1 Barcode Syntax Dictionary. Formats: N digits, X of character set 82, Y of 39, Z of 64 (base 64 for files);
N6 exactly six, X..20 up to twenty, [..] may be missing, + after another. `k` marks a check digit at the end of the digits
before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

# Character set 82 of the GS1 General Specifications, 7.11; 39 is a part of it, and so is 64 but for its padding.
_CLASSES = {"N": "[0-9]", "X": r"[!\"%-?A-Z_a-z]", "Y": r"[#\-/0-9A-Z]", "Z": r"[\-_=0-9A-Za-z]"}
_COMPONENT = re.compile(r"(?P<open>\[)?(?P<kind>[NXYZ])(?P<upto>\.\.)?(?P<length>\d+)(?P<check>k)?\]?")

# Data of a predefined length: no separator follows them (General Specifications, 7.8.5, by the first two digits).
PREDEFINED = re.compile(r"0[0-4]|1[1-9]|20|3[1-6]|41")

_TABLE = """
00 N18k | 01 02 03 N14k | 10 X..20 | 11 12 13 15 16 17 N6 | 20 N2 | 21 22 X..20
235 X..28 | 240 241 X..30 | 242 N..6 | 243 X..20 | 250 251 X..30 | 253 N13k+[X..17] | 254 X..20 | 255 N13k+[N..12]
30 37 N..8
3100-3105 3110-3115 3120-3125 3130-3135 3140-3145 3150-3155 3160-3165 N6
3200-3205 3210-3215 3220-3225 3230-3235 3240-3245 3250-3255 3260-3265 3270-3275 3280-3285 3290-3295 N6
3300-3305 3310-3315 3320-3325 3330-3335 3340-3345 3350-3355 3360-3365 3370-3375 N6
3400-3405 3410-3415 3420-3425 3430-3435 3440-3445 3450-3455 3460-3465 3470-3475 3480-3485 3490-3495 N6
3500-3505 3510-3515 3520-3525 3530-3535 3540-3545 3550-3555 3560-3565 3570-3575 N6
3600-3605 3610-3615 3620-3625 3630-3635 3640-3645 3650-3655 3660-3665 3670-3675 3680-3685 3690-3695 N6
3900-3909 N..15 | 3910-3919 N3+N..15 | 3920-3929 N..15 | 3930-3939 N3+N..15 | 3940-3943 N4 | 3950-3955 N6
400 401 403 X..30 | 402 N17k | 410-417 N13k
420 X..20 | 421 N3+X..9 | 422 424 426 N3 | 423 425 N..15 | 427 X..3
4300 4301 4310 4311 4320 X..35 | 4302-4306 4312-4316 X..70 | 4307 4317 X2 | 4308 4319 X..30 | 4309 N20 | 4318 X..20
4321-4323 N1 | 4324 4325 N10 | 4326 N6 | 4330-4333 N6+[X1]
7001 N13 | 7002 X..30 | 7003 N10 | 7004 N..4 | 7005 X..12 | 7006 N6 | 7007 N6+[N6] | 7008 X..3 | 7009 X..10 | 7010 X..2
7011 N6+[N4] | 7020 7021 7022 X..20 | 7023 X..30 | 7030-7039 N3+X..27 | 7040 N1+X3 | 7041 X..4
710-716 X..20 | 7230-7239 X2+X..28 | 7240 X..20 | 7241 N2 | 7242 X..25
7250 N8 | 7251 N12 | 7252 N1 | 7253 7254 7259 X..40 | 7255 X..10 | 7256 X..90 | 7257 X..70 | 7258 X3
8001 N14 | 8002 X..20 | 8003 N14k+[X..16] | 8004 X..30 | 8005 N6 | 8006 8026 N14k+N4 | 8007 X..34 | 8008 N8+[N..4]
8009 X..50 | 8010 Y..30 | 8011 N..12 | 8012 X..20 | 8013 8014 X..25 | 8017 8018 N18k | 8019 N..10 | 8020 X..25 | 8030 Z..90
8110 8112 8200 X..70 | 8111 N4
90 X..30 | 91-99 X..90
"""


class Identifier(NamedTuple):
    """ai: two to four digits; pattern: what its data is; predefined: whether it ends without a separator;
    length_max: of its data; checked: how many of its first digits end in a check digit, 0 for none."""

    ai: str
    pattern: re.Pattern[str]
    predefined: bool
    length_max: int
    checked: int


@cache
def identifiers() -> dict[str, Identifier]:
    """Every application identifier, by its digits."""
    return {one.ai: one for one in _identifiers()}


def identifier_at(text: str, at: int) -> Identifier | None:
    """The application identifier that stands at a place: none is the beginning of another."""
    known = identifiers()
    return next((known[text[at : at + size]] for size in (2, 3, 4) if text[at : at + size] in known), None)


def _identifiers() -> Iterator[Identifier]:
    for entry in re.split(r"[|\n]", _TABLE.strip()):
        *names, form = entry.split()
        components = [match for part in form.split("+") if (match := _COMPONENT.fullmatch(part))]
        pattern = re.compile("".join(_pattern(one) for one in components))
        checked = int(components[0]["length"]) if components[0]["check"] else 0
        length_max = sum(int(one["length"]) for one in components)
        for name in names:
            for ai in _spread(name):
                yield Identifier(ai, pattern, PREDEFINED.match(ai) is not None, length_max, checked)


def _pattern(component: re.Match[str]) -> str:
    length = component["length"]
    count = f"{{1,{length}}}" if component["upto"] else f"{{{length}}}"
    found = _CLASSES[component["kind"]] + count
    return f"(?:{found})?" if component["open"] else found


def _spread(name: str) -> Iterator[str]:
    first, _, last = name.partition("-")
    width = len(first)
    yield from (str(number).zfill(width) for number in range(int(first), int(last or first) + 1))
