"""How a connector's connections are protected: TLS files, and the named waiver without which nothing leaves in plaintext.

Invariants
 1. Plaintext goes beyond this machine only under a `Waiver` that names who answers for it, and not after its last day.
 2. A client always verifies the server's certificate and name. A server with `ca` always asks for the client's.
 3. TLS 1.2 or newer (RFC 8996 withdrew what came before; NIST SP 800-52 r2 §3.1).
It opens no connection and resolves no name: a host name other than "localhost" counts as beyond this machine.
"""

from __future__ import annotations

import contextlib
import ipaddress
import ssl
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec

from ..kernel.errors import Misuse


class Waiver(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An exception from a safe default, accepted by a named person.

    owner   who answers for it
    until   its last day (YYYY-MM-DD, UTC)
    reason  why it is needed
    """

    owner: str
    until: date
    reason: str

    @property
    def ended(self) -> bool:
        return datetime.now(UTC).date() > self.until


class Tls(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Files in PEM, relative to the hub's folder.

    certificate, key   this side's own; a client needs them for mutual TLS only
    ca                 whom the other side's certificate must come from; a server that has it demands one (mutual TLS)
    server_name        the name that a client expects in the certificate, where it is not the host of the address
    """

    certificate: str = ""
    key: str = ""
    ca: str = ""
    server_name: str = ""


def split_address(text: str) -> tuple[str, int]:
    """("127.0.0.1", 6661) of "127.0.0.1:6661", ("::1", 6661) of "[::1]:6661". Raises `Misuse`."""
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65535:
        raise Misuse(f"{text!r} is no address: write HOST:PORT")
    return host.strip("[]"), int(port)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine for certain."""
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"


def require_protection(host: str, protected: bool, waiver: Waiver | None, name: str) -> None:
    """Raises `Misuse` for plaintext beyond this machine that nobody answers for (any more)."""
    if protected or is_loopback(host):
        return
    if waiver is None:
        raise Misuse(
            f"{name} would carry patient data in plaintext to or from {host}: use TLS (a tls table, or an https address), or a waiver: "
            'plaintext = { owner = "...", until = "YYYY-MM-DD", reason = "..." }'
        )
    if waiver.ended:
        raise Misuse(f"the plaintext waiver of {name} ended on {waiver.until}: renew it, or use TLS")


def server_tls(tls: Tls, folder: Path) -> ssl.SSLContext:
    """The context of a listening side. Raises `Misuse` without a certificate or for files that cannot be used."""
    if not tls.certificate:
        raise Misuse("a listening side needs tls.certificate and tls.key")
    context = _context(ssl.PROTOCOL_TLS_SERVER, tls, folder)
    if tls.ca:
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def client_tls(tls: Tls, folder: Path) -> ssl.SSLContext:
    """The context of a calling side; without `ca` the system's authorities are trusted. Raises `Misuse`."""
    context = _context(ssl.PROTOCOL_TLS_CLIENT, tls, folder)  # verifies certificate and name from the start
    if not tls.ca:
        context.load_default_certs(ssl.Purpose.SERVER_AUTH)
    return context


def _context(protocol: ssl._SSLMethod, tls: Tls, folder: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(protocol)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if tls.ca:
        _use("ca", tls.ca, lambda: context.load_verify_locations(folder / tls.ca))
    if tls.certificate:
        key = folder / tls.key if tls.key else None
        _use(
            "certificate", tls.certificate, lambda: context.load_cert_chain(folder / tls.certificate, key, _no_password)
        )
    return context


def _use(field: str, name: str, load: Callable[[], object]) -> None:
    try:
        load()
    except FileNotFoundError:
        raise Misuse(f"tls.{field}: {name}, or the key that belongs to it, is not there") from None
    except (OSError, ssl.SSLError) as error:
        reason = getattr(error, "reason", None) or error.strerror or type(error).__name__
        raise Misuse(f"tls.{field}: {name} cannot be used: {reason}") from None
    except ValueError:
        raise Misuse(
            f"tls.{field}: {name} has an encrypted key: give one without a password, readable by the hub only"
        ) from None


def _no_password() -> str:
    """A hub starts without anybody at a terminal: OpenSSL must not ask."""
    raise ValueError
