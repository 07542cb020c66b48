"""MFN that nobody on this project wrote, and MFN that nobody would write: a mapping either reads them or says why not."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hl7_samples import SITE, message
from hypothesis import given
from hypothesis import strategies as st

from isthmus.kernel import Message
from isthmus.mappings import MappingError, Site, mfn
from isthmus.mappings.mfn.notification import RECORD_EVENTS
from isthmus.protocols import hl7v2

CORPUS = Path(os.environ.get("ISTHMUS_CORPUS") or Path(__file__).parents[3] / "shared" / "corpus") / "hl7v2"
MASTERS = (mfn.STAFF, mfn.CHARGES, mfn.LOCATIONS, mfn.INVENTORY, mfn.ITEMS)

text = st.text(st.sampled_from('AY1|^&~.-"2026 \\'), max_size=24)
segment = st.builds(
    lambda name, event, rest: f"{name}|{event}|{rest}",
    st.sampled_from(["MFE", "MFE", "CDM", "PRC", "STF", "PRA", "LOC", "LDP", "IIM", "ITM", "VND", "PKG", "IVT", "NTE"]),
    st.sampled_from(["", *RECORD_EVENTS]),
    text,
)


@given(st.lists(segment, max_size=12), st.sampled_from(["REP", "UPD", ""]), st.sampled_from(MASTERS))
def test_whatever_an_mfn_holds_a_mapping_reads_it_or_says_why_not(segments, event, master):
    notified = message(f"MFI|X||{event}|||AL", *segments, type="MFN^M04")
    try:
        found = mfn.read(notified, master, SITE)
    except MappingError:
        return
    answer = mfn.acknowledgement(notified.content, found.refused, at=datetime(2026, 1, 1, tzinfo=UTC), control_id="1")
    assert answer is not None
    assert len(hl7v2.parse(answer).segments("MFA")) == len(notified.content.segments("MFE"))
    assert {record.place for record in found.change.records}.isdisjoint(f"MFE({one.number})" for one in found.refused)


@given(st.lists(segment, max_size=12))
def test_whatever_packages_an_mfn_holds_they_are_read_or_refused(segments):
    notified = message("MFI|X||UPD|||AL", *segments, type="MFN^M16")
    for read in (mfn.unit_conversions, mfn.contract_prices):
        try:
            list(read(notified, SITE))
        except MappingError:
            continue


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the sample corpus is not beside the repository (set ISTHMUS_CORPUS)")
def test_staff_messages_of_others_are_staff():
    names = []
    for file in sorted(CORPUS.rglob("*")):
        for raw in hl7v2.split_batch(file.read_bytes()).messages if file.is_file() else ():
            if b"|MFN^M02" in raw[:200]:
                content = hl7v2.parse(raw)
                site = Site(zones={content["MSH-4.1"]: ZoneInfo("UTC")})
                (change,) = mfn.changes(Message(1, "x", 0, raw, content), mfn.STAFF, site)
                names += [(record.cells["staff"], record.cells["family_name"]) for record in change.records]
    assert sorted(names) == [("15101", "DU JARDIN"), ("testy", "Aaron")]
