"""The journal: what was acknowledged, what became of it, and the proof that nothing is missing.

Lives here: the port `Journal` over SQLite, split by verb (append in `batch.py`, settle, claim, trail, ledger ...).
May not: know a protocol, a connector or a flow; run a lane. Read first: `commit.py`, then `sql/001_initial.sql`.
"""

from .sqlite import SqliteJournal

__all__ = ["SqliteJournal"]
