"""What tests of connectors share: contexts, addresses that nobody else uses, certificates."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sql_peers

from isthmus.ports import Context
from isthmus.security import SecretStore

_hosts = itertools.count(1)


@pytest.fixture
def context(tmp_path: Path) -> Callable[..., Context]:
    """A context over the test's own folder; keywords become the shared settings."""

    class Shared:
        def __init__(self, **values: object) -> None:
            self.__dict__.update(values)

    def make(name: str = "here", **shared: object) -> Context:
        return Context(name, tmp_path, SecretStore(tmp_path), Shared(**shared))

    return make


@pytest.fixture
def host() -> str:
    """A loopback address of this test's own: every port on it is free (127.0.0.0/8 is this machine)."""
    pid = os.getpid()
    return f"127.{1 + pid % 250}.{pid // 250 % 250}.{1 + next(_hosts) % 250}"


@pytest.fixture(scope="session")
def postgres() -> Iterator[sql_peers.Server]:
    """A real PostgreSQL, one for all tests of a process: each takes a database of its own."""
    with sql_peers.served() as server:
        yield server
