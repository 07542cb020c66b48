"""The two bases of all shapes, and what is answered when something is refused."""

from __future__ import annotations

import msgspec


class Ask(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """What is asked."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What is answered."""


class Problem(Answer, frozen=True):
    """What is answered instead when something is refused: a stable code and what to do."""

    code: str
    problem: str
