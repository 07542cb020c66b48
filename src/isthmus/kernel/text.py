"""Text that can be stored.

A `str` of Python may hold half of a surrogate pair, which UTF-8 cannot (RFC 3629 §3): names of files that are not UTF-8
come that way, and words of errors that repeat them.
"""

from __future__ import annotations


def storable(text: str) -> str:
    """The text with a question mark for each half of a surrogate pair."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
