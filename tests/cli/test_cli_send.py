"""`isthmus send`: files of every shape, answers in words, TLS and plaintext."""

from __future__ import annotations

import importlib.util
import socket
from pathlib import Path

import pytest
from receiver import answering, receiver

from isthmus.security.transport import server_tls

MESSAGE = b"MSH|^~\\&|A|B|C|D|20260101||ADT^A01|%s|P|2.5.1\rPID|1||7\r"


@pytest.fixture
def one(tmp_path):
    path = tmp_path / "one.hl7"
    path.write_bytes(MESSAGE % b"ID1")
    return path


def test_a_message_goes_out_as_it_is_and_its_answer_is_shown(isthmus, one):
    with receiver(answering("AA")) as (address, taken):
        said = isthmus("send", one, address)
    assert said.code == 0
    assert taken == [one.read_bytes()]
    assert "ID1" in said.out
    assert "AA  accepted" in said.out


@pytest.mark.parametrize(("code", "words"), [("AE", "finds an error"), ("AR", "does not take it"), ("CE", "error")])
def test_a_message_that_is_not_accepted_exits_with_1_and_shows_the_receivers_reason(code, words, isthmus, one):
    with receiver(answering(code)) as (address, _):
        said = isthmus("send", one, address)
    assert said.code == 1
    assert words in said.out
    assert "the reason" in said.out


@pytest.mark.parametrize(
    "shape",
    [
        MESSAGE % b"1" + MESSAGE % b"2",
        (MESSAGE % b"1" + MESSAGE % b"2").replace(b"\r", b"\n"),
        b"\x0b" + MESSAGE % b"1" + b"\x1c\r\x0b" + MESSAGE % b"2" + b"\x1c\r",
        b"FHS|^~\\&\rBHS|^~\\&\r" + MESSAGE % b"1" + MESSAGE % b"2" + b"BTS|2\rFTS|1\r",
    ],
    ids=["several", "line feeds", "MLLP", "batch"],
)
def test_a_file_may_hold_many_messages_in_any_shape(shape, isthmus, tmp_path):
    path = tmp_path / "many"
    path.write_bytes(shape)
    with receiver(answering("AA")) as (address, taken):
        said = isthmus("send", path, address)
    assert said.code == 0
    assert [message.split(b"|")[9] for message in taken] == [b"1", b"2"]
    assert "2 of 2 accepted" in said.out


def test_answers_as_json(isthmus, one):
    with receiver(answering("AA")) as (address, _):
        found = isthmus("send", one, address, "--json").json
    assert found["sent"] == found["accepted"] == 1
    assert found["answers"][0]["code"] == "AA"


def test_new_ids_change_nothing_but_the_control_id(isthmus, one):
    with receiver(answering("AA")) as (address, taken):
        isthmus("send", one, address, "--new-ids")
        isthmus("send", one, address, "--new-ids")
    ids = [message.split(b"|")[9] for message in taken]
    assert len({b"ID1", *ids}) == 3
    assert all(message.replace(id, b"ID1") == one.read_bytes() for message, id in zip(taken, ids, strict=True))


def test_nobody_there_exits_with_3(isthmus, one):
    with receiver(answering("AA")) as (address, _):
        pass
    said = isthmus("send", one, address)
    assert said.code == 3
    assert "is the hub running" in said.err


def test_a_receiver_that_closes_without_an_answer_exits_with_3(isthmus, one):
    with receiver(lambda message: None) as (address, _):
        said = isthmus("send", one, address)
    assert said.code == 3
    assert "without an answer" in said.err


def test_an_answer_that_is_none_is_told(isthmus, one):
    with receiver(lambda message: b"hello") as (address, _):
        said = isthmus("send", one, address)
    assert said.code == 1
    assert "no acknowledgement" in said.out


@pytest.mark.parametrize(("content", "words"), [(b"hello", "holds no HL7 v2 message"), (None, "cannot be read")])
def test_a_file_that_is_none_exits_with_2(content, words, isthmus, tmp_path):
    path = tmp_path / "file"
    if content is not None:
        path.write_bytes(content)
    said = isthmus("send", path, "127.0.0.1:1")
    assert said.code == 2
    assert words in said.err


def test_an_address_that_is_none_exits_with_2(isthmus, one):
    assert isthmus("send", one, "here").code == 2


def test_plaintext_beyond_this_machine_wants_a_reason(isthmus, one):
    said = isthmus("send", one, "10.255.255.1:2575")
    assert said.code == 2
    assert "--plaintext REASON" in said.err


@pytest.mark.parametrize("given", [("--timeout", "-1"), ("--timeout", "0"), ("--rate", "nan"), ("--timeout", "inf")])
def test_times_that_no_clock_can_wait_exit_with_2(given, isthmus, one):
    assert isthmus("send", one, "127.0.0.1:1", *given).code == 2


def test_a_key_without_its_certificate_is_not_sent_in_plaintext(isthmus, one):
    with receiver(answering("AA")) as (address, taken):
        said = isthmus("send", one, address, "--key", one)
    assert (said.code, taken) == (2, [])
    assert "--certificate" in said.err


def test_a_port_that_speaks_no_tls_is_told(isthmus, one):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        said = isthmus("send", one, f"127.0.0.1:{silent.getsockname()[1]}", "--tls", "--timeout", "0.2")
    assert said.code == 3
    assert "does that port speak TLS?" in said.err


# ---- TLS


@pytest.fixture
def authority(tmp_path):
    """Issues certificates into the test's folder (the class that the connectors' tests use)."""
    place = Path(__file__).parents[1] / "connectors" / "certificates.py"
    spec = importlib.util.spec_from_file_location("test_certificates", place)
    certificates = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(certificates)
    return certificates.Authority(tmp_path, "authority")


@pytest.fixture
def secured(tmp_path, authority):
    """Where a receiver listens that asks for a client's certificate."""
    server = authority.issue("server", ca=authority.file)
    with receiver(answering("AA"), tls=server_tls(server, tmp_path)) as (address, taken):
        yield address, taken


def test_with_tls_and_a_certificate_of_its_own_it_is_taken(isthmus, one, tmp_path, authority, secured):
    address, taken = secured
    authority.issue("client")
    files = ["--certificate", tmp_path / "client.pem", "--key", tmp_path / "client.key"]
    said = isthmus("send", one, address, "--tls", "--ca", tmp_path / authority.file, *files)
    assert said.code == 0
    assert taken == [one.read_bytes()]


def test_a_receiver_that_hangs_up_over_tls_may_want_a_certificate(isthmus, one, tmp_path, authority, secured):
    address, taken = secured
    said = isthmus("send", one, address, "--ca", tmp_path / authority.file)
    assert (said.code, taken) == (3, [])
    assert "--certificate" in said.err or "CERTIFICATE_REQUIRED" in said.err


def test_a_server_that_nobody_vouches_for_gets_nothing(isthmus, one, secured):
    address, taken = secured
    said = isthmus("send", one, address, "--tls")
    assert said.code == 3
    assert "TLS with" in said.err
    assert taken == []


def test_a_server_of_another_name_gets_nothing(isthmus, one, tmp_path, authority, secured):
    address, taken = secured
    said = isthmus("send", one, address, "--ca", tmp_path / authority.file, "--server-name", "other.example")
    assert said.code == 3
    assert taken == []


def test_without_the_certificate_that_the_server_asks_for_the_message_is_not_taken(
    isthmus, one, tmp_path, authority, secured
):
    address, taken = secured
    said = isthmus("send", one, address, "--ca", tmp_path / authority.file)
    assert said.code == 3
    assert taken == []


def test_tls_files_that_are_not_there_exit_with_2(isthmus, one, tmp_path):
    said = isthmus("send", one, "127.0.0.1:1", "--ca", tmp_path / "none.pem")
    assert said.code == 2
    assert "none.pem" in said.err
