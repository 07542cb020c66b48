"""Retention classes that flows name are declared in [retention], with a time that is more than nothing."""

from __future__ import annotations

from collections.abc import Iterator

from ...settings import METADATA
from ..finding import Finding
from ..subject import Subject


def check(subject: Subject) -> Iterator[Finding]:
    if not subject.configured:
        return
    declared = subject.settings.retention
    classes = {name: days for name, days in declared.items() if name != METADATA}
    for flow in subject.flows:
        if flow.retention not in classes:
            mend = f"add it to [retention] in days, or use one of {', '.join(classes)}"
            yield subject.at("error", flow, f"there is no retention class {flow.retention!r}", mend)
    for name, days in declared.items():
        if days <= 0:
            what = f"{name} = {days:g} days would keep nothing"
            yield subject.in_toml("error", "retention", what, "write how many days bodies are kept", name)
    used = {flow.retention for flow in subject.flows} | {"standard"}
    for name in classes:
        if name not in used and not list(subject.loading_faults()):
            yield subject.in_toml("warning", "retention", f"no flow uses the class {name!r}", "remove it", name)
    if declared[METADATA] < max(classes.values()):
        what = f"{METADATA} = {declared[METADATA]:g} days is less than bodies are kept"
        yield subject.in_toml("error", "retention", what, "keep it at least as long as any class", METADATA)
    windows = [endpoint.shared.duplicates_days for endpoint in subject.settings.sources.values()]
    if windows and max(windows) > min(classes.values()):
        what = f"bodies are gone before the duplicate window of {max(windows):g} days ends: a repeat is still recognised, its original can no longer be shown"
        yield subject.in_toml("warning", "retention", what, "keep bodies longer, or shorten duplicates_days")
