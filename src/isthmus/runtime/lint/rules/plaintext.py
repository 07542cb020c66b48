"""What leaves this machine is protected by TLS, or a named person answers for plaintext until a day."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from ....security.transport import is_loopback
from ..finding import Finding
from ..subject import Subject
from ..waivers import judged

_WAIVER = 'plaintext = { owner = "...", until = "YYYY-MM-DD", reason = "..." }'


def check(subject: Subject) -> Iterator[Finding]:
    for connection in subject.connections:
        waiver = getattr(connection.own, "plaintext", None)
        host = open_host(connection.own)
        if waiver is not None and not host:
            yield subject.in_toml("warning", connection.where, "needs no waiver", "remove it", "plaintext")
        elif waiver is not None:
            yield from judged(subject, connection.where, "plaintext", waiver, "give it a tls table")
        elif host:
            what = f"would carry patient data in plaintext to or from {host}"
            yield subject.in_toml(
                "error", connection.where, what, f"give it a tls table or https, or a waiver: {_WAIVER}"
            )
    admin = subject.settings.admin
    if admin and (host := _host(admin.listen)) and not is_loopback(host):
        what = f"the API would listen on {host} in plaintext"
        yield subject.in_toml("error", "admin", what, "listen on 127.0.0.1 and put a TLS proxy before it", "listen")


def open_host(own: Any) -> str:
    """The host beyond this machine that a connection reaches without protection; "" where there is none."""
    if own is None or getattr(own, "tls", None) is not None:
        return ""
    url = getattr(own, "url", "")
    if url:
        parts = urlsplit(url)
        host = "" if parts.scheme == "https" else parts.hostname or ""
    else:
        host = _host(getattr(own, "listen", "") or getattr(own, "address", "") or "")
    return "" if not host or is_loopback(host) else host


def _host(address: str) -> str:
    return address.rpartition(":")[0].strip("[]") if ":" in address else ""
