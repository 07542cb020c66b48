"""The entry of the command line: finds the command's file, reads the arguments, turns errors into exit codes.

A user's mistake ends in one sentence that says what to do, never in a traceback.
"""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from types import ModuleType

from .. import __version__
from ..kernel.errors import IsthmusError
from .exits import MEANINGS, Exit, exit_of


def commands() -> list[str]:
    """The names of all commands, in alphabetical order."""
    folder = Path(__file__).with_name("commands")
    return sorted(path.stem.replace("_", "-") for path in folder.glob("*.py") if not path.name.startswith("_"))


def command(name: str) -> ModuleType:
    return import_module(f".commands.{name.replace('-', '_')}", __package__)


def parser(wanted: str | None = None) -> argparse.ArgumentParser:
    """The parser of all commands, or of one: the others are then not even imported."""
    root = argparse.ArgumentParser(
        prog="isthmus",
        description="A healthcare integration hub: durable, in order, accounted for to the cent.",
        epilog="exit codes:\n" + "\n".join(f"  {code:<4}{meaning}" for code, meaning in MEANINGS.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    root.add_argument("--version", action="version", version=f"isthmus {__version__}")
    below = root.add_subparsers(metavar="COMMAND", required=True, title="commands", dest="command")
    for name in [wanted] if wanted else commands():
        module = command(name)
        words = (module.__doc__ or "").strip()
        own = below.add_parser(
            name,
            help=words.splitlines()[0].rstrip("."),
            description=words,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        module.declare(own)
        own.set_defaults(run=module.run)
    return root


def main(given: Sequence[str] | None = None) -> int:
    """Run one command; its exit code. Wrong arguments raise SystemExit(2), as argparse does."""
    given = sys.argv[1:] if given is None else list(given)
    wanted = given[0] if given and given[0] in commands() else None
    arguments = parser(wanted).parse_args(given)
    try:
        return int(arguments.run(arguments))
    except IsthmusError as error:
        print(f"isthmus {arguments.command}: {error}", file=sys.stderr)
        return exit_of(error)
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has seen enough (`isthmus messages | head`); Python would complain at its exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.OK
    except Exception as error:
        print(f"isthmus {arguments.command}: {defect(error)}", file=sys.stderr)
        return Exit.FAILED


def defect(error: Exception) -> str:
    """What nobody foresaw: its kind and where, without its words, which may be a message's."""
    places = "".join(traceback.format_tb(error.__traceback__))
    return f"this is a defect of the hub ({type(error).__name__}): please report it with what follows\n{places}"
