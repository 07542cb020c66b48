"""Writes the pages of docs/reference that are made from the program: `python docs/generate.py`.

    cli.md         the commands' own help              hub-toml.md   the settings' structs and their docstrings
    admin-api.md   the table of verbs, the metrics     events.md     the catalogue of events

A test compares them with what the program says, so a command, setting, verb, rule or event that is not documented, or no
longer as documented, fails it.
"""

from __future__ import annotations

import argparse
import inspect
import re
import sys
import types
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_origin

import msgspec

from isthmus.cli.exits import MEANINGS
from isthmus.cli.main import commands, parser
from isthmus.observe.events import catalogue
from isthmus.runtime import settings
from isthmus.runtime.lint import all_rules
from isthmus.runtime.loader import connectors, load_connector
from isthmus.runtime.verbs import VERBS

REFERENCE = Path(__file__).with_name("reference")
MADE = "<!-- Made by docs/generate.py from the program: change that, not this. -->\n\n"


def pages() -> dict[str, str]:
    """The generated pages by file name."""
    return {
        "cli.md": cli_page(),
        "hub-toml.md": settings_page(),
        "admin-api.md": api_page(),
        "events.md": events_page(),
    }


# ---- commands


def cli_page() -> str:
    parts = [MADE, "# The command line\n\n"]
    parts.append("A hub is a folder. Commands find it by their FOLDER argument, by `--hub`, or in `$ISTHMUS_HUB`.\n\n")
    parts.append("## Exit codes\n\n| code | meaning |\n|--:|---|\n")
    parts += [f"| {int(code)} | {meaning} |\n" for code, meaning in MEANINGS.items()]
    root = parser()
    choices = next(action for action in root._actions if action.dest == "command").choices
    assert choices is not None
    for name in commands():
        parts.append(f"\n## isthmus {name}\n\n{command_words(choices[name])}")
    parts.append("\n## The rules of `isthmus check`\n\n| rule | what it holds |\n|---|---|\n")
    parts += [f"| `{name}` | {_one_line(rule.__doc__)} |\n" for name, rule in all_rules().items()]
    return "".join(parts)


def command_words(of: argparse.ArgumentParser) -> str:
    """A command's help as a page has it; usage lines are broken the same on every terminal."""
    description = of.description or ""
    parts = [_paragraphs(description), "\n"]
    rows = [
        (_argument(action), action.help or "") for action in of._actions if not isinstance(action, argparse._HelpAction)
    ]
    if rows:
        parts.append("| argument | |\n|---|---|\n")
        parts += [f"| {shown} | {_cell(words)} |\n" for shown, words in rows]
    return "".join(parts)


def _argument(action: argparse.Action) -> str:
    value = action.metavar or (action.dest.upper() if action.nargs != 0 else "")
    if action.choices:
        value = "{" + ",".join(map(str, action.choices)) + "}"
    if not action.option_strings:
        return f"`{value}`" + (" (optional)" if action.nargs in ("?", "*") else "")
    many = " ..." if action.nargs in ("+", "*") else ""
    shown = f"{action.option_strings[-1]} {value}{many}".strip() if action.nargs != 0 else action.option_strings[-1]
    return f"`{shown}`" + (" (required)" if action.required else "")


# ---- settings


def settings_page() -> str:
    parts = [MADE, "# hub.toml\n\n", _paragraphs((settings.__doc__ or "").split("\n\n", 1)[1]), "\n"]
    shared: dict[str, Any] = {}
    for type, title in (
        (settings.HubSettings, "[hub]"),
        (settings.Facility, "[facilities.NAME]"),
        (settings.SourceSettings, "[sources.NAME], every connector"),
        (settings.DeliveryPolicy, "[destinations.NAME], every connector"),
        (settings.AdminSettings, "[admin]"),
        (settings.TableSettings, "[tables]"),
    ):
        parts.append(_struct(type, title, shared))
    parts.append(RETENTION)
    for name in connectors():
        module = load_connector(name)
        for attribute, side in (("SourceSettings", "sources"), ("SinkSettings", "destinations")):
            if hasattr(module, attribute):
                parts.append(_struct(getattr(module, attribute), f'[{side}.NAME] with connector = "{name}"', shared))
    while shared:
        title, type = shared.popitem()
        parts.append(_struct(type, title, shared, seen=parts))
    return "".join(parts)


RETENTION = f"""
## [retention]

How many days after the day of receipt bodies are kept, by class. A flow names its class (`retention="long"`).

| setting | type | default | |
|---|---|---|---|
| `standard` | number | {settings.RETENTION_DAYS:g} | the class of flows that name none |
| `{settings.METADATA}` | number | {settings.METADATA_DAYS:g} | who sent what when, and what became of it, without bodies |
| any other name | number | | a class of its own |
"""


def _struct(type: Any, title: str, shared: dict[str, Any], seen: list[str] | None = None) -> str:
    heading = f"\n## {title}\n\n"
    if seen is not None and any(heading in part for part in seen):
        return ""
    words = described(type)
    hints = typing.get_type_hints(type)
    rows = []
    for field in msgspec.structs.fields(type):
        nested = _nested(hints[field.name])
        if nested is not None:
            shared[nested.__name__] = nested
        text = words.get(field.name) or (f"see [{nested.__name__}](#{nested.__name__.lower()})" if nested else "")
        rows.append(
            f"| `{field.name}` | {_cell(_type_words(hints[field.name]))} | {_default(field)} | {_cell(text)} |\n"
        )
    return heading + _lead(type) + "| setting | type | default | |\n|---|---|---|---|\n" + "".join(rows)


_ENTRY = re.compile(r"(?:^|; )(\w+(?:(?:,| and) \w+)*)(?:: | {2,})")


def described(type: Any) -> dict[str, str]:
    """What a struct's docstring says of its fields: lines that begin with a field's name, or `name: words; name: words`."""
    fields = set(type.__struct_fields__)
    found: dict[str, str] = {}
    current: list[str] = []
    for line in inspect.cleandoc(type.__doc__ or "").splitlines():
        if line.startswith("  ") and current:
            for name in current:
                found[name] += " " + line.strip()
            continue
        current = []
        starts = [match for match in _ENTRY.finditer(line) if set(re.split(r", | and ", match[1])) <= fields]
        for number, match in enumerate(starts):
            end = starts[number + 1].start() if number + 1 < len(starts) else len(line)
            current = re.split(r", | and ", match[1])
            for name in current:
                found[name] = line[match.end() : end].strip().removesuffix(".")
    return found


def _lead(type: Any) -> str:
    """The first sentence of a struct, where it is not about a field."""
    first = inspect.cleandoc(type.__doc__ or "").split("\n")[0]
    first = re.sub(r"^\[[^\]]+\](, |: )?", "", first)
    match = _ENTRY.match(first)
    if not first or (match and set(re.split(r", | and ", match[1])) <= set(type.__struct_fields__)):
        return ""
    return f"{first[0].upper()}{first[1:]}\n\n"


def _nested(hint: Any) -> Any:
    for one in get_args(hint) or (hint,):
        if isinstance(one, type) and issubclass(one, msgspec.Struct):
            return one
    return None


def _type_words(hint: Any) -> str:
    names = {bytes: "base64", str: "text", int: "whole number", float: "number", bool: "true or false"}
    if hint in names:
        return names[hint]
    if get_origin(hint) is typing.Literal:
        return " or ".join(f'"{one}"' for one in get_args(hint))
    if get_origin(hint) in (tuple, list):
        return f"list of {_type_words(get_args(hint)[0])}"
    if get_origin(hint) is dict:
        return "table of " + _type_words(get_args(hint)[1])
    if get_origin(hint) in (types.UnionType, typing.Union):
        return " or ".join(_type_words(one) for one in get_args(hint) if one is not type(None))
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return "table"
    return {"date": "date (YYYY-MM-DD)"}.get(getattr(hint, "__name__", ""), str(hint))


def _default(field: Any) -> str:
    if field.required:
        return "required"
    value = field.default_factory() if field.default is msgspec.NODEFAULT else field.default
    if value is None or value in ("", (), [], {}):
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    return f'`"{value}"`' if isinstance(value, str) else f"{value:g}" if isinstance(value, float) else str(value)


# ---- API


def api_page() -> str:
    parts = [MADE, API]
    for verb in VERBS:
        parts.append(f"\n## {verb.name}\n\n`{verb.method} {verb.path}`\n\n{verb.summary}\n{_fields(verb.ask)}")
        parts.append(
            f"\nAnswers `{verb.answer.__name__}`: {', '.join(f'`{f}`' for f in verb.answer.__struct_fields__)}.\n"
        )
    parts.append("\n## Metrics\n\n" + METRICS)
    parts += [f"| `{name}` | {kind} | {words} |\n" for name, kind, words in metrics()]
    return "".join(parts)


API = """# The API of a running hub

`[admin]` in hub.toml switches it on. It listens on this machine only: to reach it from elsewhere, put a proxy with TLS
before it. Its address stands in `run.json` in the hub's data folder.

Every request carries `Authorization: Bearer TOKEN`, the secret that `[admin] token` refers to; it is read at each
request, so a changed one counts at once. `X-Isthmus-Actor: NAME` says who asks. That token proves that they may, not who
they are: the audit records `api:NAME`. Who has a token of their own in `[admin.actors]` has proven it: the audit records
`actor:NAME`. A mend that changes an amount wants two of these.

Open to everybody who can connect: `/healthz` (the process answers), `/readyz` (200 while messages are taken in, else
503), `/openapi.json` (this page for machines, OpenAPI 3.1).

Fields of a GET come as query parameters, those of a POST as a JSON object; those in braces stand in the path. Times are
RFC 3339 in UTC, bodies are base64. What is refused answers `{"code": ..., "problem": ...}` with 400 (what is wrong and how to
mend it), 401 (no token), 404 or 405 (no such place, no such method), 413 (too large), 503 (the journal cannot be
written) or 500 (a defect: see the log).
"""

METRICS = """`GET /metrics`, with the token, in the Prometheus text format. The figures are the ledger's own.

| metric | type | |
|---|---|---|
"""


def metrics() -> Iterator[tuple[str, str, str]]:
    """(name, type, help) of every metric."""
    from types import SimpleNamespace

    from isthmus.runtime.admin import metrics as module

    hub: Any = SimpleNamespace(
        accepting=True,
        journal=None,
        clock=SimpleNamespace(now_ns=lambda: 0),
        outboxes={},
        watches={},
        observer=SimpleNamespace(incidents={}, counts={}),
        settings=SimpleNamespace(data=Path(__file__).parent),
    )
    for family in module.families(hub, module.Figures({}, {}, {})):
        yield family.name, family.kind, family.help


def _fields(type: Any) -> str:
    words, hints = described(type), typing.get_type_hints(type)
    rows = [
        f"| `{field.name}` | {_cell(_type_words(hints[field.name]))} | {_default(field)} | {_cell(words.get(field.name, ''))} |\n"
        for field in msgspec.structs.fields(type)
    ]
    return "\n| field | type | default | |\n|---|---|---|---|\n" + "".join(rows) if rows else ""


# ---- events


def events_page() -> str:
    parts = [MADE, EVENTS, "| event | level | fields | |\n|---|---|---|---|\n"]
    for event in catalogue():
        fields = ", ".join(f"`{field}`" for field in event.__struct_fields__)
        parts.append(f"| `{event.__name__}` | {event.level} | {fields} | {_one_line(event.__doc__)} |\n")
    return "".join(parts)


EVENTS = """# Events

Everything that a hub reports is one of these: a line in its log, and one more in `isthmus_events_total`. No field ever holds
content of a message. A warning or error that repeats within ten seconds is counted and not written again.

"""


# ---- Markdown


def _one_line(words: str | None) -> str:
    return _cell(" ".join((words or "").split("\n\n")[0].split()))


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


def _paragraphs(text: str) -> str:
    """Text as Markdown: blocks that are indented become code."""
    blocks = []
    for block in inspect.cleandoc(text).split("\n\n"):
        code = all(line.startswith("  ") for line in block.splitlines())
        blocks.append(f"```\n{inspect.cleandoc(block)}\n```" if code else block)
    return "\n\n".join(blocks) + "\n"


if __name__ == "__main__":
    for name, text in pages().items():
        (REFERENCE / name).write_text(text)
        sys.stdout.write(f"docs/reference/{name}\n")
