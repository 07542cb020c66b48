"""Texts: the source files and tables behind the versions that decisions record, stored once under the hash of their content.

    keep --> live --another set is kept--> live until then --nothing that it decided is stored any more--> forgotten

A text that comes back (a roll-back) is live again. Which hash belongs to which content is checked whenever one is read.
"""

from __future__ import annotations

import hashlib
import zlib
from typing import NamedTuple

from ..kernel.errors import Tampered
from ..ports import Text
from .batch import Batch
from .store import Store
from .view import View


class Kept(NamedTuple):
    """A stored text without its content. until_ns 0: it is live."""

    version: str
    kind: str
    name: str
    size: int
    since_ns: int
    until_ns: int


def keep(batch: Batch, texts: list[Text]) -> None:
    """These are live from now on, and no others."""
    store, now_ns = batch.store, batch.now_ns
    live = {text.version for text in texts}
    for version, until_ns in store.rows("select version, until_ns from text"):
        if version in live and until_ns:
            store.db.execute("update text set until_ns = 0 where version = ?", (version,))
        elif version not in live and not until_ns:
            store.db.execute("update text set until_ns = ? where version = ?", (now_ns, version))
    for text in texts:
        if store.one("select 1 from text where version = ?", (text.version,)) is None:
            sealed = store.seal(0, _record(text.version), zlib.compress(text.content), now_ns)
            store.db.execute(
                "insert into text (version, kind, name, size, since_ns, until_ns, x) values (?, ?, ?, ?, ?, 0, ?)",
                (text.version, text.kind, text.name, len(text.content), now_ns, sealed),
            )


def maybe_text(view: View, version: str) -> Text | None:
    """What a version stands for; None when it is not stored. Raises `Tampered` when it is not what its hash says."""
    row = view.db.execute("select kind, name, x from text where version = ?", (version,)).fetchone()
    if row is None:
        return None
    content = zlib.decompress(view.unseal(_record(version), row[2]))
    if not hashlib.sha256(content).hexdigest().startswith(version):
        raise Tampered(f"the text of version {version} is not what its hash says")
    return Text(version, row[0], row[1], content)


def kept(view: View) -> list[Kept]:
    """Everything that is stored, by name, the newest first."""
    rows = view.rows(
        "select version, kind, name, size, since_ns, until_ns from text order by name, since_ns desc, id desc"
    )
    return [Kept._make(row) for row in rows]


def forget(store: Store) -> bool:
    """Forget what decided nothing that is still stored; whether there was any.

    A message is received before it is decided, and steps and deliveries leave with their message: what was received after
    a text had its end was not decided by it.
    """
    oldest_ns = store.one("select received_ns from message order by id limit 1")
    old = "until_ns != 0 and until_ns < ?"
    if oldest_ns is None or store.one(f"select 1 from text where {old}", (oldest_ns,)) is None:
        return False
    store.db.execute(f"delete from text where {old}", (oldest_ns,))
    return True


def _record(version: str) -> bytes:
    return b"t" + version.encode()
