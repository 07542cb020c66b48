"""Show one message: what came in, as a tree of its fields, every step that it took, and every delivery.

The look is audited: who, when, and why where --reason is given. Works through the running hub, or without one.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from .. import arguments
from ..exits import Exit
from ..output import print_json, styled

if TYPE_CHECKING:
    from ...runtime.asks import DeliveryShown, FileShown, LookupShown, MessageShown

_HOW = {
    "asked": "answered",
    "kept": "answered to an earlier message",
    "fallback": "not answered, the fallback stands for it",
}


def declare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "id", type=arguments.number, metavar="ID", help="the message's number, as `isthmus messages` lists it"
    )
    parser.add_argument("--raw", action="store_true", help="write only the raw bytes to standard output")
    parser.add_argument("--no-tree", action="store_true", help="leave the fields out")
    arguments.reason(parser, required=False)
    arguments.hub(parser)
    arguments.json(parser)


def run(given: argparse.Namespace) -> int:
    from ...kernel.errors import Misuse
    from ...runtime import asks
    from .. import access

    if given.raw and given.json:
        raise Misuse("--raw writes the message's own bytes: leave --json out")
    shown = access.call(given.folder, "show", asks.ShowMessage(id=given.id, reason=given.reason), asks.MessageShown)
    if given.raw:
        if shown.raw is None:
            raise Misuse(f"the body of message {given.id} is not shown: {NO_BODY}")
        sys.stdout.buffer.write(shown.raw)
    elif given.json:
        print_json(shown)
    else:
        print("\n".join(in_words(shown, tree=not given.no_tree)))
    return Exit.OK


NO_BODY = "a duplicate, its retention has ended, or it has more than 4 MiB"


def in_words(shown: MessageShown, *, tree: bool) -> Iterator[str]:
    """The message for people, a line at a time."""
    what = shown.decision if shown.kind == "appended" else shown.kind
    yield styled(f"message {shown.id}: {shown.type or 'untyped'} from {shown.source}, number {shown.number}", "strong")
    yield f"  received   {shown.received}" + (f" from {shown.origin}" if shown.origin else "")
    yield f"  state      {what}" + (f" by {shown.version}" if shown.version else "")
    if shown.error:
        yield f"  refused    {shown.error}"
    if shown.original:
        yield f"  {'repeats' if shown.kind == 'duplicate' else 'replays'}    message {shown.original}"
    if shown.repeats:
        yield f"  repeated   by message {', '.join(map(str, shown.repeats))}"
    yield f"  size       {shown.size} bytes"
    for item in shown.worklist:
        state = f"closed {item['closed']}" if item["closed"] else "open"
        yield f"  worklist   item {item['id']} ({state}), {item['owner']}: {item.get('text', '')} [{item['code']}]"
        if item.get("detail"):
            yield f"             {item['detail']}"
    yield ""
    yield from _body(shown, tree)
    for answer in shown.answers:
        yield from _answer(answer)
    for file in shown.files:
        yield from _file(file)
    if shown.files:
        yield from _dispatched(shown)
    for delivery in shown.deliveries:
        yield from _delivery(delivery)
    for row in shown.audit:
        yield f"  audit      {row['at']} {row['action']} by {row['actor']}" + (
            f": {row['reason']}" if row.get("reason") else ""
        )


def _body(shown: MessageShown, tree: bool) -> Iterator[str]:
    if shown.raw is None:
        yield f"the body is not shown: {NO_BODY}"
    elif tree and shown.tree:
        yield styled("fields" + (" (as mended)" if shown.mended is not None else ""), "strong")
        for node in shown.tree:
            yield from _node(node, 1)
    else:
        yield styled("as received", "strong")
        for line in shown.raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n").decode("utf-8", "replace").splitlines():
            yield "  " + line
    yield ""


def _node(node: dict[str, Any], depth: int) -> Iterator[str]:
    """A node and what is below it: path, name, value."""
    from ..field_names import name_of

    name = name_of(node["path"])
    head = "  " * depth + node["path"]
    words = f"{head:<18}{name}" if name else head
    yield f"{words:<46} {node['value']}" if "value" in node else words
    for part in node.get("parts", ()):
        yield from _node(part, depth + 1)


def _answer(one: LookupShown) -> Iterator[str]:
    yield styled(f"look-up {one.lookup}: ", "strong") + f"{_HOW.get(one.how, one.how)}, {one.at}, {len(one.body)} bytes"
    for line in one.body.decode("utf-8", "replace").splitlines():
        yield "  " + line


def _file(one: FileShown) -> Iterator[str]:
    style = {"parked": "error", "waiting": "warning"}.get(one.state, "good")
    far = f", {100 * one.at // max(1, one.size)} % of the file" if one.at and one.state == "waiting" else ""
    yield styled(f"worked off by {one.flow}: ", "strong") + styled(one.state.replace("_", " "), style)
    yield f"  pieces     {one.pieces}{far}, {one.bad} of them bad; {one.follows} deliveries followed"
    if one.parked:
        yield f"  parked     piece {', '.join(map(str, one.parked))}"
    yield ""


def _dispatched(shown: MessageShown) -> Iterator[str]:
    """All deliveries, counted; those that are not listed below are said."""
    yield styled("deliveries", "strong")
    for destination, states in shown.dispatched.items():
        counts = ", ".join(f"{n} {state.replace('_', ' ')}" for state, n in states.items())
        yield f"  {destination:<20} {counts}"
    left = sum(sum(states.values()) for states in shown.dispatched.values()) - len(shown.deliveries)
    if left:
        yield f"  {left} of them are not listed here"
    yield ""


def _delivery(one: DeliveryShown) -> Iterator[str]:
    state = one.state.replace("_", " ")
    style = {"parked": "error", "waiting": "warning"}.get(one.state, "good")
    after = f", follows from delivery {one.parent}" if one.parent else ""
    yield styled(f"delivery {one.id} to {one.destination}: ", "strong") + styled(state, style) + after
    yield f"  key        {one.key or '(of the message)'}, {one.size} bytes, {one.attempts} failed attempts" + (
        f", mended {one.mended} times" if one.mended else ""
    )
    if one.due:
        yield f"  due        {one.due}"
    for step in one.steps:
        yield f"  {step.words}"
    yield ""
