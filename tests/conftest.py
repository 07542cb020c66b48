"""What tests of several rooms share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from isthmus.sandbox.erp import ErpServer


@pytest.fixture(scope="session")
def erp() -> Iterator[ErpServer]:
    """The real ERP, one for all tests: they keep to keys and periods of their own, and to the group "erp"."""
    with ErpServer.start() as server:
        yield server
