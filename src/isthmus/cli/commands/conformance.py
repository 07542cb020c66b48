"""Show what the codecs make of a folder of sample files.

Each file is read whole, written back and compared, and asked for what is wrong with it. Kinds and labels come from a
MANIFEST.json in the folder, or else from how a file begins. Where it names the acknowledgement that an X12 file should get,
that is compared with the hub's. No content of a file is shown. Exit code 1 when a file makes a codec fail, changes when it
is written back, or is judged or answered otherwise than the manifest says, without a note.
"""

from __future__ import annotations

import argparse
import tomllib
from pathlib import Path

from ...kernel.errors import Misuse
from .. import arguments
from ..exits import Exit
from ..output import print_json
from ..progress import Progress


def declare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("samples", metavar="FOLDER", type=Path, help="the folder with the sample files")
    parser.add_argument("--page", metavar="FILE", type=Path, help="write the report to a file instead of showing it")
    parser.add_argument(
        "--notes",
        metavar="FILE",
        type=Path,
        help='TOML: "path/of/file" = "why it is refused, or judged or answered otherwise than expected"',
    )
    arguments.json(parser)


def run(given: argparse.Namespace) -> int:
    from ..conformance.answers import compared
    from ..conformance.page import page
    from ..conformance.report import outcomes
    from ..conformance.samples import samples

    if not given.samples.is_dir():
        raise Misuse(f"{given.samples} is no folder: name one with sample files")
    notes = _notes(given.notes)
    files = samples(given.samples)
    with Progress("reading", len(files)) as bar:
        found = list(outcomes(files, bar.advance))
    answered = list(compared(files))
    if given.json:
        print_json([{"verdict": one.verdict} | _fields(one) for one in found])
    elif given.page:
        given.page.write_text(page(found, answered, notes))
    else:
        print(page(found, answered, notes), end="")
    wrong = [one for one in found if one.defect or (one.verdict == "disagrees" and one.file not in notes)]
    differ = [one for one in answered if not one.codes and one.file not in notes]
    return Exit.FINDINGS if wrong or differ else Exit.OK


def _fields(one: object) -> dict[str, object]:
    import msgspec

    fields: dict[str, object] = msgspec.to_builtins(one)
    return fields


def _notes(path: Path | None) -> dict[str, str]:
    if path is None:
        return {}
    try:
        return {file: str(why) for file, why in tomllib.loads(path.read_text()).items()}
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise Misuse(f"{path} cannot be read as notes ({error})") from None
