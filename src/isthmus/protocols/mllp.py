"""MLLP, the minimal lower layer protocol (HL7 v2 transport specification, MLLP release 1): frames on a byte stream.

    VT body FS CR          VT 0x0B start block    FS 0x1C CR 0x0D end block

    outside --VT--> inside --FS CR--> outside          the body is given out
       |              |-----VT------> inside           fault nested-start: the frame before has no end block
     noise            |--FS other---> lost             fault end-block
                      '--too long---> lost --VT or FS CR--> outside          fault oversize

Tolerated without a word: line ends between frames, LF for CR in the end block, an end block without CR that the next start
block follows at once. Everything else that is no frame becomes a `FrameFault`.

Invariants
 1. What comes out does not depend on how the stream is cut into chunks.
 2. At most `frame_bytes_max` bytes and one chunk are held.
 3. Every byte that is no line end is given out in a body or covered by a fault.
"""

from __future__ import annotations

import enum
import re

from ..kernel import PeerFault, Permanent

VT = b"\x0b"
FS = b"\x1c"
END_BLOCK = FS + b"\r"

FRAME_BYTES_MAX = 16 << 20
"""Default limit: larger than any message seen in practice (documents in OBX-5 reach some MiB)."""

FAULT_BYTES_MAX = 4096
"""How much of the bytes in question a fault keeps: enough to recognise what was sent."""

_LINE_ENDS = b"\r\n"
_RESUME = re.compile(rb"\x0b|\x1c[\r\n]")


class FrameFault(PeerFault):
    """Bytes on an MLLP connection that are no frame."""

    # raw: the first bytes in question, at most FAULT_BYTES_MAX. They may be message content: never log them.
    code = "MLLP_FRAME"

    def __init__(self, message: str, *, offset: int, rule: str, raw: bytes) -> None:
        super().__init__(message, offset=offset, rule=rule)
        self.raw = raw[:FAULT_BYTES_MAX]


def frame(body: bytes) -> bytes:
    """The frame around a body. Raises Permanent for a body that contains VT or FS, which no receiver could unframe."""
    if FS in body or VT in body:
        raise Permanent("The message contains MLLP's start or end byte (0x0B, 0x1C) and cannot be sent over MLLP")
    return VT + body + END_BLOCK


class _State(enum.Enum):
    OUTSIDE = enum.auto()
    INSIDE = enum.auto()
    LOST = enum.auto()


_OUTSIDE = _State.OUTSIDE
_VT, _CR = VT[0], 0x0D

Found = list[bytes | FrameFault]


class Decoder:
    """Takes one connection's stream apart. Offsets of faults count from its first byte."""

    def __init__(self, frame_bytes_max: int = FRAME_BYTES_MAX) -> None:
        self.frame_bytes_max = frame_bytes_max
        self._state = _State.OUTSIDE
        self._held = bytearray()
        self._held_at = 0  # offset in the stream of the first byte held
        self._searched = 0  # how many of the held bytes are neither VT nor FS
        self._noise = bytearray()
        self._noise_at = 0
        self._noise_reported = False

    @property
    def inside(self) -> bool:
        """Whether a frame has begun and not ended."""
        return self._state is not _State.OUTSIDE

    def feed(self, chunk: bytes) -> Found:
        """What the chunk completes: bodies and faults, in the order of the stream."""
        if self._state is _OUTSIDE and not self._noise:
            # The usual case: a read brings one whole frame. (Outside, nothing is held but noise.)
            end = len(chunk) - 2
            if (
                1 < end <= self.frame_bytes_max + 1
                and chunk.find(FS) == end
                and chunk[-1] == _CR
                and chunk[0] == _VT
                and chunk.find(VT, 1) < 0
            ):
                self._held_at += end + 2
                return [chunk[1:end]]
        self._held += chunk
        found: Found = []
        while self._step(found):
            pass
        return found

    def close(self) -> list[FrameFault]:
        """What is left when the stream ends, or when the peer has been silent for too long. The decoder starts anew."""
        found: Found = []
        if self._state is _State.INSIDE:
            self._fault(found, "missing-end", "The stream ended inside a frame", len(self._held))
        self._end_noise(found)
        self._go(_State.OUTSIDE, len(self._held))
        return [fault for fault in found if isinstance(fault, FrameFault)]

    def _step(self, found: Found) -> bool:
        """Take what the state can from the held bytes; whether there may be more."""
        if self._state is _State.OUTSIDE:
            return self._outside(found)
        return self._inside(found) if self._state is _State.INSIDE else self._lost()

    def _outside(self, found: Found) -> bool:
        start = self._held.find(VT)
        self._hear(self._held if start < 0 else self._held[:start], found)
        if start < 0:
            return self._go(_State.OUTSIDE, len(self._held))
        self._end_noise(found)
        return self._go(_State.INSIDE, start + 1)

    def _inside(self, found: Found) -> bool:
        held = self._held
        end = held.find(FS, self._searched)
        nested = held.find(VT, self._searched, len(held) if end < 0 else end)
        self._searched = nested if nested >= 0 else end if end >= 0 else len(held)
        if self._searched > self.frame_bytes_max:
            self._fault(found, "oversize", f"A frame is longer than {self.frame_bytes_max} bytes", self.frame_bytes_max)
            return self._go(_State.LOST, self._searched)
        if nested >= 0:
            self._fault(found, "nested-start", "A start block came before the frame's end block", nested)
            return self._go(_State.INSIDE, nested + 1)
        return 0 <= end < len(held) - 1 and self._end(found, end)

    def _end(self, found: Found, end: int) -> bool:
        """FS at `end`, and what follows it."""
        after = self._held[end + 1 : end + 2]
        if after not in (b"\r", b"\n", VT):
            self._fault(found, "end-block", "FS is not followed by CR", end + 1)
            return self._go(_State.LOST, end + 1)
        if end:
            found.append(bytes(self._held[:end]))
        else:
            self._fault(found, "empty", "A frame without a body", 0)
        return self._go(_State.OUTSIDE, end + (1 if after == VT else 2))

    def _lost(self) -> bool:
        resume = _RESUME.search(self._held)
        if resume is None:
            self._go(_State.LOST, len(self._held) - self._held.endswith(FS))
            return False
        return self._go(_State.OUTSIDE, resume.start() if resume[0] == VT else resume.end())

    def _go(self, state: _State, taken: int) -> bool:
        """Into a state, with so many of the held bytes done. Whether any are left."""
        del self._held[:taken]
        self._held_at += taken
        self._searched = 0
        self._state = state
        return bool(self._held)

    def _fault(self, found: Found, rule: str, message: str, length: int) -> None:
        """Of the frame that the held bytes begin with; its start block stands before them."""
        raw = bytes(self._held[: min(length, FAULT_BYTES_MAX)])
        found.append(FrameFault(message, offset=self._held_at - 1, rule=rule, raw=raw))

    def _hear(self, heard: bytearray, found: Found) -> None:
        """Noise is reported when it ends, or as soon as a fault cannot hold more of it."""
        if not self._noise:
            meant = heard.lstrip(_LINE_ENDS)
            self._noise_at = self._held_at + len(heard) - len(meant)
            heard = meant
        self._noise += heard[: FAULT_BYTES_MAX - len(self._noise)]
        if len(self._noise) == FAULT_BYTES_MAX and not self._noise_reported:
            self._report_noise(found)

    def _end_noise(self, found: Found) -> None:
        if self._noise and not self._noise_reported:
            self._report_noise(found)
        self._noise.clear()
        self._noise_reported = False

    def _report_noise(self, found: Found) -> None:
        self._noise_reported = True
        found.append(
            FrameFault("Bytes outside of a frame", offset=self._noise_at, rule="noise", raw=bytes(self._noise))
        )
