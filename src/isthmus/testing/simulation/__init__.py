"""The whole hub in one process, on a simulated clock, network and disk, from one seed.

Lives here: the simulated world, its scenarios and the oracle. May not: a second way of doing what the hub does; what is
under test is the real one. Read first: `world.py`, then `oracle.py`.
"""
