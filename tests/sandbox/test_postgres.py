"""A PostgreSQL for tests: real, without root and without a port."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from isthmus.sandbox.postgres import Postgres

pytestmark = [pytest.mark.erp, pytest.mark.xdist_group("erp")]


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    with Postgres.start() as postgres:
        yield postgres


def test_it_runs_sql_and_gives_rows_as_text(postgres: Postgres) -> None:
    assert postgres.psql("SELECT 1, 'a|b'") == [("1", "a|b")]


def test_what_the_server_refuses_is_an_error_with_its_message(postgres: Postgres) -> None:
    with pytest.raises(RuntimeError, match='relation "nowhere" does not exist'):
        postgres.psql("SELECT * FROM nowhere")


def test_it_listens_on_no_port(postgres: Postgres) -> None:
    assert postgres.psql("SHOW listen_addresses") == [("",)]


def test_only_its_owner_enters_the_folder_of_its_socket(postgres: Postgres) -> None:
    assert postgres.socket_folder.stat().st_mode & 0o777 == 0o700


def test_it_never_runs_as_root(postgres: Postgres) -> None:
    assert Path(f"/proc/{postgres.pid}").stat().st_uid != 0


def test_it_leaves_nothing_behind() -> None:
    with Postgres.start() as postgres:
        ((data,),) = postgres.psql("SHOW data_directory")
        pid, sockets = postgres.pid, postgres.socket_folder
    assert not [path for path in (Path(data), sockets, Path(f"/proc/{pid}")) if os.path.lexists(path)]
