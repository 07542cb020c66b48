"""replay-diff: recorded messages through a changed flow, and what would come out differently. Nothing is dispatched.

    journal --recorded message, version, what it gave--> the flow as it stands in the folder --> compared by meaning

It reads the journal through a connection of its own and runs in the process of the command, never in the hub's: the flow on
trial is not live, and may be wrong in any way. Files: `run.py` goes through the messages, `candidate.py` is what is on trial,
`recorded.py` what came out then, `compare.py` and `meaning.py` tell the two apart. Read first: `run.py`.
"""

from .candidate import candidate
from .compare import Dispatched, Field
from .run import Diff, Differing, replay_diff

__all__ = ["Diff", "Differing", "Dispatched", "Field", "candidate", "replay_diff"]
