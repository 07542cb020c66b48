"""What an administrator declares about a Tryton."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

import msgspec


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One company's books in one Tryton database.

    url                scheme, host and port; https, unless the host is this machine or `plaintext_waiver` says who
                       answers for it
    key                where the application's key is found (`env:NAME`, `file:/path`), never the key itself
    company            the code of the company's party: an entry for another company is refused
    timeout_s          for one request; an entry with 200 lines takes 1.2 s on a small server
    """

    url: str
    database: str
    key: str
    company: str
    timeout_s: float = 30.0
    connect_timeout_s: float = 5.0
    plaintext_waiver: str = ""

    def __post_init__(self) -> None:
        address = urlsplit(self.url)
        if address.scheme not in ("http", "https") or not address.hostname:
            raise ValueError("`url` must begin with https:// (or http:// on this machine) and name a host")
        if address.scheme == "http" and not (self.plaintext_waiver or _this_machine(address.hostname)):
            raise ValueError(
                "`url` is plaintext beyond this machine: use https, or say in `plaintext_waiver` who waives it"
            )
        if self.timeout_s <= 0 or self.connect_timeout_s <= 0:
            raise ValueError("`timeout_s` and `connect_timeout_s` must be greater than zero")


def _this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
