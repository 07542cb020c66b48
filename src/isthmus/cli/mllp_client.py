"""One MLLP connection for `isthmus send`: a message out, its answer back, the answer in words."""

from __future__ import annotations

import argparse
import socket
import ssl
from pathlib import Path
from typing import Any, NamedTuple

from ..kernel.errors import Misuse, PeerFault, Unavailable
from ..protocols import hl7v2, mllp
from ..security.transport import Tls, client_tls, is_loopback, split_address

READ_BYTES = 1 << 16

WORDS = {
    "AA": "accepted",
    "CA": "accepted, it is safe with the receiver",
    "AE": "not accepted: the receiver finds an error in the message",
    "CE": "not accepted: the receiver finds an error in the message",
    "AR": "rejected: the receiver does not take it, or cannot now",
    "CR": "rejected: the receiver does not take it, or cannot now",
}


SEND_AGAIN = "send this message again"
ASK_FOR_CERTIFICATE = "send this message again, with --certificate and --key where it asks for one (mutual TLS)"
"""With TLS 1.3 a client hears only after the handshake that its certificate is missing, or hears nothing."""


class Answer(NamedTuple):
    """What the receiver said; code "" where it said nothing that can be read."""

    code: str
    words: str
    text: str = ""

    @property
    def accepted(self) -> bool:
        return self.code in ("AA", "CA")

    def told(self) -> dict[str, Any]:
        return {"code": self.code, "accepted": self.accepted, "words": self.words, "text": self.text}


def read_answer(reply: bytes) -> Answer:
    """The answer's code in words, with the reasons that it gives."""
    try:
        ack = hl7v2.read_ack(reply)
    except PeerFault as fault:
        return Answer("", f"the answer is no acknowledgement: {fault}")
    reasons = [ack.text, *(f"{e.message}{f' at {e.location}' if e.location else ''}" for e in ack.errors)]
    text = "; ".join(dict.fromkeys(filter(None, reasons)))
    return Answer(ack.code, WORDS.get(ack.code, "an acknowledgement code that HL7 does not know"), text)


class MllpClient:
    def __init__(self, connection: socket.socket, advice: str) -> None:
        self._connection = connection
        self._advice = advice
        self._decoder = mllp.Decoder()

    @classmethod
    def connect(cls, given: argparse.Namespace) -> MllpClient:
        """Connect as the arguments of `isthmus send` say. Raises `Unavailable`, and `Misuse` for plaintext beyond this
        machine that nobody gave a reason for."""
        host, port = split_address(given.to)
        tls = _tls(given)
        if tls is None and not is_loopback(host) and not given.plaintext:
            raise Misuse(f"this would carry messages in plaintext to {host}: add --tls, or --plaintext REASON")
        connected = False
        try:
            connection = socket.create_connection((host, port), given.timeout)
            connected = True
            if tls is not None:
                connection = tls.wrap_socket(connection, server_hostname=given.server_name or host)
        except ssl.SSLError as error:
            raise Unavailable(f"TLS with {given.to} failed: {error.reason}") from None
        except TimeoutError:
            what = "answered no TLS handshake: does that port speak TLS?" if connected else "could not be reached"
            raise Unavailable(f"{given.to} {what} ({given.timeout:g} s, --timeout)") from None
        except OSError as error:
            raise Unavailable(
                f"nobody listens on {given.to} ({error.strerror or error}): is the hub running, is it this port?"
            ) from None
        return cls(connection, ASK_FOR_CERTIFICATE if tls and not given.certificate else SEND_AGAIN)

    def __enter__(self) -> MllpClient:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def send(self, message: bytes) -> Answer:
        """Send one message and wait for its answer. Raises `Unavailable` when none comes."""
        try:
            self._connection.sendall(mllp.frame(message))
            while True:
                data = self._connection.recv(READ_BYTES)
                if not data:
                    raise Unavailable(f"the receiver closed the connection without an answer: {self._advice}")
                for item in self._decoder.feed(data):
                    return read_answer(item) if isinstance(item, bytes) else Answer("", f"the answer is broken: {item}")
        except TimeoutError:
            raise Unavailable("no answer in time (--timeout): the message may or may not have been taken") from None
        except OSError as error:
            raise Unavailable(f"the connection broke ({error.strerror}): {self._advice}") from None


def _tls(given: argparse.Namespace) -> ssl.SSLContext | None:
    if given.key and not given.certificate:
        raise Misuse("--key belongs to a --certificate, which is not given")
    if not (given.tls or given.ca or given.certificate or given.server_name):
        return None
    settings = Tls(certificate=str(given.certificate or ""), key=str(given.key or ""), ca=str(given.ca or ""))
    return client_tls(settings, Path.cwd())
