"""Addresses are HOST:PORT, and no two sources listen on the same one."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Finding
from ..subject import Subject


def check(subject: Subject) -> Iterator[Finding]:
    taken: dict[str, str] = {}
    places = [(connection.where, connection.own) for connection in subject.connections]
    if subject.settings.admin:
        places.append(("admin", subject.settings.admin))
    for where, own in places:
        for key in ("listen", "address"):
            text = getattr(own, key, "")
            if not isinstance(text, str) or not text:
                continue
            host, _, port = text.rpartition(":")
            if not host or not port.isdigit() or int(port) > 65535:
                mend = 'write "HOST:PORT"'
                yield subject.in_toml("error", where, f"{key}: {text!r} is no address", mend, key)
            elif key == "listen" and port != "0" and taken.setdefault(text, where) != where:
                what = f"listens on {text}, as [{taken[text]}] does"
                yield subject.in_toml("error", where, what, "give it another port", key)
