"""The rules of handing files over, wherever the folder is: on this machine or on a server.

    settling.py  which files may be taken: nothing that is still being written
    pieces.py    a file as messages, each with what identifies it
    taking.py    one file's way: claimed, read, handed in, put away
    names.py     the name of a file that is made of a business key

Lives here: what the connectors `files` and `sftp` do alike. May not: touch a disk or a network; that is the connector's part.
It is no connector, which the underscore says. Read first: `taking.py`.
"""

from .names import check_template, file_name
from .pieces import Split, pieces
from .settling import Settling, is_candidate
from .taking import EVIDENCE_BYTES, Changed, Place, numbered, reasons, take

__all__ = [
    "EVIDENCE_BYTES",
    "Changed",
    "Place",
    "Settling",
    "Split",
    "check_template",
    "file_name",
    "is_candidate",
    "numbered",
    "pieces",
    "reasons",
    "take",
]
