"""ASC X12 interchanges, 003040 and later (X12.5, X12.6): read, check, edit, write, in flat memory where that is asked for.

    interchanges = x12.parse(data)
    for transaction in interchanges.transactions: transaction["BPR02"]
    bytes(interchanges) == data           as long as nothing was edited

Files, in the order of reading:
  grammar.py   separators, the one error      path.py      CLM02, SVC01-2, EB03[2]    segment.py   one segment
  reader.py    a stream into segments         control.py   control numbers, counts    findings.py  what was tolerated
  envelope.py  ISA, GS, ST and what they hold parse.py     whole bytes                writer.py    from nothing
  values.py    numbers, dates                 loops.py     loops by a guide's table
  answers.py   what TA1, 999, 997 say         judging.py   what to answer
  ack_writer.py  answers written              ack_reader.py  answers read and matched to what was sent
  views/       documents, read and built as typed values: 270, 271, 276, 277, 277CA, 835, 837
  snip/        validation in levels (SNIP types 1 to 5)
Not here: the guides' own tables of elements and codes, which are handed in; files and sockets.
"""

from .ack_reader import Matched, Sent, match, read_ack, read_ta1, sent
from .ack_writer import write_997, write_999, write_ta1
from .answers import ElementError, GroupAnswer, InterchangeAnswer, SegmentError, SetAnswer, Trigger
from .control import Control
from .envelope import Group, Interchange, Interchanges, Transaction
from .findings import Finding
from .grammar import ParseError, Separators
from .judging import judge_group, judge_interchange
from .loops import Loop, Spec, loop, walk
from .parse import parse
from .path import Path, path
from .reader import Reader, Run
from .segment import Segment
from .values import Value
from .writer import Writer

__all__ = [
    "Control",
    "ElementError",
    "Finding",
    "Group",
    "GroupAnswer",
    "Interchange",
    "InterchangeAnswer",
    "Interchanges",
    "Loop",
    "Matched",
    "ParseError",
    "Path",
    "Reader",
    "Run",
    "Segment",
    "SegmentError",
    "Sent",
    "Separators",
    "SetAnswer",
    "Spec",
    "Transaction",
    "Trigger",
    "Value",
    "Writer",
    "judge_group",
    "judge_interchange",
    "loop",
    "match",
    "parse",
    "path",
    "read_ack",
    "read_ta1",
    "sent",
    "walk",
    "write_997",
    "write_999",
    "write_ta1",
]
