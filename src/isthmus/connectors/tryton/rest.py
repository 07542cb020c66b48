"""Tryton's native REST (8.2): requests, values on the wire, and what each answer means for the runner.

    GET    /<database>/rest/model/<model>?d=<domain>&f=<field>&...     search
    POST   /<database>/rest/model/<model>                             create
    POST   /<database>/rest/model/<model>/<id>/<action>               a button, such as `post`
    DELETE /<database>/rest/model/<model>/<id>

Domains, orders and the context are JSON in URL-safe base64. Decimals and dates are tagged objects:
`{"__class__": "Decimal", "decimal": "1.00"}`, `{"__class__": "date", "year": 2026, "month": 1, "day": 31}`.

| answer                             | means                                                                  |
|------------------------------------|------------------------------------------------------------------------|
| 400 with JSON                      | a business rule refused: `Declined`, for the caller to explain         |
| 401, 403, 404 without a record     | our configuration is wrong for every delivery: `Unavailable`           |
| 404 of a record                    | somebody removed it meanwhile: `Transient`                             |
| 503                                | another writer held a lock and nothing was written: tried again at once, then `Transient` |
| 502, 504, no connection, no answer | `Unavailable`; the request may have been carried out all the same       |
| 500                                | the ERP failed, perhaps on this entry only: `Transient`                 |
"""

from __future__ import annotations

import asyncio
import base64
import random
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import msgspec

from ...kernel import Permanent, Transient, Unavailable
from ...ports import Context
from .settings import SinkSettings, transport

if TYPE_CHECKING:
    import aiohttp

LOCKED_ATTEMPTS = 6
LOCKED_PAUSE_S = 0.05
"""Lock conflicts pass within an entry's own duration, about 0.15 s: six attempts with growing pauses make 1.5 s."""

Record = dict[str, Any]


class Declined(Exception):
    """A business rule of the ERP refused; `words` are its own and may quote the entry."""

    def __init__(self, words: str) -> None:
        super().__init__("a business rule of the ERP refused the request")
        self.words = words


class Rest:
    """One client of one Tryton database."""

    def __init__(self, settings: SinkSettings, context: Context) -> None:
        self._settings = settings
        self._context = context
        self._models = f"{settings.url.rstrip('/')}/{settings.database}/rest/model/"
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        """Prepare connections with the key of this moment; nothing is sent yet. Raises `Misuse`."""
        import aiohttp  # here, because it costs every start of the hub a quarter of a second

        await self.close()
        protection = transport(self._settings, self._context.name, self._context.folder)
        self._session = aiohttp.ClientSession(
            headers={"Authorization": f"Bearer {self._context.secrets.get(self._settings.key)}"},
            timeout=aiohttp.ClientTimeout(total=self._settings.request_s, sock_connect=self._settings.connect_s),
            connector=aiohttp.TCPConnector(ssl=protection),
        )

    async def close(self) -> None:
        """Release the connections. Safe before `open` and twice."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def search(
        self,
        model: str,
        domain: Sequence[Any],
        fields: Sequence[str],
        *,
        context: Mapping[str, Any] | None = None,
        limit: int | None = None,
    ) -> list[Record]:
        """Records that match, oldest first, with these fields (dotted for fields of related records)."""
        query = [("d", _encoded(domain)), ("o", _encoded([["id", "ASC"]]))]
        query += [("f", field) for field in fields]
        if limit is not None:
            query.append(("s", str(limit)))
        headers = {"X-Tryton-Context": _encoded(context)} if context else {}
        found: list[Record] = await self._request("GET", model, query=query, headers=headers)
        return found

    async def create(self, model: str, values: Record) -> int:
        """Create a record: its id."""
        record = await self._request("POST", model, body=values, query=[("f", "id")])
        return int(record["id"])

    async def act(self, model: str, record: int, action: str, fields: Sequence[str] = ()) -> Record:
        """Push a button of a record: the record's fields afterwards."""
        path, query = f"{model}/{record}/{action}", [("f", field) for field in fields]
        done: Record = await self._request("POST", path, body={}, query=query)
        return done

    async def delete(self, model: str, record: int) -> None:
        await self._request("DELETE", f"{model}/{record}")

    async def _request(
        self,
        method: str,
        path: str,
        *,
        query: Sequence[tuple[str, str]] = (),
        body: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """One request, tried again while another writer holds a lock: the decoded answer."""
        data = None if body is None else msgspec.json.encode(body)
        sent = {"Content-Type": "application/json", **(headers or {})}
        attempt = 1
        while True:
            status, answer = await self._exchange(method, path, query, data, sent)
            if status != 503 or attempt == LOCKED_ATTEMPTS:
                break
            await asyncio.sleep(LOCKED_PAUSE_S * attempt * (0.5 + random.random()))  # noqa: S311 - jitter
            attempt += 1
        if status >= 300:
            raise _fault(status, answer, of_record=path.count("/") > 0)
        try:
            return msgspec.json.decode(answer) if answer else None
        except msgspec.DecodeError:
            raise Unavailable("what answers at the ERP's address is not Tryton's REST: check `url`") from None

    async def _exchange(
        self, method: str, path: str, query: Sequence[tuple[str, str]], data: bytes | None, headers: Mapping[str, str]
    ) -> tuple[int, bytes]:
        import aiohttp

        if self._session is None:
            raise Unavailable("the connection to the ERP is not open")
        try:
            async with self._session.request(
                method, self._models + path, params=query, data=data, headers=headers, allow_redirects=False
            ) as answer:
                return answer.status, await answer.read()
        except TimeoutError:
            raise Unavailable("the ERP did not answer in time") from None
        except (aiohttp.ClientError, OSError) as error:
            raise Unavailable(f"the ERP cannot be reached ({type(error).__name__})") from None


def _fault(status: int, answer: bytes, *, of_record: bool) -> Exception:
    """What an answer other than 2xx means; see the table above."""
    words = answer.decode("utf-8", "replace")[:2000]
    match status:
        case 400:
            return Declined(_message(answer) or words)
        case 401:
            return Unavailable("the ERP refuses our key: check `key`, and that the application is validated there")
        case 403:
            return Unavailable("the ERP's user of our key lacks a right: it needs the group Accounting", detail=words)
        case 404 if of_record:
            return Transient("a record was removed in the ERP while this entry was being posted")
        case 404:
            return Unavailable("the ERP has no such database or no REST: check `url` and `database`")
        case 429:
            return Transient("the ERP asks for fewer requests")
        case 502 | 504:
            return Unavailable(f"what stands before the ERP cannot reach it (HTTP {status})")
        case 503:
            return Transient("another writer held a lock in the ERP for too long")
        case _ if status >= 500:
            return Transient(f"the ERP failed (HTTP {status})", detail=words)
        case _:
            return Permanent(f"the ERP answered with HTTP {status}, which it should not", detail=words)


def _message(answer: bytes) -> str:
    try:
        return str(msgspec.json.decode(answer)["message"])
    except (msgspec.DecodeError, KeyError, TypeError):
        return ""


def _encoded(value: Any) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(value)).decode()


def wire_decimal(value: Decimal) -> Record:
    """A decimal as Tryton reads it."""
    return {"__class__": "Decimal", "decimal": str(value)}


def wire_date(value: date) -> Record:
    """A date as Tryton reads it."""
    return {"__class__": "date", "year": value.year, "month": value.month, "day": value.day}


def read_decimal(value: Record | None) -> Decimal:
    """A decimal as Tryton writes it; nothing counts as zero."""
    return Decimal(value["decimal"]) if value else Decimal(0)


def read_date(value: Record) -> date:
    """A date as Tryton writes it."""
    return date(value["year"], value["month"], value["day"])
