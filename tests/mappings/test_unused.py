"""The account of what was not used, over hand-made messages and a whole day of the simulated EHR."""

import os
import re
from collections import Counter
from pathlib import Path

import pytest
from hl7_samples import FT1, SITE, adt, changed, dft

from isthmus.kernel import Message
from isthmus.mappings import MappingError, unused
from isthmus.mappings import adt as adt_mapping
from isthmus.mappings.dft import charges
from isthmus.model import ChargePosted
from isthmus.protocols import hl7v2
from isthmus.sandbox.ehr.day import plan_day

CORPUS = Path(os.environ.get("ISTHMUS_CORPUS", Path(__file__).parents[3] / "shared" / "corpus")) / "hl7v2"


def events(message):
    """What the mappings make of a message of any type."""
    type = message.content.type
    if type == "DFT^P03":
        return list(charges(message, SITE))
    if type == "ADT^A40":
        return list(adt_mapping.patients_merged(message, SITE))
    return [adt_mapping.EVENTS[type](message, SITE)]


def test_fields_that_no_event_was_made_from_are_listed_in_order():
    one = adt("ADT^A01")
    assert unused(one.content, events(one)) == [
        "EVN-2", "PID-3[1].1", "PID-3[1].4", "PID-3[1].5", "PID-18.4", "PID-18.5", "PV1-3.2", "PV1-3.3", "PV1-19.4",
        "PV1-36", "PV1-45",
    ]  # fmt: skip


def test_a_field_added_by_the_source_shows_up_under_the_segment_it_stands_in():
    one = dft(FT1, changed(FT1, f2="T2", f26="RT~LT"))
    assert unused(one.content, events(one))[-2:] == ["FT1(2)-26[1]", "FT1(2)-26[2]"]


def test_what_was_used_and_what_was_not_make_up_the_whole_message():
    one = dft(FT1)
    everything = unused(one.content, [])
    assert set(unused(one.content, events(one))) < set(everything)
    assert "FT1-11.1.1" in everything
    assert "FT1-11.1.1" not in unused(one.content, events(one))


def test_a_whole_day_of_the_ehr_maps_without_an_error_and_adds_up_to_its_register():
    day = plan_day(seed=7)
    totals, seen = Counter(), set()
    for sending in day.sendings:
        if sending.well_formed:
            message = Message(sending.number, "ehr", 0, sending.raw, hl7v2.parse(sending.raw))
            for event in events(message):
                if isinstance(event, ChargePosted) and event.revenue and event.key not in seen:
                    seen.add(event.key)
                    totals[event.facility, event.department] += event.revenue
    assert totals == {key: entry.total for key, entry in day.books.entries.items()}


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the sample corpus is not beside the repository")
def test_messages_that_nobody_here_wrote_map_or_are_refused_with_a_place():
    outcomes = Counter()
    for path in sorted(path for path in CORPUS.rglob("*") if path.is_file()):
        try:
            content = hl7v2.parse(path.read_bytes())
        except hl7v2.ParseError:
            continue
        if content.type in {*adt_mapping.EVENTS, "ADT^A40", "DFT^P03"}:
            content["MSH-4"], message = "MAIN", Message(1, "corpus", 0, b"", content)
            try:
                outcomes["mapped"] += all(event.provenance for event in events(message))
            except MappingError as error:
                outcomes["refused" if re.match(r"(PID|PV1|MRG|FT1|EVN|MSH)\b", str(error)) else "without a place"] += 1
    assert outcomes["without a place"] == 0
    assert outcomes["mapped"] > 20
    assert sum(outcomes.values()) > 100
