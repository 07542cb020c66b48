"""HMAC signatures over what is sent by HTTP (webhooks), written and verified.

    signed    = [id "."] [timestamp "."] body             the parts that are declared, in this order
    signature = prefix + encoding(HMAC(secret, signed))

That covers GitHub's `X-Hub-Signature-256: sha256=<hex>` (body only), the Standard Webhooks specification 1.0
(`webhook-signature: v1,<base64>` over id, timestamp and body) and most in between. Pure: time and secrets are given.

Invariants
 1. Comparison takes the same time wherever a difference is (`hmac.compare_digest`).
 2. With a timestamp, it is part of what is signed, and what is older or newer than `tolerance_s` is refused.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from ..kernel.errors import Misuse, Refused

STANDARD_SECRET = "whsec_"  # noqa: S105 - the mark of a secret in base64 (Standard Webhooks 1.0, "Signature scheme")
CANDIDATES_MAX = 8
"""Signatures of one request that are looked at: a sender that rotates its secret sends two."""


class Signature(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How what is sent is signed.

    secrets            references; a receiver takes any of them (rotation), a sender signs with the first
    header, prefix     where the signature stands, and what stands before it there ("sha256=", "v1,")
    algorithm          of the HMAC (RFC 2104)
    encoding           of the signature
    tolerance_s        how old, or how far ahead, a signed time may be
    timestamp_header   where the time in seconds since 1970 stands; "": no time is signed
    id_header          where the message's id stands; "": no id is signed
    """

    secrets: tuple[str, ...]
    header: str = "X-Signature-256"
    prefix: str = ""
    algorithm: Literal["sha256", "sha512"] = "sha256"
    encoding: Literal["hex", "base64"] = "hex"
    timestamp_header: str = ""
    id_header: str = ""
    tolerance_s: float = 300.0


def sign(how: Signature, secret: str, body: bytes, *, at_s: int, id: str = "") -> dict[str, str]:
    """The headers that sign a body."""
    headers = {}
    if how.id_header:
        headers[how.id_header] = id
    if how.timestamp_header:
        headers[how.timestamp_header] = str(at_s)
    mac = _mac(how, secret, _signed(how, headers, body))
    headers[how.header] = how.prefix + (mac.hex() if how.encoding == "hex" else base64.b64encode(mac).decode())
    return headers


def verify(how: Signature, secrets: Sequence[str], headers: Mapping[str, str], body: bytes, *, now_s: float) -> bytes:
    """What makes this signed message the same when it is sent again: its id where one is signed, else its signature.

    `headers` must find names in any case. Raises `Refused`.
    """
    if how.timestamp_header:
        _require_fresh(how, headers.get(how.timestamp_header, ""), now_s)
    if how.id_header and not headers.get(how.id_header):
        raise Refused(f"the header {how.id_header} is missing")
    given = _given(how, headers.get(how.header, ""))
    if not given:
        raise Refused(f"the signature in {how.header} is missing or is not {how.prefix}<{how.encoding}>")
    signed = _signed(how, headers, body)
    macs = [_mac(how, secret, signed) for secret in secrets]
    # Every pair is compared: which one matches takes no different time.
    found = [mac for mac in macs for one in given if hmac.compare_digest(mac, one)]
    if not found:
        raise Refused("the signature does not match: is it the same secret, and the body as it was signed?")
    return headers[how.id_header].encode("latin-1") if how.id_header else found[0]


def _require_fresh(how: Signature, text: str, now_s: float) -> None:
    if not (text.isdecimal() and len(text) < 20):
        raise Refused(f"the header {how.timestamp_header} is missing or is no time in seconds since 1970")
    if abs(now_s - int(text)) > how.tolerance_s:
        raise Refused(f"the signature is more than {how.tolerance_s:g} s old or ahead: are both clocks right?")


def _given(how: Signature, text: str) -> list[bytes]:
    """The signatures of a header; several are separated by blanks."""
    found = []
    for candidate in text.split()[:CANDIDATES_MAX]:
        if candidate.startswith(how.prefix):
            encoded = candidate[len(how.prefix) :]
            try:
                raw = bytes.fromhex(encoded) if how.encoding == "hex" else base64.b64decode(encoded, validate=True)
            except (ValueError, binascii.Error):
                continue
            found.append(raw)
    return found


def _signed(how: Signature, headers: Mapping[str, str], body: bytes) -> bytes:
    parts = [headers[name].encode("latin-1") for name in (how.id_header, how.timestamp_header) if name]
    return b".".join([*parts, body])


def _mac(how: Signature, secret: str, signed: bytes) -> bytes:
    key = secret.encode()
    if secret.startswith(STANDARD_SECRET):
        try:
            key = base64.b64decode(secret[len(STANDARD_SECRET) :], validate=True)
        except binascii.Error:
            raise Misuse(f"a secret that starts with {STANDARD_SECRET} must go on in base64") from None
    if not key:
        raise Misuse("a signature's secret is empty")
    return hmac.digest(key, signed, how.algorithm)
