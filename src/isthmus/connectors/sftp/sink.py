"""Puts files into a folder of an SFTP server.

    lstat NAME ──there──> read, compare ──equal──> already there
        │                               └─other──> Conflict
        └─absent──> write .NAME.TAG.tmp, fsync where the server can ──> rename, which must not replace ──> delivered

Invariants
 1. The reader sees a whole file or none, and nothing is overwritten or appended to.
 2. Each attempt writes a temporary name of its own: what an attempt that was given up still does at the server touches
    no other's bytes, and its rename fails because the name is taken (link and unlink in OpenSSH; version 3 demands it:
    draft-ietf-secsh-filexfer-02 §6.5). A server whose rename replaces would put equal content over equal content.
 3. A temporary file that a lost connection left is removed by the next delivery. A crash of the hub may leave one.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from ...kernel.errors import Conflict, Misuse, Unavailable
from ...ports import Context, Delivery, Outcome
from .._file_transfer import check_template, file_name
from .connection import Session, SshServer, check, closed, connect, faults_of, opened, read

if TYPE_CHECKING:
    import asyncssh

LEFT_MAX = 100
"""Temporary names that are remembered for removal: a server that fails more often has other worries."""


class SinkSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """path: the folder on the server; it must be there.

    name  of a file: {digest} stands for a hash of the business key, {key} for the key itself, {file_name} for the header
          of that name, which the flow gives. Names are seen by many: use {key} only where it identifies no patient.
    mode  rights of the file, octal ("0640"); none given: as the server does it
    """

    server: SshServer
    path: str
    name: str = "{digest}.msg"
    mode: str = ""


class SftpSink:
    """One connection to one folder."""

    def __init__(self, settings: SinkSettings, context: Context) -> None:
        check(settings.server, context.name)
        check_template(settings.name, context.name)
        try:
            self._mode = int(settings.mode, 8) if settings.mode else None
        except ValueError:
            raise Misuse(f'{context.name}: mode is written in octal ("0640")') from None
        self._settings = settings
        self._context = context
        self._session: Session | None = None
        self._left: list[str] = []

    async def open(self) -> None:
        """Connect, and see that the folder is there. Raises `Unavailable`, and `Misuse` for secrets that are of no use."""
        await self.close()
        session = await connect(self._settings.server, self._context)
        try:
            with faults_of(self._context.name, "find the folder"):
                await session.files.stat(self._settings.path)
        except BaseException:
            await closed(session)
            raise
        self._session = session

    async def close(self) -> None:
        """Release. Safe before `open` and twice."""
        session, self._session = self._session, None
        await closed(session)

    async def deliver(self, delivery: Delivery) -> Outcome:
        """Put a file of the delivery's name and content into the folder, unless it is there.

        Raises `Conflict` for a file of that name with other content, `Unavailable` when the server or its folder cannot
        take any.
        """
        name = file_name(self._settings.name, delivery.key, delivery.headers)
        if self._session is None or self._session.lost:
            await self.open()
        assert self._session is not None
        try:
            already_there = await self._put(self._session.files, name, delivery.body)
            await self._sweep(self._session.files)
        except Conflict:
            await self._sweep(self._session.files)
            raise
        except BaseException:
            await self.close()  # also when it was cancelled: nothing more is done on this connection
            raise
        return Outcome(already_there=already_there, reference=name)

    async def _put(self, files: asyncssh.SFTPClient, name: str, body: bytes) -> bool:
        """Whether the file was there before."""
        if await self._holds(files, name, body):
            return True
        unfinished = f".{name}.{os.urandom(4).hex()}.tmp"
        self._left = [*self._left[-LEFT_MAX:], unfinished]
        await self._write(files, self._at(unfinished), body)
        if not await self._renamed(files, unfinished, name):
            # Another attempt of this delivery came first, or somebody else with other content.
            if await self._holds(files, name, body):
                return True
            raise Unavailable(f"the server of {self._context.name} could not rename a file to its name")
        self._left.remove(unfinished)
        return False

    async def _holds(self, files: asyncssh.SFTPClient, name: str, body: bytes) -> bool:
        """Whether the server has the file. Raises `Conflict` for other content."""
        import asyncssh

        with faults_of(self._context.name, "look for a file"):
            try:
                found = await files.lstat(self._at(name))
            except (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath):
                return False
            if found.size == len(body):
                async with opened(files, self._at(name), "rb") as file:
                    if await read(file, len(body) + 1) == body:
                        return True
        raise Conflict(
            "a file of this name with other content is there",
            suggestion="compare both, then remove one of them: send this delivery again, or discard it",
        )

    async def _write(self, files: asyncssh.SFTPClient, path: str, body: bytes) -> None:
        import asyncssh

        with faults_of(self._context.name, "write a file"):
            async with opened(files, path, "xb", self._mode) as file:
                await file.write(body)
                with suppress(asyncssh.SFTPOpUnsupported):
                    await file.fsync()

    async def _renamed(self, files: asyncssh.SFTPClient, unfinished: str, name: str) -> bool:
        import asyncssh

        with faults_of(self._context.name, "rename a file"):
            try:
                await files.rename(self._at(unfinished), self._at(name))
            except (asyncssh.SFTPFailure, asyncssh.SFTPFileAlreadyExists):
                return False
        return True

    async def _sweep(self, files: asyncssh.SFTPClient) -> None:
        """Remove what earlier attempts left. What cannot be removed fails no delivery."""
        import asyncssh

        left, self._left = self._left, []
        with faults_of(self._context.name, "remove a file"):
            for unfinished in left:
                with suppress(asyncssh.SFTPNoSuchFile, asyncssh.SFTPFailure, asyncssh.SFTPPermissionDenied):
                    await files.remove(self._at(unfinished))

    def _at(self, name: str) -> str:
        return f"{self._settings.path.rstrip('/')}/{name}"


def sink(settings: SinkSettings, context: Context) -> SftpSink:
    return SftpSink(settings, context)
