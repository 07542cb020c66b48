"""A simulated hospital: counterparts of the hub, each its own process that speaks the real protocols.

Lives here: what makes a hospital around the hub for the demo and the tests. May not: be imported by the hub (only the
demo and the tests start it), or import the hub, so that neither side can share the other's mistakes.
Read first: `ehr/day.py`.
"""
