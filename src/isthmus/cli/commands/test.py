"""Run the cases of the hub's flows.

A case is a sample and what a flow must make of it. Nothing is stored and nothing is sent. Exit code 1 when a case fails.
"""

from __future__ import annotations

import argparse
import difflib
from typing import TYPE_CHECKING

from .. import arguments
from ..exits import Exit
from ..output import print_json, styled

if TYPE_CHECKING:
    from ...runtime.cases import CaseResult


def declare(parser: argparse.ArgumentParser) -> None:
    arguments.folder(parser)
    parser.add_argument("--flow", action="append", default=[], metavar="NAME", help="only this flow (may be repeated)")
    arguments.json(parser)


def run(given: argparse.Namespace) -> int:
    from ...runtime.cases import run_cases
    from ...runtime.loader import load_declarations
    from ...runtime.settings import load_settings

    results = run_cases(load_settings(given.folder), load_declarations(given.folder), given.flow)
    failed = [result for result in results if not result.ok]
    if given.json:
        print_json({"cases": len(results), "failed": len(failed), "results": results})
    else:
        for result in results:
            show(result)
        print(f"{len(results)} cases, {len(failed)} failed" if results else NO_CASES)
    return Exit.FINDINGS if failed else Exit.OK


NO_CASES = 'no cases: write FLOW.case("what it shows", "samples/FILE.hl7", expect=[...]) below a flow'


def show(result: CaseResult) -> None:
    """One line for a case that passes; the cause and a diff for one that does not."""
    mark = styled("ok  ", "good") if result.ok else styled("FAIL", "error")
    print(f"{mark}  {result.flow}: {result.case}")
    if result.ok:
        return
    print(f"      {result.why} [{result.sample}]")
    if result.expected is not None and result.expected != result.got:
        for line in list(difflib.ndiff(result.expected, result.got)):
            if not line.startswith("?"):
                print(f"      {styled(line, 'error' if line[0] == '-' else 'good' if line[0] == '+' else 'quiet')}")
