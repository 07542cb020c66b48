"""`isthmus init` makes a hub that runs at once, and touches nothing that is there."""

from __future__ import annotations

import stat
import tomllib

import pytest


def test_a_fresh_hub_has_nothing_to_complain_about_and_its_cases_pass(isthmus, tmp_path):
    said = isthmus("init", tmp_path / "hub")
    assert said.code == 0
    assert isthmus("check", tmp_path / "hub").out == "nothing to complain about\n"
    tested = isthmus("test", tmp_path / "hub")
    assert tested.code == 0
    assert tested.out.endswith("2 cases, 0 failed\n")


def test_it_says_what_to_do_next(isthmus, tmp_path):
    folder = tmp_path / "hub"
    out = isthmus("init", folder).out
    for words in (f"isthmus test {folder}", f"isthmus run {folder}", f"isthmus send {folder}/samples/adt_a01.hl7"):
        assert words in out


@pytest.mark.parametrize("name", ["hub.key", "admin.token"])
def test_secrets_are_readable_by_their_owner_alone_and_kept_out_of_git(name, isthmus, tmp_path):
    isthmus("init", tmp_path)
    path = tmp_path / name
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert name in (tmp_path / ".gitignore").read_text().splitlines()
    assert path.read_text().strip() not in (tmp_path / "hub.toml").read_text()


def test_a_hub_that_is_there_is_not_touched(isthmus, tmp_path):
    isthmus("init", tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    said = isthmus("init", tmp_path)
    assert said.code == 2
    assert "is there already" in said.err
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_files_that_are_there_stay_as_they_are(isthmus, tmp_path):
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "example.py").write_text("# mine\n")
    assert isthmus("init", tmp_path).code == 0
    assert (tmp_path / "flows" / "example.py").read_text() == "# mine\n"


def test_each_hub_has_keys_of_its_own(isthmus, tmp_path):
    isthmus("init", tmp_path / "a")
    isthmus("init", tmp_path / "b")
    assert (tmp_path / "a" / "hub.key").read_text() != (tmp_path / "b" / "hub.key").read_text()


def test_a_time_zone_that_does_not_exist_is_refused_before_anything_is_written(isthmus, tmp_path):
    said = isthmus("init", tmp_path / "hub", "--time-zone", "Moon/Base")
    assert said.code == 2
    assert "America/Chicago" in said.err
    assert not (tmp_path / "hub").exists()


def test_name_and_time_zone_go_into_hub_toml(isthmus, tmp_path):
    isthmus("init", tmp_path / "hub", "--name", "north", "--time-zone", "Europe/Vienna")
    text = (tmp_path / "hub" / "hub.toml").read_text()
    assert 'name = "north"' in text
    assert 'time_zone = "Europe/Vienna"' in text


def test_a_place_that_cannot_be_written_is_a_sentence(isthmus, tmp_path):
    (tmp_path / "file").write_text("")
    said = isthmus("init", tmp_path / "file")
    assert said.code == 2
    assert "cannot be written" in said.err


@pytest.mark.parametrize("name", ['St. "Mary"', "back\\slash", "Spital Zürich"])
def test_any_name_of_a_hub_stands_in_hub_toml_as_it_was_given(name, isthmus, tmp_path):
    assert isthmus("init", tmp_path / "hub", "--name", name).code == 0
    assert tomllib.loads((tmp_path / "hub" / "hub.toml").read_text())["hub"]["name"] == name


def test_a_region_is_no_time_zone(isthmus, tmp_path):
    said = isthmus("init", tmp_path / "hub", "--time-zone", "America")
    assert said.code == 2
    assert "write one like America/Chicago" in said.err


def test_the_commands_that_it_names_can_be_copied(isthmus, tmp_path):
    said = isthmus("init", tmp_path / "my hub")
    assert f"isthmus run '{tmp_path / 'my hub'}'" in said.out
