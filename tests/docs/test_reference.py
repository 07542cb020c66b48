"""The generated pages of the reference are what the program says, and say something of everything."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import msgspec
import pytest

from isthmus.cli.main import commands, parser
from isthmus.runtime import settings
from isthmus.runtime.loader import connectors, load_connector
from isthmus.runtime.verbs import VERBS

DOCS = Path(__file__).resolve().parents[2] / "docs"


def load_generator():
    spec = importlib.util.spec_from_file_location("generate_reference", DOCS / "generate.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


generate = load_generator()


def structs() -> list[type]:
    """Every struct that a table of hub.toml is checked by."""
    found = [
        settings.HubSettings,
        settings.Facility,
        settings.SourceSettings,
        settings.DeliveryPolicy,
        settings.AdminSettings,
        settings.TableSettings,
    ]
    for name in connectors():
        module = load_connector(name)
        found += [getattr(module, side) for side in ("SourceSettings", "SinkSettings") if hasattr(module, side)]
    nested = True
    while nested:
        import typing

        hints = [hint for one in found for hint in typing.get_type_hints(one).values()]
        nested = [one for hint in hints if (one := generate._nested(hint)) and one not in found]
        found += dict.fromkeys(nested)
    return found


@pytest.mark.parametrize("name", sorted(generate.pages()))
def test_a_page_is_what_the_program_says(name):
    written = (DOCS / "reference" / name).read_text()
    assert written == generate.pages()[name], "run: python docs/generate.py"


@pytest.mark.parametrize("type", structs(), ids=lambda one: f"{one.__module__}.{one.__name__}")
def test_every_setting_is_described_where_it_is_declared(type):
    described = generate.described(type)
    import typing

    hints = typing.get_type_hints(type)
    silent = [
        field.name
        for field in msgspec.structs.fields(type)
        if not described.get(field.name) and generate._nested(hints[field.name]) is None
    ]
    assert silent == []


@pytest.mark.parametrize("verb", VERBS, ids=lambda one: one.name)
def test_every_field_of_the_api_is_described(verb):
    described = generate.described(verb.ask)
    assert [field for field in verb.ask.__struct_fields__ if not described.get(field)] == []
    assert verb.summary.endswith(".")


def test_every_command_and_argument_stands_in_the_reference():
    page = (DOCS / "reference" / "cli.md").read_text()
    choices = next(action for action in parser()._actions if action.dest == "command").choices
    for name in commands():
        assert f"\n## isthmus {name}\n" in page
        for action in choices[name]._actions:
            for option in action.option_strings:
                assert option in ("-h", "--help") or option in page
