"""The composition root: a hub's folder becomes a running graph.

Lives here: settings, loading, lanes, intake, delivery, steps, timers, start and stop. May not: formats of the wire, SQL.
Read first: `hub.py`, then `intake.py` and `outbox.py`.
"""
