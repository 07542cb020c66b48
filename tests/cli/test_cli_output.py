"""Tables, progress and names, as people see them."""

from __future__ import annotations

import io

import pytest

from isthmus.cli import progress
from isthmus.cli.field_names import name_of
from isthmus.cli.output import print_json, print_table
from isthmus.cli.progress import Progress

COLUMNS = {"name": "NAME", "n": "N", "what": "WHAT"}


def test_numbers_stand_to_the_right_and_nothing_is_a_dash(capsys):
    rows = [{"name": "a", "n": 5, "what": None}, {"name": "long", "n": 1234, "what": ["x", "y"]}]
    print_table(rows, COLUMNS, none="none")
    assert capsys.readouterr().out == "NAME     N  WHAT\na        5  -\nlong  1234  x, y\n"


def test_a_table_without_rows_says_so(capsys):
    print_table([], COLUMNS, none="nothing there")
    assert capsys.readouterr().out == "nothing there\n"


def test_json_is_one_document(capsys):
    print_json({"a": [1, "ü"]})
    assert capsys.readouterr().out == '{\n  "a": [\n    1,\n    "ü"\n  ]\n}\n'


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_bar_shows_how_far_it_is_on_a_terminal(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setattr(progress, "SHOW_EVERY_S", -1)
    with Progress("sending", 4) as bar:
        bar.advance()
        bar.advance()
    assert "sending [###############               ] 2/4" in terminal.getvalue()
    assert terminal.getvalue().endswith("\r\x1b[K")


def test_a_script_sees_no_bar(monkeypatch):
    pipe = io.StringIO()
    monkeypatch.setattr("sys.stderr", pipe)
    with Progress("sending", 4) as bar:
        bar.reach(4)
    assert pipe.getvalue() == ""


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("PID", "patient"),
        ("PID(2)", "patient"),
        ("PID-5", "name"),
        ("PID-3[2]", "identifiers"),
        ("FT1-11", "amount, extended"),
        ("FT1(3)-13", "department"),
        ("MSH-10", "control id"),
        ("PV1-44", "admitted"),
        ("PV1-45", "discharged"),
        ("PV1-19", "visit number"),
        ("MSH-18", "character set"),
        ("PID-18", "account number"),
        ("PID-5.1", ""),
        ("PID-99", ""),
        ("ZZ1-1", ""),
        ("no path", ""),
    ],
)
def test_fields_are_called_what_the_standard_calls_them(path, name):
    assert name_of(path) == name
