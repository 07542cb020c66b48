"""The outcomes as a page in Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from .answers import Compared
from .examine import KINDS
from .report import Outcome

UNEXPLAINED = "**not explained**"

_HEAD = """\
# Conformance

`isthmus conformance` wrote this page: what the codecs make of {tried} sample files that nobody of this project wrote.

*Read*: parsed, and every field of it was read. *With findings*: read, and found fault with. *Refused*: by the codec's declared
error. *Written back the same*: byte for byte, or as the same values where a codec writes values and not bytes. *Failed*: an
unforeseen error, a time-out, something changed in writing, or words that quote content: there must be none.

"""


def page(found: Sequence[Outcome], answered: Sequence[Compared], notes: Mapping[str, str]) -> str:
    """`notes`: by the file's name, why it is refused, judged otherwise than its label says, or answered otherwise."""
    parts = [
        _HEAD.format(tried=sum(one.state != "no codec" for one in found)),
        _kinds(found),
        _labels(found),
        _answers(answered, notes),
        _explained(found, notes),
        _rules(found),
    ]
    return "\n".join(part for part in parts if part).rstrip() + "\n"


def _kinds(found: Sequence[Outcome]) -> str:
    rows = []
    for kind, about in KINDS.items():
        mine = [one for one in found if one.kind == kind]
        if mine:
            read = [one for one in mine if one.state == "read"]
            written = [one for one in read if one.same is not None]
            rows.append(
                f"| {about.title} | {len(mine)} | {len(read)} | {sum(one.documents for one in read)} | "
                f"{sum(bool(one.rules) for one in read)} | {sum(one.state == 'refused' for one in mine)} | "
                f"{_same(written, about.written)} | {sum(one.defect for one in mine)} |"
            )
    others = Counter(one.kind for one in found if one.state == "no codec")
    without = ", ".join(f"{kind} ({n})" for kind, n in sorted(others.items()))
    table = _table("kind|files|read|documents|with findings|refused|written back the same|failed", rows, numbers=True)
    return table + (f"\nWithout a codec, and so not tried: {without}.\n" if without else "")


def _same(written: Sequence[Outcome], how: str) -> str:
    return f"{sum(one.same is True for one in written)} of {len(written)} ({how})" if written else "-"


def _labels(found: Sequence[Outcome]) -> str:
    """By the words of the label: 'valid' may mean no more than that somebody's parser took the file."""
    classes: dict[tuple[str, str], list[Outcome]] = {}
    for one in found:
        if one.verdict != "not said":
            classes.setdefault((KINDS[one.kind].title, one.says), []).append(one)
    rows = [
        f"| {kind} | {says} | {len(mine)} | {sum(one.state == 'read' and not one.rules for one in mine)} | "
        f"{sum(one.state == 'read' and bool(one.rules) for one in mine)} | "
        f"{sum(one.state == 'refused' for one in mine)} | {sum(one.verdict == 'agrees' for one in mine)} |"
        for (kind, says), mine in sorted(classes.items())
    ]
    if not rows:
        return ""
    return "## Against the labels\n\n" + _table(
        "kind|what the collector says|files|read clean|read with findings|refused|agreed", rows
    )


def _answers(answered: Sequence[Compared], notes: Mapping[str, str]) -> str:
    """By what two acknowledgements agree in; then the files where they do not agree in all of it."""
    if not answered:
        return ""
    rows = [
        f"| {what} | {sum(getattr(one, name) for one in answered)} of {len(answered)} |"
        for name, what in (
            ("accepted", "accepted or rejected alike"),
            ("segments", "the same segments named, in the same order"),
            ("positions", "at the same positions"),
            ("codes", "with the same codes and elements"),
        )
    ]
    differ = dict.fromkeys(one.file for one in answered if not one.codes)
    why = [f"| `{file}` | {notes.get(file, UNEXPLAINED)} |" for file in differ]
    return (
        "## Against the expected acknowledgements\n\nTransaction sets whose 997 or 999 the collector gives, "
        "with levels 1, 2 and 5 of the validation.\n\n"
        + _table("class|sets that agree", rows)
        + "\n"
        + _table("file that is answered otherwise|why", why)
    )


def _rules(found: Sequence[Outcome]) -> str:
    counted: Counter[tuple[str, str]] = Counter()
    for one in found:
        for rule in one.rules:
            counted[KINDS[one.kind].title, rule] += 1
    rows = [f"| {kind} | `{rule}` | {n} |" for (kind, rule), n in sorted(counted.items())]
    return "## Findings\n\n" + _table("kind|rule|files", rows) if rows else ""


def _explained(found: Sequence[Outcome], notes: Mapping[str, str]) -> str:
    rows = [f"| `{one.file}` | {_what(one)} | {notes.get(one.file, UNEXPLAINED)} |" for one in found if one.to_explain]
    return "## Refused, or judged otherwise than the label\n\n" + _table("file|what|why", rows) if rows else ""


def _what(one: Outcome) -> str:
    if one.state == "refused":
        return f"refused: {one.why}".replace("|", "\\|")
    if one.state == "failed":
        return f"failed: {one.why}"
    return "changed when written back" if one.same is False else f"labelled {one.label}, read without a finding"


def _table(heads: str, rows: Sequence[str], *, numbers: bool = False) -> str:
    names = heads.split("|")
    rule = "|".join("---" if not at or not numbers else "--:" for at in range(len(names)))
    return f"| {' | '.join(names)} |\n|{rule}|\n" + "".join(f"{row}\n" for row in rows)
