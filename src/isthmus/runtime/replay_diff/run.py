"""Goes through recorded messages, decides each with what is on trial, and says what would come out differently.

same       the same dispatches, by meaning
changed    other ones; also: it stood undecided, and would be decided
new        it gave nothing, and would give something
gone       it gave something, and would give nothing
fails      what is on trial cannot decide it
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

import msgspec

from ...journal.search import Reader
from ...ports import Arrival
from .. import asks, choosing
from ..lookups import NotAnswered
from ..plan import cause_of, in_words
from ..replaying import NotTaken, decide
from .candidate import Candidate
from .compare import Dispatched, Out, differences
from .recorded import Recorded, recorded

PAGE = 200

Verdict = Literal["same", "changed", "new", "gone", "fails"]


class Differing(msgspec.Struct, frozen=True):
    """A message for which something else would come out; why: why it could not be decided."""

    message: int
    source: str
    type: str
    was: str
    verdict: Verdict
    why: str = ""
    dispatches: tuple[Dispatched, ...] = ()


class Diff(msgspec.Struct):
    """counts: messages by verdict; gone_raw: of which nothing is stored any more; tables_now: that were decided with the
    tables of today, because those of then are not stored; shown: the first that differ."""

    messages: int = 0
    counts: dict[str, int] = msgspec.field(
        default_factory=lambda: dict.fromkeys(("same", "changed", "new", "gone", "fails"), 0)
    )
    gone_raw: int = 0
    tables_now: int = 0
    shown: list[Differing] = msgspec.field(default_factory=list)

    @property
    def differs(self) -> bool:
        return self.counts["same"] != self.messages


def replay_diff(
    view: Reader,
    candidate: Candidate,
    ask: asks.Replay,
    now_ns: int,
    *,
    tables_now: bool = False,
    show_max: int = 50,
    progress: Callable[[int], None] = lambda done: None,
) -> Diff:
    """`ask` says which messages, the oldest first. Raises `Misuse` for a filter that is none."""
    found = Diff()
    _, found.gone_raw, _ = choosing.replay_plan(view, ask, now_ns)
    for arrival in _messages(view, ask, now_ns):
        one = _differing(view, candidate, arrival, tables_now, found)
        found.messages += 1
        found.counts[one.verdict] += 1
        if one.verdict != "same" and len(found.shown) < show_max:
            found.shown.append(one)
        progress(found.messages)
    return found


def _messages(view: Reader, ask: asks.Replay, now_ns: int) -> Iterator[Arrival]:
    after, left = 0, ask.limit
    while left > 0:
        page = choosing.replay_page(view, ask, now_ns, after, min(PAGE, left))
        if not page:
            return
        yield from page
        left -= len(page)
        after = page[-1].original


def _differing(view: Reader, candidate: Candidate, arrival: Arrival, tables_now: bool, found: Diff) -> Differing:
    id, sources = arrival.original, candidate.settings.sources
    endpoint = sources.get(arrival.source)
    was = recorded(view, id, endpoint.shared.application_ack_to if endpoint else "")
    if was.raw is not None:
        arrival.raw = was.raw
    if not candidate.put_tables_of(view, "" if tables_now else was.version):
        found.tables_now += 1
    said = Differing(id, arrival.source, arrival.type, was.decision, "same")
    try:
        entries = decide(candidate.plan, sources, arrival)
    except Exception as error:
        # What `decide` itself refuses names the source, the type or the look-up; the words of a flow's error may hold content.
        cause = error if isinstance(error, (NotTaken, NotAnswered)) else cause_of(error)
        verdict: Verdict = "same" if was.decision == "undecided" else "fails"
        return msgspec.structs.replace(said, verdict=verdict, why=in_words(cause))
    now = [
        Out(
            one.destination, one.key, one.lanes, dict(one.headers or {}), arrival.raw if one.shared else one.body or b""
        )
        for one in entries
    ]
    different = tuple(differences(was.out, now))
    return msgspec.structs.replace(said, verdict=_verdict(was, now, different), dispatches=different)


def _verdict(was: Recorded, now: list[Out], different: tuple[Dispatched, ...]) -> Verdict:
    if was.decision == "undecided":
        return "changed"
    if not different:
        return "same"
    if was.out and now:
        return "changed"
    return "new" if now else "gone"
