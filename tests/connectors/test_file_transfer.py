"""The rules of handing files over, without any folder."""

from __future__ import annotations

import pytest

from isthmus.connectors._file_transfer import Settling, check_template, file_name, is_candidate, numbered, pieces
from isthmus.kernel import Misuse, PeerFault, Permanent


def test_a_file_has_settled_when_it_stood_still_for_long_enough() -> None:
    settling = Settling(2.0)
    settling.look({"x": (1, 10)}, 0.0)
    settling.look({"x": (1, 20)}, 1.5)
    settling.look({"x": (1, 20)}, 3.0)
    assert not settling.settled("x", 3.4)
    assert settling.settled("x", 3.5)


def test_a_file_that_was_away_counts_as_new() -> None:
    settling = Settling(2.0)
    settling.look({"x": 1}, 0.0)
    settling.look({}, 1.0)
    settling.look({"x": 1}, 2.0)
    assert not settling.settled("x", 3.0)
    assert settling.forget("x") == 1
    assert settling.forget("x") is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [("x.csv", True), (".x.csv", False), ("x.csv.part", False), ("x.csv.ok", False), ("x.txt", False)],
)
def test_a_name_is_one_to_be_taken(name: str, expected: bool) -> None:
    assert is_candidate(name, "*.csv*", ".ok") is expected


def test_different_keys_never_share_a_name() -> None:
    keys = ["a/b", "a_b", "a:b", "a b", ".a", "a", "x" * 300, "x" * 301]
    assert len({file_name("{key}.csv", key, {}) for key in keys}) == len(keys)
    assert file_name("{key}.csv", "a/b", {}).endswith(".csv")


def test_a_name_that_the_flow_owes_is_asked_for() -> None:
    with pytest.raises(Permanent, match="file_name"):
        file_name("{file_name}", "a", {})


@pytest.mark.parametrize("template", ["{patient}", "{0}", "{", "{key.x}"])
def test_a_template_that_no_delivery_fills_is_refused(template: str) -> None:
    with pytest.raises(Misuse, match="there: a name is made of"):
        check_template(template, "there")


def test_names_go_on_from_two() -> None:
    names = numbered("x.csv")
    assert [next(names) for _ in range(3)] == ["x.csv", "x.csv.2", "x.csv.3"]


def test_lines_keep_their_numbers() -> None:
    assert list(pieces("lines", "x", b"a\n\nb\n")) == [(b"a", b"x\0001"), (b"b", b"x\0003")]


def test_a_batch_without_a_message_is_not_whole() -> None:
    with pytest.raises(PeerFault, match="no message"):
        list(pieces("hl7v2", "x", b"nothing"))
