"""What a step of a pack answers with: canonical events, dispatches, and timers or tasks to withdraw."""

from __future__ import annotations

from ..flows import Cancel
from ..kernel import Dispatch
from ..model import Event

Follows = Event | Dispatch | Cancel
