"""Every module of flows/ can be imported, no two flows or processes share a name, and there is at least one."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Finding
from ..subject import Subject


def check(subject: Subject) -> Iterator[Finding]:
    faults = list(subject.loading_faults())
    for file, line, words in faults:
        mend = "give it another name" if "there is another" in words else "correct it: python says where"
        yield Finding("error", file, line, words, mend)
    if not faults and not subject.flows and not subject.processes:
        yield Finding("error", "flows", 0, "there is no flow", "write flows/NAME.py: see docs/how-to/first-hub.md")
