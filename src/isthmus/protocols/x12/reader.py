"""A stream of bytes into segments, whole interchanges or none, several with separators of their own.

    outside --ISA--> inside --segments--> inside --IEA--> outside
       |                |---------ISA (no IEA before it)--> inside
     noise

Invariants
 1. What comes out does not depend on how the stream is cut into chunks.
 2. At most one segment (`segment_bytes_max`, binary ones `BINARY_BYTES_MAX`) and one chunk are held.
 3. The runs joined are the stream: nothing is dropped, not a line end.

The envelope's own segments and the binary ones come as runs of one; all between them is split at once, by `bytes.split`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import accumulate
from typing import NamedTuple

from .findings import Finding
from .grammar import ISA_BYTES_MAX, WHITE, NotAnISA, ParseError, Separators, read_separators
from .segment import Segment

SEGMENT_BYTES_MAX = 1 << 20
"""Default limit: segments are below a few KiB; a wrong terminator makes the whole file one."""

BINARY_BYTES_MAX = 64 << 20
"""Attachments in BIN and BDS reach tens of MiB."""

NOISE_BYTES_MAX = 64 << 10
"""Mail headers and job banners are smaller; what is longer is another kind of file."""

_BLANK = Separators(b"", b"", b"", b"")


class Run(NamedTuple):
    """Segments that follow each other. `tag` names a segment of the envelope or a binary one, which stands alone; it is
    b"" for any others, and b"-" for bytes that are no segments at all."""

    tag: bytes
    pieces: list[bytes]
    separators: Separators
    number: int
    at: int
    terminated: bool = True

    def segments(self) -> Iterator[Segment]:
        """The segments, numbered and placed."""
        step = 1 if self.terminated else 0
        places = accumulate((len(piece) + step for piece in self.pieces), initial=self.at)
        for number, (piece, at) in enumerate(zip(self.pieces, places, strict=False), self.number):
            yield Segment(piece, self.separators, number, at, self.terminated)

    def __bytes__(self) -> bytes:
        end = self.separators.terminator if self.terminated else b""
        return end.join(self.pieces) + end


class Reader:
    """Takes one stream apart: `feed` chunks, then `close`. Raises ParseError and nothing else; it is of no use after."""

    def __init__(self, segment_bytes_max: int = SEGMENT_BYTES_MAX) -> None:
        self.segment_bytes_max = segment_bytes_max
        self.findings: list[Finding] = []
        self._held = b""
        self._late: list[bytes] = []  # chunks that wait for the rest of a binary segment
        self._awaited = 0  # how many more bytes it needs
        self._at = 0  # offset in the stream of the first byte held
        self._pos = 0  # how many of the held bytes are done
        self._number = 1
        self._separators: Separators | None = None
        self._special = re.compile(b"")
        self._found = False
        self._closed = False

    def feed(self, chunk: bytes) -> list[Segment]:
        """The segments that the chunk completes."""
        return [segment for run in self.runs(chunk) if run.tag != b"-" for segment in run.segments()]

    def close(self) -> list[Segment]:
        """The end of the stream: a last segment without a terminator is given out with a finding.

        Raises ParseError when there was no interchange at all, or when its header is cut off.
        """
        return [segment for run in self.last_runs() if run.tag != b"-" for segment in run.segments()]

    def runs(self, chunk: bytes) -> list[Run]:
        """As `feed`, without splitting anything that nobody asked for, and with the bytes around interchanges."""
        if len(chunk) < self._awaited and not self._closed:
            self._late.append(bytes(chunk))
            self._awaited -= len(chunk)
            return []
        self._held = b"".join((self._held[self._pos :], *self._late, chunk))
        self._late.clear()
        self._awaited = 0
        self._at += self._pos
        self._pos = 0
        runs: list[Run] = []
        while self._step(runs):
            pass
        if self._separators is not None and not self._awaited:
            self._limit(len(self._held) - self._pos)
        return runs

    def last_runs(self) -> list[Run]:
        """As `close`."""
        self._closed = True
        runs = self.runs(b"")
        rest = self._held[self._pos :]
        if self._separators is not None and rest.strip(WHITE):
            self._find("no-terminator", "The last segment does not end in a segment terminator")
            tag = rest.lstrip(WHITE)[:3].split(self._separators.element)[0]
            self._emit(runs, tag if tag in _ENVELOPE else b"", [rest], len(rest), terminated=False)
        elif rest:
            self._emit_noise(runs, rest)
        if not self._found:
            raise ParseError("There is no interchange here: no ISA with its sixteen elements", rule="X12.5 ISA")
        return runs

    def _step(self, runs: list[Run]) -> bool:
        """Take what can be taken; whether there may be more."""
        if self._pos >= len(self._held):
            return False
        return self._outside(runs) if self._separators is None else self._inside(runs)

    def _outside(self, runs: list[Run]) -> bool:
        at = self._held.find(b"ISA", self._pos)
        while at >= 0:
            try:
                found = read_separators(self._held[at : at + ISA_BYTES_MAX])
            except NotAnISA as reason:
                if not self._held[self._pos : at].strip(WHITE):
                    raise self._fault(str(reason), "X12.5 ISA", at) from None
                at = self._held.find(b"ISA", at + 1)
                continue
            if found is None and self._closed:
                raise self._fault("The interchange header is cut off", "X12.5 ISA", at)
            if found is not None:
                self._limit_noise(at)
                self._open(runs, at, *found)
            return found is not None
        self._limit_noise(len(self._held))
        return False

    def _limit_noise(self, end: int) -> None:
        if end - self._pos > NOISE_BYTES_MAX:
            raise self._fault("No interchange begins within 64 KiB", "X12.5 ISA")

    def _limit(self, length: int) -> None:
        if length > self.segment_bytes_max:
            raise self._fault(f"A segment is longer than {self.segment_bytes_max} bytes", "X12.6 segment terminator")

    def _open(self, runs: list[Run], at: int, separators: Separators, length: int) -> None:
        if at > self._pos:
            self._emit_noise(runs, self._held[self._pos : at])
        self._separators = separators
        self._found = True
        element, terminator = re.escape(separators.element), re.escape(separators.terminator)
        names = b"|".join(sorted(_ENVELOPE | _BINARY))
        white = WHITE.replace(separators.terminator, b"")
        self._special = re.compile(b"(?:\\A|%b)[%b]*(%b)(?=%b|%b)" % (terminator, white, names, element, terminator))
        self._emit(runs, b"ISA", [self._held[at : at + length]], length + 1)

    def _inside(self, runs: list[Run]) -> bool:
        """Everything up to the next segment that stands alone, or that segment."""
        held, separators = self._held, self._separators
        assert separators is not None
        terminator = separators.terminator
        found = self._special.search(held, self._pos - 1 if self._pos else 0)
        if (
            found is not None
            and found.start() <= max(self._pos - 1, 0)
            and not (found.start() == self._pos == 0 and held[:1] == terminator)
        ):
            return self._alone(runs, found[1], found.start(1), separators)
        end = found.start() + 1 if found is not None else held.rfind(terminator, self._pos) + 1
        if end <= self._pos:
            return False
        pieces = held[self._pos : end].split(terminator)
        pieces.pop()
        self._limit(max(map(len, pieces)))
        self._emit(runs, b"", pieces, end - self._pos)
        return True

    def _alone(self, runs: list[Run], tag: bytes, at: int, separators: Separators) -> bool:
        if tag == b"ISA":
            return self._again(runs, at)
        end = self._held.find(separators.terminator, at)
        binary = self._binary_end(at, separators) if tag in _BINARY else 0
        if binary is None:
            return False
        end = binary or end
        if end < 0:
            return False
        if not binary:
            self._limit(end - self._pos)
        self._emit(runs, tag, [self._held[self._pos : end]], end + 1 - self._pos)
        if tag == b"IEA":
            self._separators = None
        return True

    def _again(self, runs: list[Run], at: int) -> bool:
        """An ISA inside of an interchange: the one before has no IEA."""
        try:
            found = read_separators(self._held[at : at + ISA_BYTES_MAX])
        except NotAnISA as reason:
            raise self._fault(str(reason), "X12.5 ISA", at) from None
        if found is None and self._closed:
            raise self._fault("The interchange header is cut off", "X12.5 ISA", at)
        if found is not None:
            self._open(runs, at, *found)
        return found is not None

    def _binary_end(self, at: int, separators: Separators) -> int | None:
        """Where the data of BIN or BDS ends, by its length; 0 when that is not so, None when more bytes are needed."""
        before = 2 if self._held.startswith(b"BIN", at) else 3
        fields = self._held[at : at + 64].split(separators.element, before)
        if len(fields) <= before:
            return 0 if self._closed or len(self._held) >= at + 64 or separators.terminator in fields[-1] else None
        length = fields[before - 1]
        if not length.isdigit() or len(length) > 9 or int(length) > BINARY_BYTES_MAX:
            self._find("binary-length", "The length of binary data is no number that can be", self._at + at)
            return 0
        end = at + sum(map(len, fields[:before])) + before + int(length)
        if end >= len(self._held):
            self._awaited = 0 if self._closed else end + 1 - len(self._held)
            return 0 if self._closed else None
        if self._held[end : end + 1] != separators.terminator:
            self._find("binary-length", "No terminator stands where the length of binary data says", self._at + at)
            return 0
        return end

    def _emit(self, runs: list[Run], tag: bytes, pieces: list[bytes], length: int, *, terminated: bool = True) -> None:
        separators = self._separators
        assert separators is not None
        runs.append(Run(tag, pieces, separators, self._number, self._at + self._pos, terminated))
        self._number += len(pieces)
        self._pos += length

    def _emit_noise(self, runs: list[Run], noise: bytes) -> None:
        if noise.strip(WHITE):
            self._find("noise", f"{len(noise.strip(WHITE))} bytes outside of any interchange were passed over")
        runs.append(Run(b"-", [noise], _BLANK, self._number, self._at + self._pos, False))
        self._pos += len(noise)

    def _find(self, rule: str, note: str, at: int | None = None) -> None:
        found = Finding(rule, self._number, 0, self._at + self._pos if at is None else at, note)
        if found not in self.findings[-1:]:  # a binary segment is looked at again with every chunk until it is whole
            self.findings.append(found)

    def _fault(self, message: str, rule: str, at: int | None = None) -> ParseError:
        place = self._at + (self._pos if at is None else at)
        return ParseError(message, segment=self._number if self._found else 0, offset=place, rule=rule)


_ENVELOPE = frozenset((b"ISA", b"IEA", b"GS", b"GE", b"ST", b"SE"))
_BINARY = frozenset((b"BIN", b"BDS"))
