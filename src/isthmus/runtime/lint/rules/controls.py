"""Every module of controls/ can be imported, and no two controls share a name."""

from __future__ import annotations

from collections.abc import Iterator

from ...controls import read_controls
from ..finding import Finding
from ..subject import Subject


def check(subject: Subject) -> Iterator[Finding]:
    findings: list[str] = []
    read_controls(subject.folder, findings)
    for words in findings:
        file, _, rest = words.partition(":")
        line, _, what = rest.partition(": ")
        mend = "give it another name" if "there is another" in what else "correct it: python says where"
        yield Finding("error", subject.relative(file), int(line), what, mend)
