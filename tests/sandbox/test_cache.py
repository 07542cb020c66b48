"""What is built once is built whole, by one process, and never used before it is complete."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest

from isthmus.sandbox.cache import Cache, progress
from isthmus.sandbox.environment import run

SLOW_BUILDER = """
import sys, time
from pathlib import Path
from isthmus.sandbox.cache import Cache

def build(folder):
    with open(folder.parent / "builders", "a") as file:
        file.write("one\\n")
    time.sleep(0.3)
    (folder / "content").write_text("whole")

print((Cache(Path(sys.argv[1])).built("thing", b"recipe", build) / "content").read_text())
"""


def test_a_recipe_is_built_once_and_a_changed_one_beside_it(tmp_path: Path) -> None:
    cache, built = Cache(tmp_path), []
    first = cache.built("thing", b"1", built.append)
    assert cache.built("thing", b"1", built.append) == first
    second = cache.built("thing", b"2", built.append)
    assert built == [first, second]
    assert first != second


def test_what_a_failed_build_left_is_removed_and_built_anew(tmp_path: Path) -> None:
    cache = Cache(tmp_path)

    def fails(folder: Path) -> None:
        (folder / "half").touch()
        raise RuntimeError("interrupted")

    with pytest.raises(RuntimeError, match="interrupted"):
        cache.built("thing", b"1", fails)
    folder = cache.built("thing", b"1", lambda folder: (folder / "whole").touch())
    assert sorted(path.name for path in folder.iterdir()) == [".ready", "whole"]


def test_two_processes_that_prepare_at_once_build_once_and_both_get_the_whole(tmp_path: Path) -> None:
    both = [builder(tmp_path) for _ in range(2)]
    assert [process.communicate()[0] for process in both] == ["whole\n"] * 2
    assert (tmp_path / "builders").read_text() == "one\n"


def test_who_waits_for_another_process_says_so(tmp_path: Path) -> None:
    lock = Cache(tmp_path).built("thing", b"recipe", lambda _: None).with_suffix(".lock")
    (lock.with_suffix("") / ".ready").unlink()
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        waiting = builder(tmp_path)
        assert waiting.stderr is not None
        assert "waiting for another process that builds thing" in waiting.stderr.readline()
    assert waiting.communicate()[0] == "whole\n"


def builder(folder: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", SLOW_BUILDER, folder]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_anyone_can_enter_what_was_built_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        folder = Cache(tmp_path / "a" / "b").built("thing", b"1", lambda _: None)
    finally:
        os.umask(before)
    assert [path.stat().st_mode & 0o777 for path in (folder, folder.parent, folder.parent.parent)] == [0o755] * 3


def test_the_environment_names_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ISTHMUS_CACHE", str(tmp_path))
    assert Cache().path == tmp_path


def test_without_a_home_the_source_tree_holds_the_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ISTHMUS_CACHE", "HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    assert Cache().path == Path(__file__).parents[2] / ".cache"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as another user")
def test_root_keeps_what_postgresql_reads_where_its_user_can_reach_it(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    cache = Cache(closed)
    assert cache.path == closed
    assert closed not in cache.public.parents
    assert all(parent.stat().st_mode & 0o001 for parent in cache.public.parents)


def test_progress_says_what_and_how_long(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("installing something"):
        pass
    assert capsys.readouterr().err == "installing something …\n\rinstalling something: 0 s\n"


def test_a_program_that_fails_is_quoted() -> None:
    with pytest.raises(RuntimeError, match=r"(?s)counting failed \(exit 3\).*no more fingers"):
        run([sys.executable, "-c", "print('no more fingers'); exit(3)"], "counting")
