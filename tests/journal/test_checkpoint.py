"""The log is copied beside the commits, and starts over."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

from isthmus.journal import checkpoint
from isthmus.journal.checkpoint import Checkpointer


@pytest.fixture
def db(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[apsw.Connection]:
    monkeypatch.setattr(checkpoint, "LOG_PAGES", 20)
    db = apsw.Connection(str(tmp_path / "t.db"))
    db.execute("pragma journal_mode=wal").fetchall()
    db.execute("create table t (a)")
    yield db
    db.close()


def write(db: apsw.Connection, checkpointer: Checkpointer, commits: int) -> int:
    """How often the log was copied during so many commits of one page."""
    copies = 0
    for _ in range(commits):
        db.execute("insert into t values (zeroblob(100))")
        copying = checkpointer._copying
        checkpointer.after_commit()
        if copying is None and checkpointer._copying is not None:
            copies += 1
            checkpointer._copying.join()
    return copies


def test_the_log_starts_over_whenever_it_has_grown_long(db: apsw.Connection, tmp_path: Path) -> None:
    checkpointer = Checkpointer(tmp_path / "t.db", db)
    assert write(db, checkpointer, 210) in range(8, 11)
    assert (tmp_path / "t.db-wal").stat().st_size < 40 * 4200
    checkpointer.close()


def test_a_long_read_makes_the_log_grow_and_costs_no_attempt_at_every_commit(
    db: apsw.Connection, tmp_path: Path
) -> None:
    checkpointer = Checkpointer(tmp_path / "t.db", db)
    reader = apsw.Connection(str(tmp_path / "t.db"))
    reader.execute("begin")
    reader.execute("select count(*) from t").fetchall()
    assert write(db, checkpointer, 210) in range(7, 11)
    reader.execute("commit")
    write(db, checkpointer, 60)
    grown = (tmp_path / "t.db-wal").stat().st_size
    write(db, checkpointer, 200)
    assert (tmp_path / "t.db-wal").stat().st_size == grown
    reader.close()
    checkpointer.close()


def test_closing_waits_for_the_copy(db: apsw.Connection, tmp_path: Path) -> None:
    checkpointer = Checkpointer(tmp_path / "t.db", db)
    for _ in range(30):
        db.execute("insert into t values (1)")
    checkpointer.after_commit()
    checkpointer.close()
    assert checkpointer._copied.is_set()
