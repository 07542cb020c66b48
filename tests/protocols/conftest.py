"""The same examples in every run, and no limit of time on one example: a slow machine is no failure."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("deterministic", deadline=None, derandomize=True, database=None)
settings.load_profile("deterministic")
