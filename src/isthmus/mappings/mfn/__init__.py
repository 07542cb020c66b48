"""MFN (HL7 v2 chapter 8, master files) to changes of the hub's reference tables.

    for change in mfn.changes(message, mfn.CHARGES, site): yield change          all records, or the message parks
    mfn.read(message, mfn.CHARGES, site)                                         good records, and the faults of the others

    notification.py   MFI and MFE: what a message says of its master file        READ FIRST
    entry.py          one record: its MFE with the segments up to the next one
    masters.py        which field is which column: M02, M04, M05, M15, M16
    packaging.py      M16's packaging: unit conversions and prices
    acknowledgement.py   MFK, with an MFA for each record

| MFI-3 | MFE-1    | what it does to the table                                                          |
|-------|----------|------------------------------------------------------------------------------------|
| UPD   | MAD, MAC | the record is the row from its day on                                              |
| UPD   | MUP      | fields that are valued change the row from that day on; null (`""`) empties one    |
| UPD   | MDL, MDC | the key ends on the day before: history stays, so that the past can be decided again |
| REP   | MAD      | the records are all of the table: keys that are not among them end                  |

The day: of the record where its segments name one, else MFE-3, else MFI-5, else the day of receipt at the facility.
"""

from .acknowledgement import acknowledgement
from .masters import CHARGES, INVENTORY, ITEMS, LOCATIONS, STAFF, Master
from .notification import Notification, RecordRefused, changes, read
from .packaging import contract_prices, unit_conversions

__all__ = [
    "CHARGES",
    "INVENTORY",
    "ITEMS",
    "LOCATIONS",
    "STAFF",
    "Master",
    "Notification",
    "RecordRefused",
    "acknowledgement",
    "changes",
    "contract_prices",
    "read",
    "unit_conversions",
]
