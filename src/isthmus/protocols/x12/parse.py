"""Whole bytes into interchanges."""

from __future__ import annotations

from .control import Control
from .envelope import Group, Interchange, Interchanges, Transaction
from .reader import Reader, Run


def parse(data: bytes) -> Interchanges:
    """Every interchange of a file. Segments are found now, elements when they are read.

    Raises ParseError, and nothing else for any bytes: no ISA with sixteen elements, a damaged ISA, a segment or noise
    beyond the reader's limits. Everything else that breaks a rule of the envelope stands in `findings`.
    """
    reader, control, tree = Reader(), Control(), _Tree()
    for run in (*reader.runs(data), *reader.last_runs()):
        control.take(run)
        tree.take(run)
    control.end()
    findings = sorted((*reader.findings, *control.findings), key=lambda finding: (finding.offset, finding.rule))
    return Interchanges(tree.items, findings)


class _Tree:
    """Puts every run where its envelope says, and keeps what no envelope says where it stood."""

    def __init__(self) -> None:
        self.items: list[bytes | Interchange] = []
        self._interchange: Interchange | None = None
        self._group: Group | None = None
        self._runs: list[Run] | None = None  # of the transaction set that is open

    def take(self, run: Run) -> None:
        if run.tag == b"-":
            (self.items if self._interchange is None else self._interchange.items).append(bytes(run))
        elif run.tag == b"ISA":
            self._interchange = Interchange(next(run.segments()))
            self.items.append(self._interchange)
            self._group = self._runs = None
        elif self._interchange is not None:
            self._inside(self._interchange, run)

    def _inside(self, interchange: Interchange, run: Run) -> None:
        if run.tag == b"GS":
            self._group, self._runs = Group(next(run.segments())), None
            interchange.items.append(self._group)
        elif run.tag == b"ST":
            self._begin(interchange, run)
        elif run.tag in (b"GE", b"IEA"):
            self._end(interchange, run)
        elif self._runs is not None:
            self._runs.append(run)
            if run.tag == b"SE":
                self._runs = None
        else:
            (interchange.items if self._group is None else self._group.items).extend(run.segments())

    def _begin(self, interchange: Interchange, run: Run) -> None:
        if self._group is None:
            self._group = Group()
            interchange.items.append(self._group)
        self._runs = [run]
        self._group.items.append(Transaction(self._runs, self._group.version, self._group.header))

    def _end(self, interchange: Interchange, run: Run) -> None:
        trailer = next(run.segments())
        self._runs = None
        if run.tag == b"GE" and self._group is not None:
            self._group.trailer = trailer
            self._group.items.append(trailer)
        else:
            interchange.items.append(trailer)
        self._group = None
        if run.tag == b"IEA":
            interchange.trailer = trailer
            self._interchange = None
