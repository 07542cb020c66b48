"""GS1: element strings, their human readable form, Digital Link URIs, and a GTIN alone.

    0109506000117843 17281231 101234AB<GS> 215678CD      <GS> (FNC1) ends data without a predefined length
    (01)09506000117843(17)281231(10)1234AB(21)5678CD
    https://id.gs1.org/01/09506000117843/10/1234AB/21/5678CD?17=281231

Without its separators an element string can only be read when at most its last element has no predefined length: a
scanner that drops <GS> makes one lot number of a lot and a serial number, and nothing in the text shows it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

from .check_characters import gs1_holds
from .draft import Draft
from .gs1_table import identifier_at, identifiers
from .values import Element

GS = "\x1d"

_HUMAN_READABLE = re.compile(r"\(([0-9]{2,4})\)")
_LINK = re.compile(r"https?://[^/?#\s]+(?P<path>/[^?#\s]*)(?:\?(?P<query>[^#\s]*))?(?:#\S*)?")
_LINK_KEY = "01"

_GTIN = re.compile(r"[0-9]{8}|[0-9]{12,14}")
_GTIN_DIGITS = 14

_PARTS = {"01": "device", "10": "lot", "21": "serial"}
_DAYS = {"17": ("expiry", "YYMMDD"), "7003": ("expiry", "YYMMDDHHmm"), "11": ("manufactured", "YYMMDD")}
_COUNTS = ("30", "37")

Piece = tuple[str, str, int]
"""Identifier, data, offset."""


def read_gtin(draft: Draft, text: str, at: int) -> bool:
    """A GTIN alone, of 8, 12, 13 or 14 digits: taken when its check digit holds."""
    digits = text[at:].strip(" ")
    if not (_GTIN.fullmatch(digits) and gs1_holds(digits)):
        return False
    draft.take(draft.element("01", digits.zfill(_GTIN_DIGITS), at), "device", digits.zfill(_GTIN_DIGITS))
    return True


def read_elements(draft: Draft, text: str, at: int) -> None:
    """An element string, or its human readable form."""
    human = _HUMAN_READABLE.match(text, at)
    for piece in _in_parentheses(text, at) if human else _concatenated(text, at):
        _take(draft, *piece)


def read_link(draft: Draft, text: str, at: int) -> bool:
    """A Digital Link with a GTIN as its key."""
    link = _LINK.fullmatch(text, at)
    pieces = list(_in_path(link["path"], link.start("path"))) if link else []
    if not (link and pieces):
        return False
    for piece in [*pieces, *_in_query(link["query"] or "", link.start("query"))]:
        _take(draft, *piece)
    return True


def _concatenated(text: str, at: int) -> Iterator[Piece]:
    while at < len(text):
        if text[at] == GS:
            at += 1
            continue
        known = identifier_at(text, at)
        start = at + (len(known.ai) if known else 0)
        end = text.find(GS, start)
        end = len(text) if end < 0 else end
        if known and known.predefined:
            end = min(end, start + known.length_max)
        yield known.ai if known else "", text[start:end], at
        at = end


def _in_parentheses(text: str, at: int) -> Iterator[Piece]:
    found = list(_HUMAN_READABLE.finditer(text, at))
    ends = [*(match.start() for match in found[1:]), len(text)]
    for match, end in zip(found, ends, strict=True):
        yield match[1], text[match.end() : end].strip(" "), match.start()


def _in_path(path: str, at: int) -> Iterator[Piece]:
    """From the key on, identifiers and their values take turns; what stands before it belongs to the resolver."""
    segments = path.split("/")
    if _LINK_KEY not in segments:
        return
    first = segments.index(_LINK_KEY)
    at += len("/".join(segments[:first]))
    for ai, value in zip(segments[first::2], segments[first + 1 :: 2], strict=False):
        data = unquote(value)
        yield ai, data.zfill(_GTIN_DIGITS) if ai == _LINK_KEY else data, at
        at += len(ai) + len(value) + 2


def _in_query(query: str, at: int) -> Iterator[Piece]:
    """Data attributes; what is no application identifier belongs to the resolver."""
    for attribute in re.split("([&;])", query):
        ai, _, value = attribute.partition("=")
        if ai.isascii() and ai.isdigit():
            yield ai, unquote(value), at
        at += len(attribute)


def _take(draft: Draft, ai: str, data: str, at: int) -> None:
    element = draft.element(ai, data, at)
    known = identifiers().get(ai)
    if known is None:
        draft.unknown(element, "no application identifier stands here that is known")
    elif not known.pattern.fullmatch(data):
        draft.fault(element, "format", f"the data of ({ai}) is not of its format")
    else:
        if known.checked and not gs1_holds(data[: known.checked]):
            draft.finding("check-digit", at, f"the check digit of ({ai}) is wrong: it was misread or mistyped")
        _interpret(draft, element)


def _interpret(draft: Draft, element: Element) -> None:
    ai, data = element.identifier, element.data
    if ai in _DAYS:
        part, form = _DAYS[ai]
        draft.take_day(element, part, data, form)
    elif ai in _COUNTS:
        draft.take(element, "quantity", int(data))
    elif ai in _PARTS:
        draft.take(element, _PARTS[ai], data)
