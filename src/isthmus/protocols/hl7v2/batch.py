"""Files of messages: FHS BHS MSH ... BTS FTS (HL7 v2 §2.10.3), and files that just hold several messages.

    [FHS] { [BHS] { MSH ... } [BTS | messages in this batch] } [FTS | batches in this file]

Senders are lax: batch and file segments may be missing, counts empty. What is there is verified; what does not add up is a
finding, and the messages are given out all the same: the caller decides whether to refuse the whole file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .envelope import unwrap
from .findings import Finding
from .grammar import header_line

# A header or trailer at the start of a line; MLLP blocks copied into a file are noise around it.
_START = re.compile(rb"(?:\A|(?<=[\r\n\x0b\x1c]))(MSH|FHS|BHS|BTS|FTS)(?=[!#-/:-@\[-`{-~\r\n]|\Z)")
_NOISE = b"\r\n \t\x0b\x1c\x00\x1a"


class Batch:
    """The messages of a file, in order. `findings` is complete from the start; `header` is FHS, or BHS without it."""

    def __init__(self, messages: list[bytes], offsets: list[int], header: bytes, findings: list[Finding]) -> None:
        self.messages = messages
        self.offsets = offsets
        self.header = header
        self.findings = tuple(findings)

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.messages)

    def __len__(self) -> int:
        return len(self.messages)

    def __repr__(self) -> str:
        return f"<hl7v2.Batch: {len(self)} messages, {len(self.findings)} findings>"


def split_batch(data: bytes) -> Batch:
    """Take a file's messages apart. What does not add up is in `Batch.findings`.

    Each message comes as the bytes between its MSH and the next header or trailer, without blank lines. A file in UTF-16
    or UTF-32 gives messages in UTF-8, and a finding. Raises ParseError only when it starts as such a file and is none.
    """
    envelope, body = unwrap(bytes(data))
    shift = len(envelope.lead) if envelope and not envelope.codec else 0
    starts = [(match.start(), match[1]) for match in _START.finditer(body)]
    counter = _Counter(shift)
    if envelope and envelope.codec:
        counter.note("wide-encoding", -shift, f"{envelope.codec}: the messages are given out in UTF-8")
    if body[: starts[0][0] if starts else None].strip(_NOISE):
        counter.note("text-before-header", 0, "bytes before the first header are in no message")
    messages, offsets = [], []
    for number, (start, name) in enumerate(starts):
        end = starts[number + 1][0] if number + 1 < len(starts) else len(body)
        if name == b"MSH":
            messages.append(_trimmed(body[start:end]))
            offsets.append(shift + start)
        elif len(body[start:end].strip(_NOISE)) > len(header_line(body[start:end])):
            counter.note("text-after-header", start, f"segments after {name.decode('ascii')} are in no message")
        counter.take(name, start, body[start:end])
    counter.finish(len(body))
    header = next((header_line(body[start:]) for start, name in starts if name in (b"FHS", b"BHS")), b"")
    return Batch(messages, offsets, header, counter.findings)


def _trimmed(message: bytes) -> bytes:
    """Without blank lines and MLLP blocks after it, with one line end."""
    kept = message.rstrip(_NOISE)
    rest = message[len(kept) :]
    return kept + (b"\r\n" if rest.startswith(b"\r\n") else rest[:1] if rest[:1] in (b"\r", b"\n") else b"")


class _Counter:
    """Follows headers, messages and trailers, and holds the counts against them."""

    def __init__(self, shift: int) -> None:
        self.findings: list[Finding] = []
        self._shift = shift
        self._in_file = self._in_batch = False
        self._messages = self._batches = 0
        self._loose = False

    def note(self, rule: str, offset: int, note: str) -> None:
        self.findings.append(Finding(rule, self._shift + offset, note))

    def take(self, name: bytes, offset: int, segment: bytes) -> None:
        """One header, message or trailer, in order."""
        {
            b"MSH": self._message,
            b"BHS": self._open_batch,
            b"BTS": self._close_batch,
            b"FHS": self._open_file,
            b"FTS": self._close_file,
        }[name](offset, segment)

    def finish(self, offset: int) -> None:
        if self._in_batch:
            self.note("no-batch-trailer", offset, "the last batch has no BTS: it may be cut off")
        if self._in_file:
            self.note("no-file-trailer", offset, "the file has an FHS and no FTS: it may be cut off")

    def _message(self, offset: int, segment: bytes) -> None:
        self._messages += 1
        self._loose |= not self._in_batch

    def _open_file(self, offset: int, segment: bytes) -> None:
        if self._in_file:
            self.note("no-file-trailer", offset, "FHS before the FTS of the file before")
        self._in_file, self._batches = True, 0

    def _open_batch(self, offset: int, segment: bytes) -> None:
        if self._in_batch:
            self.note("no-batch-trailer", offset, "BHS before the BTS of the batch before")
        self._in_batch, self._messages, self._loose = True, 0, False
        self._batches += 1

    def _close_batch(self, offset: int, segment: bytes) -> None:
        if not self._in_batch:
            self.note("no-batch-header", offset, "BTS without a BHS before it")
            self._batches += 1
        self._hold(offset, segment, self._messages, "batch-count", "messages")
        self._in_batch, self._messages, self._loose = False, 0, False

    def _close_file(self, offset: int, segment: bytes) -> None:
        if self._in_batch:
            self.note("no-batch-trailer", offset, "FTS before the BTS of the last batch")
            self._in_batch = False
        # Messages without BHS are one batch in everything but name.
        self._hold(offset, segment, self._batches + self._loose, "file-count", "batches")
        if not self._in_file:
            self.note("no-file-header", offset, "FTS without an FHS before it")
        self._in_file, self._batches, self._loose = False, 0, False

    def _hold(self, offset: int, segment: bytes, counted: int, rule: str, what: str) -> None:
        declared = header_line(segment).split(segment[3:4])[1:2] if segment[3:4] else []
        text = declared[0].strip() if declared else b""
        if text and not (text.isdigit() and len(text) < 10 and int(text) == counted):
            self.note(rule, offset, f"the trailer's count of {what} is not {counted}, which were found")
