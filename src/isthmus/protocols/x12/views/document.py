"""A whole transaction set as a value: read from one, or built and written as one.

    found = EligibilityInquiry(transaction)           found.sources …             reads
    EligibilityInquiry(reference="R1", sources=[…]).write(writer, "0001")         builds and writes

A document that was read and not changed is its transaction: `bytes(document.transaction)` are the bytes that came.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from ....kernel import Misuse
from ..envelope import Transaction
from ..findings import Finding
from ..grammar import ParseError
from ..loops import Loop, Spec, walk
from ..writer import Writer
from .declared import Base, Place, filled
from .npi import npi_findings
from .reading import date_findings

_STRUCTURE = frozenset(("ST", "SE", "HL", "LX", "LS", "LE"))
"""What says how a document is built, and nothing else."""


class Document(Base, init=False):
    """`transaction` is what was read."""

    type: ClassVar[str] = ""
    guide: ClassVar[Spec]
    implementation: ClassVar[str] = ""
    """ST03 of what is written."""

    def __init__(self, transaction: Transaction | None = None, /, **values: Any) -> None:
        """Raises ParseError for another transaction set, Misuse for fields that are not known or not given."""
        if transaction is None:
            self._fill(values)
            return
        if not self.accepts(transaction):
            message = f"This transaction set is no {self.type} of this view"
            raise ParseError(message, segment=transaction.header.number, element=1, rule="ST01")
        found, unexpected = walk(self.guide, transaction.segments)
        self.__dict__.update(loop=found, transaction=transaction, _unexpected=unexpected)

    transaction: Transaction

    @classmethod
    def accepts(cls, transaction: Transaction) -> bool:
        """Whether a transaction set is one of these documents."""
        return transaction.type == cls.type

    @property
    def root(self) -> Loop:
        """The loop that holds all others."""
        return self.loop

    def __getattr__(self, name: str) -> Any:
        if name == "transaction":
            raise Misuse("This document was built: it has no transaction that it was read from")
        raise AttributeError(name)

    def write(self, writer: Writer, control_number: str, implementation: str = "") -> None:
        """A transaction set of the writer's open group. Raises Misuse for what X12 cannot hold."""
        writer.transaction(self.type, control_number, implementation=implementation or self.implementation)
        self.draft().write(writer)

    def findings(self) -> list[Finding]:
        """Segments without a place in the guide, dates that are none, identifiers with a wrong check digit."""
        return self._in_order(npi_findings(self.transaction.segments))

    def unread(self) -> list[Place]:
        """What stands in the transaction set and in no field: the account of what a value of this document does not say."""
        read = {(place.segment.number, place.element, place.component) for place in self.places()}
        return [
            place
            for segment in self.transaction.segments
            if segment.tag not in _STRUCTURE
            for place in filled(segment)
            if not read & {(segment.number, place.element, 0), (segment.number, place.element, place.component or 1)}
        ]

    def _in_order(self, more: Iterable[Finding] = ()) -> list[Finding]:
        found = [*self.__dict__["_unexpected"], *date_findings(self.transaction.segments), *more]
        return sorted(found, key=lambda finding: finding.segment)
