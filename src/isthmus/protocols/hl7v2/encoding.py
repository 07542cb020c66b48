"""How a message's bytes become text and back: its delimiters and its character set together.

Immutable and shared: messages of one sender nearly always have the same, so they are cached.
"""

from __future__ import annotations

from functools import lru_cache

from ...kernel import Misuse
from . import iso2022
from .charsets import ASCII, UTF_8, Charset, guess
from .escapes import escape, recode_hexadecimal, unescape
from .grammar import Delimiters, read_delimiters
from .iso2022 import SURROGATES_AS_LATIN_1


class Encoding:
    """`charset` is what travels; `working` is what segments are split in: UTF-8 where `charset` is not delimiter-safe."""

    __slots__ = ("charset", "component", "delimiters", "marks", "transcodes", "working")

    def __init__(self, delimiters: Delimiters, charset: Charset) -> None:
        self.delimiters = delimiters
        self.marks = (
            delimiters.repetition[0],
            delimiters.component[0],
            delimiters.subcomponent[0],
            delimiters.escape[0],
        )
        self.component = delimiters.component
        self.charset = charset
        self.transcodes = not charset.delimiter_safe
        self.working = UTF_8 if self.transcodes else charset

    def text(self, value: bytes) -> str:
        """A leaf as it stands in a segment (working bytes), unescaped and decoded."""
        plain = unescape(value, self.delimiters, self.to_working if self.transcodes else None)
        if b"\x1b" in plain and b"\x1b" not in value:
            return iso2022.decode(plain, self.working.codec)
        if plain.isascii():
            return plain.decode()
        return self._meant(plain).decode(plain) if self.working is ASCII else self.decoded(plain)

    def decoded(self, value: bytes) -> str:
        """Working bytes as text, escapes left as they are."""
        if self.transcodes:
            return value.decode("utf-8", "surrogatepass").translate(SURROGATES_AS_LATIN_1)
        return self.working.decode(value)

    def _meant(self, data: bytes) -> Charset:
        """Hexadecimal data beyond ASCII in a message that declares nothing is guessed at, as the message would be."""
        return guess(data) if self.charset is ASCII else self.charset

    def leaf(self, text: str) -> bytes:
        """Text as a leaf: encoded and escaped. Raises UnicodeEncodeError or Misuse (no escape character)."""
        return escape(self.encode(text), self.delimiters)

    def encode(self, text: str) -> bytes:
        """Working bytes, checked to exist in the character set that travels."""
        if self.transcodes:
            self.charset.encode(text)
        return self.working.encode(text)

    def recoded(self, value: bytes, new: Encoding) -> bytes:
        """Working bytes of this encoding in another one of the same delimiters, hexadecimal escapes included."""
        if value.isascii() and self.delimiters.escape not in value:
            return value
        plain = recode_hexadecimal(
            value, self.delimiters, lambda data: new.charset.encode(self._meant(data).decode(data))
        )
        return new.encode(self.decoded(plain))

    def to_working(self, segment: bytes) -> bytes:
        """A segment as it travels, as UTF-8; bytes that cannot be decoded go through as surrogates and come back."""
        if self.charset.switching:
            return self.charset.decode(segment).encode("utf-8")
        return segment.decode(self.charset.codec, "surrogateescape").encode("utf-8", "surrogatepass")

    def to_wire(self, segment: bytes) -> bytes:
        """The inverse. Raises Misuse where a segment's damaged escape sequences leave characters without a place."""
        text = segment.decode("utf-8", "surrogatepass")
        if not self.charset.switching:
            return text.encode(self.charset.codec, "surrogateescape")
        try:
            return self.charset.encode(text)
        except UnicodeEncodeError:
            raise Misuse(f"The segment has characters outside {self.charset.name}: transcode the message") from None


@lru_cache(maxsize=256)
def encoding(head: bytes, charset: Charset) -> Encoding:
    """The encoding for a header segment that starts with `head` (its first ten bytes are enough)."""
    return Encoding(read_delimiters(head), charset)


@lru_cache(maxsize=64)
def ascii_encoding(head: bytes) -> Encoding:
    """The usual case, with a cheaper look-up."""
    return encoding(head, ASCII)
