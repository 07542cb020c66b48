"""The command line as a whole: help, unknown commands, what it loads."""

from __future__ import annotations

import subprocess
import sys

import pytest

from isthmus.cli.main import command, commands

EXPECTED = {
    "check",
    "deploy",
    "hold",
    "init",
    "ledger",
    "messages",
    "parked",
    "release",
    "replay",
    "run",
    "send",
    "show",
    "test",
    "verify",
}


def test_every_command_is_found_by_its_file():
    assert set(commands()) >= EXPECTED


def test_help_names_every_command_and_every_exit_code(isthmus):
    said = isthmus("--help")
    assert said.code == 0
    assert all(name in said.out for name in commands())
    assert all(f"\n  {code} " in said.out for code in (0, 1, 2, 3, 4, 130))


@pytest.mark.parametrize("name", commands())
def test_a_command_says_what_it_is_for_and_explains_each_argument(name, isthmus):
    assert isthmus(name, "--help").code == 0
    assert command(name).__doc__.splitlines()[0].endswith(".")
    from isthmus.cli.main import parser

    below = next(action for action in parser(name)._actions if action.dest == "command").choices[name]
    assert all(action.help for action in below._actions)


def test_help_loads_nothing_that_only_a_command_needs():
    program = (
        "import sys; from isthmus.cli.main import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "print(sorted({'asyncio', 'msgspec', 'apsw', 'cryptography', 'starlette', 'uvicorn', 'ssl'} & set(sys.modules)))"
    )
    out = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert out.splitlines()[-1] == "[]"


@pytest.mark.parametrize("given", [[], ["frobnicate"], ["run", "--what"], ["show", "seven"]])
def test_wrong_arguments_exit_with_2_and_a_sentence(given, isthmus):
    said = isthmus(*given)
    assert said.code == 2
    assert said.err.startswith("usage: isthmus")
    assert "Traceback" not in said.err


def test_the_version_is_told(isthmus):
    assert isthmus("--version").out.startswith("isthmus ")


@pytest.mark.parametrize("name", ["messages", "ledger", "verify", "parked", "deploy", "hold", "release"])
def test_a_folder_that_is_no_hub_exits_with_2_and_says_what_makes_one(name, isthmus, tmp_path):
    more = {"deploy": ["x"], "hold": ["x"], "release": ["x"]}.get(name, [])
    said = isthmus(name, *more, "--hub", tmp_path)
    assert said.code == 2
    assert "isthmus init" in said.err


@pytest.mark.parametrize("name", ["messages", "ledger", "verify", "parked"])
def test_a_hub_that_never_ran_is_told_so(name, isthmus, hub):
    said = isthmus(name, "--hub", hub)
    assert said.code == 2
    assert "has the hub run here?" in said.err


def test_a_folder_that_is_no_hub_has_no_controls_to_list(isthmus, tmp_path):
    said = isthmus("control", "--hub", tmp_path)
    assert said.code == 2
    assert "isthmus init" in said.err


@pytest.mark.parametrize("given", [("show", 1 << 64), ("messages", "--after", 1 << 64), ("parked", "--take", 1 << 64)])
def test_a_number_that_no_journal_reaches_is_a_wrong_argument(given, isthmus, hub):
    assert isthmus(*given, "--hub", hub).code == 2


def test_a_reason_that_is_no_text_is_a_wrong_argument(isthmus, hub):
    assert isthmus("hold", "archive", "--reason", "caf\udce9", "--hub", hub).code == 2


def test_raw_bytes_are_no_json(isthmus, hub):
    said = isthmus("show", 1, "--raw", "--json", "--hub", hub)
    assert (said.code, said.out) == (2, "")


def test_a_defect_exits_with_4_and_says_where_and_not_what(isthmus, hub, monkeypatch):
    words = "PID|1||Canary"

    def broken(folder):
        raise ValueError(words)

    monkeypatch.setattr("isthmus.runtime.settings.load_settings", broken)
    said = isthmus("test", hub)
    assert said.code == 4
    assert "defect of the hub (ValueError)" in said.err
    assert "Canary" not in said.err
