"""The command line: arguments, words for people, exit codes.

Lives here: `main.py`, what several commands need (`exits`, `arguments`, `output`, `progress`, `access`), and one file for
each command in `commands/`. May not: decide anything that the API could not; load at the top of a file what only one
command needs, because `isthmus --help` must answer at once. Read first: `main.py`.
"""
