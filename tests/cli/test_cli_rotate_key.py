"""`isthmus rotate-key`, as a person gives it."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.process


def test_a_stopped_hub_gets_a_new_key_and_starts_with_it(isthmus, hub, start):
    process = start(hub)
    assert isthmus("send", hub / "samples" / "adt_a01.hl7", process.address).code == 0
    refused = isthmus("rotate-key", "--reason", "yearly", "--hub", hub)
    assert (refused.code, "stop it first" in refused.err) == (3, True)
    assert isthmus("rotate-key", "--dry-run", "--hub", hub, "--json").json["keys"] > 1
    process.stop()
    assert isthmus("rotate-key", "--hub", hub).code == 2  # no reason
    said = isthmus("rotate-key", "--reason", "yearly", "--hub", hub)
    assert (said.code, "keep it with the back-ups" in said.out) == (0, True)
    assert isthmus("verify", "--hub", hub).code == 0
    assert start(hub).running


def test_the_words_name_what_is_left_to_do(isthmus, hub, start):
    process = start(hub)
    assert process.running
    process.stop()
    said = isthmus("rotate-key", "--to", "file:second.key", "--reason", "yearly", "--hub", hub)
    assert '[hub] key = "file:second.key"' in said.out
