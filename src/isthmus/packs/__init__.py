"""Reusable healthcare processes: state machines over canonical events, ready to be declared by a hub's flows.

Lives here: pure steps `(state, event, at_ns) -> (state, dispatches)` and their reference data. May not: I/O, clocks,
wire formats, names of a particular site. A pack knows systems only by the name a hub gives it.
Read first: `revenue/__init__.py`.
"""
