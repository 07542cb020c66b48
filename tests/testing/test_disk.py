"""The simulated disk forgets what a disk forgets, and nothing else."""

from __future__ import annotations

import random

import apsw
import pytest

from isthmus.testing.disk import SECTOR_BYTES, Disk


def connect(disk: Disk, synchronous: str = "full") -> apsw.Connection:
    db = apsw.Connection("/t.db", vfs=disk.name)
    for pragma in ("locking_mode=exclusive", "journal_mode=wal", f"synchronous={synchronous}"):
        db.execute("pragma " + pragma).fetchall()
    return db


def test_what_was_committed_with_a_sync_survives_a_power_loss() -> None:
    disk = Disk()
    db = connect(disk)
    db.execute("create table t (a); insert into t values (7)")
    after = connect(disk.power_loss())
    assert after.execute("select a from t").fetchall() == [(7,)]


def test_what_was_committed_without_a_sync_does_not() -> None:
    disk = Disk()
    db = connect(disk)
    db.execute("create table t (a)")
    db.execute("pragma synchronous=off").fetchall()
    db.execute("insert into t values (7)")
    assert db.execute("select a from t").fetchall() == [(7,)]
    after = connect(disk.power_loss())
    assert after.execute("select a from t").fetchall() == []


def test_a_connection_from_before_the_power_loss_cannot_touch_what_survived() -> None:
    disk = Disk()
    db = connect(disk)
    db.execute("create table t (a)")
    survivor = disk.power_loss()
    with pytest.raises(apsw.IOError):
        db.execute("insert into t values (7)")
    with pytest.raises(apsw.IOError):
        db.close()
    assert connect(survivor).execute("select * from t").fetchall() == []


def test_a_full_disk_takes_nothing_more_and_keeps_what_it_has() -> None:
    disk = Disk()
    db = connect(disk)
    db.execute("create table t (a)")
    disk.bytes_max = disk.bytes_used()
    with pytest.raises(apsw.FullError):
        db.execute("insert into t values (zeroblob(100000))")
    disk.bytes_max = None
    db.execute("insert into t values (7)")
    assert db.execute("select a from t").fetchall() == [(7,)]


def test_a_read_only_disk_takes_nothing() -> None:
    disk = Disk()
    db = connect(disk)
    db.execute("create table t (a)")
    disk.read_only = True
    with pytest.raises(apsw.ReadOnlyError):
        db.execute("insert into t values (7)")
    disk.read_only = False
    db.close()


def test_a_failed_sync_fails_the_commit() -> None:
    disk = Disk()
    db = connect(disk)
    db.execute("create table t (a)")
    disk.sync_fails = True
    with pytest.raises(apsw.IOError):
        db.execute("insert into t values (7)")
    disk.sync_fails = False
    assert db.execute("select a from t").fetchall() == []


def test_the_power_can_be_lost_in_the_middle_of_a_commit() -> None:
    disk = Disk()
    db = connect(disk)
    db.execute("create table t (a)")
    disk.power_lasts = 1
    with pytest.raises(apsw.IOError):
        db.execute("insert into t values (7)")
    with pytest.raises(apsw.IOError):
        db.close()
    assert connect(disk.power_loss()).execute("select a from t").fetchall() == []


def test_a_disk_begins_with_the_files_of_another() -> None:
    disk = Disk()
    db = connect(disk)
    db.execute("create table t (a)")
    db.close()
    assert connect(Disk(disk.image())).execute("select * from t").fetchall() == []


def lost(seed: int) -> bytes:
    """What is left of three unsynced writes over a synced one."""
    disk = Disk()
    handle = disk.xOpen("/f", [apsw.SQLITE_OPEN_CREATE | apsw.SQLITE_OPEN_READWRITE, 0])
    handle.xWrite(b"0" * 4 * SECTOR_BYTES, 0)
    handle.xSync(0)
    for n in range(3):
        handle.xWrite(b"%d" % (n + 1) * 2 * SECTOR_BYTES, n * SECTOR_BYTES)
    return disk.power_loss(random.Random(seed)).image()["/f"]


def test_one_seed_loses_the_same_and_many_lose_all_that_can_be_lost() -> None:
    assert lost(3) == lost(3)
    sectors = {"".join(chr(left[at]) for at in range(0, len(left), SECTOR_BYTES)) for left in map(lost, range(300))}
    assert {"0000", "1233", "1100", "0220", "1000"} <= sectors


def test_after_a_kill_the_power_may_still_be_lost() -> None:
    disk = Disk()
    db = connect(disk)
    db.execute("create table t (a)")
    db.execute("pragma synchronous=off").fetchall()
    db.execute("insert into t values (7)")
    killed = disk.killed()
    with pytest.raises(apsw.IOError):
        db.execute("insert into t values (8)")
    with pytest.raises(apsw.IOError):
        db.close()
    survivor = killed.power_loss()
    assert connect(survivor).execute("select a from t").fetchall() == []


def test_after_a_kill_what_was_not_synced_is_still_read() -> None:
    disk = Disk()
    db = connect(disk)
    db.execute("create table t (a)")
    db.execute("pragma synchronous=off").fetchall()
    db.execute("insert into t values (7)")
    assert connect(disk.killed()).execute("select a from t").fetchall() == [(7,)]
    with pytest.raises(apsw.IOError):
        db.close()
