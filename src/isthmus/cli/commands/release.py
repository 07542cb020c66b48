"""Send to a destination again after `isthmus hold`, or after `isthmus run --held`."""

from __future__ import annotations

import argparse

from .hold import declare, hold

__all__ = ["declare", "run"]


def run(given: argparse.Namespace) -> int:
    return hold(given, "release")
