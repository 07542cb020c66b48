"""Words for people on a terminal, JSON for scripts."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

_STYLES = {"error": "31", "warning": "33", "good": "32", "quiet": "2", "strong": "1"}


def print_json(value: Any) -> None:
    """One JSON document on standard output."""
    import msgspec

    sys.stdout.write(msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n")


def styled(text: str, style: str) -> str:
    """Text in a colour where standard output is a terminal."""
    return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if sys.stdout.isatty() else text


def print_table(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str], *, none: str) -> None:
    """Rows under headings, numbers to the right; `columns`: key -> heading. `none` is said where there are no rows."""
    if not rows:
        print(none)
        return
    cells = [[_cell(row.get(key)) for key in columns] for row in rows]
    widths = [max(map(len, column)) for column in zip(list(columns.values()), *cells, strict=True)]
    right = [all(isinstance(row.get(key), int) for row in rows) for key in columns]
    print(styled(_line(list(columns.values()), widths, right), "strong"))
    width = shutil.get_terminal_size((0, 0)).columns if sys.stdout.isatty() else 0
    for row in cells:
        line = _line(row, widths, right)
        print(line[:width] if width else line)


def _line(cells: Iterable[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    padded = (c.rjust(w) if r else c.ljust(w) for c, w, r in zip(cells, widths, right, strict=True))
    return "  ".join(padded).rstrip()


def _cell(value: Any) -> str:
    if value is None or value == "":
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value)) or "-"
    return str(value)
