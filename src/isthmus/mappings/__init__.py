"""Wire formats to canonical values: pure functions, with provenance and the account of what was not used.

    adt, dft     HL7 v2 messages -> canonical events         register    the day-end register file -> DayEndRegister
    bank         ACH, BAI2, camt -> BankStatement            remittance_payment    835 -> ExpectedPayment
    mfn          HL7 v2 master file notifications -> changes of reference tables
    table_rows   rows of a table as JSON -> a change of a reference table
    claim, claim_document     X12 837 <-> Claim              eligibility X12 270 <-> EligibilityInquiry, 271 -> its answer
    remittance   X12 835 -> Remittance                       claim_status    X12 276, 277, 277CA -> what became of claims
    elements     reads typed X12 values, and accounts for the elements that were not used
    supply       X12 850, 855, 856, 810 and cXML <-> orders, confirmations, ship notices, supplier invoices
    site         what a site chooses: which field holds the account, which zone a facility lives in, signs of credits
    reader       reads a field, checks it, and notes where it came from
    unused       which populated fields of a message no event was made from

Lives here: declarative tables and the functions that apply them. May not: I/O, clocks, guesses. What a site does
differently is a setting of `Site`, never a second mapping.
Read first: `site.py`, then `dft.py`.
"""

from .elements import unused_elements
from .reader import MappingError
from .site import Site
from .unused import unused

__all__ = ["MappingError", "Site", "unused", "unused_elements"]
