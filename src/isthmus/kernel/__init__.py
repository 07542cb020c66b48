"""Message, Answer, Dispatch, Clock, errors: the words that every room speaks.

Lives here: values and errors without behaviour of their own. May not: I/O, formats, anything that imports another room.
Read first: `message.py`.
"""

from .answer import Answer
from .clock import Clock, SystemClock
from .errors import (
    Conflict,
    IsthmusError,
    Misuse,
    PeerFault,
    Permanent,
    Refused,
    StorageUnable,
    Tampered,
    Transient,
    Unavailable,
)
from .message import Dispatch, Message

__all__ = [
    "Answer",
    "Clock",
    "Conflict",
    "Dispatch",
    "IsthmusError",
    "Message",
    "Misuse",
    "PeerFault",
    "Permanent",
    "Refused",
    "StorageUnable",
    "SystemClock",
    "Tampered",
    "Transient",
    "Unavailable",
]
