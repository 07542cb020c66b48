"""Lane keys: the value at a path of a message, in the manner of its format.

    X12                    CLP01, NM109: the first segment of that name (of an interchange: in its first transaction set)
    delimited files        a column
    JSON, NDJSON           names with dots between them: account.id
    XML, cXML              local names with slashes between them, from below the root: Order/Buyer/Id, Order/@id
    ACH, BAI2, camt        a field of the file, or of the entry where a flow works them off one by one

HL7 v2 has paths of its own (`plan.lane_paths`), because a field of type CX is a key in two parts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from ..flows import Flow
from ..kernel.errors import Misuse
from ..protocols import bai2, camt, cxml, nacha, x12
from ..protocols.safe_xml import Element


def key_at(content: Any, path: str) -> str:
    """The value at a path, "" where there is none. Raises `Misuse` for raw bytes, which have no paths."""
    if isinstance(content, x12.Transaction):
        return content[path]
    if isinstance(content, x12.Interchanges):
        return next((transaction[path] for transaction in content.transactions), "")
    if isinstance(content, Mapping):
        return _below(content, path)
    if isinstance(content, cxml.Document):
        content = content.root
    if isinstance(content, Element):
        return content.read(path)
    if isinstance(content, msgspec.Struct):
        return _text(getattr(content, path, None))
    if isinstance(content, bytes):
        raise Misuse("raw bytes have no keys: use lane=ALL")
    return ""  # JSON may be a list or a number, whatever the flow expects


def _below(content: Mapping[str, Any], path: str) -> str:
    found: Any = content
    for name in (path,) if path in content else path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return _text(found)


def _text(value: Any) -> str:
    return "" if value is None else str(value)


_FIELDS: dict[tuple[str, bool], type[msgspec.Struct]] = {
    ("nacha", False): nacha.AchFile,
    ("nacha", True): nacha.Entry,
    ("bai2", False): bai2.Bai2File,
    ("bai2", True): bai2.Transaction,
    ("camt", False): camt.Document,
}
_WITHOUT = ("raw",)


def require_path(flow: Flow, path: str) -> None:
    """Raises `Misuse` for a lane that no message of the flow's can have."""
    fields = _FIELDS.get((flow.format, bool(flow.each)))
    if flow.format == "x12":
        if not x12.path(path).tag:
            raise Misuse(f"{path!r} names no segment, as CLP01 does")
    elif flow.format in _WITHOUT:
        raise Misuse(f"the lane {path!r} is a path, and the flow accepts {flow.format}, which has none")
    elif flow.format in ("delimited", "ndjson") and not flow.each:
        raise Misuse(f"a file of many rows has no {path!r} of its own")
    elif flow.format == "delimited" and flow.layout is not None:
        _one_of(path, [column.name for column in flow.layout.detail.columns])
    elif fields is not None:
        _one_of(path, list(fields.__struct_fields__))


def _one_of(path: str, known: list[str]) -> None:
    if path not in known:
        raise Misuse(f"{path!r} is none of {', '.join(known)}")
