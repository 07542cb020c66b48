"""UDI, the unique device identifier (21 CFR 830), as the three agencies accredited by the FDA write it.

    found = udi.parse("(01)09506000117843(17)281231(10)1234AB", year=2026)
    found.device, found.lot, found.expiry.on

    GS1      element strings with FNC1 (GS), human readable with parentheses, Digital Link URIs, a bare GTIN
    HIBCC    +A99912345/$$52001510X33      primary, secondary, or both in one
    ICCBBA   =/A9999XYZ100T0944=,000025... ISBT 128 data structures

Lives here: the grammars of the three, their check characters, their dates, and the way back to text. Not here: what the
device is (that is GUDID's to say), the symbols that carry the text.
Read first: `values.py`, then `reader.py`.
"""

from .grammar import Finding, ParseError
from .joining import join
from .reader import parse
from .values import Day, Element, Udi
from .writer import build, digital_link, element_string, human_readable

__all__ = [
    "Day",
    "Element",
    "Finding",
    "ParseError",
    "Udi",
    "build",
    "digital_link",
    "element_string",
    "human_readable",
    "join",
    "parse",
]
