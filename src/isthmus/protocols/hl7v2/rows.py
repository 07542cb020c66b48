"""The segments of one message: split into fields when first read, written back as they were unless touched.

    rows   one entry a segment: its bytes, or (once read) its fields; fields[n] is field n, fields[0] the name,
           and for MSH fields[1] is the field separator itself (HL7 v2 §2.14.9.1)
    found  which row is meant by `PID` or `OBX(3)`, kept once looked up

A row that was split keeps its identity: views hold the list of fields, whatever is inserted before it. In a character
set that is not delimiter-safe rows are split as UTF-8, and `wires` keeps the bytes they came from.
"""

from __future__ import annotations

from operator import itemgetter

from .encoding import Encoding
from .lines import join

Fields = list[bytes]

_start = itemgetter(slice(4))

NOT_THERE: Fields = [b""]
"""Stands for a segment that the message does not have: no field 1, and never touched."""


class Rows:
    __slots__ = ("_indexes", "_starts", "_wires", "edited", "encoding", "ends", "found", "rows", "separator")

    def __init__(self, segments: list[bytes], ends: bytes | list[bytes], encoding: Encoding) -> None:
        self.rows: list[bytes | Fields] = segments  # type: ignore[assignment]
        self.ends = ends
        self.encoding = encoding
        self.separator = encoding.delimiters.field
        self.found: dict[bytes, Fields] = {}
        self.edited = False
        self._indexes: dict[bytes, list[int]] = {}
        self._starts = list(map(_start, segments))
        self._wires: dict[int, bytes] = {}

    def __bytes__(self) -> bytes:
        return join([row if isinstance(row, bytes) else self.written(row) for row in self.rows], self.ends)

    def locate(self, place: bytes, name: bytes, occurrence: int) -> Fields:
        """The fields of the segment at `place`, NOT_THERE when there is none. `occurrence` counts from 0."""
        start, starts = name + self.separator, self._starts
        if occurrence == 0 and start in starts and name not in starts:
            fields = self.fields(starts.index(start))
        else:
            indexes = self.indexes(name)
            fields = self.fields(indexes[occurrence]) if occurrence < len(indexes) else NOT_THERE
        self.found[place] = fields
        return fields

    def indexes(self, name: bytes) -> list[int]:
        """Where the segments of this name are. A segment without any field counts too."""
        found = self._indexes.get(name)
        if found is None:
            starts = (name + self.separator, name)
            found = self._indexes[name] = [index for index, start in enumerate(self._starts) if start in starts]
        return found

    def fields(self, index: int) -> Fields:
        """The fields of one row, split on first use."""
        row = self.rows[index]
        if type(row) is not bytes:
            return row  # type: ignore[return-value]
        if self.encoding.transcodes:
            fields = self.encoding.to_working(row).split(self.separator)
            self._wires[id(fields)] = row
        else:
            fields = row.split(self.separator)
        if index == 0:
            fields.insert(1, self.separator)
        self.rows[index] = fields
        return fields

    def headers(self) -> int:
        """How many MSH segments there are; more than one is more than one message."""
        return self._starts.count(b"MSH" + self.separator)

    def written(self, fields: Fields) -> bytes:
        """One split row as it travels."""
        untouched = self._wires.get(id(fields))
        if untouched is not None:
            return untouched
        parts = fields if fields is not self.rows[0] else [fields[0], *fields[2:]]
        segment = self.separator.join(parts)
        return self.encoding.to_wire(segment) if self.encoding.transcodes else segment

    def put(self, fields: Fields, number: int, field: bytes) -> None:
        """Put a field into a row. Raises Misuse, and changes nothing, when the row could not be written then."""
        changed = fields + [b""] * (number + 1 - len(fields))
        changed[number] = field
        if self.encoding.transcodes:
            self.encoding.to_wire(self.separator.join(changed))
        fields[:] = changed
        self.touch(fields)

    def touch(self, fields: Fields) -> None:
        """Call before or after changing `fields`: it will be written anew."""
        self._wires.pop(id(fields), None)
        self.edited = True

    def position(self, fields: Fields) -> int:
        """Where this row is now; -1 when it was removed."""
        return next((index for index, row in enumerate(self.rows) if row is fields), -1)

    def insert(self, index: int, fields: Fields) -> None:
        """Put a new segment at `index` (at least 1: MSH stays the first)."""
        self.rows.insert(index, fields)
        if isinstance(self.ends, list):
            self.ends.insert(index - 1, self.ends[0] if self.ends else b"\r")
        self._moved()

    def remove(self, index: int) -> None:
        self.touch(self.fields(index))
        del self.rows[index]
        if isinstance(self.ends, list):
            del self.ends[min(index, len(self.ends) - 1)]
        self._moved()

    def _moved(self) -> None:
        self.edited = True
        self.found.clear()
        self._indexes.clear()
        self._starts = [row[:4] if isinstance(row, bytes) else row[0] + self.separator for row in self.rows]

    def end(self) -> int:
        """Where a segment is put to be the last: before what only ends the last segment."""
        index = len(self.rows)
        while index > 1 and not self.rows[index - 1]:
            index -= 1
        return index
