"""From a JSON body to the values of columns.

A column is declared as "COLUMN" or "COLUMN=MEMBER", MEMBER being a path ("charge.amount"), "." for the whole body, with "?"
behind it where it may be missing and then is null.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from ...kernel.errors import Misuse, Permanent

WHOLE = "."


class Member(NamedTuple):
    """Where a column's value stands in the body."""

    column: str
    path: tuple[str, ...]
    optional: bool


def read_members(declared: tuple[str, ...], name: str) -> tuple[Member, ...]:
    """Raises `Misuse` for a declaration that names nothing, or one column twice."""
    members = tuple(_member(text) for text in declared)
    columns = [member.column for member in members]
    if not all(columns) or len(set(columns)) < len(columns) or any("" in member.path for member in members):
        raise Misuse(f'{name}: columns are written "COLUMN" or "COLUMN=MEMBER.MEMBER", each column once')
    return members


def _member(text: str) -> Member:
    column, given, path = text.partition("=")
    path = path if given else column
    optional, path = path.endswith("?"), path.removesuffix("?")
    return Member(column.removesuffix("?"), () if path == WHOLE else tuple(path.split(".")), optional)


def values(body: bytes, members: tuple[Member, ...]) -> list[str | bool | None]:
    """The values of the columns, in order. Raises `Permanent` for a body that is no JSON object or lacks a member.

    Numbers stay as they were written (money!), and so does what is nested: as JSON text.
    """
    document = _members(msgspec.Raw(body)) if any(member.path for member in members) else {}
    if document is None:
        raise Permanent("the body is no JSON object", suggestion="mend the flow that sends it here")
    return [_value(_find(document, member)) if member.path else _text(body) for member in members]


def _members(raw: msgspec.Raw) -> dict[str, msgspec.Raw] | None:
    """The members of an object; None: it is none."""
    try:
        return msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def _find(document: dict[str, msgspec.Raw], member: Member) -> msgspec.Raw | None:
    """A member as it was written; None where it may be missing and is."""
    here: dict[str, msgspec.Raw] | None = document
    found: msgspec.Raw | None = None
    for name in member.path:
        found = here.get(name) if here is not None else None
        here = _members(found) if found is not None else None
    if found is None and not member.optional:
        where = ".".join(member.path)
        raise Permanent(
            f"the body has no member {where}, which is declared for the column {member.column}",
            suggestion=f'mend the flow, or declare it as one that may be missing: "{member.column}={where}?"',
        )
    return found


_LITERALS: dict[bytes, bool | None] = {b"true": True, b"false": False, b"null": None}


def _value(found: msgspec.Raw | None) -> str | bool | None:
    text = b"null" if found is None else bytes(found).strip()
    if text in _LITERALS:
        return _LITERALS[text]
    if text.startswith(b'"'):
        try:
            return msgspec.json.decode(text, type=str)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            raise Permanent("the body is no JSON", suggestion="mend the flow that sends it here") from None
    return _text(text)


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise Permanent("the body is no text in UTF-8", suggestion="mend the flow that sends it here") from None
