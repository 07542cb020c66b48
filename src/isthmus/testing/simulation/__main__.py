"""Live through seeds: `python -m isthmus.testing.simulation --seed 49 --trace`, or `--seeds 0:1000`.

Exit codes: 0 every promise was kept; 1 one was broken (the seed, what broke, and how to see it again are printed).
"""

from __future__ import annotations

import argparse
import sys
import time

from .oracle import judge
from .world import Failed, live

MODULE = "isthmus.testing.simulation"


def replay_command(seed: int) -> str:
    return f"python -m {MODULE} --seed {seed} --trace"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog=f"python -m {MODULE}", description="The whole hub in a simulated world.")
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--seed", type=int, help="one seed")
    which.add_argument("--seeds", metavar="A:B", help="the seeds from A up to and without B")
    parser.add_argument("--trace", action="store_true", help="show what happened, by ids (no content)")
    asked = parser.parse_args(arguments)
    first, _, end = (asked.seeds or f"{asked.seed}:{asked.seed + 1}").partition(":")
    seeds = range(int(first), int(end))
    began, broken = time.monotonic(), 0
    for seed in seeds:
        try:
            world = live(seed, tracing=asked.trace, check=judge)
        except Failed as error:
            broken += 1
            sys.stdout.writelines(f"{line}\n" for line in error.trace)
            sys.stdout.write(f"seed {seed} broke a promise:\n{error}\nto see it: {replay_command(seed)}\n")
        else:
            sys.stdout.writelines(f"{line}\n" for line in world.lines)
    took = time.monotonic() - began
    sys.stdout.write(f"{len(seeds)} seeds in {took:.1f} s, {broken} of them broke a promise\n")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
