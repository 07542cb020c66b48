"""Hubs on real sockets."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from wards import Receiver, Ward


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    await receiver.start()
    yield receiver
    await receiver.stop()


@pytest.fixture
async def ward(tmp_path: Path, receiver: Receiver) -> AsyncIterator[Ward]:
    """A hub's folder; the test writes its settings and starts it."""
    ward = Ward(tmp_path, receiver)
    yield ward
    if hasattr(ward, "hub"):
        await ward.stop()
