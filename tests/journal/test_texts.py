"""Texts: stored once, by their hash, and for as long as something that they decided is."""

from __future__ import annotations

import hashlib

import pytest
from box import Box

from isthmus.journal import forget, texts
from isthmus.journal.verify import verify
from isthmus.kernel.errors import Tampered
from isthmus.ports import Text


def text(content: bytes, name: str = "flows/ehr.py", kind: str = "source") -> Text:
    return Text(hashlib.sha256(content).hexdigest()[:12], kind, name, content)


OLD, NEW = text(b"version 1"), text(b"version 2")


def keep(box: Box, *live: Text) -> None:
    box.call(lambda batch: texts.keep(batch, list(live)))


def live(box: Box) -> list[tuple[str, bool]]:
    return [(one.version, not one.until_ns) for one in texts.kept(box.store)]


def test_what_another_set_leaves_out_has_had_its_time_and_may_come_back(box: Box) -> None:
    keep(box, OLD)
    keep(box, NEW)
    assert sorted(live(box)) == sorted([(NEW.version, True), (OLD.version, False)])
    keep(box, OLD)
    assert sorted(live(box)) == sorted([(NEW.version, False), (OLD.version, True)])
    assert box.one("select count(*) from text") == 2
    assert verify(box.store) == []


def test_a_text_is_unreadable_on_the_disk(box: Box) -> None:
    keep(box, text(b"CANARY," * 100, "tables/departments.csv", "table"))
    box.close()
    assert b"CANARY" not in box.path.read_bytes()
    box.open()


def test_a_text_that_was_exchanged_is_noticed(box: Box) -> None:
    keep(box, OLD)
    other = box.store.seal(0, b"t" + OLD.version.encode(), __import__("zlib").compress(b"another"), 1)
    box.store.db.execute("update text set x = ?", (other,))
    with pytest.raises(Tampered, match="is not what its hash says"):
        texts.maybe_text(box.store, OLD.version)
    assert [finding.rule for finding in verify(box.store)] == ["TEXT"]


def test_a_text_is_forgotten_when_nothing_that_it_decided_is_stored_any_more(box: Box) -> None:
    keep(box, OLD)
    box.append(b"decided by the old one")
    box.clock.pass_hours(1)
    keep(box, NEW)
    box.clock.pass_hours(1)
    box.append(b"decided by the new one")
    assert not texts.forget(box.store)
    box.store.db.execute("delete from message where id = 1")
    assert texts.forget(box.store)
    assert live(box) == [(NEW.version, True)]
    assert not texts.forget(box.store)


def test_what_is_live_stays_however_old_it_is(box: Box) -> None:
    keep(box, OLD)
    box.clock.pass_hours(24 * 1000)
    box.append()
    assert not forget.step(box.store, box.clock.now_ns())
    assert live(box) == [(OLD.version, True)]
