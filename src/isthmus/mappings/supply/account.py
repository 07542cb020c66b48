"""The account of a mapping: what of a document a format cannot carry.

It cannot say more than is so: the document is written and read back, and what is not the same was not carried.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec

from ...model import Event, OrderConfirmation, PurchaseOrder, ShipNotice, SupplierInvoice
from ...protocols import cxml, x12
from ...protocols.x12.views import supply as views
from . import from_cxml, from_x12, to_cxml, to_x12

Supply = TypeVar("Supply", PurchaseOrder, OrderConfirmation, ShipNotice, SupplierInvoice)

_CLEAR = x12.Separators(b"\x1d", b"\x1f", b"\x1e", b"\x1c")
"""Separators that no text holds: whether a value holds one of the real ones is said when it is written."""

_NOT_CONTENT = ("origin", "provenance")

_X12: dict[type, tuple[Any, Any, Any]] = {
    PurchaseOrder: (to_x12.purchase_order, views.write_850, from_x12.purchase_order),
    OrderConfirmation: (to_x12.order_confirmation, views.write_855, from_x12.order_confirmation),
    ShipNotice: (to_x12.ship_notice, views.write_856, from_x12.ship_notice),
    SupplierInvoice: (to_x12.supplier_invoice, views.write_810, from_x12.supplier_invoice),
}
_CXML: dict[type, tuple[Any, Any]] = {
    PurchaseOrder: (to_cxml.purchase_order, from_cxml.purchase_order),
    OrderConfirmation: (to_cxml.order_confirmation, from_cxml.order_confirmation),
    ShipNotice: (to_cxml.ship_notice, from_cxml.ship_notice),
    SupplierInvoice: (to_cxml.supplier_invoice, from_cxml.supplier_invoice),
}


def content(document: Supply) -> Supply:
    """The document without where it came from: what two of them are compared by."""
    return msgspec.structs.replace(document, origin=type(document.origin)(), provenance={})


def not_carried_by_x12(document: Supply) -> list[str]:
    """Fields of a document that X12 has no place for: `lines[0].items[2]`. Raises Misuse for one that cannot be written."""
    build, write, read = _X12[type(document)]
    writer = x12.Writer(
        sender=("ZZ", "A"),
        receiver=("ZZ", "B"),
        control_number=1,
        at=datetime(2000, 1, 1, tzinfo=UTC),
        separators=_CLEAR,
    )
    writer.group("ZZ", sender="A", receiver="B", control_number=1, version="004010")
    write(writer, build(document), "0001")
    return list(_lost(document, read(next(x12.parse(writer.close()).transactions)), ""))


def not_carried_by_cxml(document: Supply) -> list[str]:
    """Fields of a document that cXML has no place for. Raises Misuse for one that cannot be written."""
    build, read = _CXML[type(document)]
    written = cxml.write(cxml.Document(body=build(document)))
    return list(_lost(document, read(cxml.parse(written)), ""))


def _lost(one: Any, other: Any, path: str) -> Iterator[str]:
    """Where two values differ, as far down as they can be told apart."""
    if one == other or one in ("", None, ()):
        return
    if isinstance(one, msgspec.Struct) and type(one) is type(other):
        for name in one.__struct_fields__:
            if not (isinstance(one, Event) and name in _NOT_CONTENT):
                yield from _lost(getattr(one, name), getattr(other, name), f"{path}.{name}" if path else name)
    elif isinstance(one, tuple) and isinstance(other, tuple):
        yield from _lost_of_many(one, other, path)
    else:
        yield path


def _lost_of_many(ones: tuple[Any, ...], others: tuple[Any, ...], path: str) -> Iterator[str]:
    """Those that the others do not hold, in whatever order; told apart further where as many of the others are left over."""
    left = [(at, one) for at, one in enumerate(ones) if one not in others]
    left_over = [other for other in others if other not in ones]
    if len(left) == len(left_over):
        for (at, one), other in zip(left, left_over, strict=True):
            yield from _lost(one, other, f"{path}[{at}]")
    else:
        yield from (f"{path}[{at}]" for at, _ in left)
