"""Show what recorded messages would give with a changed flow: the one in the folder, before it is deployed.

Each message is decided again by the flows as they stand in the folder (or in --flow-file) and held against what it gave when
it came in: same, changed, new (it gave nothing), gone (it would give nothing), fails. Bodies are compared by meaning: HL7 v2
and JSON field by field. Tables hold the rows of then where they are stored, so what differs is the flow's doing; --tables-now
takes those of today. Look-ups are answered as recorded then; what asks something else now fails. Nothing is dispatched, and the flow on trial never runs in the hub.

Only the places that differ are named. --content shows the values, which may be a patient's data: each message that is
shown leaves a row in the audit, with --reason. Exit code 1 when something would come out differently.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import arguments
from ..exits import Exit
from ..output import print_json, styled
from ..progress import Progress

if TYPE_CHECKING:
    from ...runtime.replay_diff import Diff, Differing, Dispatched

PLACES_MAX = 12
STYLES = {"changed": "warning", "new": "warning", "gone": "error", "fails": "error"}


def declare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("ids", nargs="*", type=int, metavar="ID", help="these messages, instead of a filter")
    arguments.filters(parser)
    parser.add_argument("--limit", type=int, default=1000, metavar="N", help="at most N messages, the oldest (1000)")
    parser.add_argument("--flow-file", type=Path, metavar="FILE", help="its flows in the place of those in the folder")
    parser.add_argument("--tables-now", action="store_true", help="decide with the tables of today")
    parser.add_argument("--show", type=int, default=50, metavar="N", help="name at most N messages that differ (50)")
    parser.add_argument("--content", action="store_true", help="show the values that differ; needs --reason")
    arguments.reason(parser, required=False)
    arguments.hub(parser)
    arguments.json(parser)


def run(given: argparse.Namespace) -> int:
    from ...kernel.errors import Misuse

    chosen = arguments.filter_of(given)
    if given.ids and any(chosen.values()):
        raise Misuse("give the numbers of messages or a filter, not both")
    if given.content and not given.reason.strip():
        raise Misuse("--content needs --reason: the journal keeps it")
    found = compared(given, chosen)
    if given.content:
        audit(given, found)
    if given.json:
        print_json(as_json(found, content=given.content))
    else:
        print("\n".join(in_words(found, content=given.content)))
    return Exit.FINDINGS if found.differs else Exit.OK


def compared(given: argparse.Namespace, chosen: dict[str, str]) -> Diff:
    from ...journal.search import Reader
    from ...runtime import asks
    from ...runtime.replay_diff import candidate, replay_diff
    from .. import access

    which: dict[str, Any] = {**chosen, "ids": tuple(given.ids), "limit": given.limit}
    ask = asks.Replay(destinations=[], **which)

    def compare(reader: Reader) -> Diff:
        on_trial = candidate(given.folder, reader.mac, given.flow_file)
        with Progress("comparing", len(given.ids) or given.limit) as bar:
            return replay_diff(
                reader,
                on_trial,
                ask,
                time.time_ns(),
                tables_now=given.tables_now,
                show_max=given.show,
                progress=bar.reach,
            )

    return access.look(given.folder, compare)


def audit(given: argparse.Namespace, found: Diff) -> None:
    """Record the look at each message whose content is about to be shown."""
    from ...runtime import asks
    from .. import access

    for one in found.shown:
        ask = asks.ShowMessage(id=one.message, reason=f"replay-diff: {given.reason}")
        access.call(given.folder, "show", ask, asks.MessageShown)


def in_words(found: Diff, *, content: bool) -> Iterator[str]:
    """The comparison for people, a line at a time."""
    counts = ", ".join(f"{n} {verdict}" for verdict, n in found.counts.items() if n or verdict == "same")
    yield styled(f"{found.messages} messages: {counts}", "warning" if found.differs else "good")
    if found.gone_raw:
        yield f"{found.gone_raw} messages are no longer stored"
    if found.tables_now:
        yield f"{found.tables_now} messages were decided with the tables of today: those of then are not stored"
    for one in found.shown:
        yield from _message(one, content)
    beyond = found.messages - found.counts["same"] - len(found.shown)
    if beyond:
        yield f"{beyond} more differ: raise --show"


def _message(one: Differing, content: bool) -> Iterator[str]:
    yield styled(
        f"message {one.message}: {one.type or 'untyped'} from {one.source}: {one.verdict}", STYLES[one.verdict]
    )
    if one.was == "undecided":
        yield "  stood undecided, and would be decided"
    if one.why:
        yield f"  {one.why}"
    for dispatch in one.dispatches:
        yield from _dispatch(dispatch, content)


def _dispatch(one: Dispatched, content: bool) -> Iterator[str]:
    if not one.fields:
        yield f"  {one.destination}: {one.change}"
    elif content:
        yield f"  {one.destination}:"
        for field in one.fields:
            yield f"    {field.path:<20} {field.was!r} becomes {field.now!r}"
    else:
        named = ", ".join(field.path for field in one.fields[:PLACES_MAX])
        more = f" and {len(one.fields) - PLACES_MAX} more" if len(one.fields) > PLACES_MAX else ""
        yield f"  {one.destination}: {named}{more}"


def as_json(found: Diff, *, content: bool) -> dict[str, Any]:
    import msgspec

    document: dict[str, Any] = msgspec.to_builtins(found)
    if not content:
        for one in document["shown"]:
            for dispatch in one["dispatches"]:
                dispatch["fields"] = [field["path"] for field in dispatch["fields"]]
    return document
