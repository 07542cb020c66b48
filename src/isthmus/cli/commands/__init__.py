"""One file for each command: its docstring is its help, `declare(parser)` its arguments, `run(arguments)` its work.

`run` gives an exit code of `cli.exits`. An underscore in a file's name is a hyphen in the command's.
Adding a command adds one file here. Read first: `check.py`.
"""
