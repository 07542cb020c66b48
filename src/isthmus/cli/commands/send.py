"""Send a file of HL7 v2 messages to HOST:PORT over MLLP and show each answer.

The file may hold one message, several, an HL7 batch (FHS, BHS) or MLLP blocks. Each message is sent after the answer to
the one before. Exit code 1 when one of them was not accepted.
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import arguments
from ..exits import Exit
from ..output import print_json, styled
from ..progress import Progress

if TYPE_CHECKING:
    from ..mllp_client import Answer


def declare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="the messages")
    parser.add_argument("to", metavar="HOST:PORT", help="where an MLLP receiver listens")
    parser.add_argument(
        "--rate", type=arguments.more_than_nothing, default=0.0, metavar="N", help="at most N messages a second"
    )
    parser.add_argument(
        "--timeout",
        type=arguments.more_than_nothing,
        default=30.0,
        metavar="S",
        help="wait S seconds for an answer (30)",
    )
    parser.add_argument(
        "--new-ids", action="store_true", help="give each message a fresh MSH-10, so that it is no duplicate"
    )
    tls = parser.add_argument_group("TLS")
    tls.add_argument("--tls", action="store_true", help="protect the connection; the server's certificate is checked")
    tls.add_argument("--ca", type=Path, metavar="FILE", help="certificates that vouch for the server")
    tls.add_argument("--certificate", type=Path, metavar="FILE", help="this side's own, for mutual TLS")
    tls.add_argument("--key", type=Path, metavar="FILE", help="the key of --certificate")
    tls.add_argument("--server-name", metavar="NAME", help="the name in the server's certificate, if not HOST")
    tls.add_argument(
        "--plaintext", metavar="REASON", help="send in plaintext beyond this machine; the reason is required"
    )
    arguments.json(parser)


def run(given: argparse.Namespace) -> int:
    from ...kernel.errors import Misuse
    from ...protocols import hl7v2
    from ..mllp_client import MllpClient

    try:
        batch = hl7v2.split_batch(given.file.read_bytes())
    except OSError as error:
        raise Misuse(f"{given.file} cannot be read: {error.strerror}") from None
    if not batch.messages:
        raise Misuse(f"{given.file} holds no HL7 v2 message: a message starts with MSH")
    shown: list[dict[str, Any]] = []
    answers: list[Answer] = []
    with MllpClient.connect(given) as client, Progress("sending", len(batch)) as bar:
        began = time.monotonic()
        for number, message in enumerate(batch.messages, 1):
            if given.rate:
                time.sleep(max(0.0, began + (number - 1) / given.rate - time.monotonic()))
            if given.new_ids:
                message = with_new_id(message, number)
            answer = client.send(message)
            answers.append(answer)
            row = {"number": number, "control_id": control_id(message), **answer.told()}
            shown.append(row)
            if not given.json:
                bar.clear()
                print(in_words(row, answer))
            bar.advance()
    accepted = sum(answer.accepted for answer in answers)
    if given.json:
        print_json({"sent": len(answers), "accepted": accepted, "answers": shown})
    elif len(answers) > 1:
        print(f"{accepted} of {len(answers)} accepted in {time.monotonic() - began:.1f} s")
    return Exit.OK if accepted == len(answers) else Exit.FINDINGS


def control_id(message: bytes) -> str:
    fields = message.split(b"\r", 1)[0].split(message[3:4], 10)
    return fields[9].decode("ascii", "replace") if len(fields) > 9 else ""


def with_new_id(message: bytes, number: int) -> bytes:
    """The message with another control id in MSH-10 (at most 20 characters, HL7 v2 §2.14.9.10 before v2.7)."""
    mark = message[3:4]
    fields = message.split(mark, 10)
    if len(fields) < 10 or b"\r" in mark.join(fields[:9]):
        return message
    end = min((at for end in (b"\r", b"\n") if (at := fields[9].find(end)) >= 0), default=len(fields[9]))
    fields[9] = b"%s%d" % (os.urandom(6).hex().upper().encode(), number) + fields[9][end:]
    return mark.join(fields)


def in_words(row: dict[str, Any], answer: Answer) -> str:
    """One line: number, control id, code and what it means."""
    head = f"{row['number']:>4}  {row['control_id'] or '(no control id)':<20}  "
    words = f"{answer.code or '--'}  {answer.words}"
    if answer.text:
        words += f": {answer.text}"
    return head + styled(words, "good" if answer.accepted else "error")
