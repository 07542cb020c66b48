"""HIBC supplier labeling (ANSI/HIBC 2.6): primary, secondary, or both in one symbol.

    primary       + LIC(4) product(1-18) unit(1)                       CHECK
    secondary     + $$5 20015 10X3                               LINK  CHECK      LINK is the CHECK of its primary
    both          + LIC product unit / $$5 20015 10X3 / S 77DEFG45     CHECK

    $$ MMYY   $$2 MMDDYY   $$3 YYMMDD   $$4 YYMMDDHH   $$5 YYJJJ   $$6 YYJJJHH   $$7 no date       then the lot number
    $$+ ... the same, then the serial number
    S serial   16D manufactured   14D expiry   Q quantity                            after a slash, in any number

Superseded forms are read: $ and $+ (no date), YYJJJ without a flag, and a quantity of two or five digits after $$8 or $$9.
People's captions stand between asterisks and show a blank check character as an underscore.
"""

from __future__ import annotations

import re

from .check_characters import hibc_character
from .dates import read_day
from .draft import Draft
from .grammar import ParseError
from .values import Element

_PRIMARY = re.compile(r"[A-Z][A-Z0-9]{3}[A-Z0-9]{1,18}[0-9]")
_NUMBER = re.compile(r"[A-Z0-9\-. $+%]{0,18}")
_SECONDARY = re.compile(r"\$\$\+?([2-7])|\$\$([89])|\$\$\+?|\$\+?|(?=[0-9]{5})")
_QUANTITY_DIGITS = {"8": 2, "9": 5}
_FORMS = {"": "MMYY", "2": "MMDDYY", "3": "YYMMDD", "4": "YYMMDDHH", "5": "YYJJJ", "6": "YYJJJHH", "7": ""}
_IMPLIED = {"$$": "", "$$+": "", "$": "7", "$+": "7", "": "5"}

_SUPPLEMENT = re.compile(r"16D|14D|S|Q")
_SUPPLEMENTAL_DAYS = {"16D": "manufactured", "14D": "expiry"}
_QUANTITY = re.compile(r"[0-9]{1,5}")


def read_hibc(draft: Draft, text: str, at: int) -> None:
    """Everything from the flag character on. Raises ParseError for what is no supplier label at all."""
    label = _without_check(draft, text, at)
    if not label[1:2].isalpha():
        draft.link, label = label[-1], label[:-1]
    for number, part in enumerate(label[1:].split("/")):
        at += 1
        if number == 0 and part[:1].isalpha():
            _primary(draft, part, at)
        else:
            _secondary(draft, part, at)
        at += len(part)


def _without_check(draft: Draft, text: str, at: int) -> str:
    """The label without its check character, which is verified."""
    label = text[at:]
    if label.endswith("_"):
        label = label[:-1] + " "
    if label[1:2] == "/" or len(label) < 4:
        raise ParseError("This is no HIBC supplier label", offset=at, rule="supplier-label")
    try:
        right, trimmed = hibc_character(label[:-1]), hibc_character(label)
    except ValueError:
        raise ParseError("A character is outside of the HIBC character set", offset=at, rule="character") from None
    if label[-1] == right:
        return label[:-1]
    if trimmed == " ":
        note = "the check character is a blank, which was cut off on the way"
        draft.finding("blank-check-character", at + len(label), note, fault=False)
        return label
    note = "the check character is wrong: the label was misread or mistyped"
    draft.finding("check-character", at + len(label) - 1, note)
    return label[:-1]


def _primary(draft: Draft, part: str, at: int) -> None:
    element = draft.element("+", part, at)
    if _PRIMARY.fullmatch(part):
        draft.take(element, "device", part)
    else:
        draft.fault(element, "primary", "the primary data is not labeler, product and unit of measure")


def _secondary(draft: Draft, part: str, at: int) -> None:
    supplement = _SUPPLEMENT.match(part)
    if supplement:
        _supplement(draft, draft.element(supplement[0], part[supplement.end() :], at))
        return
    found = _SECONDARY.match(part)
    if found is None:
        draft.unknown(draft.element("", part, at), "no HIBC identifier stands here that is known")
        return
    element = draft.element(found[0], part[found.end() :], at)
    flag = found[1] or found[2] or _IMPLIED[found[0]]
    _dated_number(draft, element, flag, "serial" if "+" in found[0] else "lot")


def _dated_number(draft: Draft, element: Element, flag: str, part: str) -> None:
    """A date in the form that its flag says, then a lot or serial number; before both, a quantity."""
    data = element.data
    if flag in _QUANTITY_DIGITS:
        digits = _QUANTITY_DIGITS[flag]
        if len(data) < digits or not _QUANTITY.fullmatch(data[:digits]):
            draft.fault(element, "quantity", "the quantity is no number")
            return
        draft.take(element, "quantity", int(data[:digits]))
        flag, data = _flag_after_quantity(data[digits:])
    form = _FORMS[flag]
    written, number = data[: len(form)], data[len(form) :]
    if not _NUMBER.fullmatch(number):
        draft.fault(element, "number", f"the {part} number is longer than 18 characters")
        return
    if form:
        draft.take_day(element, "expiry", written, form)
    if number:
        draft.take(element, part, number)


def _flag_after_quantity(data: str) -> tuple[str, str]:
    """After a quantity the date was optional and had no flag for its absence: digits that are a date are one."""
    for flag, form in _FORMS.items():
        if data.startswith(flag) and read_day(data[len(flag) : len(flag) + len(form)], form, 2000) is not None:
            return flag, data[len(flag) :]
    return "7", data.removeprefix("7")


def _supplement(draft: Draft, element: Element) -> None:
    if element.identifier in _SUPPLEMENTAL_DAYS:
        draft.take_day(element, _SUPPLEMENTAL_DAYS[element.identifier], element.data, "YYYYMMDD")
    elif element.identifier == "Q" and _QUANTITY.fullmatch(element.data):
        draft.take(element, "quantity", int(element.data))
    elif element.identifier == "S" and element.data and _NUMBER.fullmatch(element.data):
        draft.take(element, "serial", element.data)
    else:
        draft.fault(element, "supplement", f"the data of /{element.identifier} is not of its format")
