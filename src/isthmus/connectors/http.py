"""HTTP, in and out: messages, webhooks and JSON services (RFC 9110).

In: a server of its own port takes one message a POST. It answers when the message's fate is durable:

    202  taken; {"message": 17, "state": "accepted"}; 200 with the destination's answer under acknowledge = "application"
    200  a duplicate of message 17, which is not processed again: for the sender that is success
    400 401 403 408 411 413 415 422   refused, as problem+json (RFC 9457)
    503  the hub cannot store right now, or the destination did not take it in time; Retry-After says when to try again

Out: one request a delivery, with the business key in `Idempotency-Key`. What the answer means:

    2xx               delivered
    408 409 425 429   Transient (a request with the same key may still be running at the target: 409)
    5xx               Transient, but 501 and 505 Permanent
    502 504           Unavailable, as is no connection and no answer: what stands before the target cannot reach it
    401, redirects    Unavailable: credentials and addresses are wrong for every delivery, and are read anew each time
    412               Conflict
    403, other 4xx    Permanent; 403 may be about this one resource, and pausing for it would hold up all others

`Retry-After` (RFC 9110 §10.2.3) is kept to for whatever is Transient.

The delivery contract: a target that honours the key, or a PUT to a URL with `{key}`, gives one effect. Otherwise
`look_up` asks for the key before each attempt: that is safe but for a request that timed out and is still running.
"""

from __future__ import annotations

import asyncio
import base64
import hmac
import logging
import socket
import time
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote, urljoin, urlsplit

import msgspec

from ..kernel.errors import Conflict, IsthmusError, Misuse, PeerFault, Permanent, Refused, Transient, Unavailable
from ..ports import Context, Delivery, Fate, Intake, Outcome, Receipt
from ..security.signature import Signature, sign, verify
from ..security.transport import Tls, Waiver, client_tls, is_loopback, require_protection, server_tls, split_address

if TYPE_CHECKING:
    import aiohttp
    from starlette.requests import Request
    from starlette.responses import Response

RETRY_AFTER_S = 5
"""What a sender is told while the hub cannot store: about as long as the hub needs to look again."""

KEEP_ALIVE_S = 75
BACKLOG = 512
REDIRECTS_MAX = 3
DETAIL_CHARS = 2000


class SourceSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """listen: "HOST:PORT"; path: where messages are posted to.

    content_types   what is taken ("application/json" ...); none given: anything
    bearer          references of tokens, any of which is taken (rotation)
    signature       how the sender signs
    anonymous       who answers for a listener beyond this machine that asks for no token, signature or certificate
    read_s          how long a sender may take to send one body
    connections_max  connections at a time; what more comes gets 503
    """

    listen: str
    path: str = "/"
    content_types: tuple[str, ...] = ()
    bearer: tuple[str, ...] = ()
    signature: Signature | None = None
    anonymous: Waiver | None = None
    tls: Tls | None = None
    plaintext: Waiver | None = None
    read_s: float = 30.0
    connections_max: int = 500


class LookUp(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How the target is asked for a business key: GET `url`, where {key} stands for it; 404 and 410 mean that it has none.

    url       where to ask; {key} stands for the business key
    compare   "contains": every member of the JSON that was sent is held with the same value (the target may add its own);
              "equal": the same bytes; "present": being there is enough
    """

    url: str
    compare: Literal["contains", "equal", "present"] = "contains"


class Basic(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A user and a password (RFC 7617).

    user      the name
    password  the reference of the password
    """

    user: str
    password: str


class SinkSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """url: where to; {key} stands for the business key.

    method        of the request
    content_type  of what is sent, unless the flow gives the header content_type
    headers       fixed ones; never a secret: for these are `bearer`, `basic` and `signature`
    bearer        the reference of a token to send
    key_header    the header that carries the business key; "": none
    connect_s     for the connection alone, TLS included
    reply_bytes_max  a longer answer is cut off
    pass_on       keep the target's answer: `acknowledge = "application"` gives it to the sender, a look-up to its flow
    """

    url: str
    method: Literal["POST", "PUT", "PATCH"] = "POST"
    content_type: str = "application/json"
    headers: dict[str, str] = {}
    bearer: str = ""
    basic: Basic | None = None
    signature: Signature | None = None
    key_header: str = "Idempotency-Key"
    look_up: LookUp | None = None
    tls: Tls | None = None
    plaintext: Waiver | None = None
    connect_s: float = 5.0
    reply_bytes_max: int = 1 << 20
    pass_on: bool = False


# ---------------------------------------------------------------- in


class Declined(Exception):
    """A request that is answered without being taken in."""

    def __init__(self, status: int, error: IsthmusError, **headers: str) -> None:
        super().__init__(status)
        self.status = status
        self.error = error
        self.headers = headers


class HttpSource:
    def __init__(self, settings: SourceSettings, context: Context) -> None:
        self._settings = settings
        self._context = context
        self._server: Any = None
        self._serving: asyncio.Task[None] | None = None
        self._socket: socket.socket | None = None
        self._paused = False
        self._intake: Intake

    async def open(self, intake: Intake) -> None:
        """Listen. Raises `Unavailable` when the port is taken, `Misuse` for a listener that is not protected."""
        import uvicorn  # here and below: not every hub has an HTTP source, and these cost its start 0.1 s

        self._intake = intake
        settings = self._settings
        host, port = split_address(settings.listen)
        require_protection(host, settings.tls is not None, settings.plaintext, self._context.name)
        self._require_authentication(host)
        self._tokens()
        self._paused = False
        self._socket = _listen(host, port, settings.listen)
        config = uvicorn.Config(
            self._answer, http="h11", interface="asgi3", ws="none", lifespan="off", loop="none", log_config=None, access_log=False,
            log_level=logging.CRITICAL, proxy_headers=False, server_header=False, backlog=BACKLOG,
            timeout_keep_alive=KEEP_ALIVE_S, limit_concurrency=settings.connections_max + 1,
        )  # fmt: skip
        config.load()
        config.ssl = server_tls(settings.tls, self._context.folder) if settings.tls else None
        self._server = server = uvicorn.Server(config)
        server.lifespan = config.lifespan_class(config)
        # Not `serve()`: it would take the process's signals, which are the hub's.
        await server.startup(sockets=[self._socket])
        self._serving = asyncio.get_running_loop().create_task(server.main_loop(), name=f"serve-{self._context.name}")

    @property
    def port(self) -> int:
        assert self._socket is not None
        return int(self._socket.getsockname()[1])

    def pause(self) -> None:
        self._paused = True

    def resume(self) -> None:
        self._paused = False

    async def close(self) -> None:
        """Take nothing new, answer what was taken, disconnect. Cancelled, it cuts off what is still open."""
        server, self._server = self._server, None
        if server is None:
            return
        server.should_exit = True
        assert self._serving is not None
        assert self._socket is not None
        self._paused = True
        try:
            await self._serving
            await server.shutdown(sockets=[self._socket])
        finally:
            self._socket.close()
            for connection in list(server.server_state.connections):
                connection.transport.abort()

    def _require_authentication(self, host: str) -> None:
        settings, waiver = self._settings, self._settings.anonymous
        certified = settings.tls is not None and settings.tls.ca
        if is_loopback(host) or settings.bearer or settings.signature or certified or (waiver and not waiver.ended):
            return
        raise Misuse(
            f"{self._context.name} would take messages from anybody who reaches {host}: give it bearer, signature or "
            'tls.ca, or a waiver: anonymous = { owner = "...", until = "YYYY-MM-DD", reason = "..." }'
        )

    def _tokens(self) -> list[str]:
        tokens = [self._context.secrets.get(reference) for reference in self._settings.bearer]
        if not all(tokens):
            raise Misuse(f"a bearer token of {self._context.name} is empty")
        return tokens

    # ---- one request

    async def _answer(self, scope: Any, receive: Any, send: Any) -> None:
        """The ASGI application. Nothing that goes wrong in it may reach a log: it could quote the message."""
        from starlette.requests import ClientDisconnect, Request

        try:
            response = await self._respond(Request(scope, receive))
        except Declined as declined:
            response = problem(declined.status, declined.error, declined.headers)
        except ClientDisconnect:
            return  # half a message and nobody to answer: nothing was taken in
        except IsthmusError as error:
            response = problem(500, Misuse(f"the hub is not set up right ({error.code})"))
        except Exception as error:
            response = problem(500, Misuse(f"the hub failed ({type(error).__name__})"))
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> Response:
        self._check(request)
        try:
            async with asyncio.timeout(self._settings.read_s):
                body = await self._read(request)
        except TimeoutError:
            error = PeerFault(f"the body was not sent within {self._settings.read_s:g} s")
            raise Declined(408, error, Connection="close") from None
        control = self._authenticate_body(request, body)
        if self._paused:
            raise _unable()
        taken: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()

        def reply(receipt: Receipt) -> None:
            if not taken.done():  # cut off by a stop: nobody waits any more
                taken.set_result(receipt)

        origin = f"{request.client.host}:{request.client.port}" if request.client else ""
        self._intake.receive(body, reply, origin=origin, control=control)
        return self._response(await taken)

    def _check(self, request: Request) -> None:
        """What can be told before the body is read."""
        settings = self._settings
        if request.url.path != settings.path:
            raise Declined(404, Refused(f"messages are taken at {settings.path}"), Connection="close")
        if request.method != "POST":
            raise Declined(405, Refused("messages are taken by POST"), Allow="POST", Connection="close")
        self._authenticate(request)
        if self._paused:
            raise _unable()
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if settings.content_types and kind not in settings.content_types:
            raise Declined(415, Refused(f"this source takes {', '.join(settings.content_types)}"), Connection="close")
        if request.headers.get("content-encoding", "identity") != "identity":
            raise Declined(415, Refused("send the body without a content encoding"), Connection="close")

    def _authenticate(self, request: Request) -> None:
        if not self._settings.bearer:
            return
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        # Every token is compared: which one matches takes no different time.
        matches = [hmac.compare_digest(given.strip().encode(), token.encode()) for token in self._tokens()]
        if scheme.lower() != "bearer" or not any(matches):
            challenge = {"WWW-Authenticate": "Bearer"}  # RFC 6750 §3
            raise Declined(401, Refused("a valid bearer token is needed"), **challenge, Connection="close")

    async def _read(self, request: Request) -> bytes:
        """The body, as far as the limit goes."""
        limit = self._intake.body_bytes_max
        declared = request.headers.get("content-length", "")
        if declared.isdecimal() and int(declared) > limit:
            raise _too_large(limit)
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > limit:
                raise _too_large(limit)
        return bytes(body)

    def _authenticate_body(self, request: Request, body: bytes) -> bytes:
        """Verify the signature; what identifies the request where the message has no id."""
        how, control = self._settings.signature, request.headers.get("idempotency-key", "").encode("latin-1")
        if how is None:
            return control
        secrets = [self._context.secrets.get(reference) for reference in how.secrets]
        try:
            signed = verify(how, secrets, request.headers, body, now_s=time.time())
        except Refused as error:
            raise Declined(401, error, **{"WWW-Authenticate": "Signature"}) from None
        return control or signed

    def _response(self, receipt: Receipt) -> Response:
        from starlette.responses import Response

        error = receipt.error
        match receipt.fate:
            case Fate.ACCEPTED if receipt.reply is not None:
                return Response(receipt.reply, 200, media_type="application/octet-stream")
            case Fate.ACCEPTED | Fate.DUPLICATE:
                state = receipt.fate.value
                taken = msgspec.json.encode({"message": receipt.message_id, "state": state})
                return Response(taken, 202 if receipt.fate is Fate.ACCEPTED else 200, media_type="application/json")
            case Fate.REFUSED:
                error = error or Refused("the message was refused")
                return problem(422 if isinstance(error, Refused) else 400, error)
            case Fate.RETURNED if isinstance(error, Permanent):
                return problem(422, error)
            case Fate.RETURNED:
                error = error or Transient("the destination did not take the message")
                return problem(503, error, {"Retry-After": str(RETRY_AFTER_S)})
            case Fate.UNABLE:
                raise _unable()


def _unable() -> Declined:
    error = Unavailable("the hub cannot store messages right now: send this one again")
    return Declined(503, error, **{"Retry-After": str(RETRY_AFTER_S)}, Connection="close")


def _too_large(limit: int) -> Declined:
    return Declined(413, PeerFault(f"this source takes at most {limit} bytes"), Connection="close")


def problem(status: int, error: IsthmusError, headers: dict[str, str] | None = None) -> Response:
    """An error as problem+json (RFC 9457): `code` is the error's own and stable; no message content."""
    from starlette.responses import Response

    body = {"type": "about:blank", "title": _title(status), "status": status, "detail": str(error), "code": error.code}
    return Response(msgspec.json.encode(body), status, headers, media_type="application/problem+json")


def _title(status: int) -> str:
    """With `about:blank` the title is the status's own phrase (RFC 9457 §4.2.1)."""
    from http import HTTPStatus

    return HTTPStatus(status).phrase


def _listen(host: str, port: int, address: str) -> socket.socket:
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise Unavailable(f"cannot listen on {address}: {error.strerror}") from None


def source(settings: SourceSettings, context: Context) -> HttpSource:
    return HttpSource(settings, context)


# ---------------------------------------------------------------- out


class HttpSink:
    """One connection to one service."""

    def __init__(self, settings: SinkSettings, context: Context) -> None:
        for url in (settings.url, *([settings.look_up.url] if settings.look_up else [])):
            _check_url(url, settings, context.name)
        if settings.bearer and settings.basic:
            raise Misuse(f"{context.name} has bearer and basic: give it one of them")
        self._settings = settings
        self._context = context
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        """Prepare the connection with the credentials of this moment. Nothing is sent: there is nothing harmless to ask.

        Raises `Misuse` for plaintext without a waiver, and for credentials or TLS files that are not there.
        """
        import aiohttp

        await self.close()
        settings = self._settings
        for url in (settings.url, *([settings.look_up.url] if settings.look_up else [])):
            parts = urlsplit(url)
            require_protection(parts.hostname or "", parts.scheme == "https", settings.plaintext, self._context.name)
        tls = client_tls(settings.tls or Tls(), self._context.folder)
        self._session = aiohttp.ClientSession(
            headers=self._fixed_headers(),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=settings.connect_s),  # the runner keeps the time
            connector=aiohttp.TCPConnector(ssl=tls, limit=1),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
        )

    def _fixed_headers(self) -> dict[str, str]:
        settings, get = self._settings, self._context.secrets.get
        headers = {"Accept-Encoding": "identity", **settings.headers}
        if settings.bearer:
            headers["Authorization"] = f"Bearer {get(settings.bearer)}"
        elif settings.basic:
            pair = f"{settings.basic.user}:{get(settings.basic.password)}".encode()
            headers["Authorization"] = f"Basic {base64.b64encode(pair).decode()}"
        return headers

    async def close(self) -> None:
        """Release. Safe before `open` and twice."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def deliver(self, delivery: Delivery) -> Outcome:
        """Ask for the key where that is declared, then send. See the table above for what is raised."""
        if self._settings.look_up and await self._is_there(self._settings.look_up, delivery):
            return Outcome(already_there=True)
        settings = self._settings
        answer = await self._request(
            settings.method, _url(settings.url, delivery.key), delivery.body, self._headers(delivery)
        )
        raise_for(answer)
        return Outcome(reference=answer.location, reply=answer.body if settings.pass_on else None)

    def _headers(self, delivery: Delivery) -> dict[str, str]:
        settings = self._settings
        headers = {"Content-Type": str(delivery.headers.get("content_type") or settings.content_type)}
        key = quote(delivery.key, safe=_KEY_SAFE)
        if settings.key_header:
            headers[settings.key_header] = key
        if settings.signature:
            secret = self._context.secrets.get(settings.signature.secrets[0])
            headers |= sign(settings.signature, secret, delivery.body, at_s=int(time.time()), id=key)
        return headers

    async def _is_there(self, look_up: LookUp, delivery: Delivery) -> bool:
        answer = await self._request("GET", _url(look_up.url, delivery.key), None, {})
        if answer.status in (404, 410):
            return False
        raise_for(answer)
        if same(look_up.compare, delivery.body, answer.body):
            return True
        raise Conflict(
            "the target holds something else under this key",
            detail=answer.words(),
            suggestion="compare both, then amend it at the target or discard this delivery",
        )

    async def _request(self, method: str, url: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        """One exchange; a redirect to the same origin that keeps method and body (307, 308) is followed."""
        for _ in range(REDIRECTS_MAX):
            answer = await self._exchange(method, url, body, headers)
            target = urljoin(url, answer.location)
            if answer.status not in (307, 308) or _origin(target) != _origin(url):
                break
            url = target
        return answer

    async def _exchange(self, method: str, url: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        import aiohttp
        from yarl import URL

        if self._session is None:
            raise Unavailable("the connection is not open")
        server_name = self._settings.tls.server_name if self._settings.tls else ""
        try:
            async with self._session.request(
                method, URL(url, encoded=True), data=body, headers=headers, allow_redirects=False,
                server_hostname=server_name or None,
            ) as response:  # fmt: skip
                read = await _read_reply(response.content, self._settings.reply_bytes_max)
                return Answer(
                    response.status, read, response.headers.get("Location", ""), _retry_after(response.headers)
                )
        except TimeoutError:
            raise Unavailable(f"no connection within {self._settings.connect_s:g} s") from None
        except aiohttp.ClientConnectorCertificateError:
            raise Unavailable(
                "the server's certificate is not from a known authority, not for its name, or out of date"
            ) from None
        except (aiohttp.ClientError, OSError) as error:
            raise Unavailable(f"the service cannot be reached ({type(error).__name__})") from None


class Answer(msgspec.Struct, frozen=True):
    """What a service answered; `body` as far as the limit goes."""

    status: int
    body: bytes
    location: str
    retry_after_s: float | None

    def words(self) -> str:
        return self.body.decode("utf-8", "replace")[:DETAIL_CHARS]


_KEY_SAFE = "!#$&'*+-.^_`|~:;,/@=()"
"""What a header may show of a key as it is; everything else is percent-encoded, so that no key can break a header."""

_TRANSIENT = (408, 409, 425, 429)
_NEVER = (501, 505)


def raise_for(answer: Answer) -> None:
    """Raise what a status means for the runner; return for 2xx. See the table above."""
    status, after, detail = answer.status, answer.retry_after_s, answer.words() or None
    if 200 <= status < 300:
        return
    if status in (502, 504):
        raise Unavailable(f"what stands before the service cannot reach it (HTTP {status})")
    if status == 401:
        raise Unavailable("the service refuses our credentials (HTTP 401): check bearer, basic or signature")
    if 300 <= status < 400:
        raise Unavailable(f"the service has moved (HTTP {status}): check url, which is followed on its own host only")
    if status in _TRANSIENT or (status >= 500 and status not in _NEVER):
        raise Transient(f"the service could not take it now (HTTP {status})", detail=detail, retry_after_s=after)
    if status == 412:
        raise Conflict("the target holds something else under this key (HTTP 412)", detail=detail)
    raise Permanent(
        f"the service refused the request (HTTP {status})",
        detail=detail,
        suggestion="see the service's words, then mend the delivery, or put right our rights there and send it again",
    )


def same(compare: str, sent: bytes, held: bytes) -> bool:
    """Whether what the target holds is what was sent."""
    if compare == "present":
        return True
    if compare == "equal":
        return sent == held
    try:
        return _contains(msgspec.json.decode(held), msgspec.json.decode(sent))
    except (msgspec.DecodeError, UnicodeDecodeError):
        return sent == held


def _contains(held: Any, sent: Any) -> bool:
    if isinstance(sent, dict):
        return isinstance(held, dict) and all(name in held and _contains(held[name], sent[name]) for name in sent)
    if isinstance(sent, list):
        return isinstance(held, list) and len(held) == len(sent) and all(map(_contains, held, sent))
    return type(held) is type(sent) and bool(held == sent)


def _check_url(url: str, settings: SinkSettings, name: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Misuse(f"{name} has an url that is none: write https://HOST/PATH")
    if parts.username or parts.password:
        raise Misuse(f"{name} has credentials in its url: give them by reference, as bearer or basic")
    if "{key}" in parts.netloc:
        raise Misuse(f"{name} would let a business key choose the host: {{key}} belongs into path or query")
    if parts.scheme == "http" and settings.tls:
        raise Misuse(f"{name} has a tls table and an http url: write https")


def _url(template: str, key: str) -> str:
    return template.replace("{key}", quote(key, safe=""))


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port


async def _read_reply(stream: aiohttp.StreamReader, limit: int) -> bytes:
    """The answer as far as the limit goes: a service that took the delivery has taken it, however much it says."""
    read = bytearray()
    async for chunk in stream.iter_any():
        read += chunk
        if len(read) >= limit:
            break
    return bytes(read[:limit])


def _retry_after(headers: Any) -> float | None:
    """Seconds of `Retry-After`, which may also be a date (RFC 9110 §10.2.3)."""
    text = headers.get("Retry-After", "").strip()
    if text.isdecimal() and len(text) < 10:
        return float(text)
    with suppress(ValueError, TypeError):
        return max(0.0, (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds())
    return None


def sink(settings: SinkSettings, context: Context) -> HttpSink:
    return HttpSink(settings, context)


def answers(settings: SinkSettings) -> bool:
    """Whether look-ups can be made through it."""
    return settings.pass_on
