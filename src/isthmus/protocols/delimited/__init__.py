"""Files of records: delimited or fixed-width by a declared layout, and one JSON value a line.

    layout = delimited.Layout(detail=Record(columns=(Column(name="id", required=True), ...)))
    reader = delimited.Reader(layout)
    for row in reader.feed(chunk): ...      Row or BadRow, each with its line
    for row in reader.close(): ...          what was still open; header, trailer and totals are held to what was declared

Lives here: splitting, typing and totalling of records. May not: knowledge of any one file (that is a `Layout`), files,
sockets. Read first: `layout.py`, then `reader.py`.
"""

from .grammar import Finding, ParseError
from .layout import Column, Control, Layout, Record
from .ndjson import JsonReader
from .reader import BadRow, Position, Reader, Row
from .writer import Writer

__all__ = [
    "BadRow",
    "Column",
    "Control",
    "Finding",
    "JsonReader",
    "Layout",
    "ParseError",
    "Position",
    "Reader",
    "Record",
    "Row",
    "Writer",
]
