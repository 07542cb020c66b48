"""Wire formats to canonical values: pure functions, with provenance and the account of what was not used.

    adt, dft     HL7 v2 messages -> canonical events         register    the day-end register file -> DayEndRegister
    supply       X12 850, 855, 856, 810 and cXML <-> orders, confirmations, ship notices, supplier invoices
    site         what a site chooses: which field holds the account, which zone a facility lives in, signs of credits
    reader       reads a field, checks it, and notes where it came from
    unused       which populated fields of a message no event was made from

Lives here: declarative tables and the functions that apply them. May not: I/O, clocks, guesses. What a site does
differently is a setting of `Site`, never a second mapping.
Read first: `site.py`, then `dft.py`.
"""

from .reader import MappingError
from .site import Site
from .unused import unused

__all__ = ["MappingError", "Site", "unused"]
