"""What an administrator declares about a Tryton."""

from __future__ import annotations

import ssl
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from ...kernel import Misuse
from ...security.transport import Waiver, require_protection


class SinkSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One company's books in one Tryton database.

    url         scheme, host and port: "https://erp.example:8000"; plain http on this machine only, or with a waiver
    database    the name of the database
    key         where the application's key is found (`env:NAME`, `file:/path`), never the key itself
    company     the code of the company's party: an entry for another company is refused
    ca          a file with the certificates that vouch for the server, where the system's do not
    connect_s   for the connection alone, TLS included
    request_s   for one request, a third of what an attempt may take; 200 lines take 1.2 s on a small server
    """

    url: str
    database: str
    key: str
    company: str
    ca: str = ""
    plaintext: Waiver | None = None
    request_s: float = 10.0
    connect_s: float = 5.0


class SourceSettings(SinkSettings, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The master data of one company in one Tryton database.

    url           scheme, host and port, as for the destination
    database      the name of the database
    key           where the application's key is found (`env:NAME`, `file:/path`), never the key itself
    company       the code of the company's party
    ca            a file with the certificates that vouch for the server, where the system's do not
    connect_s     for the connection alone, TLS included
    request_s     for one request: a thousand records take about 0.3 s
    poll_s        how often everything is read
    accounts      the table that gets the accounts; "": they are not read
    cost_centres  the table that gets the cost centres; "": they are not read
    """

    poll_s: float = 300.0
    accounts: str = "accounts"
    cost_centres: str = "cost-centres"


def transport(settings: SinkSettings, name: str, folder: Path) -> ssl.SSLContext | bool:
    """How to protect the connection: TLS 1.2 or newer with the server's certificate checked.

    Raises `Misuse` for an address that is none, and for plaintext beyond this machine that nobody answers for.
    """
    address = urlsplit(settings.url)
    if address.scheme not in ("http", "https") or not address.hostname:
        raise Misuse(f"`url` of {name} is no address: write https://HOST:PORT")
    if address.scheme == "http":
        require_protection(address.hostname, False, settings.plaintext, name)
        return False
    try:
        context = ssl.create_default_context(cafile=str(folder / settings.ca) if settings.ca else None)
    except (OSError, ssl.SSLError) as error:
        raise Misuse(f"`ca` of {name} cannot be used: {error.strerror or type(error).__name__}") from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
