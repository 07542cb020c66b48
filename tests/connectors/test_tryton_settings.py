"""Nothing goes out in plaintext beyond this machine unless somebody answers for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from isthmus.connectors.tryton.settings import SinkSettings, transport
from isthmus.kernel import Misuse


def settings(**changes: Any) -> SinkSettings:
    declared = {"url": "https://erp.example", "database": "erp", "key": "env:ERP_KEY", "company": "SBRH"}
    return msgspec.convert(declared | changes, SinkSettings)


def waiver(until: str) -> dict[str, str]:
    return {"owner": "c.ohara", "until": until, "reason": "own network until the certificate is there"}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"url": "http://erp.example:8000"}, "in plaintext to or from erp.example"),
        ({"url": "http://erp.example:8000", "plaintext": waiver("2020-01-01")}, "ended on 2020-01-01"),
        ({"url": "erp.example"}, "no address"),
        ({"ca": "missing.pem"}, "`ca` of erp cannot be used"),
    ],
)
def test_what_would_not_be_protected_is_refused(changes: dict[str, Any], message: str, tmp_path: Path) -> None:
    with pytest.raises(Misuse, match=message):
        transport(settings(**changes), "erp", tmp_path)


@pytest.mark.parametrize(
    "changes",
    [
        {"url": "http://127.0.0.1:8000"},
        {"url": "http://[::1]:8000"},
        {"url": "http://localhost:8000"},
        {"url": "http://erp.example:8000", "plaintext": waiver("9999-12-31")},
    ],
)
def test_plaintext_stays_on_this_machine_or_has_a_waiver(changes: dict[str, Any], tmp_path: Path) -> None:
    assert transport(settings(**changes), "erp", tmp_path) is False


def test_a_setting_that_is_not_known_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="passwort"):
        settings(passwort="x")
