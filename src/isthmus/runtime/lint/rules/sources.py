"""Every source feeds a flow, every flow has a source, and a source's facility exists."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Finding
from ..subject import Subject


def check(subject: Subject) -> Iterator[Finding]:
    if not subject.configured:
        return
    sources = subject.settings.sources
    fed = {flow.source for flow in subject.flows}
    whole = not list(subject.loading_faults())
    for name, endpoint in sources.items():
        if name not in fed and whole:
            mend = f'write a flow with source="{name}", or remove the table'
            yield subject.in_toml("error", f"sources.{name}", "no flow takes its messages: each would be refused", mend)
        facility = endpoint.shared.facility
        if facility and facility not in subject.written("facilities"):
            mend = f"add [facilities.{facility}] with its time_zone, or use one of {', '.join(subject.settings.facilities) or '(none)'}"
            yield subject.in_toml("error", f"sources.{name}", f"there is no facility {facility!r}", mend, "facility")
    for flow in subject.flows:
        if flow.source not in subject.written("sources"):
            mend = f"add [sources.{flow.source}] to hub.toml, or use one of {', '.join(sources) or '(none)'}"
            yield subject.at("error", flow, f"there is no source {flow.source!r}", mend)
