"""Rotation of the hub key: which file holds which key while the journal changes from one to the other.

    in place (no other reference is given; hub.toml names a file)
      1  the new key is made in hub.key.next                       durable before it is needed
      2  every data key is wrapped with it, audited                one transaction
      3  hub.key is kept as hub.key.until-TIME; hub.key.next becomes hub.key

    to another reference
      1  the new key stands behind it; a file that is not there is made
      2  as above
      3  the person puts the reference into hub.toml

Invariant: at every moment one of the files opens the journal. A rotation that was broken off is finished by asking for it
again: after 2 the new key opens the journal and the old one does not, so only 3 is left to do.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

import apsw

from ..journal.rewrap import rotate
from ..journal.search import open_read
from ..journal.store import Store
from ..kernel.clock import Clock, iso
from ..kernel.errors import Misuse, Tampered
from ..security import SecretStore, Vault
from ..security.vault import new_hub_key
from .hub import NEXT_KEY
from .settings import JOURNAL_FILE, Settings


class Rotated(NamedTuple):
    """keys: how many were (or would be) wrapped; kept: the file of the old key, "" where it stays where it was; mention:
    the reference that hub.toml has to name, "" where it names it already."""

    keys: int
    kept: str = ""
    mention: str = ""


def rotate_key(settings: Settings, to: str, *, clock: Clock, actor: str, reason: str, dry_run: bool = False) -> Rotated:
    """Wrap the journal with the key behind `to`, or with a fresh one in the place of the present one ("").

    Raises `Misuse` when a hub runs, when there is no journal, and for a reference that leads nowhere; `Tampered` when
    neither key opens the journal.
    """
    in_place = not to or to == settings.hub.key
    path = file_of(settings, settings.hub.key) if in_place else maybe_file_of(settings, to)
    if in_place:
        to = f"{settings.hub.key}{NEXT_KEY}"
        path = path.with_name(path.name + NEXT_KEY) if path else None
    if dry_run:
        return Rotated(keys_of(settings), mention="" if in_place else to)
    if path is not None and not path.exists():
        keys_of(settings)  # there is a journal, and the present key opens it: else none is made
        write_private(path, new_hub_key() + "\n")
    keys = _rewrapped(settings, to, clock, actor, reason)
    if not in_place:
        return Rotated(keys, mention=to)
    return Rotated(keys, kept=_take_its_place(settings, clock))


def keys_of(settings: Settings) -> int:
    """How many data keys the present key opens. Raises `Misuse`, `Tampered`."""
    reader = open_read(settings.data / JOURNAL_FILE, Vault(SecretStore(settings.folder).get(settings.hub.key)))
    try:
        return int(reader.one("select count(*) from data_key where length(wrapped) > 0"))
    finally:
        reader.close()


def _rewrapped(settings: Settings, to: str, clock: Clock, actor: str, reason: str) -> int:
    """Step 2, unless it was done before. How many keys were wrapped."""
    secrets = SecretStore(settings.folder)
    journal = settings.data / JOURNAL_FILE
    if not journal.exists():
        raise Misuse(f"there is no journal in {settings.data}: has the hub run here?")
    new, now_ns = Vault(secrets.get(to)), clock.now_ns()
    try:
        old = Vault(secrets.get(settings.hub.key))
        store = Store(journal, old, now_ns)
    except Tampered:
        Store(journal, new, now_ns).close()  # it was wrapped with the new key already
        return 0
    try:
        return rotate(store, old, new, now_ns, actor, reason)
    except apsw.Error as error:
        raise Misuse(f"the journal could not be written ({type(error).__name__}): nothing was changed") from None
    finally:
        store.close()


def _take_its_place(settings: Settings, clock: Clock) -> str:
    """Step 3 in place; where the old key is kept."""
    path = file_of(settings, settings.hub.key)
    at = iso(clock.now_ns()).translate({ord("-"): None, ord(":"): None})[:15]
    kept = path.with_name(f"{path.name}.until-{at}Z")
    write_private(kept, path.read_text())
    os.replace(path.with_name(path.name + NEXT_KEY), path)
    sync_folder(path.parent)
    return str(kept)


def file_of(settings: Settings, reference: str) -> Path:
    """The file that a reference names. Raises `Misuse` when it names none."""
    path = maybe_file_of(settings, reference)
    if path is None:
        raise Misuse(
            f"{reference} is no file, so no fresh key can be put there: make one, say where it is with --to, and then put "
            "that reference into hub.toml"
        )
    return path


def maybe_file_of(settings: Settings, reference: str) -> Path | None:
    scheme, _, name = reference.partition(":")
    return settings.folder / name if scheme == "file" else None


def write_private(path: Path, text: str) -> None:
    """A file that its owner alone can read: there whole and durable, or not there. Raises `Misuse`."""
    beside = path.with_name(path.name + ".new")
    try:
        with open(os.open(beside, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
        sync_folder(path.parent)
    except OSError as error:
        raise Misuse(f"the key {path} cannot be written: {error.strerror}") from None


def sync_folder(folder: Path) -> None:
    """Make a new name in a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
