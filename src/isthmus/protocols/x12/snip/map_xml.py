"""Guides from the map files of pyx12 (BSD): XML that describes an implementation guide, its data elements, its code lists.

    transaction > loop ST_LOOP > loop | segment > element | composite > element      dataele.xml      codes.xml

The bytes are handed in: this room reads no files. Two spellings of the maps are read, with properties as elements and as
attributes. Loops of pyx12 that no guide has (HEADER, DETAIL, FOOTER, TABLE2AREA4) are left out, and their items take their place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ....kernel import Misuse
from ...safe_xml import Element, XmlError, parse
from .guide import UNBOUNDED, ElementSpec, Guide, Key, LoopSpec, SegmentSpec
from .relations import Relation, relation

_WRAPPERS = ("HEADER", "DETAIL", "FOOTER", "TABLE")
_Rank = tuple[int, ...]
_LAST: _Rank = (1 << 30,)
_KEY_AT = {"HL": 3, "ENT": 2}
"""Where segments have their qualifier that have it elsewhere than in the first element."""


_LISTS = {"remark_code": "rarc", "claim_status_cat": "claim-status-category"}
"""Lists that pyx12 names otherwise than `codes`."""


class DataElement(NamedTuple):
    """Type and length of a data element, by its number."""

    kind: str
    low: int
    high: int


def read_elements(data: bytes) -> dict[str, DataElement]:
    """dataele.xml: data elements by number. Raises Misuse for other bytes."""
    found = {}
    for one in _root(data, "data_elements").all("data_ele"):
        said = one.attributes
        found[said.get("ele_num", "")] = DataElement(
            said.get("data_type", ""), _number(said.get("min_len", "")), _number(said.get("max_len", ""))
        )
    return found


def read_codes(data: bytes) -> dict[str, frozenset[str]]:
    """codes.xml: the lists by name (states, country, pos, rarc …). Raises Misuse for other bytes."""
    lists = _root(data, "codesets").all("codeset")
    return {_list_name(one.read("id")): frozenset(code.text for code in one.all("version/code")) for one in lists}


def read_map(data: bytes, elements: Mapping[str, DataElement], *, name: str, source: str) -> Guide:
    """The guide of one map file. `name` is its version, `source` says where it is from. Raises Misuse for other bytes."""
    root = _root(data, "transaction")
    found = _find(root, "ST_LOOP")
    if found is None:
        raise Misuse(f"{source} has no ST_LOOP: it is no map of a transaction set")
    loop = _Reader(elements).loop(found, 0)
    loop.name = ""
    codes = loop.start.elements[0].codes if loop.start.elements else frozenset[str]()
    return Guide(name, next(iter(sorted(codes)), ""), source, loop, title=root.read("name"))


def _root(data: bytes, name: str) -> Element:
    try:
        root = parse(data)
    except XmlError as error:
        raise Misuse(f"This is no {name} of pyx12: {error}") from None
    if root.name != name:
        raise Misuse(f"This is no {name} of pyx12")
    return root


def _find(element: Element, name: str) -> Element | None:
    for child in element.all("loop"):
        found = child if child.attributes.get("xid") == name else _find(child, name)
        if found is not None:
            return found
    return None


class _Reader:
    """One map; knows the data elements."""

    def __init__(self, elements: Mapping[str, DataElement]) -> None:
        self._elements = elements

    def loop(self, found: Element, rank: int) -> LoopSpec:
        items = sorted(self._items(found, ()), key=lambda pair: pair[0])
        ranks = {at: number for number, at in enumerate(dict.fromkeys(at for at, _ in items))}
        most = _times(_said(found, "repeat"))
        spec = LoopSpec(found.attributes.get("xid", ""), _said(found, "usage"), most, rank)
        for at, item in items:
            inner = self.loop(item, ranks[at]) if item.name == "loop" else self._segment(item, ranks[at])
            spec.items.append(inner)
        return spec

    def _items(self, found: Element, at: _Rank) -> Iterator[tuple[_Rank, Element]]:
        """Segments and loops, those of wrappers where the wrapper stands; in any order in one that repeats."""
        for child in found.children:
            here = (*at, _number(_said(child, "pos")))
            if child.name == "loop" and child.attributes.get("xid", "").startswith(_WRAPPERS):
                repeats = _times(_said(child, "repeat")) != 1
                for inner, item in self._items(child, here):
                    yield (here if repeats else inner), item
            elif child.name in ("loop", "segment"):
                yield _LAST if _is_level(child) and _is_level(found) else here, child

    def _segment(self, found: Element, rank: int) -> SegmentSpec:
        tag = found.attributes.get("xid", "")
        children = [one for one in found.children if one.name in ("element", "composite")]
        elements = tuple(self._element(one) for one in children)
        return SegmentSpec(
            tag,
            _said(found, "name"),
            _said(found, "usage"),
            _times(_said(found, "max_use")),
            rank,
            _key(tag, elements),
            elements,
            _relations(found),
        )

    def _element(self, found: Element) -> ElementSpec:
        reference = _said(found, "data_ele")
        typed = self._elements.get(reference, DataElement("", 0, 0))
        codes = found.find("valid_codes")
        return ElementSpec(
            name=_said(found, "name"),
            usage=_said(found, "usage"),
            reference=reference,
            kind="" if found.name == "composite" else typed.kind,
            low=typed.low,
            high=typed.high,
            codes=frozenset(code.text for code in codes.all("code")) if codes else frozenset(),
            external=_list_name(codes.attributes.get("external", "")) if codes else "",
            repeats=_times(_said(found, "repeat")),
            components=tuple(self._element(one) for one in found.all("element")),
            relations=_relations(found),
        )


def _is_level(loop: Element) -> bool:
    """Whether a loop begins with HL: in another of the kind it comes last, whatever position the map gives it."""
    first = next((child for child in loop.children if child.name in ("loop", "segment")), None)
    return first is not None and first.name == "segment" and first.attributes.get("xid") == "HL"


def _key(tag: str, elements: tuple[ElementSpec, ...]) -> Key | None:
    at = _KEY_AT.get(tag, 1)
    if at > len(elements):
        return None
    element = elements[at - 1]
    if element.components:
        first = element.components[0]
        return Key(at, 1, first.codes) if first.codes and not first.external else None
    return Key(at, 0, element.codes) if element.codes and not element.external else None


def _relations(found: Element) -> tuple[Relation, ...]:
    return tuple(filter(None, (relation(one.text) for one in found.all("syntax"))))


def _list_name(name: str) -> str:
    return _LISTS.get(name, name.replace("_", "-"))


def _said(element: Element, name: str) -> str:
    return element.attributes.get(name) or element.read(name)


def _times(text: str) -> int:
    """A count, or ">1" for any; one when nothing is said."""
    return 1 if not text else _number(text) if text.isdigit() else UNBOUNDED


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0
