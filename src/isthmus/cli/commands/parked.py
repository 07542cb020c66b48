"""The worklist: what needs a person, the most pressing first.

Without an action it lists the open items, and who waits behind them. With one it acts on the items named:

  isthmus parked                                            list
  isthmus parked --take 7 --out body.hl7                    the body of item 7 into a file
  isthmus parked --mend 7 --body body.hl7 --reason WHY      item 7 again, with the mended body
  isthmus parked --approve 7 --reason WHY                   a mend that another person proposed
  isthmus parked --refuse 7 --reason WHY                    the same, set aside
  isthmus parked --resend 7 8 --reason WHY                  again, in their old place of the lane
  isthmus parked --code UNMAPPED --resend-listed --reason WHY   all that would be listed, again
  isthmus parked --redirect 7 --to NAME --reason WHY        to another destination
  isthmus parked --skip 7 --reason WHY                      need not be done
  isthmus parked --discard 7 --reason WHY                   must not be done
  isthmus parked --close 9 --reason WHY                     a task that is done

A mend that changes an amount is only proposed: another person approves it. Both ask with a token of their own, one of
[admin.actors] in hub.toml, whose reference stands in ISTHMUS_TOKEN.

Exit code 1 when an item was not acted on.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import arguments
from ..exits import Exit
from ..output import print_json, print_table, styled

if TYPE_CHECKING:
    from ...runtime.asks import Acted, Parked, ParkedItem, Proposed

COLUMNS = {
    "item": "ITEM",
    "kind": "KIND",
    "of": "OF",
    "destination": "DESTINATION",
    "owner": "OWNER",
    "money": "MONEY",
    "deadline": "DEADLINE",
    "behind": "BEHIND",
    "code": "CODE",
    "text": "WHAT TO DO",
}


def declare(parser: argparse.ArgumentParser) -> None:
    listing = parser.add_argument_group("which are listed")
    listing.add_argument("--kind", default="", choices=("delivery", "message", "task"), help="only these")
    listing.add_argument("--destination", default="", metavar="NAME", help="only deliveries to it")
    listing.add_argument("--owner", default="", metavar="TEAM", help="only what this team owns")
    listing.add_argument("--code", default="", metavar="CODE", help="only with this cause")
    listing.add_argument(
        "--limit", type=arguments.number, metavar="N", help="at most N (100; 1000 with --resend-listed)"
    )
    acting = parser.add_mutually_exclusive_group()
    for name, words in (
        ("resend", "send or decide again"),
        ("redirect", "send to --to instead"),
        ("skip", "need not be done"),
        ("discard", "must not be done"),
        ("close", "tasks that are done"),
    ):
        acting.add_argument(f"--{name}", nargs="+", type=arguments.number, metavar="ITEM", help=words)
    acting.add_argument("--resend-listed", action="store_true", help="send or decide again all that the filters list")
    acting.add_argument(
        "--take", type=arguments.number, metavar="ITEM", help="write the item's body to --out, to be mended"
    )
    acting.add_argument("--mend", type=arguments.number, metavar="ITEM", help="again, with the body in --body")
    acting.add_argument(
        "--approve", type=arguments.number, metavar="ITEM", help="carry out the mend that another person proposed"
    )
    acting.add_argument("--refuse", type=arguments.number, metavar="ITEM", help="set aside the mend that was proposed")
    parser.add_argument("--proposed", action="store_true", help="with --take: the body that is proposed")
    parser.add_argument("--to", default="", metavar="NAME", help="the destination of --redirect")
    parser.add_argument("--out", type=Path, metavar="FILE", help="where --take writes")
    parser.add_argument("--body", type=Path, metavar="FILE", help="what --mend takes")
    parser.add_argument(
        "--despite-newer", action="store_true", help="also when newer of the same lane was delivered meanwhile"
    )
    arguments.reason(parser, required=False)
    arguments.hub(parser)
    arguments.json(parser)


SHOWN_MAX = 100
RESENT_MAX = 1000
"""With one command; what is parked again for another cause is not tried twice, so a second one takes the rest."""

ACTIONS = ("resend", "redirect", "skip", "discard", "close")


def run(given: argparse.Namespace) -> int:
    for action in ACTIONS:
        if getattr(given, action):
            return act(given, action, getattr(given, action))
    if given.resend_listed:
        return resend_listed(given)
    if given.take is not None:
        return take(given)
    for action in ("mend", "approve", "refuse"):
        if getattr(given, action) is not None:
            return act(given, action, [getattr(given, action)])
    return list_items(given)


def listed(given: argparse.Namespace, limit: int) -> Parked:
    """What the filters choose."""
    from ...runtime import asks
    from .. import access

    ask = asks.ListParked(
        kind=given.kind, destination=given.destination, owner=given.owner, code=given.code, limit=given.limit or limit
    )
    return access.call(given.folder, "parked", ask, asks.Parked)


def resend_listed(given: argparse.Namespace) -> int:
    from ...kernel.errors import Misuse

    if not (given.kind or given.destination or given.owner or given.code):
        raise Misuse("--resend-listed needs a filter (--code UNMAPPED ...): what is parked has more than one cause")
    items = [one.item for one in listed(given, RESENT_MAX).items if one.kind != "task"]
    if not items:
        print("nothing that the filters list waits for a person")
        return Exit.OK
    return act(given, "resend", items)


def list_items(given: argparse.Namespace) -> int:
    found = listed(given, SHOWN_MAX)
    if given.json:
        print_json(found)
    else:
        print_table([row_of(one) for one in found.items], COLUMNS, none="nothing waits for a person")
        for one in found.items:
            if one.behind:
                print(styled(behind(one), "quiet"))
            if one.proposed:
                print(styled(proposed(one.item, one.proposed), "warning"))
    return Exit.OK


def row_of(one: ParkedItem) -> dict[str, Any]:
    of = f"delivery {one.delivery}, message {one.message}" if one.kind == "delivery" else f"message {one.message}"
    return {
        "item": one.item,
        "kind": one.kind,
        "of": of,
        "destination": one.destination,
        "owner": one.owner,
        "money": f"{one.cents / 100:.2f}" if one.cents else "",
        "deadline": one.deadline,
        "behind": one.behind,
        "code": one.code,
        "text": one.text,
    }


def behind(one: ParkedItem) -> str:
    """Who waits behind an item."""
    what = "deliveries" if one.kind == "delivery" else "messages"
    named = ", ".join(map(str, one.behind_ids)) + (" ..." if one.behind > len(one.behind_ids) else "")
    return f"behind item {one.item} wait {what} {named}"


def proposed(item: int, what: Proposed) -> str:
    """The mend that waits for a second person."""
    change = f"{what.was_cents / 100:.2f} becomes {what.cents / 100:.2f}"
    return f"for item {item} {what.by} proposes a mend ({change}): {what.reason}; another person approves or refuses it"


def take(given: argparse.Namespace) -> int:
    from ...kernel.errors import Misuse
    from ...runtime import asks
    from .. import access

    ask = asks.TakeBody(item=given.take, reason=given.reason, proposed=given.proposed)
    if given.out is None:
        sys.stdout.buffer.write(access.call(given.folder, "body", ask, asks.Body).body)
        return Exit.OK
    try:
        # Before anything is looked at, because looks are audited; content of a patient is readable by this user alone.
        handle = os.open(given.out, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except OSError as error:
        raise Misuse(f"{given.out} cannot be written: {error.strerror}") from None
    with open(handle, "wb") as file:
        try:
            size = file.write(access.call(given.folder, "body", ask, asks.Body).body)
        except BaseException:
            given.out.unlink()
            raise
    print(f"{size} bytes in {given.out}: mend it, then --mend {given.take} --body {given.out} --reason WHY")
    return Exit.OK


def act(given: argparse.Namespace, action: str, items: list[int]) -> int:
    from ...kernel.errors import Misuse
    from ...runtime import asks
    from .. import access

    if not given.reason:
        raise Misuse(f"--{action} needs --reason: the journal keeps it")
    ask: asks.Ask
    if action == "mend":
        ask = asks.Mend(item=items[0], body=body_of(given), reason=given.reason, despite_newer=given.despite_newer)
    elif action == "approve":
        ask = asks.Approve(item=items[0], reason=given.reason, despite_newer=given.despite_newer)
    elif action == "refuse":
        ask = asks.Refuse(item=items[0], reason=given.reason)
    elif action == "redirect":
        if not given.to:
            raise Misuse("--redirect needs --to with the name of a destination")
        ask = asks.Redirect(items=items, reason=given.reason, despite_newer=given.despite_newer, to=given.to)
    else:
        ask = asks.ActOn(items=items, reason=given.reason, despite_newer=given.despite_newer)
    acted = access.call(given.folder, action, ask, asks.Acted)
    if given.json:
        print_json(acted)
    else:
        show(action, acted)
    return Exit.OK if all(one.done or one.proposed for one in acted.results) else Exit.FINDINGS


def body_of(given: argparse.Namespace) -> bytes:
    from ...kernel.errors import Misuse

    if given.body is None:
        raise Misuse("--mend needs --body with the file that holds the mended body")
    try:
        return bytes(given.body.read_bytes())
    except OSError as error:
        raise Misuse(f"{given.body} cannot be read: {error.strerror}") from None


DONE = {
    "resend": "goes out again",
    "mend": "goes out again, mended",
    "approve": "goes out again, mended",
    "refuse": "stays as it is",
    "redirect": "goes to the other destination",
    "skip": "skipped",
    "discard": "discarded",
    "close": "closed",
}


def show(action: str, acted: Acted) -> None:
    for one in acted.results:
        if one.done:
            print(f"item {one.item}: {styled(DONE[action], 'good')}")
            continue
        if one.proposed:
            print(f"item {one.item}: {styled('proposed', 'warning')}: {one.why}")
            continue
        print(f"item {one.item}: {styled('not done', 'error')}: {one.why.replace('despite_newer', '--despite-newer')}")
        for newer in one.newer:
            what = f"delivery {newer.delivery} of message" if newer.delivery else "message"
            print(f"    {newer.at} {what} {newer.message} {newer.state.replace('_', ' ')}")
