"""People in [admin.actors] have a token each, and there are two at least: one of them approves what the other proposes."""

from __future__ import annotations

from collections.abc import Iterator

from ....kernel.errors import Misuse
from ....security import SecretStore
from ..finding import Finding
from ..subject import Subject


def check(subject: Subject) -> Iterator[Finding]:
    if not subject.configured or subject.settings.admin is None:
        return
    admin = subject.settings.admin
    held: dict[str, str] = {}
    for name, reference in (("", admin.token), *admin.actors.items()):
        try:
            secret = SecretStore(subject.folder).get(reference)
        except Misuse:
            continue  # said by another rule, or made at the first start
        if secret in held:
            other = f"actor {held[secret]} has it too" if held[secret] else "it is the hub's own"
            mend = "make each a token of its own"
            yield subject.in_toml(
                "error", "admin.actors", f"the token of {name} is not {name}'s alone: {other}", mend, name
            )
        held.setdefault(secret, name)
    if len(admin.actors) == 1:
        what = "names one person: nobody can approve what that one proposes"
        yield subject.in_toml("warning", "admin.actors", what, "name another, with a token of their own")
