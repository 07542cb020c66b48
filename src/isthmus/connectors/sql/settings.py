"""Which database, and how it is reached: the part of the settings that source and sink share."""

from __future__ import annotations

import msgspec

from ...kernel.errors import Misuse
from ...security.transport import Tls, Waiver, split_address


class Reached(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A PostgreSQL by its address or by the folder of its socket, or a SQLite file.

    The words about each setting stand where they are used: in the source's and the sink's settings.
    """

    address: str = ""
    socket: str = ""
    file: str = ""
    database: str = ""
    user: str = ""
    password: str = ""
    tls: Tls | None = None
    plaintext: Waiver | None = None
    connect_s: float = 5.0


def check(reached: Reached, name: str) -> None:
    """Raises `Misuse` unless exactly one database is named, whole."""
    if sum(map(bool, (reached.address, reached.socket, reached.file))) != 1:
        raise Misuse(
            f"{name} needs one database: address (and database, user) or socket for PostgreSQL, or file for SQLite"
        )
    if not reached.file and not (reached.database and reached.user):
        raise Misuse(f"{name} needs the database's name and a user")
    if reached.address:
        split_address(reached.address)
    if reached.tls is not None and reached.tls.server_name:
        raise Misuse(
            f"{name}: with PostgreSQL the certificate's name is the host of the address; tls.server_name cannot be set"
        )


def quoted(identifier: str) -> str:
    """An identifier of hub.toml as SQL takes it literally (SQL:2016 §5.2, delimited identifier)."""
    if not identifier or "\0" in identifier:
        raise Misuse("an empty name is no column or table")
    return '"' + identifier.replace('"', '""') + '"'


def quoted_table(name: str) -> str:
    """TABLE or SCHEMA.TABLE."""
    return ".".join(quoted(part) for part in name.split("."))
