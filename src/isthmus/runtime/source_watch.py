"""How the looks of one polling source went, as events: what `Context.looked` is in a running hub.

Invariants
 1. The first look that fails opens the source's incident, the next that goes well closes it.
 2. Meanwhile each cause is said once, and `CAUSES_MAX` of them at the most: a source that looks every second must not fill
    the log, whatever its server says.
"""

from __future__ import annotations

from ..kernel.errors import IsthmusError
from ..observe import Observer
from ..observe.events import SourceRecovered, SourceTroubled

CAUSES_MAX = 8
"""More than a server that goes away and comes back in stages gives rise to."""


class SourceWatch:
    """`cause`: why the last look failed; None: it went well, or none was made yet."""

    def __init__(self, name: str, observer: Observer) -> None:
        self._name = name
        self._observe = observer
        self._said: set[str] = set()
        self.cause: str | None = None

    def __call__(self, trouble: IsthmusError | None) -> None:
        before, self.cause = self.cause, str(trouble) if trouble else None
        if self.cause is not None:
            self._say(self.cause)
        elif before is not None:
            self._said.clear()
            self._observe(SourceRecovered(self._name))

    def _say(self, cause: str) -> None:
        if cause not in self._said and len(self._said) < CAUSES_MAX:
            self._said.add(cause)
            self._observe(SourceTroubled(self._name, cause))
