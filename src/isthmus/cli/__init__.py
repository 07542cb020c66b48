"""The command line: one file for each command; it starts without loading what a command does not need.

Lives here: arguments, words for people, exit codes. May not: decide anything that the API could not. Read first: `main.py`.
"""
