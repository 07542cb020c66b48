"""SFTP servers: asyncssh's, in which faults can be planted at an operation, and OpenSSH's sshd where the machine has one.

SSH is encrypted, so the fault proxy cannot see which request it strikes. `Faults` stands where it would stand, and strikes at
the rename by which a file takes effect.
"""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import asyncssh

from isthmus.connectors.sftp import SshServer
from isthmus.testing.fault_proxy import Armed, Cut, Fault, FaultProxy, Hold, Swallow

SSHD = shutil.which("sshd", path="/usr/sbin:/usr/local/sbin:" + os.environ.get("PATH", ""))
PATIENCE_S = 10.0


class Keys:
    """A server's host key and a user's key, as files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.host, self.user = (
            asyncssh.generate_private_key("ssh-ed25519"),
            asyncssh.generate_private_key("ssh-ed25519"),
        )
        for name, key in (("host.key", self.host), ("user.key", self.user)):
            (folder / name).write_bytes(key.export_private_key())
            (folder / name).chmod(0o600)
            (folder / f"{name}.pub").write_bytes(key.export_public_key())

    @property
    def fingerprint(self) -> str:
        return self.host.get_fingerprint()

    def known_hosts(self, port: int, key: asyncssh.SSHKey | None = None) -> str:
        return f"[127.0.0.1]:{port} {(key or self.host).export_public_key().decode()}"

    def server(self, port: int, **changed: Any) -> SshServer:
        """Settings that recognise the server by its fingerprint and log in with the key."""
        given = {"host": "127.0.0.1", "port": port, "user": user(), "key": f"file:{self.folder / 'user.key'}"}
        if not {"known_hosts", "any_host_key"} & changed.keys():
            given["fingerprints"] = (self.fingerprint,)
        return SshServer(**given | changed)


def user() -> str:
    return pwd.getpwuid(os.geteuid()).pw_name


class Faults:
    """A fault proxy whose faults strike at a rename."""

    def __init__(self) -> None:
        self._armed: list[Armed] = []
        self.refuse: list[Exception] = []
        self._proxy: FaultProxy

    async def start(self, port: int) -> None:
        self._proxy = await FaultProxy.start("127.0.0.1", port)
        self.listen, self.close = self._proxy.listen, self._proxy.close

    @property
    def port(self) -> int:
        return self._proxy.port

    @property
    def connections(self) -> int:
        return self._proxy.connections

    def arm(self, fault: Fault, *, when: bytes = b"") -> Armed:
        armed = Armed(fault, when)
        self._armed.append(armed)
        return armed

    def take(self) -> Armed | None:
        armed = self._armed.pop(0) if self._armed else None
        if armed is not None:
            armed.seen.set()
        return armed


class Served(asyncssh.SFTPServer):
    """Serves the machine's own paths. `peer` may plant faults and looks on."""

    peer: ClassVar[AsyncsshServer]

    async def rename(self, oldpath: bytes, newpath: bytes) -> None:
        await self.peer.at_rename(self, lambda: asyncssh.SFTPServer.rename(self, oldpath, newpath))

    async def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> object:
        if pflags & asyncssh.FXF_WRITE and self.peer.faults.refuse:
            raise self.peer.faults.refuse.pop(0)
        return super().open(path, pflags, attrs)

    async def read(self, file_obj: object, offset: int, size: int) -> bytes:
        self.peer.reads.append(offset)
        if self.peer.cut_at is not None and offset >= self.peer.cut_at:
            self.peer.cut_at = None
            self.peer.at_cut()
            self.channel.get_connection().abort()
        return super().read(file_obj, offset, size)


class AsyncsshServer:
    """asyncssh's server: logs in whoever has the key, or the password."""

    password: ClassVar[str] = "right horse"

    def __init__(self, keys: Keys) -> None:
        self.keys = keys
        self.faults = Faults()
        self.logins: list[str] = []
        self.reads: list[int] = []
        self.cut_at: int | None = None
        self.at_cut: Callable[[], object] = lambda: None
        self.before_rename: Callable[[], None] = lambda: None

    async def __aenter__(self) -> AsyncsshServer:
        peer = self

        class Login(asyncssh.SSHServer):
            def begin_auth(self, username: str) -> bool:
                peer.logins.append(username)
                return True

            def password_auth_supported(self) -> bool:
                return True

            def validate_password(self, username: str, password: str) -> bool:
                return password == peer.password

        self._server = await asyncssh.create_server(
            Login,
            "127.0.0.1",
            0,
            server_host_keys=[self.keys.host],
            authorized_client_keys=str(self.keys.folder / "user.key.pub"),
            sftp_factory=type("Served", (Served,), {"peer": self}),
        )
        await self.faults.start(self._server.get_port())
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.faults.close()
        self._server.close()
        await self._server.wait_closed()

    @property
    def port(self) -> int:
        return self.faults.port

    async def at_rename(self, served: Served, rename: Callable[[], object]) -> None:
        self.before_rename()
        armed = self.faults.take()
        match armed.fault if armed else None:
            case Cut():
                rename()
                served.channel.get_connection().abort()
            case Hold():
                # What was sent is carried out, whether or not the client is still there.
                await asyncio.shield(asyncio.ensure_future(self._later(armed, rename)))
            case Swallow():
                armed.done.set()  # type: ignore[union-attr]
                await asyncio.Event().wait()
            case _:
                rename()
        if armed is not None:
            armed.done.set()

    async def _later(self, armed: Any, rename: Callable[[], object]) -> None:
        await armed.wait_until_released(None)
        try:
            rename()
        except (OSError, asyncssh.SFTPError):
            pass
        armed.done.set()


class Sshd:
    """OpenSSH's server on a loopback port, with a configuration and keys of its own, as whoever runs the tests."""

    def __init__(self, keys: Keys) -> None:
        self.keys = keys
        self.port = 0

    async def __aenter__(self) -> Sshd:
        if os.geteuid() == 0:
            os.makedirs("/run/sshd", mode=0o755, exist_ok=True)  # where root's sshd separates its privileges
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        config, log = self.keys.folder / "sshd_config", self.keys.folder / "sshd.log"
        config.write_text(self._config())
        command = [SSHD, "-D", "-f", str(config), "-E", str(log)]
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
        async with asyncio.timeout(PATIENCE_S):
            while not await self._answers():
                assert self._process.poll() is None, log.read_text()
                await asyncio.sleep(0.01)
        return self

    def _config(self) -> str:
        folder = self.keys.folder
        return (
            f"ListenAddress 127.0.0.1:{self.port}\nHostKey {folder / 'host.key'}\nPidFile none\n"
            f"AuthorizedKeysFile {folder / 'user.key.pub'}\nStrictModes no\nPasswordAuthentication no\n"
            "KbdInteractiveAuthentication no\nPermitRootLogin prohibit-password\nUsePAM no\nUseDNS no\n"
            "MaxStartups 100\nSubsystem sftp internal-sftp\nLogLevel ERROR\n"
        )

    async def _answers(self) -> bool:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return False
        writer.close()
        return True

    async def __aexit__(self, *_: object) -> None:
        self._process.terminate()
        await asyncio.to_thread(self._process.wait, PATIENCE_S)
