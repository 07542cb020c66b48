"""Interchanges, functional groups and transaction sets, as they were read or built.

    Interchanges > Interchange (ISA..IEA) > Group (GS..GE) > Transaction (ST..SE) > Segment

Invariant: bytes(parse(x)) == x; after an edit only the edited segments differ. Counts in trailers are what the file says:
`Interchange.recount` makes them true after segments were put in or taken out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import overload

from ...kernel import Misuse
from .findings import Finding
from .grammar import Separators
from .path import path
from .reader import Run
from .segment import Segment


class Transaction:
    """One transaction set, ST and SE included. Split into segments when they are first asked for."""

    def __init__(self, runs: list[Run], version: str = "", group: Segment | None = None) -> None:
        self._runs = runs
        self._segments: list[Segment] | None = None
        self._version = version
        self.group_header = group
        """The GS that it came in, None for one outside of any group."""

    @property
    def segments(self) -> list[Segment]:
        """The segments; the list may be edited."""
        if self._segments is None:
            self._segments = [segment for run in self._runs for segment in run.segments()]
        return self._segments

    @property
    def header(self) -> Segment:
        """ST."""
        return self._segments[0] if self._segments else next(self._runs[0].segments())

    @property
    def trailer(self) -> Segment | None:
        """SE, when there is one."""
        last = self.segments[-1]
        return last if last.tag == "SE" else None

    @property
    def type(self) -> str:
        """ST01: 835, 837."""
        return self.header.element(1)

    @property
    def control_number(self) -> str:
        """ST02."""
        return self.header.element(2)

    @property
    def version(self) -> str:
        """ST03, the implementation convention (005010X221A1), else GS08."""
        return self.header.element(3) or self._version

    @property
    def numbers(self) -> range:
        """The numbers of its segments in the file."""
        return range(self._runs[0].number, self._runs[-1].number + len(self._runs[-1].pieces))

    def all(self, tag: str, *qualifiers: str) -> list[Segment]:
        """Every segment of a name whose first elements are these; "" stands for any."""
        return [
            segment
            for segment in self.segments
            if segment.tag == tag and all(not q or segment.element(n) == q for n, q in enumerate(qualifiers, 1))
        ]

    def first(self, tag: str, *qualifiers: str) -> Segment | None:
        """The first of `all`, None when there is none."""
        found = self.all(tag, *qualifiers)
        return found[0] if found else None

    def __getitem__(self, at: str) -> str:
        """The value at a path in the first segment of its name: `BPR02`. "" when it is not there."""
        place = path(at)
        if not place.tag:
            raise Misuse(f"{at!r} names no segment")
        found = self.first(place.tag)
        return found[at] if found else ""

    def __bytes__(self) -> bytes:
        return b"".join(map(bytes, self._runs if self._segments is None else self._segments))

    def __repr__(self) -> str:
        return f"<Transaction {self.type[:3]}, segments {self.numbers.start} to {self.numbers.stop - 1}>"


class Group:
    """One functional group. `header` (GS) is None for transaction sets that stand in an interchange without one."""

    def __init__(self, header: Segment | None = None) -> None:
        self.header = header
        self.trailer: Segment | None = None
        self.items: list[Segment | Transaction] = [header] if header else []

    @property
    def transactions(self) -> list[Transaction]:
        return [item for item in self.items if isinstance(item, Transaction)]

    @property
    def functional_id(self) -> str:
        """GS01: HP, HC, FA."""
        return self.header.element(1) if self.header else ""

    @property
    def control_number(self) -> str:
        """GS06."""
        return self.header.element(6) if self.header else ""

    @property
    def version(self) -> str:
        """GS08: 005010X221A1."""
        return self.header.element(8) if self.header else ""

    def __bytes__(self) -> bytes:
        return b"".join(map(bytes, self.items))

    def __repr__(self) -> str:
        return f"<Group {self.functional_id[:2]}, {len(self.transactions)} transaction sets>"


class Interchange:
    """One interchange. `segments` are those outside of groups: TA1, ISB, ISE."""

    def __init__(self, header: Segment) -> None:
        self.header = header
        self.trailer: Segment | None = None
        self.items: list[bytes | Segment | Group] = [header]

    @property
    def separators(self) -> Separators:
        return self.header.separators

    @property
    def groups(self) -> list[Group]:
        return [item for item in self.items if isinstance(item, Group)]

    @property
    def segments(self) -> list[Segment]:
        return [item for item in self.items if isinstance(item, Segment)][1 : None if self.trailer is None else -1]

    @property
    def transactions(self) -> list[Transaction]:
        return [transaction for group in self.groups for transaction in group.transactions]

    @property
    def control_number(self) -> str:
        """ISA13."""
        return self.header.element(13)

    @property
    def sender(self) -> tuple[str, str]:
        """ISA05, ISA06: qualifier and id, without padding."""
        return self.header.element(5), self.header.element(6).rstrip()

    @property
    def receiver(self) -> tuple[str, str]:
        """ISA07, ISA08: qualifier and id, without padding."""
        return self.header.element(7), self.header.element(8).rstrip()

    @property
    def last_number(self) -> int:
        """The number of its last segment in the file."""
        last = [item for item in self.items if not isinstance(item, bytes)][-1]
        inner = last.items[-1] if isinstance(last, Group) else last
        return inner.numbers[-1] if isinstance(inner, Transaction) else inner.number

    def recount(self) -> None:
        """Make SE01, GE01 and IEA01 say what is there."""
        for group in self.groups:
            for transaction in group.transactions:
                if transaction.trailer:
                    transaction.trailer["SE01"] = str(sum(1 for one in transaction.segments if one.tag))
            if group.trailer:
                group.trailer["GE01"] = str(len(group.transactions))
        if self.trailer:
            self.trailer["IEA01"] = str(sum(1 for group in self.groups if group.header))

    def __bytes__(self) -> bytes:
        return b"".join(map(bytes, self.items))

    def __repr__(self) -> str:
        return f"<Interchange, {len(self.groups)} groups>"


class Interchanges(Sequence[Interchange]):
    """What one file holds. `findings`: all that its envelopes do not keep to, in the order of the file."""

    def __init__(self, items: list[bytes | Interchange], findings: list[Finding]) -> None:
        self.items = items
        self.findings = findings
        self._interchanges = [item for item in items if isinstance(item, Interchange)]

    @property
    def transactions(self) -> Iterator[Transaction]:
        """Every transaction set of the file."""
        return (transaction for interchange in self for transaction in interchange.transactions)

    @overload
    def __getitem__(self, index: int) -> Interchange: ...
    @overload
    def __getitem__(self, index: slice) -> list[Interchange]: ...
    def __getitem__(self, index: int | slice) -> Interchange | list[Interchange]:
        return self._interchanges[index]

    def __len__(self) -> int:
        return len(self._interchanges)

    def __bytes__(self) -> bytes:
        return b"".join(map(bytes, self.items))

    def __repr__(self) -> str:
        return f"<Interchanges: {len(self)}, {len(self.findings)} findings>"
