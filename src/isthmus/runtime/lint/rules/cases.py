"""Every flow has a case, and the samples of cases are there."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Finding
from ..subject import Subject


def check(subject: Subject) -> Iterator[Finding]:
    for flow in subject.flows:
        if not flow.cases:
            mend = 'add NAME.case("what it shows", "samples/FILE", expect=[...])'
            yield subject.at("warning", flow, "has no case: nobody will notice when it changes what it does", mend)
        for case in flow.cases:
            if not (subject.folder / case.sample).is_file():
                mend = "put the sample there, or correct its path (relative to the hub's folder)"
                yield subject.at("error", flow, f"the sample {case.sample} of the case {case.name!r} is missing", mend)
