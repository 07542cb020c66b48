"""Live look-ups: what a flow asks of other systems before it decides.

    Undecided --questions of a message--> Lookups --kept?--> Line of the system: turn <- pause <- time budget <- sink

A question goes out through the sink of a destination like a delivery, and its `Outcome.reply` is the answer; nothing of it
is in the journal, because it changes nothing. Files: `questions.py` is what a message asks, `line.py` one system and how
it is asked, `kept.py` answers that serve again, `asking.py` puts them together, `carriers.py` says which destination can answer.
Read first: `asking.py`.
"""

from .asking import Lookups
from .carriers import fault_of
from .questions import NotAnswered, missing, questions, recorded_or_missing

__all__ = ["Lookups", "NotAnswered", "fault_of", "missing", "questions", "recorded_or_missing"]
