"""Values of any declared record, made by its declaration, and what writes and reads them again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from isthmus.protocols import x12
from isthmus.protocols.x12.loops import Spec
from isthmus.protocols.x12.views import (
    Adjustment,
    HealthCode,
    Institutional,
    Party,
    Period,
    Professional,
    ProviderAdjustment,
    StatusCode,
)
from isthmus.protocols.x12.views import elements as kinds
from isthmus.protocols.x12.views import nested as nesting
from isthmus.protocols.x12.views.declared import REQUIRED, Base, Field
from isthmus.protocols.x12.views.document import Document

AT = datetime(2026, 1, 15, 9, 34, tzinfo=UTC)

words = st.text("ABCÉé019 -.'", min_size=1, max_size=8)
amounts = st.decimals(Decimal("-9999"), Decimal("9999"), places=2)
days = st.dates(date(1900, 1, 1), date(2099, 12, 31))


def made(kind: Callable[..., Any], *each: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Only these arguments: `builds` would make up those that have a default."""
    return st.tuples(*each).map(lambda values: kind(*values))


moments = made(datetime.combine, days, st.times().map(lambda one: one.replace(second=0, microsecond=0)))
periods = made(Period, days) | made(Period, days, days) | made(Period, moments)
some_words = st.lists(words, min_size=1, max_size=3)
maybe_words = st.just("") | words
health_codes = made(HealthCode, words, words, st.none() | periods, st.none() | amounts, maybe_words)
adjustments = made(Adjustment, words, words, amounts, st.none() | amounts)
provider_adjustments = made(ProviderAdjustment, words, st.none() | days, words, maybe_words, amounts)
BY_FIELD: dict[str, st.SearchStrategy[Any]] = {
    "_Adjustments": st.lists(adjustments, max_size=8),
    "_ProviderAdjustments": st.lists(provider_adjustments, max_size=8),
    "_HealthCodes": st.lists(st.lists(health_codes, min_size=1, max_size=3), max_size=2),
    "_StatusCodes": st.lists(made(StatusCode, words, words, maybe_words, maybe_words), min_size=1, max_size=3),
}


def documents(kind: type[Document]) -> st.SearchStrategy[Any]:
    return records(kind, kind.guide, "")


def records(kind: type[Base], guide: Spec, loop: str) -> st.SearchStrategy[Any]:
    """A role (NM101, N101) is one that the guide's loop begins with."""
    fields = {field.name: values(field, guide, needed=not at) for at, field in enumerate(kind.fields)}
    spec = find(guide, loop)
    if spec and spec.at == 1 and "role" in fields:
        fields["role"] = st.sampled_from(sorted(spec.codes))
    if kind is Party and not spec:
        fields["role"] = st.sampled_from(["QC", "82"])
    return st.builds(kind, **fields)


def values(field: Field, guide: Spec, *, needed: bool) -> st.SearchStrategy[Any]:
    needed = needed or field.default is REQUIRED
    if type(field).__name__ in BY_FIELD:
        return BY_FIELD[type(field).__name__]
    if type(field).__name__ == "_Service":
        return records(Professional, guide, "") | records(Institutional, guide, "")
    if isinstance(field, nesting.Nested):
        return nested(field, guide)
    return element(field, needed=needed)


def nested(field: nesting.Nested, guide: Spec) -> st.SearchStrategy[Any]:
    if isinstance(field, nesting.Loops):
        present = [name for name in sorted(field.names) if find(guide, name)]
        inner = st.one_of([records(field.kind, guide, name) for name in present])
        return st.none() | inner if isinstance(field, nesting.One) else st.lists(inner, max_size=2)
    inner = records(field.kind, guide, "")
    return st.none() | inner if isinstance(field, nesting.Within) else st.lists(inner, max_size=2)


def element(field: Field, *, needed: bool) -> st.SearchStrategy[Any]:
    if isinstance(field, kinds.Number):
        return amounts if needed else st.none() | amounts
    if isinstance(field, kinds.Span):
        return st.none() | periods
    if isinstance(field, kinds.Day):
        return st.none() | days
    if isinstance(field, (kinds.Parts, kinds.Repeated)):
        return some_words if needed else st.just([]) | some_words
    if isinstance(field, kinds.Texts):
        return st.lists(words, max_size=2)
    return words if needed else st.just(field.default) | words


def find(spec: Spec, name: str) -> Spec | None:
    if spec.name == name:
        return spec
    return next((found for inner in spec.loops if (found := find(inner, name))), None)


def written(document: Document) -> bytes:
    writer = x12.Writer(sender=("ZZ", "A"), receiver=("ZZ", "B"), control_number=1, at=AT)
    writer.group("XX", sender="A", receiver="B", control_number=1, version=document.implementation)
    document.write(writer, "0001")
    return writer.close()
