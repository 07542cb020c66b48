"""The hospital's ERP: a real Tryton on a real PostgreSQL, seeded with a chart of accounts, without root.

Lives here: what builds, starts, kills and inspects it. May not: the hub, which knows the ERP only by its REST; Tryton
itself (GPL-3), which is installed in an environment of its own and only ever started as a process.
Read first: `server.py`; `chart.toml` is what finance has set up.
"""

from .chart import Chart, Department, PayerClass, chart
from .server import ErpServer
from .template import template as prepare

__all__ = ["Chart", "Department", "ErpServer", "PayerClass", "chart", "prepare"]
