"""The harness that tests of connectors and hubs are built with; shipped, so that users test their own hubs with it.

Lives here: what provokes or simulates a fault. May not: assertions about one connector, anything that a running hub
imports. Read first: `fault_proxy.py`.
"""
