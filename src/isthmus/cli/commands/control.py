"""Compare a business day: what the source charged, what the hub took and posted, what the ERP's books hold.

Without a name it lists the controls of the hub (`controls/*.py`). Each break names the messages behind it: `isthmus show`
shows one. Nothing is changed, here or there; the look at the journal is a read beside a running hub. Exit code 1 when
there is a break, 2 when a side is missing, 3 when the books cannot be reached.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from .. import arguments
from ..exits import Exit
from ..output import print_json, print_table, styled

if TYPE_CHECKING:
    from ...reconcile import Break, Result, Row

MESSAGES_SHOWN = 12


def declare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", nargs="?", metavar="NAME", help="of the control, for example C0")
    parser.add_argument("--date", type=date.fromisoformat, metavar="DAY", help="the business day, YYYY-MM-DD")
    arguments.hub(parser)
    arguments.json(parser)


def run(given: argparse.Namespace) -> int:
    from ...kernel.errors import Misuse
    from ...runtime.controls import load_controls, run_control
    from ...runtime.settings import load_settings

    load_settings(given.folder)  # a folder that is no hub has no controls either, and is the wrong one
    if given.name is None:
        controls = [one.control for one in load_controls(given.folder).values()]
        rows = [{"name": one.name, "title": one.title, "owner": one.owner, "when": one.schedule} for one in controls]
        if given.json:
            print_json(rows)
        else:
            columns = {"name": "NAME", "title": "TITLE", "owner": "OWNER", "when": "WHEN"}
            print_table(rows, columns, none="no controls: write controls/NAME.py")
        return Exit.OK
    if given.date is None:
        raise Misuse("say which business day: --date YYYY-MM-DD")
    result = run_control(given.folder, given.name, given.date)
    if given.json:
        print_json(told(result, given.date))
    else:
        show(result, given.date)
    return Exit.OK if result.tied else Exit.FINDINGS


def told(result: Result, day: date) -> dict[str, Any]:
    """For scripts; amounts are texts, so that no cent is lost in a float."""
    return {
        "control": result.control,
        "date": str(day),
        "tied": result.tied,
        "amount": str(result.amount),
        "rows": [{"group": row.group} | {name: str(n) for name, n in row.figures.items()} for row in result.rows],
        "breaks": [
            {
                "leg": one.leg,
                "group": one.group,
                "sides": dict(one.sides),
                "amount": str(one.amount),
                "what": one.what,
                "messages": list(one.messages),
                "age_s": one.age_s(result.as_of_ns),
            }
            for one in result.breaks
        ],
    }


def show(result: Result, day: date) -> None:
    for names in dict.fromkeys(tuple(row.figures) for row in result.rows):
        show_rows([row for row in result.rows if tuple(row.figures) == names], names)
        print()
    for one in result.breaks:
        show_break(one, result.as_of_ns)
    if result.tied:
        print(styled(f"{result.control} of {day}: tied", "good"))
    else:
        print(styled(f"{result.control} of {day}: {len(result.breaks)} breaks, {result.amount:,} in question", "error"))


def show_rows(rows: Iterable[Row], names: tuple[str, ...]) -> None:
    """One table of those rows that compare the same sides, with a total under it."""
    lines = [(row.group, *(f"{row.figures[name]:,.2f}" for name in names)) for row in rows]
    total = ("total", *(f"{sum((row.figures[name] for row in rows), Decimal(0)):,.2f}" for name in names))
    heads = ("", *(name.upper() if name.islower() else name for name in names))
    widths = [max(map(len, column)) for column in zip(heads, *lines, total, strict=True)]
    for line, style in ((heads, "strong"), *((one, "") for one in lines), (total, "strong")):
        text = "  ".join([line[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(line[1:], widths[1:], strict=True))])
        print(styled(text, style) if style else text)


def show_break(one: Break, as_of_ns: int) -> None:
    sides = ", ".join(f"{name}: {figure}" for name, figure in one.sides.items())
    age_s = one.age_s(as_of_ns)
    print(f"{styled('break', 'error')} in {styled(one.leg, 'strong')}, {one.group}: {one.amount:,}")
    print(f"    {one.what}")
    print(f"    {sides}" + (f"; {age_s / 3600:.1f} h old" if age_s is not None else ""))
    if one.messages:
        named = ", ".join(map(str, one.messages[:MESSAGES_SHOWN]))
        more = f" and {len(one.messages) - MESSAGES_SHOWN} more" if len(one.messages) > MESSAGES_SHOWN else ""
        print(f"    messages {named}{more}")
