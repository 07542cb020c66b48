"""Every event that the hub can emit, as a typed class: one log line, one counter, no message content.

Lives here: events, the observer that counts and logs them, incidents. May not: decide anything. Read first: `events.py`.
"""

from .events import Event
from .observer import Incident, Observer

__all__ = ["Event", "Incident", "Observer"]
