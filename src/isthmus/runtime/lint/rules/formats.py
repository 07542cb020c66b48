"""A source's format exists, and the flows that it feeds accept that format."""

from __future__ import annotations

from collections.abc import Iterator

from ...formats import FORMATS
from ..finding import Finding
from ..subject import Subject


def check(subject: Subject) -> Iterator[Finding]:
    known = ", ".join(FORMATS)
    sources = subject.settings.sources
    for name, endpoint in sources.items():
        if endpoint.shared.format not in FORMATS:
            what = f"there is no format {endpoint.shared.format!r}"
            yield subject.in_toml("error", f"sources.{name}", what, f"use one of {known}", "format")
    for flow in subject.flows:
        if flow.format not in FORMATS:
            mend = f'write FORMAT/FAMILIES with a format of {known}: accepts="hl7v2/ADT"'
            yield subject.at("error", flow, f"accepts={flow.accepts!r} names no format that the hub knows", mend)
        elif flow.source in sources and sources[flow.source].shared.format != flow.format:
            given = sources[flow.source].shared.format
            what = f"accepts {flow.format}, and its source {flow.source} gives {given}"
            yield subject.at("error", flow, what, "change `accepts`, or the source's `format`")
