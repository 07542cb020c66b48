"""HL7 v2.1-2.9 in the vertical-bar encoding (HL7 v2 chapter 2): read, edit, build, acknowledge, split batches.

    message = hl7v2.parse(data)
    message["PID-3[MR].1"]           decoded and unescaped text
    bytes(message) == data           as long as nothing was edited

Files, in the order of reading:
  grammar.py   delimiters, the one error        path.py      PID-3[2].4.1      kinds.py   [MR], by data type
  lines.py     bytes into segments              values.py    one value inside one field
  rows.py      segments into fields, lazily     escapes.py   \\F\\ \\X0D\\ \\.br\\
  reading.py   reading a message                charsets.py  MSH-18, table 0211    iso2022.py  switching
  message.py   editing and writing it           encoding.py  delimiters and character set together
  segment.py   views of its parts               envelope.py  noise around it, UTF-16 and UTF-32
  reader.py    parse                            findings.py  what was tolerated
  build.py     from nothing    ack.py  ACKs     batch.py     FHS BHS BTS FTS
  conditions.py  MSH-15, MSH-16: whether a message is acknowledged, and when
  tree.py      for people      timestamp.py     versions.py  what differs between versions
Not here: framing (`protocols.mllp`), conformance profiles, the XML encoding.
"""

from .ack import Ack, AckError, ack, header, read_ack
from .batch import Batch, split_batch
from .build import build
from .conditions import NULLS, asked_later, is_acknowledgement, wants
from .escapes import escape, unescape
from .findings import Finding
from .grammar import Delimiters, ParseError
from .message import Message
from .path import Path, path
from .reader import parse
from .segment import Repetition, Segment
from .timestamp import read_timestamp, write_timestamp
from .tree import Node
from .values import NULL, Encoded, Value

__all__ = [
    "NULL",
    "NULLS",
    "Ack",
    "AckError",
    "Batch",
    "Delimiters",
    "Encoded",
    "Finding",
    "Message",
    "Node",
    "ParseError",
    "Path",
    "Repetition",
    "Segment",
    "Value",
    "ack",
    "asked_later",
    "build",
    "escape",
    "header",
    "is_acknowledgement",
    "parse",
    "path",
    "read_ack",
    "read_timestamp",
    "split_batch",
    "unescape",
    "wants",
    "write_timestamp",
]
