"""One segment: read and edited by path, split when it is first asked for.

Invariant: `raw` is what stood in the file, with the line ends before it, until an element is set; then only this segment
is written anew.
"""

from __future__ import annotations

from ...kernel import Misuse
from .grammar import WHITE, ParseError, Separators
from .path import Path, path


class Segment:
    """`number` counts from 1 over the file, `at` is the offset of `raw`. `repr` shows no content."""

    __slots__ = ("_elements", "at", "number", "raw", "separators", "terminated")

    def __init__(
        self, raw: bytes, separators: Separators, number: int = 0, at: int = 0, terminated: bool = True
    ) -> None:
        self.raw = raw
        self.separators = separators
        self.number = number
        self.at = at
        self.terminated = terminated
        self._elements: list[str] | None = None

    @property
    def elements(self) -> list[str]:
        """The name and the elements, as text; UTF-8 when it is, else ISO 8859-1. Not to be changed."""
        if self._elements is None:
            body = self.raw.lstrip(WHITE)
            if body[:3] in (b"BIN", b"BDS"):
                self._elements = _binary(body, self.separators.element)
            else:
                self._elements = _text(body, self.separators).split(self.separators.element.decode("latin-1"))
        return self._elements

    @property
    def tag(self) -> str:
        """The segment's name: CLM."""
        return self.elements[0]

    @property
    def offset(self) -> int:
        """Where the name stands in what was parsed, in bytes."""
        return self.at + len(self.raw) - len(self.raw.lstrip(WHITE))

    def element(self, number: int) -> str:
        """An element as it stands, "" when it is not there."""
        elements = self.elements
        return elements[number] if number < len(elements) else ""

    def components(self, number: int) -> list[str]:
        """The components of an element; of one without separators, the element alone."""
        return split(self.element(number), self.separators.component)

    def repetitions(self, number: int) -> list[str]:
        """The repetitions of an element; [] when it is empty."""
        element = self.element(number)
        return split(element, self.separators.repetition) if element else []

    def __getitem__(self, at: str) -> str:
        """The value at a path, "" when it is not there. Raises Misuse for a path of another segment."""
        place = self._path(at)
        value = self.element(place.element)
        if place.repetition:
            value = _nth(split(value, self.separators.repetition), place.repetition)
        if place.component:
            value = _nth(split(value, self.separators.component), place.component)
        return value

    def __setitem__(self, at: str, value: str) -> None:
        """Put a text at a path. Raises Misuse when it holds a separator, which X12 cannot escape."""
        place = self._path(at)
        separators = self.separators
        self._refuse_separators(value, place)
        elements = [*self.elements, *[""] * (place.element + 1 - len(self.elements))]
        marks = [
            (mark, index)
            for mark, index in ((separators.repetition, place.repetition), (separators.component, place.component))
            if index
        ]
        elements[place.element] = _replaced(elements[place.element], marks, value)
        self._write(elements)

    def __bytes__(self) -> bytes:
        return self.raw + self.separators.terminator if self.terminated else self.raw

    def __repr__(self) -> str:
        return f"<Segment {self.number} {self.tag[:3]}, {len(self.raw)} bytes>"

    def fault(self, message: str, element: int, rule: str) -> ParseError:
        """The error that an element of this segment is worth."""
        return ParseError(message, segment=self.number, element=element, offset=self.offset, rule=rule)

    def _path(self, at: str) -> Path:
        place = path(at)
        if place.tag and place.tag != self.tag:
            raise Misuse(f"{at} is no path into a segment {self.tag[:3]}")
        return place

    def _refuse_separators(self, value: str, place: Path) -> None:
        separators = self.separators
        forbidden = [separators.element, separators.terminator]
        forbidden += [separators.repetition] * bool(place.repetition) + [separators.component] * bool(place.component)
        if any(mark and mark.decode("latin-1") in value for mark in forbidden):
            raise Misuse("The value holds a separator of the interchange, and X12 has no escape for it")

    def _write(self, elements: list[str]) -> None:
        lead = self.raw[: len(self.raw) - len(self.raw.lstrip(WHITE))]
        text = self.separators.element.decode("latin-1").join(elements)
        try:
            self.raw = lead + text.encode(codec(self.raw, self.separators))
        except UnicodeEncodeError:
            raise Misuse("The interchange's character set lacks a character of the value") from None
        self._elements = elements


def codec(raw: bytes, separators: Separators) -> str:
    """UTF-8 where that is what the bytes are, else ISO 8859-1, which every byte is."""
    if separators.codec == "utf-8":
        try:
            raw.decode("utf-8")
        except UnicodeDecodeError:
            return "latin-1"
    return separators.codec


def split(value: str, separator: bytes) -> list[str]:
    return value.split(separator.decode("latin-1")) if separator else [value]


def _text(body: bytes, separators: Separators) -> str:
    try:
        return body.decode(separators.codec)
    except UnicodeDecodeError:
        return body.decode("latin-1")


def _binary(body: bytes, separator: bytes) -> list[str]:
    """BIN*length*data, BDS*filter*length*data: the data is one element, byte for byte as ISO 8859-1."""
    return body.decode("latin-1").split(separator.decode("latin-1"), 2 if body.startswith(b"BIN") else 3)


def _nth(values: list[str], number: int) -> str:
    return values[number - 1] if number <= len(values) else ""


def _replaced(value: str, marks: list[tuple[bytes, int]], new: str) -> str:
    if not marks:
        return new
    (mark, index), *inner = marks
    if not mark and index > 1:
        raise Misuse("The interchange declares no separator for this part")
    parts = split(value, mark)
    parts += [""] * (index - len(parts))
    parts[index - 1] = _replaced(parts[index - 1], inner, new)
    return mark.decode("latin-1").join(parts)
