"""A connection to an SFTP server whose host key was verified.

Invariants
 1. No byte of ours goes to a server whose key is neither in `known_hosts` nor among `fingerprints` (RFC 4251 §4.1), unless a
    named person answers for it until a day. The files of whoever runs the hub (~/.ssh, an agent) play no part.
 2. Settings and secrets are read when the connection is made: what was put right counts at the next try.
 3. The server's own words reach no error's text: they may repeat the name of a file.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import TYPE_CHECKING, Any

import msgspec

from ...kernel.errors import IsthmusError, Misuse, Permanent, Unavailable
from ...ports import Context
from ...security.transport import Waiver

if TYPE_CHECKING:
    import asyncssh

KEEP_ALIVE_S = 20
"""How often a silent server is asked whether it is there; three times in vain, and the connection is given up."""


class SshServer(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The server, how it is recognised, and who we are to it.

    host, port    where it is
    user          our name there
    password      the reference of the password
    key           the reference of our private key (`file:bank.key`), in OpenSSH's format or PEM
    passphrase    the reference of the key's passphrase
    known_hosts   a file in OpenSSH's format with the server's host key, relative to the hub's folder
    fingerprints  or the host key's fingerprints ("SHA256:..."), any of which is taken (rotation)
    any_host_key  who answers for not verifying the server at all
    connect_s     for connecting and logging in
    """

    host: str
    user: str
    port: int = 22
    password: str = ""
    key: str = ""
    passphrase: str = ""
    known_hosts: str = ""
    fingerprints: tuple[str, ...] = ()
    any_host_key: Waiver | None = None
    connect_s: float = 10.0


def check(server: SshServer, name: str) -> None:
    """Raises `Misuse` for a server that cannot be recognised, or that we cannot log in to."""
    ways = (server.known_hosts, server.fingerprints, server.any_host_key)
    if sum(map(bool, ways)) != 1:
        raise Misuse(
            f"{name} needs one way to recognise its server: known_hosts (a file; `ssh-keyscan` makes one, which somebody "
            "compares with what the server's owner says), fingerprints, or the waiver "
            'any_host_key = { owner = "...", until = "YYYY-MM-DD", reason = "..." }'
        )
    if any(not one.startswith("SHA256:") for one in server.fingerprints):
        raise Misuse(f'{name}: a fingerprint is written "SHA256:..." (`ssh-keygen -lf KEY.pub` shows it)')
    if not (server.password or server.key):
        raise Misuse(f"{name} needs a password or a key, as a reference")


class Session:
    """One SFTP session on a connection of its own."""

    def __init__(self, connection: asyncssh.SSHClientConnection, files: asyncssh.SFTPClient) -> None:
        self._connection = connection
        self.files = files

    @property
    def lost(self) -> bool:
        return bool(self._connection.is_closed())

    async def close(self) -> None:
        """Drop it, whatever is under way on it."""
        self._connection.abort()
        await self._connection.wait_closed()


async def connect(server: SshServer, context: Context) -> Session:
    """Raises `Unavailable`, and `Misuse` for settings, secrets and waivers that are of no use (any more)."""
    import asyncssh

    asyncssh.set_log_level(logging.CRITICAL)  # its lines name files
    check(server, context.name)
    options, recognising = _options(server, context), _Recognising(server, context.name)
    connection: asyncssh.SSHClientConnection | None = None
    try:
        async with asyncio.timeout(server.connect_s):
            connection, _ = await asyncssh.create_connection(
                lambda: recognising.client(), server.host, server.port, **options
            )
            files = await connection.start_sftp_client(path_errors="surrogateescape")
            return Session(connection, files)
    except BaseException as error:
        if connection is not None:
            connection.abort()
        raise _connect_fault(error, server, recognising.seen) from None


def _options(server: SshServer, context: Context) -> dict[str, Any]:
    import asyncssh

    key = None
    if server.key:
        text = context.secrets.get(server.key)
        passphrase = context.secrets.get(server.passphrase) if server.passphrase else None
        try:
            key = asyncssh.import_private_key(text + "\n", passphrase)
        except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError):
            raise Misuse(
                f"{context.name}: {server.key} holds no private key that can be read with this passphrase"
            ) from None
    return {
        "username": server.user,
        "password": context.secrets.get(server.password) if server.password else None,
        "client_keys": [key] if key else None,
        "known_hosts": _trusted(server, context),
        "agent_path": None,
        "config": None,
        "gss_host": None,
        "keepalive_interval": KEEP_ALIVE_S,
        "encoding": None,
    }


def _trusted(server: SshServer, context: Context) -> Any:
    """What asyncssh compares the host key with; None: with nothing.

    Never something empty: then asyncssh would take the file of whoever runs the hub.
    """
    import asyncssh

    if server.any_host_key is not None:
        if server.any_host_key.ended:
            raise Misuse(f"the any_host_key waiver of {context.name} ended on {server.any_host_key.until}")
        return None
    if server.fingerprints:
        return _nobody
    try:
        return asyncssh.import_known_hosts((context.folder / server.known_hosts).read_text())
    except OSError as error:
        raise Misuse(f"known_hosts of {context.name} cannot be read: {error.strerror}") from None
    except ValueError:
        raise Misuse(f"known_hosts of {context.name} is no file of host keys in OpenSSH's format") from None


def _nobody(host: str, address: str, port: int | None) -> tuple[list[str], list[str], list[str]]:
    return [], [], []


class _Recognising:
    """Compares the host key with fingerprints; `seen`: the one that the server showed."""

    def __init__(self, server: SshServer, name: str) -> None:
        self._wanted = server.fingerprints
        self.seen = ""

    def client(self) -> asyncssh.SSHClient:
        import asyncssh

        recognising = self

        class Client(asyncssh.SSHClient):
            def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
                recognising.seen = key.get_fingerprint()
                return recognising.seen in recognising._wanted

        return Client()


def _connect_fault(error: BaseException, server: SshServer, seen: str) -> BaseException:
    """What a failed connection means; anything that is no fault of it (a cancellation) as it is."""
    import asyncssh

    where = f"{server.host}:{server.port}"
    if isinstance(error, TimeoutError):
        return Unavailable(f"no SFTP session with {where} within {server.connect_s:g} s")
    if isinstance(error, asyncssh.HostKeyNotVerifiable):
        shown = f" ({seen})" if seen else ""
        return Unavailable(
            f"the host key of {where}{shown} is not the one that is declared: ask the server's owner whether it has changed"
        )
    if isinstance(error, asyncssh.PermissionDenied):
        return Unavailable(f"{where} refused the login of {server.user}: see its key or password")
    if isinstance(error, asyncssh.Error):
        return Unavailable(f"no SFTP session with {where} ({type(error).__name__})")
    if isinstance(error, OSError):
        return Unavailable(f"cannot connect to {where}: {error.strerror or 'refused'}")
    return error


@contextmanager
def faults_of(name: str, what: str) -> Iterator[None]:
    """Within: errors of the library become our own. `what` was being done, in words that name no file.

    In version 3 of the protocol nearly everything is "failure": a full disk, a quota, a right that is missing. All that
    belongs to the place, so it is `Unavailable`; only a name that cannot be is the delivery's.
    """
    import asyncssh

    try:
        yield
    except asyncssh.SFTPInvalidFilename:
        raise Permanent(f"{name}: no file of this name can be written") from None
    except asyncssh.SFTPError as error:
        raise Unavailable(f"the server of {name} could not {what} ({type(error).__name__})") from None
    except asyncssh.Error as error:
        raise Unavailable(f"the connection of {name} was lost ({type(error).__name__})") from None
    except OSError as error:
        raise Unavailable(f"the connection of {name} was lost: {error.strerror or type(error).__name__}") from None


@asynccontextmanager
async def opened(
    files: asyncssh.SFTPClient, path: str, mode: str, permissions: int | None = None
) -> AsyncIterator[asyncssh.SFTPClientFile]:
    """A file on the server. When time is up it is not closed: that would wait for an answer that may never come."""
    import asyncssh

    file = await files.open(path, mode, asyncssh.SFTPAttrs(permissions=permissions))
    try:
        yield file
    except asyncio.CancelledError:
        raise
    except BaseException:
        with suppress(asyncssh.Error):
            await file.close()
        raise
    await file.close()


async def read(file: asyncssh.SFTPClientFile, size: int, offset: int = 0) -> bytes:
    """At most `size` bytes from an offset; fewer at the end of the file."""
    piece: Any = await file.read(size, offset)
    return bytes(piece)


async def closed(session: Session | None) -> None:
    """Drop a session, if there is one. Never raises."""
    if session is not None:
        with suppress(IsthmusError, OSError):
            await session.close()
