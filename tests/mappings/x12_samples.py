"""X12 documents that the mappings are tested with: built by us, written, read."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from isthmus.kernel import Message
from isthmus.protocols import x12
from isthmus.protocols.x12.views.document import Document

AT = datetime(2026, 1, 15, 9, 34, tzinfo=UTC)
MESSAGE = Message(7, "payer", 0, b"")
CENT = Decimal("0.01")


def transaction(document: Document, implementation: str = "") -> x12.Transaction:
    """The transaction set that a document is written as."""
    writer = x12.Writer(sender=("ZZ", "A"), receiver=("ZZ", "B"), control_number=1, at=AT)
    version = implementation or document.implementation
    writer.group("XX", sender="SENDER", receiver="B", control_number=12, version=version)
    document.write(writer, "0001", implementation)
    return next(x12.parse(writer.close()).transactions)


def segments(*texts: str) -> x12.Transaction:
    """A transaction set of these segments."""
    writer = x12.Writer(sender=("ZZ", "A"), receiver=("ZZ", "B"), control_number=1, at=AT)
    writer.group("XX", sender="SENDER", receiver="B", control_number=12, version="005010")
    head = bytearray(writer.take())
    body = "".join(f"{text}~" for text in texts) + f"SE*{len(texts) + 1}*0001~GE*1*12~IEA*1*000000001~"
    return next(x12.parse(bytes(head) + body.encode()).transactions)
