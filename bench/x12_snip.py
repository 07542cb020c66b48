"""What validation by levels costs on an 835 of about one megabyte, beside pyx12 on the same file in the same run.

    python bench/x12_snip.py [--rounds 5] [--peer-rounds 1]

Prints a Markdown table; the best of several rounds counts, so that what else runs on the machine counts least. pyx12 reads the same
maps; it validates SNIP 1 and 2 and is given no output to write.
"""

from __future__ import annotations

import argparse
import io
import logging
import platform
from importlib.metadata import version

from x12 import best, remittance

from isthmus.flows.x12_guides import x12_guide
from isthmus.protocols import x12
from isthmus.protocols.x12 import snip


def parsed(data: bytes) -> x12.Transaction:
    return next(x12.parse(data).transactions)


def wrong(data: bytes) -> bytes:
    """One element in every claim that its guide does not allow."""
    return data.replace(b"*1*200*150*50*12*", b"*1*200*150*50*QQ*")


def by_pyx12(data: bytes) -> bool:
    import pyx12.params
    import pyx12.x12n_document

    logging.disable(logging.CRITICAL)
    source = io.StringIO(data.decode("ascii"))
    return bool(pyx12.x12n_document.x12n_document(pyx12.params.params(), source, None, None))


def main() -> None:
    options = argparse.ArgumentParser(description="Cost of validating X12.")
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--peer-rounds", type=int, default=1)
    chosen = options.parse_args()
    data = remittance()
    guide = x12_guide("005010X221A1", "835")
    report = snip.validate(parsed(data), guide=guide)
    if guide is None or not report.ok:
        raise SystemExit("the synthetic remittance is not right: " + next(report.lines(), "no guide"))

    def cost(data: bytes, *levels: int) -> float:
        tables = guide if {1, 2} & {*levels} else None
        return best(lambda: snip.validate(parsed(data), guide=tables, levels=levels), chosen.rounds)

    print(f"| 835, {len(data):,} bytes, {data.count(b'~'):,} segments | seconds |\n|---|--:|")
    print(f"| compile the map | {best(compiled, chosen.rounds):.3f} |")
    print(f"| parse, SNIP 1 and 2 | {cost(data, 1, 2):.3f} |")
    print(f"| parse, SNIP 3 | {cost(data, 3):.3f} |")
    print(f"| parse, SNIP 4 | {cost(data, 4):.3f} |")
    print(f"| parse, SNIP 5 (forms) | {cost(data, 5):.3f} |")
    print(f"| parse, all levels | {cost(data, 1, 2, 3, 4, 5):.3f} |")
    print(f"| parse, all levels, an issue in every claim | {cost(wrong(data), 1, 2, 3, 4, 5):.3f} |")
    print(f"| pyx12 {version('pyx12')}, SNIP 1 and 2 | {best(lambda: by_pyx12(data), chosen.peer_rounds):.3f} |")
    print(f"\nPython {platform.python_version()}, one core.")


def compiled() -> snip.Guide | None:
    from isthmus.flows import x12_guides

    x12_guides._read.cache_clear()
    return x12_guide("005010X221A1", "835")


if __name__ == "__main__":
    main()
