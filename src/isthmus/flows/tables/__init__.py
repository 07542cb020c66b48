"""Reference tables: declared where they are used, looked up by key and by day, fed by a file or by messages.

    declared.py    `table(...)`, `find`, `get`, `where`; what a missing row raises      READ FIRST
    columns.py     the types of columns, from the struct of a row: cells of text become values
    rows.py        rows, the days on which they hold, and the version that they are
    reading.py     a CSV file as rows, and everything that is wrong with it
    references.py  a column that names a row of another table
    changing.py    a change that a message brought: the rows after it
    succession.py  the rows of one key in time

Invariants
 1. Declaring reads nothing. Whoever loads the hub puts the rows in: a look-up is pure between two changes, and `version`
    says which rows answered.
 2. Of one key at most one row holds on a day. `valid_from` and `valid_to` are optional columns, both days included, an
    empty one without a bound.
 3. No fault and no error text holds what a cell says: the place and the column are enough to mend it. (A factor between
    units, which follows from other rows, is said.)
"""

from .columns import Refers, refers_to
from .declared import Table, Unmapped, table
from .reading import read_rows
from .rows import VALID_FROM, VALID_TO, Dated, Fault, Row, Rows

__all__ = [
    "VALID_FROM",
    "VALID_TO",
    "Dated",
    "Fault",
    "Refers",
    "Row",
    "Rows",
    "Table",
    "Unmapped",
    "read_rows",
    "refers_to",
    "table",
]
