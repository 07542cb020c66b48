"""Send recorded messages through the live flows again, to the destinations named.

From their raw bytes, in order, as new messages that name the ones they replay. Without --yes it only says what would go
out. A replay is exempt from the duplicate window, subject to what the destinations recognise, and never steps a process.
Look-ups are answered as recorded; with --ask-again they are made afresh, also without --yes.
Exit code 1 when something could not be replayed.
"""

from __future__ import annotations

import argparse

from .. import arguments
from ..exits import Exit
from ..output import print_json, styled


def declare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "ids", nargs="*", type=arguments.number, metavar="ID", help="these messages, instead of a filter"
    )
    arguments.filters(parser)
    parser.add_argument(
        "--to", action="append", default=[], metavar="NAME", help="a destination that shall get it (may be repeated)"
    )
    parser.add_argument(
        "--limit", type=arguments.number, default=1000, metavar="N", help="at most N messages, the oldest (1000)"
    )
    doing = parser.add_mutually_exclusive_group()
    doing.add_argument("--dry-run", action="store_true", help="only say what would go out (the default)")
    doing.add_argument("--yes", action="store_true", help="do it; --reason is then required")
    parser.add_argument(
        "--despite-newer", action="store_true", help="also where newer of the same lane went through already"
    )
    parser.add_argument(
        "--ask-again", action="store_true", help="make look-ups afresh; otherwise recorded answers are used"
    )
    arguments.reason(parser, required=False)
    arguments.hub(parser)
    arguments.json(parser)


def run(given: argparse.Namespace) -> int:
    from ...kernel.errors import Misuse
    from ...runtime import asks
    from .. import access

    chosen = arguments.filter_of(given)
    if given.ids and any(chosen.values()):
        raise Misuse("give the numbers of messages or a filter, not both")
    if not given.ids and not any(chosen.values()):
        raise Misuse("say which messages: their numbers, or a filter such as --since 2h --type ADT")
    if given.yes and not given.reason:
        raise Misuse("--yes needs --reason: the journal keeps it")
    ask = asks.Replay(
        destinations=given.to,
        reason=given.reason,
        ids=tuple(given.ids),
        **chosen,
        limit=given.limit,
        dry_run=not given.yes,
        despite_newer=given.despite_newer,
        ask_again=given.ask_again,
    )
    replayed = access.call(given.folder, "replay", ask, asks.Replayed)
    if given.json:
        print_json(replayed)
    else:
        show(replayed)
    return Exit.FINDINGS if replayed.failed or replayed.refused else Exit.OK


def show(replayed: object) -> None:
    from ...runtime.asks import Replayed

    assert isinstance(replayed, Replayed)
    if replayed.refused:
        print(styled(f"not replayed: {replayed.refused.replace('despite_newer', '--despite-newer')}", "error"))
        return
    verb = "would give" if replayed.dry_run else "gave"
    to = ", ".join(f"{n} to {name}" for name, n in replayed.dispatched.items()) or "nothing"
    print(f"{replayed.messages} messages {verb} {to}")
    for count, words in (
        (replayed.nothing, "messages give nothing to these destinations"),
        (replayed.gone, "messages cannot be replayed: their retention has ended"),
        (replayed.beyond, "more messages are meant: raise --limit, or replay from the last one on"),
        (replayed.newer_lanes, "lanes had newer messages through already"),
    ):
        if count:
            print(f"{count} {words}")
    for one in replayed.failed:
        print(styled(f"message {one.message}: {one.why}", "error"))
    if replayed.dry_run:
        print("nothing was sent: add --yes and --reason to do it")
