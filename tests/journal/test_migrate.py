"""Schema migrations of a journal that has messages in it."""

from __future__ import annotations

import shutil
from pathlib import Path

import apsw
import pytest
from box import Box

from isthmus.journal import migrate
from isthmus.journal.verify import verify
from isthmus.kernel.errors import Misuse


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    """The shipped scripts, to which a test adds those of a later version."""
    folder = tmp_path / "sql"
    folder.mkdir()
    for script in migrate.shipped().iterdir():
        (folder / script.name).write_text(script.read_text())
    return folder


def next_number(scripts: Path) -> int:
    return max(int(script.name.split("_")[0]) for script in scripts.iterdir()) + 1


def test_a_journal_with_messages_in_it_takes_on_the_next_schema(tmp_path: Path, scripts: Path) -> None:
    box = Box(tmp_path / "journal.db")
    first = box.append(b"from before", control="C1").entries[0]
    box.close()
    number = next_number(scripts)
    (scripts / f"{number:03}_facility.sql").write_text(
        "alter table name add column note text not null default ''; update name set note = 'from before';"
    )
    box = Box(tmp_path / "journal.db", scripts=scripts)
    assert box.one("select distinct note from name") == "from before"
    assert box.store.body(first.body_id, first.size) == b"from before"
    assert (box.append().id, migrate.schema(box.store.db)) == (2, number)
    assert verify(box.store) == []
    box.reopen()
    assert migrate.schema(box.store.db) == number
    box.close()


def test_a_script_that_fails_leaves_the_journal_as_it_was(tmp_path: Path, scripts: Path) -> None:
    box = Box(tmp_path / "journal.db")
    box.append()
    box.close()
    good, bad = next_number(scripts), next_number(scripts) + 1
    (scripts / f"{good:03}_good.sql").write_text("create table good (a);")
    (scripts / f"{bad:03}_bad.sql").write_text("create table half (a); drop table message; select nonsense;")
    with pytest.raises(apsw.SQLError):
        Box(tmp_path / "journal.db", scripts=scripts)
    (scripts / f"{bad:03}_bad.sql").unlink()
    box = Box(tmp_path / "journal.db", scripts=scripts)
    assert migrate.schema(box.store.db) == good
    assert box.one("select count(*) from sqlite_schema where name = 'half'") == 0
    assert verify(box.store) == []
    box.close()


def test_a_journal_of_a_newer_program_is_left_alone(tmp_path: Path, scripts: Path) -> None:
    (scripts / f"{next_number(scripts):03}_new.sql").write_text("create table new (a);")
    Box(tmp_path / "journal.db", scripts=scripts).close()
    with pytest.raises(Misuse, match="use a newer isthmus"):
        Box(tmp_path / "journal.db")


def test_the_shipped_scripts_are_numbered_from_one_without_gaps() -> None:
    numbers = sorted(
        int(script.name.split("_")[0]) for script in migrate.shipped().iterdir() if script.name.endswith(".sql")
    )
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_copied_file_opens_as_it_is(tmp_path: Path) -> None:
    box = Box(tmp_path / "journal.db")
    box.append(b"here")
    box.close()
    shutil.copy(tmp_path / "journal.db", tmp_path / "copy.db")
    copy = Box(tmp_path / "copy.db")
    assert copy.store.body(*copy.store.rows("select body, size from message")[0]) == b"here"
    copy.close()
