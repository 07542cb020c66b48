"""The simulated EHR: a reproducible day, honest books, and a sender that does not give up."""

import asyncio
import csv
import io
import json
import socket
import sys
from collections import Counter
from contextlib import asynccontextmanager
from decimal import Decimal

import pytest

from isthmus.sandbox.ehr.books import Books
from isthmus.sandbox.ehr.day import BUSINESS_DATE, Sending, plan_day
from isthmus.sandbox.ehr.sender import Tally, send_day

DAY = plan_day(seed=7)


def segments(sending: Sending, name: str) -> list[list[str]]:
    charset = "iso-8859-1" if b"|8859/1" in sending.raw else "utf-8"
    lines = sending.raw.decode(charset).split("\r")
    return [line.split("|") for line in lines if line.startswith(name + "|")]


def well_formed() -> list[Sending]:
    return [one for one in DAY.sendings if one.well_formed]


class Listener:
    """A small MLLP listener that keeps what it got and answers as `script(raw, nth)` says.

    The script returns a code ("AA"), None (no answer) or "cut" (close the connection before answering).
    """

    def __init__(self, script):
        self.script, self.frames, self.connections = script, [], 0

    async def serve(self, reader, writer):
        self.connections += 1
        try:
            while True:
                raw = (await reader.readuntil(b"\x1c\r"))[1:-2]
                self.frames.append(raw)
                code = self.script(raw, self.frames.count(raw))
                if code == "cut":
                    break
                if code:
                    head = raw.split(b"\r")[0].split(b"|")
                    control_id = head[9] if len(head) > 9 else b""
                    ack = b"MSH|^~\\&|HUB|MAIN|EHR|MAIN|20260302||ACK|1|P|2.5.1\rMSA|%b|%b\r" % (
                        code.encode(),
                        control_id,
                    )
                    writer.write(b"\x0b" + ack + b"\x1c\r")
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def listening(script):
    listener = Listener(script)
    server = await asyncio.start_server(listener.serve, "127.0.0.1", 0)
    try:
        yield listener, server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()


def test_the_same_seed_gives_the_same_bytes_and_another_seed_another_day():
    assert plan_day(seed=7) == DAY
    assert [one.raw for one in plan_day(seed=8).sendings] != [one.raw for one in DAY.sendings]


@pytest.mark.parametrize("seed", range(8))
def test_a_day_has_exactly_the_messages_asked_for_and_at_least_the_discharges(seed):
    day = plan_day(seed=seed, messages=520, discharges=60)
    distinct = [one for one in day.sendings if one.note not in ("repeat", "malformed")]
    assert len(distinct) == 520
    assert day.count(trigger="ADT^A03") - day.count(trigger="ADT^A13") >= 60
    assert {one.trigger for one in distinct} == {
        "ADT^A01", "ADT^A03", "ADT^A04", "ADT^A08", "ADT^A11", "ADT^A13", "ADT^A40", "DFT^P03",
    }  # fmt: skip


@pytest.mark.parametrize("seed", range(8))
def test_every_line_posts_on_the_business_date(seed):
    day = plan_day(seed=seed)
    dates = {ft1[5] for one in day.sendings if one.well_formed for ft1 in segments(one, "FT1")}
    assert dates == {BUSINESS_DATE.strftime("%Y%m%d")}


def test_too_few_messages_for_the_discharges_is_said():
    with pytest.raises(ValueError, match="need"):
        plan_day(seed=7, messages=100, discharges=60)


def test_repeats_have_the_bytes_of_their_original_and_come_later():
    firsts = {}
    for one in DAY.sendings:
        if one.note == "repeat":
            assert firsts[one.control_id] == (one.raw, one.stream)
        elif one.well_formed:
            firsts.setdefault(one.control_id, (one.raw, one.stream))
    assert DAY.count(note="repeat") == 12


def test_one_control_id_is_reused_with_other_bytes():
    (second,) = [one for one in DAY.sendings if one.note == "id reused"]
    first = next(one for one in DAY.sendings if one.control_id == second.control_id)
    assert first.raw != second.raw


def test_all_messages_of_a_patient_go_over_one_stream_and_a_merged_pair_shares_it():
    streams = {}
    for one in well_formed():
        ids = [field for pid in segments(one, "PID") for field in pid[3].split("~")]
        ids += [mrg[1] for mrg in segments(one, "MRG")]
        for identifier in ids:
            if "^MR" in identifier:
                streams.setdefault(identifier.split("^")[0], set()).add(one.stream)
    assert {len(used) for used in streams.values()} == {1}
    assert DAY.count(trigger="ADT^A40") == 1


def test_quantities_above_one_make_the_extended_amount_differ_from_the_unit_amount():
    lines = [ft1 for one in well_formed() for ft1 in segments(one, "FT1")]
    money = [(Decimal(ft1[11].split("&")[0]), Decimal(ft1[12].split("&")[0]), int(ft1[10])) for ft1 in lines]
    assert all(extended == unit * quantity for extended, unit, quantity in money)
    assert sum(extended != unit for extended, unit, _ in money) > 100


def test_names_have_escapes_and_letters_beyond_ascii_in_both_charsets():
    names = {pid[5] for one in well_formed() for pid in segments(one, "PID")}
    assert any("\\T\\" in name for name in names)
    assert any("\\E\\" in name for name in names)
    assert any(ord(letter) > 127 for name in names for letter in name)
    assert {one.raw.split(b"\r")[0].rsplit(b"|", 1)[1] for one in well_formed()} == {b"UNICODE UTF-8", b"8859/1"}


def test_the_books_hold_each_charge_and_credit_once_and_no_payment():
    expected, seen, kinds = Counter(), set(), Counter()
    for one in well_formed():
        facility = one.raw.split(b"|")[3].decode()
        for ft1 in segments(one, "FT1"):
            kinds[ft1[6]] += 1
            if ft1[6] in ("CG", "CD") and (ft1[2], ft1[6]) not in seen:
                seen.add((ft1[2], ft1[6]))
                sign = 1 if ft1[6] == "CG" else -1
                expected[facility, ft1[13].split("^")[0]] += sign * Decimal(ft1[11].split("&")[0])
    assert {key: entry.total for key, entry in DAY.books.entries.items()} == expected
    assert set(kinds) == {"CG", "CD", "PY", "AJ", "CO"}
    assert "HBO" in {department for _, department in DAY.books.entries}


def test_a_credit_names_a_charge_that_was_sent_before_it():
    charged = set()
    for one in sorted(well_formed(), key=lambda one: one.number):
        for ft1 in segments(one, "FT1"):
            if ft1[6] == "CG":
                charged.add(ft1[2])
            elif ft1[6] == "CD":
                assert ft1[2] in charged


def test_the_register_has_a_header_a_line_per_department_and_a_trailer_that_adds_up(tmp_path):
    path = DAY.books.write_register(tmp_path)
    rows = list(csv.reader(io.StringIO(path.read_text())))
    assert rows[0] == ["H", "DAY-END-REGISTER", "1", "EHR", "2026-03-02"]
    details = [row for row in rows if row[0] == "D"]
    assert rows[-1][:2] == ["T", str(len(details))]
    assert sum(int(row[4]) for row in details) == int(rows[-1][2])
    assert sum(Decimal(row[6]) for row in details) == Decimal(rows[-1][4]) == DAY.books.total
    assert [file.name for file in tmp_path.iterdir()] == ["register-20260302.csv"]


def test_an_empty_day_still_has_a_register_that_adds_up():
    lines = Books(BUSINESS_DATE).register().decode().splitlines()
    assert lines == ["H,DAY-END-REGISTER,1,EHR,2026-03-02", "T,0,0,0,0.00"]


async def test_every_frame_arrives_in_order_over_several_connections():
    tally = Tally()
    async with listening(lambda raw, nth: "AA") as (listener, port):
        await send_day(DAY.sendings, tally, port=port)
    assert Counter(listener.frames) == Counter(one.raw for one in DAY.sendings)
    assert listener.connections == 4
    assert (tally.accepted, tally.resent, tally.refused) == (len(well_formed()), 0, [])
    position = {raw: number for number, raw in enumerate(listener.frames)}
    repeated = {one.raw for one in DAY.sendings if one.note == "repeat"}
    for stream in range(4):
        once = [position[one.raw] for one in well_formed() if one.stream == stream and one.raw not in repeated]
        assert once == sorted(once)


async def test_a_message_without_an_answer_and_one_whose_connection_breaks_are_sent_again_byte_for_byte():
    some = [one for one in well_formed() if one.note == ""][:12]
    silent, cut = some[3].raw, some[7].raw
    tally = Tally()

    def script(raw, nth):
        if nth == 1 and raw in (silent, cut):
            return None if raw == silent else "cut"
        return "CA"

    async with listening(script) as (listener, port):
        await send_day(some, tally, port=port, answer_timeout_s=0.1)
    assert Counter(listener.frames) == Counter([one.raw for one in some] + [silent, cut])
    assert (tally.accepted, tally.resent, tally.timeouts) == (12, 2, 1)


async def test_the_sender_waits_for_a_listener_that_comes_up_late():
    some = [one for one in well_formed() if one.stream == 0][:3]
    tally, listener = Tally(), Listener(lambda raw, nth: "AA")
    place = socket.socket()
    place.bind(("127.0.0.1", 0))  # taken, and refusing connections until it listens
    sending = asyncio.create_task(send_day(some, tally, port=place.getsockname()[1]))
    while not tally.unanswered:
        await asyncio.sleep(0)
    server = await asyncio.start_server(listener.serve, sock=place)
    await sending
    server.close()
    await server.wait_closed()
    assert [one.raw for one in some] == listener.frames
    assert tally.accepted == 3


async def test_ae_ends_a_message_and_ar_is_tried_again_before_the_sender_gives_up():
    one, other, last = [sending for sending in well_formed() if sending.stream == 0][:3]
    tally = Tally()
    codes = {one.raw: "AE", other.raw: "AR"}
    async with listening(lambda raw, nth: codes.get(raw, "AA")) as (listener, port):
        await send_day([one, other, last], tally, port=port)
    assert listener.frames == [one.raw, other.raw, other.raw, other.raw, last.raw]
    assert tally.answers == {"AE": 1, "AR": 3, "AA": 1}
    assert tally.refused == [one.control_id, other.control_id]


async def test_bytes_that_are_no_message_are_sent_once_whatever_the_answer():
    malformed = [one for one in DAY.sendings if not one.well_formed]
    tally = Tally()
    async with listening(lambda raw, nth: "AE") as (listener, port):
        await send_day(malformed, tally, port=port)
    assert sorted(listener.frames) == sorted(one.raw for one in malformed)
    assert tally.refused == []


@pytest.mark.process
async def test_the_process_runs_a_day_reports_progress_and_writes_the_register(tmp_path):
    async with listening(lambda raw, nth: "AA") as (listener, port):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "isthmus.sandbox.ehr", "--port", str(port), "--messages", "240", "--discharges", "20",
            "--seed", "3", "--register", str(tmp_path), "--json", stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, _ = await process.communicate()
    final = json.loads(out.splitlines()[-1])
    assert process.returncode == 0
    assert final["accepted"] == final["of"] == 246
    assert len(listener.frames) == final["frames"] == 252
    register = (tmp_path / "register-20260302.csv").read_bytes()
    assert register == plan_day(seed=3, messages=240, discharges=20).books.register()
