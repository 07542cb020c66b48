"""What is stored is unreadable without the hub's key, and says so when it was altered."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.kernel.errors import Misuse, Tampered
from isthmus.security import DataKey, Vault
from isthmus.security.vault import KEY_BYTES, new_hub_key

KEY = bytes(range(KEY_BYTES))


@given(st.binary(max_size=300), st.binary(max_size=20))
def test_what_was_sealed_opens_under_its_name(plain: bytes, name: bytes) -> None:
    key = DataKey(1, KEY)
    assert key.open(name, key.seal(name, plain)) == plain


@given(st.binary(max_size=60), st.data())
def test_no_byte_can_be_altered(plain: bytes, data: st.DataObject) -> None:
    key = DataKey(1, KEY)
    sealed = bytearray(key.seal(b"b1", plain))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Tampered):
        key.open(b"b1", bytes(sealed))


def test_a_record_does_not_open_in_the_place_of_another() -> None:
    key = DataKey(1, KEY)
    with pytest.raises(Tampered):
        key.open(b"b2", key.seal(b"b1", b"plain"))


@pytest.mark.parametrize("cut", [0, 5, 12, 27])
def test_a_record_that_was_cut_off_does_not_open(cut: int) -> None:
    key = DataKey(1, KEY)
    with pytest.raises(Tampered):
        key.open(b"b1", key.seal(b"b1", b"plain")[:cut])


def test_a_nonce_is_never_used_twice_by_a_key() -> None:
    key = DataKey(1, KEY)
    assert len({key.seal(b"b1", b"same")[:12] for _ in range(1000)}) == 1000


def test_a_wrapped_key_opens_with_the_hub_key_and_its_name_only() -> None:
    hub_key = new_hub_key()
    wrapped = Vault(hub_key).wrap(b"segment 1", KEY)
    assert Vault(hub_key).unwrap(b"segment 1", wrapped) == KEY
    with pytest.raises(Tampered):
        Vault(hub_key).unwrap(b"segment 2", wrapped)
    with pytest.raises(Tampered, match="hub key"):
        Vault(new_hub_key()).unwrap(b"segment 1", wrapped)


@pytest.mark.parametrize("text", ["", "short", "not base64 !!", "A" * 44])
def test_a_hub_key_that_is_none_is_refused_without_being_shown(text: str) -> None:
    with pytest.raises(Misuse, match="32 bytes") as caught:
        Vault(text)
    assert not text or text not in str(caught.value)


def test_macs_and_chains_depend_on_the_key_and_do_not_meet() -> None:
    one, other = Vault(new_hub_key()), Vault(new_hub_key())
    one.use_mac_key(KEY)
    other.use_mac_key(KEY[::-1])
    assert one.mac(b"MRN 1") == one.mac(b"MRN 1") != other.mac(b"MRN 1")
    assert one.chain(b"", b"x") != other.chain(b"", b"x")
    assert one.chain(b"", b"x")[:16] != one.mac(b"x")
    assert one.chain(b"a", b"bc") != one.chain(b"ab", b"c")
