"""The ASGI application: one route for each verb, and what machines ask for.

/healthz  the process answers          /readyz  messages are taken in          both open, and say nothing else
/openapi.json                          open: it describes this program, not this hub
/metrics, /v1/...                      with the bearer token of [admin] token, or of one of [admin.actors], compared in
                                       constant time
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from ...kernel.errors import IsthmusError, Misuse, Permanent, StorageUnable
from ...observe.events import ApiRefused
from ...security import Person
from ..asks import Problem
from ..operator import Operator
from ..verbs import VERBS, Verb
from .metrics import metrics_text
from .openapi import openapi

BODY_BYTES_MAX = 32 << 20
"""The largest request: a mended body of 16 MiB, in base64."""

ACTOR_CHARS_MAX = 100

Endpoint = Callable[[Request], Awaitable[Response]]


class Unauthorised(IsthmusError):
    """This needs a token: Authorization: Bearer TOKEN, with a secret that [admin] in hub.toml refers to."""

    code = "UNAUTHORISED"


class TooLarge(IsthmusError):
    """The request is larger than the API takes."""

    code = "TOO_LARGE"


def application(operator: Operator) -> Starlette:
    """The API over one hub's operator."""
    hub = operator.hub

    async def healthz(request: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def readyz(request: Request) -> Response:
        return PlainTextResponse("ready\n") if hub.accepting else PlainTextResponse("not accepting\n", 503)

    async def document(request: Request) -> Response:
        return encoded(openapi())

    async def metrics(request: Request) -> Response:
        authorise(operator, request)
        return PlainTextResponse(await metrics_text(operator), media_type="text/plain; version=0.0.4")

    routes = [
        Route("/healthz", healthz),
        Route("/readyz", readyz),
        Route("/openapi.json", document),
        Route("/metrics", told(operator, metrics)),
    ]
    routes += [Route(verb.path, told(operator, of_verb(operator, verb)), methods=[verb.method]) for verb in VERBS]
    return Starlette(routes=routes, exception_handlers={HTTPException: unknown_place})


def of_verb(operator: Operator, verb: Verb) -> Endpoint:
    async def answer(request: Request) -> Response:
        actor = authorise(operator, request)
        if verb.method == "GET":
            fields: Any = dict(request.query_params)
        else:
            fields = await body_of(request)
        ask = verb.read(fields | request.path_params, strict=False)
        return encoded(await verb.does(operator, ask, actor))

    return answer


def authorise(operator: Operator, request: Request) -> str:
    """Who asks. Raises `Unauthorised`. The secrets are read each time: one that was changed counts at once."""
    admin = operator.hub.settings.admin
    assert admin is not None
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        for name, reference in admin.actors.items():
            if _is_secret(operator, reference, given):
                return Person(f"actor:{name}")
        if _is_secret(operator, admin.token, given):
            return actor_of(request)
    operator.hub.observer(ApiRefused(request.client.host if request.client else ""))
    raise Unauthorised


def _is_secret(operator: Operator, reference: str, given: str) -> bool:
    try:
        expected = operator.hub.secrets.get(reference)
    except Misuse:  # one whose secret is gone may not ask; the others may
        return False
    return bool(expected) and hmac.compare_digest(given.encode(), expected.encode())


def actor_of(request: Request) -> str:
    """Who asks with the hub's one token, by their own word: it says only that they may."""
    name = "".join(c for c in request.headers.get("x-isthmus-actor", "") if c.isprintable())[:ACTOR_CHARS_MAX]
    return f"api:{name}" if name.strip() else "api"


async def body_of(request: Request) -> dict[str, Any]:
    """The fields of a JSON body; {} where there is none. Raises `Misuse`, `TooLarge`."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_BYTES_MAX:
            raise TooLarge(f"a request has at most {BODY_BYTES_MAX} bytes")
    if not body:
        return {}
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Misuse(f"the body is no JSON object: {error}") from None


def told(operator: Operator, endpoint: Endpoint) -> Endpoint:
    """Errors as `Problem`s; one that nobody foresaw is a defect, and its words are not shown."""

    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except IsthmusError as error:
            headers = {"www-authenticate": "Bearer"} if isinstance(error, Unauthorised) else None
            return encoded(Problem(code=error.code, problem=str(error)), status_of(error), headers)
        except Exception as error:
            operator.hub.observer.failed("the API", error)
            return encoded(Problem(code="DEFECT", problem="the hub failed at this: see its log"), 500)

    return answer


def status_of(error: IsthmusError) -> int:
    if isinstance(error, Unauthorised):
        return 401
    if isinstance(error, TooLarge):
        return 413
    if isinstance(error, StorageUnable):
        return 503
    return 400 if isinstance(error, (Misuse, Permanent)) else 500


def encoded(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(msgspec.json.encode(value), status, headers, media_type="application/json")


async def unknown_place(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    return encoded(Problem(code="NO_SUCH_PLACE", problem="see /openapi.json for what there is"), status)
