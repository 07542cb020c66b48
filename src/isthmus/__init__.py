"""Isthmus: a healthcare integration hub. Durable, in order, accounted for to the cent.

What a hub's flows need stands here: `from isthmus import flow, process, table, lookup, send, forward, task, timer, cancel`.
"""

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

__all__ = ["ALL", "Message", "cancel", "flow", "forward", "lookup", "process", "send", "table", "task", "timer"]

if TYPE_CHECKING:
    from .flows import ALL, cancel, flow, forward, lookup, process, send, table, task, timer
    from .kernel import Message


def __getattr__(name: str) -> Any:
    # Looked up on first use: the command line starts without loading what a flow needs.
    if name == "Message":
        from .kernel import Message

        return Message
    if name in __all__:
        from . import flows

        return getattr(flows, name)
    raise AttributeError(f"module 'isthmus' has no attribute {name!r}")
