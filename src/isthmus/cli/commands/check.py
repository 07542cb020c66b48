"""Find everything that is wrong in a hub's folder, at once.

Each finding says file, line, what, and how to mend it. Exit code 1 when one of them is an error; warnings alone give 0.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from .. import arguments
from ..exits import Exit
from ..output import print_json, styled

if TYPE_CHECKING:
    from ...runtime.lint import Finding


def declare(parser: argparse.ArgumentParser) -> None:
    arguments.folder(parser)
    arguments.json(parser)


def run(given: argparse.Namespace) -> int:
    from ...runtime.lint import lint

    findings = lint(given.folder)
    errors = sum(finding.level == "error" for finding in findings)
    if given.json:
        print_json({"errors": errors, "warnings": len(findings) - errors, "findings": findings})
    else:
        for finding in findings:
            show(finding)
        print(f"{errors} errors, {len(findings) - errors} warnings" if findings else "nothing to complain about")
    return Exit.FINDINGS if errors else Exit.OK


def show(finding: Finding) -> None:
    place = f"{finding.file}:{finding.line}" if finding.line else finding.file
    print(f"{styled(place, 'strong')}: {styled(finding.level, finding.level)}: {finding.what} [{finding.rule}]")
    print(f"    {finding.mend}")
