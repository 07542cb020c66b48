"""The outcome of every file, and how it agrees with what the file's collector said."""

from __future__ import annotations

import contextlib
import re
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from types import FrameType
from typing import Literal

import msgspec

from ...kernel.errors import PeerFault
from .examine import KINDS, Examined
from .samples import Sample

FILE_S = 20
"""What no file may take: a codec that needs longer hangs."""

_QUOTED = re.compile(r"(?=[A-Za-z0-9]*[0-9])[A-Za-z0-9]{8,}")
"""A word as long as an identifier, with a digit in it: a refusal that repeats one from the file quotes content."""

State = Literal["read", "refused", "failed", "no codec"]
Verdict = Literal["agrees", "disagrees", "not said"]


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a file.

    why      the codec's words for a refusal; for a failure, the kind of the unforeseen error
    quotes   the refusal repeats content of the file: a leak
    seconds  that reading took
    """

    file: str
    kind: str
    label: str
    says: str
    state: State
    documents: int = 0
    same: bool | None = None
    rules: dict[str, int] = {}
    why: str = ""
    quotes: bool = False
    seconds: float = 0.0

    @property
    def verdict(self) -> Verdict:
        """Whether the codec agrees with the file's label: what is valid must be read, what is invalid must be refused or
        found fault with."""
        if not self.label or self.state == "no codec":
            return "not said"
        objects = self.state == "refused" or bool(self.rules)
        agrees = objects if self.label == "invalid" else self.state == "read"
        return "agrees" if agrees else "disagrees"

    @property
    def defect(self) -> bool:
        """Whether the codec broke its own promise: an unforeseen error, bytes that changed, content in words."""
        return self.state == "failed" or self.same is False or self.quotes

    @property
    def to_explain(self) -> bool:
        return self.state == "refused" or self.defect or self.verdict == "disagrees"


def outcomes(samples: Iterable[Sample], progress: Callable[[], None] = lambda: None) -> Iterator[Outcome]:
    for sample in samples:
        yield _outcome(sample)
        progress()


def _outcome(sample: Sample) -> Outcome:
    so = partial(Outcome, file=sample.name, kind=sample.kind, label=sample.label, says=sample.says)
    if sample.kind not in KINDS:
        return so(state="no codec")
    data = sample.path.read_bytes()
    began = time.perf_counter()
    try:
        with _limit():
            seen: Examined = KINDS[sample.kind].examine(data)
    except PeerFault as refusal:
        words = str(refusal)
        return so(state="refused", why=words, quotes=_quotes(words, data), seconds=time.perf_counter() - began)
    except Exception as error:
        return so(state="failed", why=type(error).__name__, seconds=time.perf_counter() - began)
    took = time.perf_counter() - began
    return so(state="read", documents=seen.documents, same=seen.same, rules=dict(Counter(seen.rules)), seconds=took)


def _quotes(words: str, data: bytes) -> bool:
    return any(word.encode() in data for word in _QUOTED.findall(words))


@contextlib.contextmanager
def _limit() -> Iterator[None]:
    def out(number: int, frame: FrameType | None) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, out)
    signal.setitimer(signal.ITIMER_REAL, FILE_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
