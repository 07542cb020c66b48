"""What is stored is unreadable without the hub's key.

    hub key (by reference) --HKDF--> wrapping key --AES-256-GCM--> data key of a segment  --AES-256-GCM--> record
                                                               \\-> the MAC key            --HMAC-SHA256--> lane, search and duplicate keys

Invariants
 1. A data key encrypts with a counter as its nonce (NIST SP 800-38D §8.2.1, deterministic construction). The counter
    lives in memory only, so each process start takes a fresh data key; a nonce is never used twice, not even when a
    transaction that never committed left its ciphertext behind in a log.
 2. Each record is bound to its place: the associated data is the record's own name, so a ciphertext copied over another
    record does not verify.
 3. Keys that identify a person (lane, search, duplicate) are stored as HMAC-SHA256 cut to 16 bytes. The MAC key
    survives rotation of the hub key; otherwise search and order would not.
 4. Rotation re-wraps the data keys; records are not touched.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from itertools import count
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ..kernel.errors import Misuse, Tampered

KEY_BYTES = 32
MAC_BYTES = 16
_NONCE_BYTES = 12
_SHA256_BLOCK = 64
_INNER = bytes(byte ^ 0x36 for byte in range(256))
_OUTER = bytes(byte ^ 0x5C for byte in range(256))


def new_hub_key() -> str:
    """A fresh hub key as text, to be put where the reference in hub.toml points to."""
    return base64.urlsafe_b64encode(os.urandom(KEY_BYTES)).decode()


class DataKey:
    """Encrypts and decrypts the records of one segment. `id` is stored beside each record."""

    __slots__ = ("_cipher", "_nonces", "id")

    def __init__(self, id: int, secret: bytes) -> None:
        self.id = id
        self._cipher = AESGCM(secret)
        self._nonces = count(1)

    def seal(self, name: bytes, plain: bytes) -> bytes:
        """Ciphertext of `plain`, bound to the record `name`: nonce (12 bytes), text, tag (16 bytes)."""
        nonce = next(self._nonces).to_bytes(_NONCE_BYTES, "big")
        return nonce + self._cipher.encrypt(nonce, plain, name)

    def open(self, name: bytes, sealed: bytes) -> bytes:
        """The plain text. Raises `Tampered` when record, name or key do not belong together."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], name)
        except (InvalidTag, ValueError):
            raise Tampered("a stored record does not verify: it was altered, or belongs to another place") from None


class RunningMac:
    """A MAC over pieces; the same as over all of them together."""

    __slots__ = ("_inner", "_outer")

    def __init__(self, inner: Any, outer: Any) -> None:
        self._inner = inner
        self._outer = outer

    def update(self, piece: bytes) -> None:
        self._inner.update(piece)

    def digest(self) -> bytes:
        """16 bytes. It can be asked more than once, and goes on."""
        outer = self._outer.copy()
        outer.update(self._inner.digest())
        return bytes(outer.digest()[:MAC_BYTES])


class Vault:
    """Wraps and unwraps keys with the hub key; computes the MACs under which personal keys are stored."""

    def __init__(self, hub_key: str) -> None:
        try:
            secret = base64.urlsafe_b64decode(hub_key.strip())
        except ValueError:
            secret = b""
        if len(secret) != KEY_BYTES:
            raise Misuse("the hub key must be 32 bytes in URL-safe base64: `isthmus init` makes one")
        self._wrapping = AESGCM(
            HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=b"isthmus wrap v1").derive(secret)
        )
        self._chain_key = b""

    def wrap(self, name: bytes, secret: bytes) -> bytes:
        # Random nonces are fine here: a hub wraps a few keys a day, far from 2^32 (SP 800-38D §8.3).
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._wrapping.encrypt(nonce, secret, name)

    def unwrap(self, name: bytes, wrapped: bytes) -> bytes:
        """Raises `Tampered` when the hub key is not the one that wrapped it."""
        try:
            return self._wrapping.decrypt(wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], name)
        except (InvalidTag, ValueError):
            raise Tampered(
                "the journal's keys do not open: is this the hub key that the journal was made with?"
            ) from None

    def use_mac_key(self, secret: bytes) -> None:
        self._inner = hashlib.sha256(secret.ljust(_SHA256_BLOCK, b"\0").translate(_INNER))
        self._outer = hashlib.sha256(secret.ljust(_SHA256_BLOCK, b"\0").translate(_OUTER))
        self._chain_key = hmac.digest(secret, b"isthmus chain v1", "sha256")

    def mac(self, value: bytes) -> bytes:
        """16 bytes that stand for `value` in the journal."""
        # RFC 2104 with both keyed blocks hashed once. `hmac.digest` gives up the interpreter lock for each call, which
        # on the way of every message costs more than the hash.
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(value)
        outer.update(inner.digest())
        return outer.digest()[:MAC_BYTES]

    def running_mac(self) -> RunningMac:
        """`mac` of a value that comes in pieces."""
        return RunningMac(self._inner.copy(), self._outer.copy())

    def chain(self, previous: bytes, content: bytes) -> bytes:
        """32 bytes that seal `content` and everything sealed before it; nobody without the hub key can make them."""
        assert self._chain_key, "the journal hands over the MAC key when it opens"
        return hmac.digest(self._chain_key, len(previous).to_bytes(1, "big") + previous + content, "sha256")
