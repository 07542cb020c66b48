"""What came out then, held against what would come out now: which dispatches are new, gone or changed, and in what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

import msgspec

from .meaning import maybe_places

Change = Literal["new", "gone", "changed"]


class Out(NamedTuple):
    """One dispatch. body None: it is no longer stored, and so not compared."""

    destination: str
    key: str | None
    lanes: tuple[bytes, ...]
    headers: Mapping[str, Any]
    body: bytes | None


class Field(msgspec.Struct, frozen=True):
    """A place that differs: a path of the body, or `key`, `lane`, `headers.NAME`, `body`. was and now are content."""

    path: str
    was: str
    now: str


class Dispatched(msgspec.Struct, frozen=True):
    """A dispatch that is new, gone or changed; fields: in what, for a changed one."""

    destination: str
    change: Change
    fields: tuple[Field, ...] = ()


def differences(was: Sequence[Out], now: Sequence[Out]) -> list[Dispatched]:
    """In the order of the destinations' names. Dispatches to one destination belong together by their key, the others by
    their order."""
    found: list[Dispatched] = []
    for destination in sorted({one.destination for one in (*was, *now)}):
        before = [one for one in was if one.destination == destination]
        after = [one for one in now if one.destination == destination]
        for one, other in _pairs(before, after):
            fields = fields_of(one, other)
            if fields:
                found.append(Dispatched(destination, "changed", fields))
        found += [Dispatched(destination, "gone") for _ in before]
        found += [Dispatched(destination, "new") for _ in after]
    return found


def _pairs(before: list[Out], after: list[Out]) -> list[tuple[Out, Out]]:
    """Those that belong together; what is left over stays in the lists."""
    pairs = []
    for one in list(before):
        other = next((other for other in after if other.key == one.key), None)
        if other is not None:
            pairs.append((one, other))
            before.remove(one)
            after.remove(other)
    while before and after:
        pairs.append((before.pop(0), after.pop(0)))
    return pairs


def fields_of(was: Out, now: Out) -> tuple[Field, ...]:
    """Where two dispatches differ."""
    found = []
    if was.key != now.key:
        found.append(Field("key", was.key or "", now.key or ""))
    if was.lanes != now.lanes:
        found.append(Field("lane", "", ""))
    named = {
        name: (str(was.headers.get(name, "")), str(now.headers.get(name, "")))
        for name in {**was.headers, **now.headers}
    }
    found += [Field(f"headers.{name}", *values) for name, values in named.items() if values[0] != values[1]]
    if was.body is not None and now.body is not None and was.body != now.body:
        found += _in_bodies(was.body, now.body)
    return tuple(found)


def _in_bodies(was: bytes, now: bytes) -> list[Field]:
    before, after = maybe_places(was), maybe_places(now)
    if before is None or after is None:
        return [Field("body", was.decode("utf-8", "replace"), now.decode("utf-8", "replace"))]
    paths = dict.fromkeys((*before, *after))
    return [
        Field(path, before.get(path, ""), after.get(path, "")) for path in paths if before.get(path) != after.get(path)
    ]
