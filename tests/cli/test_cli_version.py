"""`isthmus version`: the source that decided a message."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.process


def test_the_source_behind_a_message_is_printed_and_written(isthmus, hub, start, tmp_path):
    source = (hub / "flows" / "example.py").read_text()
    process = start(hub)
    assert isthmus("send", hub / "samples" / "adt_a01.hl7", process.address).code == 0
    process.stop()
    version = isthmus("show", 1, "--hub", hub, "--json").json["version"]
    (hub / "flows" / "example.py").write_text("# gone\n" + source)
    assert isthmus("version", version, "--hub", hub).out == source
    out = tmp_path / "then"
    assert isthmus("version", version, "--out", out, "--hub", hub).code == 0
    assert (out / "flows" / "example.py").read_text() == source
    assert isthmus("version", version, "--out", out, "--hub", hub).code == 2  # never overwrites
    listed = isthmus("version", "--hub", hub, "--json").json["texts"]
    assert [(one["name"], one["kind"], one["until"]) for one in listed] == [("flows/example.py", "source", "")]
    assert "flows/example.py" in isthmus("version", "--hub", hub).out
    assert isthmus("version", "x@0", "--hub", hub).code == 2
