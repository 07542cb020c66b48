"""Tables of a PostgreSQL or SQLite database, in and out.

    settings.py   which database, and how it is reached
    database.py   what source and sink ask of a database; postgres.py, sqlite.py: who answers
    source.py     rows of a query as messages, by a high-water mark; mark.py: where that is kept
    sink.py       a row for each business key, or a declared statement; values.py: from JSON to columns

Not for an ERP's own database: what writes past its rules leaves books that do not hold. For those are its governed interfaces.

Invariant: no SQL is put together from what a message or a row holds. Identifiers and statements come from hub.toml, the
former quoted; types come from the database's catalogue; values are parameters.
Lives here: all that knows SQL. May not: decide what a row means. Read first: `source.py`.
"""

from .sink import SinkSettings, SqlSink, sink
from .source import SourceSettings, SqlSource, source

__all__ = ["SinkSettings", "SourceSettings", "SqlSink", "SqlSource", "sink", "source"]
