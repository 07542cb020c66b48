"""The verbs: everything that a person or a script can ask of a hub, declared once.

From this table come the routes of the API, its OpenAPI document, the pages of the reference, and what the command line
calls. Adding a verb adds its shapes to `asks.py`, a method to `Operator`, and a line here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Literal, NamedTuple

import msgspec

from ..kernel.errors import Misuse
from . import asks
from .operator import Operator


class Verb(NamedTuple):
    """`does(operator, ask, actor)`. Names in braces of the path are fields of the ask; the others come as query
    parameters (GET) or as a JSON body (POST)."""

    name: str
    method: Literal["GET", "POST"]
    path: str
    ask: type[asks.Ask]
    answer: type[asks.Answer]
    does: Callable[[Operator, Any, str], Awaitable[asks.Answer]]

    @property
    def summary(self) -> str:
        """What it does, from the docstring of its ask, or of the method where several share the ask."""
        words = self.does.__doc__ or self.ask.__doc__ or ""
        return words.strip().split("\n")[0]

    def read(self, fields: dict[str, Any], *, strict: bool = True) -> asks.Ask:
        """The ask from its fields. Raises `Misuse` naming what is wrong."""
        try:
            ask: asks.Ask = msgspec.convert(fields, self.ask, strict=strict)
        except msgspec.ValidationError as error:
            raise Misuse(f"{self.name}: {error}") from None
        for name in ask.__struct_fields__:
            if not _countable(getattr(ask, name)):
                raise Misuse(f"{self.name}: {name} holds a number that no journal reaches")
        return ask


def _countable(value: Any) -> bool:
    """Whether the whole numbers of a field fit into the journal's 64 bits."""
    numbers = value if isinstance(value, (list, tuple)) else (value,)
    return all(abs(one) < 1 << 63 for one in numbers if isinstance(one, int))


VERBS: tuple[Verb, ...] = (
    Verb("status", "GET", "/v1/status", asks.ReadStatus, asks.Status, Operator.status),
    Verb("messages", "GET", "/v1/messages", asks.FindMessages, asks.Messages, Operator.find),
    Verb("show", "GET", "/v1/messages/{id}", asks.ShowMessage, asks.MessageShown, Operator.show),
    Verb("parked", "GET", "/v1/parked", asks.ListParked, asks.Parked, Operator.parked),
    Verb("body", "GET", "/v1/parked/{item}/body", asks.TakeBody, asks.Body, Operator.body),
    Verb("resend", "POST", "/v1/parked/resend", asks.ActOn, asks.Acted, Operator.resend),
    Verb("mend", "POST", "/v1/parked/{item}/mend", asks.Mend, asks.Acted, Operator.mend),
    Verb("approve", "POST", "/v1/parked/{item}/approve", asks.Approve, asks.Acted, Operator.approve),
    Verb("refuse", "POST", "/v1/parked/{item}/refuse", asks.Refuse, asks.Acted, Operator.refuse),
    Verb("redirect", "POST", "/v1/parked/redirect", asks.Redirect, asks.Acted, Operator.redirect),
    Verb("skip", "POST", "/v1/parked/skip", asks.ActOn, asks.Acted, Operator.skip),
    Verb("discard", "POST", "/v1/parked/discard", asks.ActOn, asks.Acted, Operator.discard),
    Verb("close", "POST", "/v1/parked/close", asks.ActOn, asks.Acted, Operator.close_tasks),
    Verb("replay", "POST", "/v1/replay", asks.Replay, asks.Replayed, Operator.replay),
    Verb("ledger", "GET", "/v1/ledger", asks.ReadLedger, asks.Ledger, Operator.ledger),
    Verb("verify", "POST", "/v1/verify", asks.VerifyJournal, asks.Verified, Operator.verify),
    Verb("versions", "GET", "/v1/versions", asks.ListVersions, asks.Versions, Operator.versions),
    Verb("version", "GET", "/v1/versions/{version}", asks.ShowVersion, asks.VersionShown, Operator.version),
    Verb("audit", "GET", "/v1/audit", asks.ReadAudit, asks.Audit, Operator.audit),
    Verb("hold", "POST", "/v1/destinations/{destination}/hold", asks.Hold, asks.Held, Operator.hold),
    Verb("release", "POST", "/v1/destinations/{destination}/release", asks.Hold, asks.Held, Operator.release),
    Verb("tables", "GET", "/v1/tables", asks.ListTables, asks.Tables, Operator.tables),
    Verb("missing", "GET", "/v1/tables/missing", asks.ListMissing, asks.Missing, Operator.missing),
    Verb("rows", "GET", "/v1/tables/{table}/rows", asks.ShowRows, asks.TableRows, Operator.rows),
    Verb("deploy", "POST", "/v1/flows/{flow}/deploy", asks.Deploy, asks.Deployed, Operator.deploy),
)

BY_NAME = {verb.name: verb for verb in VERBS}
