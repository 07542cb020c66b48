"""Implementation guides of X12 from the installed package pyx12, which is optional: `pip install isthmus[x12]`.

    report = snip.validate(transaction, guide=x12_guide(transaction.version, transaction.type))

Codecs read no files, so this is where the package's data is read: when a guide is first asked for, once in a process. Where
pyx12 has no map, the outlines of `snip` answer, which are partial and say so.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from ..kernel import Misuse
from ..protocols import x12
from ..protocols.x12 import snip

_MAPS = {
    "004010X061A1": "820.4010.X061.A1.xml",
    "004010X091A1": "835.4010.X091.A1.xml",
    "004010X092A1 270": "270.4010.X092.A1.xml",
    "004010X092A1 271": "271.4010.X092.A1.xml",
    "004010X093A1 276": "276.4010.X093.A1.xml",
    "004010X093A1 277": "277.4010.X093.A1.xml",
    "004010X094A1 278": "278.4010.X094.A1.xml",
    "004010X095A1": "834.4010.X095.A1.xml",
    "004010X096A1": "837.4010.X096.A1.xml",
    "004010X097A1": "837.4010.X097.A1.xml",
    "004010X098A1": "837.4010.X098.A1.xml",
    "005010X212 277": "277.5010.X212.xml",
    "005010X214": "277.5010.X214.xml",
    "005010X218": "820.5010.X218.xml",
    "005010X220A1": "834.5010.X220.A1.xml",
    "005010X221A1": "835.5010.X221.A1.xml",
    "005010X222A1": "837.5010.X222.A1.xml",
    "005010X223A2": "837Q3.I.5010.X223.A1.xml",
    "005010X231": "999.5010.xml",
    "005010X231A1": "999.5010X231.A1.xml",
    "004010 997": "997.4010.xml",
}
"""Version, with the set where a guide has several, and the file of its map."""

_RESPONSE_278 = "278.4010.X094.27.A1.xml"
_RESPONSE = "11"
"""BHT02 of a 278 that answers one."""


def x12_guide(version: str, type: str) -> snip.Guide | None:
    """The guide of a version (GS08 or ST03) and a transaction set (ST01); None when there is neither a map nor an outline.

    Of a version without a map of its own the map of another addendum of the same guide answers; `Guide.name` says which.
    Raises Misuse when pyx12 is not installed and no outline would do.
    """
    wanted = _mapped(version, type)
    return _read(*wanted) if wanted else snip.outline(version, type)


def x12_guide_of(transaction: x12.Transaction) -> snip.Guide | None:
    """The guide of a transaction set that was read. As `x12_guide`, and tells the 278s apart, which share a version."""
    found = x12_guide(transaction.version, transaction.type)
    if found is not None and transaction.type == "278" and transaction["BHT02"] == _RESPONSE:
        return _read(found.name, _RESPONSE_278)
    return found


@cache
def x12_code_lists() -> Mapping[str, snip.Codes]:
    """The outside code lists that pyx12 carries (states, country, pos …), as code sets by the names that its maps use.

    They are as old as the package: claim status and remark codes change three times a year.
    """
    return {name: snip.Codes(name, codes) for name, codes in snip.read_codes(_bytes("codes.xml")).items()}


def _mapped(version: str, type: str) -> tuple[str, str] | None:
    """The version that has a map, and its file."""
    keys = {key.partition(" ")[0]: key for key in _MAPS if key.partition(" ")[2] in ("", type)}
    named = (
        version if version in keys else next((key for key in keys if _guide_number(key) == _guide_number(version)), "")
    )
    return (named, _MAPS[keys[named]]) if named else None


def _guide_number(version: str) -> str:
    """005010X222 of 005010X222A1 and of its other addenda."""
    return version[:10] if version[6:7] == "X" else version


@cache
def _read(name: str, file: str) -> snip.Guide:
    return snip.read_map(_bytes(file), _elements(), name=name, source=f"pyx12 {file}")


@cache
def _elements() -> Mapping[str, snip.DataElement]:
    return snip.read_elements(_bytes("dataele.xml"))


def _bytes(file: str) -> bytes:
    try:
        return (files("pyx12") / "map" / file).read_bytes()
    except ModuleNotFoundError:
        raise Misuse(
            "The maps of X12 guides come with pyx12, which is not installed: pip install isthmus[x12]"
        ) from None
