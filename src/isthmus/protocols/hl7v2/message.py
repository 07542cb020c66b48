"""A message: read by path, edited, written.

Invariants
 1. bytes(parse(x)) == x. After an edit only the edited segments are written anew.
 2. Splitting and joining a segment are inverse, so reading never changes what is written.
 3. Nothing here shows content in its repr.
"""

from __future__ import annotations

from collections.abc import Sequence

from ...kernel import Misuse
from . import charsets, values
from .charsets import ASCII, UTF_8
from .encoding import encoding
from .path import Path, path
from .reading import Reading
from .rows import NOT_THERE, Fields
from .segment import Segment
from .values import Value


class Message(Reading):
    """One HL7 v2 message; made by `parse` or `build`.

    Reading: `message["PID-3.1"]`, `get`, `all`, `segments`, `groups`, `encoded`, `field_bytes`. Editing:
    `message["PID-5.1"] = "X"`, `del message["PID-5"]`, `add_segment`, `transcode`. Writing: `bytes(message)`.
    A wrong path raises Misuse; what is not in the message reads as "".
    """

    __slots__ = ()

    def __bytes__(self) -> bytes:
        if not self._rows.edited:
            return self._data
        body = bytes(self._rows)
        return self._envelope.wrap(body) if self._envelope else body

    def __setitem__(self, at: str | Path, value: Value) -> None:
        """Put a text, or a list of components (each a text or a list of sub-components), at a path.

        `PID-5` replaces the field with all its repetitions, `PID-5[1]` one repetition, `PID-5.1` a component of the
        first. Raises Misuse when the segment is not there, when a selector meets no repetition, and when the
        message's character set lacks a character (`transcode` first).
        """
        p = path(at)
        self.assign(self._there(p), p, value)

    def __delitem__(self, at: str | Path) -> None:
        """Remove a segment ("NTE(2)") or a repetition ("PID-3[2]"); empty a field or part. Absent: nothing happens."""
        p = path(at)
        fields = self.fields_at(p)
        if fields is not NOT_THERE:
            self.remove(fields, p)

    def add_segment(self, name: str, fields: Sequence[Value] = (), after: Segment | str | None = None) -> Segment:
        """Add a segment with these fields (the first is field 1) at the end, or after a segment or a path's segment."""
        p = path(name)
        if p.depth or p.occurrence or name == "MSH":
            raise Misuse(f"{name!r} is not the name of a segment that can be added")
        if after is None:
            index = self._rows.end()
        else:
            index = self._rows.position(after.fields if isinstance(after, Segment) else self._there(path(after))) + 1
            if not index:
                raise Misuse("The segment to add after is no longer in the message")
        segment = Segment(self, [p.name])
        for number, value in enumerate(fields, 1):
            if value:
                segment[str(number)] = value
        self._rows.insert(index, segment.fields)
        return segment

    def transcode(self, charset: str) -> None:
        """Write the whole message in another character set and declare it in MSH-18.

        Raises Misuse when the set is unknown or lacks a character of the message; then nothing was changed.
        """
        target = charsets.known(charset)
        if target is None:
            raise Misuse(f"No character set {charset!r} in HL7 table 0211 that can be written")
        new = encoding(self._head(), target)
        fields = [segment.fields for segment in self.segments()]
        try:
            recoded = [[self.encoding.recoded(field, new) for field in row] for row in fields]
        except UnicodeEncodeError:
            raise Misuse(f"{charset} lacks a character of the message") from None
        for row, written in zip(fields, recoded, strict=True):
            row[:] = written
            self._rows.touch(row)
        if self._envelope and self._envelope.codec:
            self._envelope = None
        self._use(target)
        self["MSH-18"] = target.name

    def _prepare_declaration(self, value: Value) -> None:
        """MSH-18 may be set freely while the message holds ASCII only; after that it must stay true."""
        if isinstance(value, str) and charsets.known(value) == self.encoding.charset:
            return
        if not bytes(self._rows).isascii():
            raise Misuse("MSH-18 would no longer be true: transcode() changes the character set and MSH-18 together")
        if not self._charset and not (self._envelope and self._envelope.codec):
            self._use(ASCII)

    def _head(self) -> bytes:
        fields = self._rows.fields(0)
        return fields[0] + fields[1] + fields[2] + fields[1]

    def _use(self, charset: charsets.Charset) -> None:
        self.encoding = self._rows.encoding = encoding(self._head(), charset)

    def _widen(self) -> None:
        """Make room for text beyond ASCII in a message that so far holds none: no byte of it changes by this."""
        if self.encoding.charset is not ASCII or self._charset:
            return
        declared = self.declared_charset()
        self._use(UTF_8 if declared.codec == "ascii" and not declared.switching else declared)
        if self.encoding.charset is UTF_8 and declared is not UTF_8:
            self["MSH-18"] = UTF_8.name

    def _there(self, p: Path) -> Fields:
        fields = self.fields_at(p)
        if fields is NOT_THERE:
            raise Misuse(f"{p.text}: the message has no such segment; add_segment puts it in")
        return fields

    def assign(self, fields: Fields, p: Path, value: Value) -> None:
        if p.special:
            raise Misuse(f"{p.text} cannot be set: build the message anew for other delimiters")
        if p.field == 18 and p.segment == "MSH":
            self._prepare_declaration(value)
        new = self._bytes_of(value, p)
        field = fields[p.field] if p.field < len(fields) else b""
        new = values.replaced(field, p, new, self.encoding)
        self._rows.put(fields, p.field, new)

    def _bytes_of(self, value: Value, p: Path) -> bytes:
        try:
            return values.encoded(value, self.encoding, p.depth)
        except UnicodeEncodeError:
            self._widen()
        try:
            return values.encoded(value, self.encoding, p.depth)
        except UnicodeEncodeError:
            raise Misuse(
                f"{p.text}: {self.charset} lacks a character of the text; transcode('UNICODE UTF-8') first"
            ) from None

    def remove(self, fields: Fields, p: Path) -> None:
        if p.depth == 0:
            index = self._rows.position(fields)
            if index == 0:
                raise Misuse("MSH cannot be removed")
            self._rows.remove(index)
        elif p.special:
            raise Misuse(f"{p.text} cannot be removed")
        elif p.field < len(fields):
            self._rows.put(fields, p.field, values.removed(fields[p.field], p, self.encoding))
