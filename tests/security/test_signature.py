"""HMAC signatures: known answers, rotation, and everything that must not pass."""

from __future__ import annotations

import pytest

from isthmus.kernel import Misuse, Refused
from isthmus.security.signature import Signature, sign, verify

GITHUB = Signature(secrets=("env:S",), header="X-Hub-Signature-256", prefix="sha256=")
STANDARD = Signature(
    secrets=("env:S",), header="webhook-signature", prefix="v1,", encoding="base64",
    timestamp_header="webhook-timestamp", id_header="webhook-id",
)  # fmt: skip


def test_githubs_published_example_verifies() -> None:
    # docs.github.com, "Validating webhook deliveries", testing the webhook payload validation.
    secret, body = "It's a Secret to Everybody", b"Hello, World!"
    given = {GITHUB.header: "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"}
    assert sign(GITHUB, secret, body, at_s=0) == given
    verify(GITHUB, [secret], given, body, now_s=0)


def test_the_example_of_standard_webhooks_verifies() -> None:
    # standardwebhooks.com specification 1.0, "Signature scheme".
    secret, body = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", b'{"test": 2432232314}'
    given = sign(STANDARD, secret, body, at_s=1614265330, id="msg_p5jXN8AQM9LWM0D4loKWxJek")
    assert given["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert verify(STANDARD, [secret], given, body, now_s=1614265333.5) == b"msg_p5jXN8AQM9LWM0D4loKWxJek"


def test_any_of_several_secrets_and_any_of_several_signatures_will_do() -> None:
    given = sign(STANDARD, "old", b"body", at_s=100, id="1")
    given["webhook-signature"] = "v1,bm90IHRoaXM= " + given["webhook-signature"] + " v2,x"
    verify(STANDARD, ["new", "old"], given, b"body", now_s=100)


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("webhook-signature", ""),
        ("webhook-signature", "v1,"),
        ("webhook-signature", "v1,????"),
        ("webhook-signature", "v0,AAAA"),
        ("webhook-timestamp", ""),
        ("webhook-timestamp", "-5"),
        ("webhook-timestamp", "9" * 5000),
        ("webhook-timestamp", "101"),  # fresh, but another one was signed
        ("webhook-id", ""),
        ("webhook-id", "2"),
    ],
)
def test_what_was_changed_does_not_pass(header: str, value: str) -> None:
    given = sign(STANDARD, "secret", b"body", at_s=100, id="1") | {header: value}
    with pytest.raises(Refused):
        verify(STANDARD, ["secret"], given, b"body", now_s=100)


@pytest.mark.parametrize("now_s", [100 - 301, 100 + 301])
def test_outside_of_the_tolerance_it_does_not_pass(now_s: float) -> None:
    given = sign(STANDARD, "secret", b"body", at_s=100, id="1")
    with pytest.raises(Refused, match="clock"):
        verify(STANDARD, ["secret"], given, b"body", now_s=now_s)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_not base64"])
def test_a_secret_that_protects_nothing_is_refused(secret: str) -> None:
    with pytest.raises(Misuse):
        sign(GITHUB, secret, b"body", at_s=0)
