"""HTTP beyond the published sentences: who may send, what each answer means, what is asked first."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest
from http_peers import Orders, Served
from starlette.responses import Response

from isthmus.connectors import http
from isthmus.kernel import Conflict, Misuse, Permanent, Refused, Transient, Unavailable
from isthmus.ports import Context, Delivery, Fate, Receipt
from isthmus.security.signature import Signature, sign
from isthmus.testing.connector_conformance import RecordingIntake

Make = Callable[..., Context]
BODY = b'{"id": "evt-1"}'


class Client:
    """A sender of one test's source."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self.url, self._session = url, session

    async def post(self, body: bytes = BODY, *, path: str = "", **headers: str) -> aiohttp.ClientResponse:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self._session.post(self.url + path, data=body, headers=sent) as answer:
            await answer.read()
            return answer


class Opened:
    def __init__(self, client: Client, intake: RecordingIntake, source: http.HttpSource) -> None:
        self.client, self.intake, self.source = client, intake, source


Open = Callable[..., Any]


@pytest.fixture
async def listening(context: Make, host: str) -> AsyncIterator[Open]:
    sources: list[http.HttpSource] = []
    session = aiohttp.ClientSession()

    async def listen(**settings: Any) -> Opened:
        source = http.source(http.SourceSettings(listen=f"{host}:0", **settings), context())
        intake = RecordingIntake()
        await source.open(intake)
        sources.append(source)
        return Opened(Client(f"http://{host}:{source.port}", session), intake, source)

    yield listen
    await session.close()
    for source in sources:
        await source.close()


@pytest.fixture
def secret(tmp_path: Path) -> Callable[[str, str], str]:
    def keep(name: str, value: str) -> str:
        (tmp_path / name).write_text(value + "\n")
        return f"file:{name}"

    return keep


# ---------------------------------------------------------------- in


async def test_a_message_is_answered_with_its_number(listening: Open) -> None:
    opened = await listening()
    opened.intake.answer = Receipt(Fate.ACCEPTED, 17)
    answer = await opened.client.post()
    assert (answer.status, await answer.json()) == (202, {"message": 17, "state": "accepted"})


async def test_a_duplicate_is_a_success_that_names_the_first(listening: Open) -> None:
    opened = await listening()
    opened.intake.answer = Receipt(Fate.DUPLICATE, 17)
    answer = await opened.client.post()
    assert (answer.status, await answer.json()) == (200, {"message": 17, "state": "duplicate"})


async def test_a_refusal_is_a_problem_document(listening: Open) -> None:
    opened = await listening()
    opened.intake.answer = Receipt(Fate.REFUSED, 3, error=Refused("this source takes no invoices"))
    answer = await opened.client.post()
    assert answer.content_type == "application/problem+json"
    assert await answer.json(content_type=None) == {
        "type": "about:blank",
        "title": "Unprocessable Entity",
        "status": 422,
        "detail": "this source takes no invoices",
        "code": "REFUSED",
    }


async def test_the_destinations_answer_is_passed_on(listening: Open) -> None:
    opened = await listening()
    opened.intake.answer = Receipt(Fate.ACCEPTED, 1, reply=b"the answer")
    answer = await opened.client.post()
    assert (answer.status, await answer.text()) == (200, "the answer")


@pytest.mark.parametrize(
    ("receipt", "status"),
    [
        (Receipt(Fate.RETURNED, 1, error=Permanent("the receiver could not process it")), 422),
        (Receipt(Fate.RETURNED, 1, error=Transient("no answer within 30 s")), 503),
        (Receipt(Fate.UNABLE), 503),
    ],
)
async def test_what_may_be_sent_again_says_when(listening: Open, receipt: Receipt, status: int) -> None:
    opened = await listening()
    opened.intake.answer = receipt
    answer = await opened.client.post()
    assert answer.status == status
    assert ("Retry-After" in answer.headers) == (status == 503)


async def test_only_post_at_the_path_is_served(listening: Open) -> None:
    opened = await listening(path="/in")
    assert (await opened.client.post(path="/in")).status == 202
    assert (await opened.client.post(path="/other")).status == 404
    async with aiohttp.ClientSession() as session, session.get(opened.client.url + "/in") as answer:
        assert (answer.status, answer.headers["Allow"]) == (405, "POST")
    assert len(opened.intake.received) == 1


async def test_other_content_types_and_encodings_are_refused(listening: Open) -> None:
    opened = await listening(content_types=("application/json",))
    assert (await opened.client.post(Content_Type="application/json; charset=utf-8")).status == 202
    assert (await opened.client.post(Content_Type="text/xml")).status == 415
    assert (await opened.client.post(Content_Type="application/json", Content_Encoding="x-bomb")).status == 415


async def test_a_body_without_a_length_is_cut_off_at_the_limit(listening: Open) -> None:
    opened = await listening()
    opened.intake.body_bytes_max = 1000

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(100_000):
            yield b"x" * 1000

    try:
        answer = await opened.client.post(endless())  # type: ignore[arg-type]
        assert answer.status == 413
    except aiohttp.ClientError:
        pass  # closed while it was still sending
    assert opened.intake.received == []


async def test_a_sender_that_stalls_is_cut_off(listening: Open, host: str) -> None:
    opened = await listening(read_s=0.05)
    reader, writer = await asyncio.open_connection(host, opened.source.port)
    writer.write(b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 100\r\n\r\nhalf")
    answer = await asyncio.wait_for(reader.read(), 5)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert opened.intake.received == []
    writer.close()


async def test_any_of_the_tokens_is_taken_and_nothing_else(listening: Open, secret) -> None:
    opened = await listening(bearer=(secret("old", "t-old"), secret("new", "t-new")))
    for token in ("t-old", "t-new"):
        assert (await opened.client.post(Authorization=f"Bearer {token}")).status == 202
    for headers in (
        {},
        {"Authorization": "Bearer t-"},
        {"Authorization": "Basic t-old"},
        {"Authorization": "Bearer é"},
    ):
        answer = await opened.client.post(**headers)
        assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert len(opened.intake.received) == 2


async def test_a_rotated_token_holds_from_the_next_request_on(listening: Open, secret) -> None:
    opened = await listening(bearer=(secret("token", "first"),))
    secret("token", "second")
    assert (await opened.client.post(Authorization="Bearer first")).status == 401
    assert (await opened.client.post(Authorization="Bearer second")).status == 202


async def test_a_signed_webhook_is_taken_and_identified_by_its_signature(listening: Open, secret) -> None:
    how = Signature(secrets=(secret("old", "k-old"), secret("new", "k-new")), timestamp_header="X-Time")
    opened = await listening(signature=how)
    for key in ("k-old", "k-new"):
        headers = sign(how, key, BODY, at_s=int(time.time()))
        assert (await opened.client.post(BODY, **headers)).status == 202
        assert (await opened.client.post(BODY, **headers)).status == 202
    first, repeat, other, _ = opened.intake.controls
    assert first == repeat != other


@pytest.mark.parametrize(
    ("changed", "age_s", "key"), [(b"!", 0, "k"), (b"", 400, "k"), (b"", -400, "k"), (b"", 0, "x")]
)
async def test_a_forged_or_old_webhook_is_not_taken(listening: Open, secret, changed, age_s, key) -> None:
    how = Signature(secrets=(secret("key", "k"),), timestamp_header="X-Time", encoding="base64", prefix="v1,")
    opened = await listening(signature=how)
    headers = sign(how, key, BODY, at_s=int(time.time()) - age_s)
    assert (await opened.client.post(BODY + changed, **headers)).status == 401
    assert (await opened.client.post(BODY)).status == 401
    assert opened.intake.received == []


async def test_the_senders_idempotency_key_identifies_the_message(listening: Open) -> None:
    opened = await listening()
    await opened.client.post(Idempotency_Key="order-7")
    await opened.client.post()
    assert opened.intake.controls == [b"order-7", b""]


async def test_a_listener_for_everybody_needs_a_waiver(context: Make) -> None:
    waiver = {"owner": "team", "until": "2999-01-01", "reason": "an old device"}
    given: dict[str, Any] = {"listen": "0.0.0.0:0", "plaintext": waiver}
    with pytest.raises(Misuse, match="from anybody"):
        await http.source(msgspec.convert(given, http.SourceSettings), context()).open(RecordingIntake())
    source = http.source(msgspec.convert(given | {"anonymous": waiver}, http.SourceSettings), context())
    await source.open(RecordingIntake())
    await source.close()


async def test_a_defect_shows_nothing_of_the_message(listening: Open, capfd) -> None:
    opened = await listening()

    def fail(*_: object, **__: object) -> None:
        raise ValueError("CANARY-PHI")

    opened.intake.receive = fail
    answer = await opened.client.post(b"CANARY-PHI")
    assert answer.status == 500
    assert "CANARY" not in await answer.text()
    assert "CANARY" not in "".join(capfd.readouterr())


# ---------------------------------------------------------------- out


@pytest.fixture
async def orders() -> AsyncIterator[tuple[Orders, str]]:
    orders = Orders()
    async with Served(orders.app) as served:
        yield orders, f"http://127.0.0.1:{served.port}/orders"


@pytest.fixture
async def sending(context: Make) -> AsyncIterator[Callable[..., Any]]:
    sinks: list[http.HttpSink] = []

    async def send(body: bytes = BODY, *, key: str = "order-7", headers: Any = None, **settings: Any) -> Any:
        sink = http.sink(http.SinkSettings(**settings), context())
        sinks.append(sink)
        await sink.open()
        return await sink.deliver(Delivery(1, 1, "there", body, key, 1, headers))

    yield send
    for sink in sinks:
        await sink.close()


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, Permanent), (401, Unavailable), (403, Permanent), (404, Permanent), (408, Transient), (409, Transient),
        (412, Conflict), (422, Permanent), (425, Transient), (429, Transient), (500, Transient), (501, Permanent),
        (502, Unavailable), (503, Transient), (504, Unavailable), (303, Unavailable),
    ],
)  # fmt: skip
async def test_a_status_tells_the_runner_what_to_do(orders, sending, status: int, error: type[Exception]) -> None:
    service, url = orders
    service.answer_next.append(Response("CANARY-PHI", status))
    with pytest.raises(error) as raised:
        await sending(url=url)
    assert type(raised.value) is error
    assert str(status) in str(raised.value)
    assert "CANARY" not in str(raised.value)


@pytest.mark.parametrize(("value", "seconds"), [("7", 7), ("soon", None), ("in:60", 60)])
async def test_retry_after_is_kept_to_as_seconds_or_as_a_date(
    orders, sending, value: str, seconds: float | None
) -> None:
    service, url = orders
    if value.startswith("in:"):
        value = format_datetime(datetime.now(UTC) + timedelta(seconds=int(value[3:])), usegmt=True)
    service.answer_next.append(Response("", 503, {"Retry-After": value}))
    with pytest.raises(Transient) as raised:
        await sending(url=url)
    assert raised.value.retry_after_s == (None if seconds is None else pytest.approx(seconds, abs=3))


async def test_the_key_the_credentials_and_the_signature_go_with_the_request(orders, sending, secret) -> None:
    service, url = orders
    how = Signature(secrets=(secret("sign", "s3"),), header="X-Signature")
    outcome = await sending(
        url=url, bearer=secret("token", "t0k"), signature=how, headers={"content_type": "application/fhir+json"},
        key="order 7/ä\r\nX-Evil: 1",
    )  # fmt: skip
    (request,) = service.requests
    assert request.headers["authorization"] == "Bearer t0k"
    assert request.headers["content-type"] == "application/fhir+json"
    assert request.headers["idempotency-key"] == "order%207/%C3%A4%0D%0AX-Evil:%201"
    assert request.headers["x-signature"] == sign(how, "s3", BODY, at_s=0)["X-Signature"]
    assert "x-evil" not in request.headers
    assert outcome.reference == "/orders/7"


async def test_basic_credentials_are_read_when_the_connection_is_opened(orders, sending, secret) -> None:
    service, url = orders
    await sending(url=url, basic=http.Basic(user="hub", password=secret("password", "pässword")))
    assert aiohttp.BasicAuth.decode(service.requests[0].headers["authorization"], "utf-8").password == "pässword"


async def test_a_key_in_the_url_can_not_leave_its_place(orders, sending) -> None:
    service, url = orders
    await sending(url=url + "/{key}", method="PUT", key="../admin?x=1#y")
    assert service.requests[0].scope["raw_path"] == b"/orders/..%2Fadmin%3Fx%3D1%23y"


async def test_the_targets_answer_is_kept_where_that_is_declared(orders, sending) -> None:
    assert (await sending(url=orders[1], pass_on=True)).reply == b'{"id": 7}'


@pytest.mark.parametrize(
    ("compare", "held", "same"),
    [
        ("contains", b'{"status": "open", "id": "evt-1"}', True),
        ("contains", b'{"id": "evt-2"}', False),
        ("contains", b"no json", False),
        ("equal", b'{"id": "evt-1"}', True),
        ("equal", b'{ "id": "evt-1" }', False),
        ("present", b"whatever", True),
    ],
)
async def test_what_the_target_holds_under_the_key_is_compared(orders, sending, compare, held, same) -> None:
    service, url = orders
    service.held["order-7"] = held
    look_up = http.LookUp(url=url + "/{key}", compare=compare)
    if same:
        assert (await sending(url=url, look_up=look_up)).already_there
    else:
        with pytest.raises(Conflict):
            await sending(url=url, look_up=look_up)
    assert service.effects == []


async def test_a_redirect_on_the_same_host_is_followed_and_no_other(orders, sending) -> None:
    service, url = orders
    service.answer_next.append(Response("", 308, {"Location": "/orders"}))
    await sending(url=url)
    assert service.effects == [BODY]
    for location in ("http://127.0.0.2:9/orders", "//127.0.0.2/orders"):
        service.answer_next.append(Response("", 307, {"Location": location}))
        with pytest.raises(Unavailable, match="moved"):
            await sending(b"{}", url=url)
    service.answer_next += [Response("", 307, {"Location": "/orders"})] * 9
    with pytest.raises(Unavailable, match="moved"):
        await sending(b"{}", url=url)


async def test_an_endless_answer_is_read_as_far_as_the_limit_and_the_delivery_counts(orders, sending) -> None:
    service, url = orders
    service.answer_next.append(Response(b"x" * 1_000_000, 200))
    assert len((await sending(url=url, pass_on=True, reply_bytes_max=1000)).reply) == 1000


@pytest.mark.parametrize(
    "settings",
    [
        {"url": "ftp://there/x"},
        {"url": "https://user:pass@there/x"},
        {"url": "https://{key}.there/x"},
        {"url": "https://there/x", "bearer": "env:A", "basic": {"user": "u", "password": "env:B"}},
        {"url": "https://there/x", "look_up": {"url": "there/x"}},
        {"url": "http://127.0.0.1/x", "tls": {}},
    ],
)
def test_settings_that_cannot_work_are_refused_at_the_start(settings: dict[str, Any], context: Make) -> None:
    with pytest.raises(Misuse):
        http.sink(msgspec.convert(settings, http.SinkSettings), context())


async def test_plaintext_beyond_this_machine_needs_a_waiver(context: Make) -> None:
    with pytest.raises(Misuse, match="plaintext"):
        await http.sink(http.SinkSettings(url="http://192.0.2.1/x"), context()).open()


async def test_a_location_that_is_no_text_is_kept_as_far_as_it_is_one(orders, sending) -> None:
    service, url = orders
    service.answer_next.append(Response("", 201, {"Location": "/orders/\xff"}))
    assert (await sending(url=url)).reference == "/orders/?"
