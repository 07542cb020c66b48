"""The HTTP API of a running hub: the verbs, their OpenAPI document, health, readiness and metrics.

Lives here: HTTP and Prometheus text. May not: decide anything that `Operator` does not. Loaded after the sources are
open, because a web framework takes longer to import than a hub to start. Read first: `app.py`.
"""

from .server import AdminServer

__all__ = ["AdminServer"]
