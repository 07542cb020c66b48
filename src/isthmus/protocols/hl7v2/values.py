"""One value inside one field: find it, read it, replace it.

    field       12345^^^GH^MR~9^^^SSA&1.2^SS
    repetition  12345^^^GH^MR              component  GH              sub-component  1.2

Null (`""`, HL7 v2 §2.5.3) means "delete what you have"; empty means "nothing said". A null at any level is the value of
everything below it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ...kernel import Misuse
from .encoding import Encoding
from .path import Path, Test

Value = str | Sequence[str | Sequence[str]]
"""A leaf; or components, each a leaf or its sub-components."""


class _Null(str):
    """HL7 null."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "hl7v2.NULL"


NULL: Final = _Null('""')
_NULL_BYTES = b'""'


def read(field: bytes, path: Path, encoding: Encoding) -> str:
    """The text at `path` in a field; "" where nothing stands, NULL where null does."""
    if path.first and field.isalnum():
        return field.decode()
    # Looking for a number in bytes is many times faster than looking for one byte of bytes.
    repetition, component, subcomponent, escape = encoding.marks
    if path.chooses or repetition in field:
        field = _chosen(field, path, encoding)
    if component in field:
        parts = field.split(encoding.component, path.component + 1)
        field = parts[path.component] if path.component < len(parts) else b""
    elif path.component and field != _NULL_BYTES:
        return ""
    if subcomponent in field:
        field = _part(field, encoding.delimiters.subcomponent, path.subcomponent)
    elif path.subcomponent and field != _NULL_BYTES:
        return ""
    if escape in field or not field.isascii():
        return encoding.text(field)
    return NULL if field == _NULL_BYTES else field.decode()


def verbatim(fields: list[bytes], path: Path) -> str:
    """MSH-1 and MSH-2, which are not split. Raises Misuse for a path that names a segment: that is no text."""
    if path.depth == 0:
        raise Misuse(f"{path.text!r} names a segment: add a field, or use segments({path.segment!r})")
    return fields[path.field].decode("ascii", "replace") if path.field < len(fields) else ""


def part(field: bytes, path: Path, encoding: Encoding) -> bytes:
    """What `path` names, whole and as it stands."""
    if path.depth == 1:
        return field
    found = _chosen(field, path, encoding)
    if path.depth > 2:
        found = _part(found, encoding.delimiters.component, path.component)
    if path.depth > 3:
        found = _part(found, encoding.delimiters.subcomponent, path.subcomponent)
    return found


def _part(field: bytes, separator: bytes, index: int) -> bytes:
    """Part `index` (from 0) of a field, a repetition or a component; b"" when it has fewer."""
    parts = field.split(separator, index + 1)
    return parts[index] if index < len(parts) else b""


def _chosen(field: bytes, path: Path, encoding: Encoding) -> bytes:
    """The repetition that `path` means, b"" when there is none."""
    repetitions = field.split(encoding.delimiters.repetition)
    index = repetition_index(repetitions, path, encoding) if path.selector else path.repetition
    return repetitions[index] if 0 <= index < len(repetitions) else b""


def repetition_index(repetitions: list[bytes], path: Path, encoding: Encoding) -> int:
    """Which repetition `path` means; -1 when none meets its selector."""
    if not path.selector:
        return path.repetition
    for index, repetition in enumerate(repetitions):
        for test in path.selector:
            if not _meets(repetition, test, encoding):
                break
        else:
            return index
    return -1


def _meets(repetition: bytes, test: Test, encoding: Encoding) -> bool:
    component = _part(repetition, encoding.delimiters.component, test.component)
    if component == test.plain and not test.subcomponent:
        return True
    leaf = _part(component, encoding.delimiters.subcomponent, test.subcomponent)
    return leaf == test.plain or (not leaf.isalnum() and encoding.text(leaf) == test.value)


class Encoded(str):
    """Text that is already in HL7 encoding, with separators and escapes, as `Message.encoded` gives it."""

    __slots__ = ()


def encoded(value: Value, encoding: Encoding, depth: int) -> bytes:
    """A value for a path of this depth (1 field, 2 repetition, 3 component, 4 sub-component) as bytes."""
    if isinstance(value, Encoded):
        return _as_it_stands(value, encoding, depth)
    if isinstance(value, str):
        return _NULL_BYTES if value == NULL else encoding.leaf(value)
    if not isinstance(value, list | tuple) or depth >= 4:
        raise Misuse(f"A value is a text, or a list of components or sub-components, not {type(value).__name__}")
    separator = encoding.delimiters.subcomponent if depth == 3 else encoding.delimiters.component
    parts = [encoded(part, encoding, max(depth, 2) + 1) for part in value]
    if separator == b"\r" and len(parts) > 1:
        raise Misuse("MSH-2 of this message declares no separator for these parts")
    return separator.join(parts)


def _as_it_stands(value: Encoded, encoding: Encoding, depth: int) -> bytes:
    """Encoded text for a path of this depth. Raises Misuse when it holds a separator of a higher level."""
    marks = encoding.delimiters
    above = (marks.field, b"\n", marks.repetition, marks.component, marks.subcomponent)[: depth + 1]
    written = encoding.encode(value)
    if b"\r" in written or any(mark in written for mark in above):
        raise Misuse("Encoded text holds a separator of a level above the one that it is put at, or a line end")
    return written


def replaced(field: bytes, path: Path, new: bytes, encoding: Encoding) -> bytes:
    """The field with `new` at `path`; what is missing before it is filled with empty parts.

    Raises Misuse when no repetition meets the path's selector, or MSH-2 declares no separator for the parts.
    """
    if path.depth == 1:
        return new
    marks = encoding.delimiters
    repetitions = field.split(marks.repetition)
    index = repetition_index(repetitions, path, encoding)
    if index < 0:
        raise Misuse(f"{path.text}: no repetition is of that kind; name one by its number")
    whole = repetitions[index] if index < len(repetitions) else b""
    if path.depth > 2:
        component = _part(whole, marks.component, path.component)
        if path.depth > 3:
            new = _placed(component, marks.subcomponent, path.subcomponent, new)
        new = _placed(whole, marks.component, path.component, new)
    return _placed(field, marks.repetition, index, new)


def _placed(whole: bytes, separator: bytes, index: int, part: bytes) -> bytes:
    parts = whole.split(separator)
    parts += [b""] * (index + 1 - len(parts))
    parts[index] = part
    if len(parts) > 1 and separator == b"\r":
        raise Misuse("MSH-2 of this message declares no separator for these parts")
    return separator.join(parts)


def removed(field: bytes, path: Path, encoding: Encoding) -> bytes:
    """The field without what `path` names: a repetition is taken out, anything else is emptied."""
    repetitions = field.split(encoding.delimiters.repetition)
    index = repetition_index(repetitions, path, encoding)
    if path.depth == 1 or not 0 <= index < len(repetitions):
        return b"" if path.depth == 1 else field
    if path.depth == 2:
        del repetitions[index]
        return encoding.delimiters.repetition.join(repetitions)
    emptied = replaced(field, path, b"", encoding)
    return emptied if len(emptied) < len(field) else field
