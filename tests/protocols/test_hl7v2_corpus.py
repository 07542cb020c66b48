"""Sample messages that nobody on this project wrote (../shared/corpus, or ISTHMUS_CORPUS), when they are there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from isthmus.protocols import hl7v2, mllp

CORPUS = Path(os.environ.get("ISTHMUS_CORPUS") or Path(__file__).parents[3] / "shared" / "corpus") / "hl7v2"
if not CORPUS.is_dir():
    pytest.skip("the sample corpus is not beside the repository (set ISTHMUS_CORPUS)", allow_module_level=True)
FILES = {file: file.read_bytes() for file in sorted(CORPUS.rglob("*")) if file.is_file()}


def messages() -> Iterator[bytes]:
    for data in FILES.values():
        yield from hl7v2.split_batch(data)


def test_every_file_is_one_message_or_is_taken_apart_into_messages() -> None:
    for file, data in FILES.items():
        try:
            assert bytes(hl7v2.parse(data)) == data, file.name
        except hl7v2.ParseError:
            batch = hl7v2.split_batch(data)
            assert len(batch) != 1 or batch.header, file.name


def test_every_message_is_given_back_as_it_was_also_after_all_of_it_was_read() -> None:
    count = 0
    for data in messages():
        message = hl7v2.parse(data)
        assert message.tree()
        assert bytes(message) == data
        message._rows.edited = True
        assert bytes(message) == data
        count += 1
    assert count >= len(FILES) - 2


def test_every_message_comes_through_frames_however_they_are_cut() -> None:
    bodies = list(messages())
    stream = b"".join(map(mllp.frame, bodies))

    for size in (1 << 20, 4096, 1000):
        decoder = mllp.Decoder()
        chunks = (stream[at : at + size] for at in range(0, len(stream), size))
        assert [item for chunk in chunks for item in decoder.feed(chunk)] == bodies


def test_frames_cut_at_every_byte_and_followed_by_more() -> None:
    for data in list(messages())[::25]:
        decoder = mllp.Decoder()
        stream = mllp.frame(data) + b"\x0bMSH"
        assert [item for byte in stream for item in decoder.feed(bytes([byte]))] == [data]


def test_every_message_is_acknowledged_and_the_answer_read() -> None:
    for data in messages():
        answer = hl7v2.ack(hl7v2.parse(data), at=datetime(2026, 1, 1, tzinfo=UTC), control_id="1")
        assert answer == hl7v2.ack(data, at=datetime(2026, 1, 1, tzinfo=UTC), control_id="1")
        assert hl7v2.read_ack(answer).accepted


def test_one_field_is_edited_and_the_rest_stays() -> None:
    for data in messages():
        message = hl7v2.parse(data)
        before = message.tree()
        old = message["MSH-10"]
        message["MSH-10"] = old + "x"
        message["MSH-10"] = old
        again = hl7v2.parse(bytes(message))
        assert [node for node in again.tree() if node["path"] != "MSH"] == [
            node for node in before if node["path"] != "MSH"
        ]
