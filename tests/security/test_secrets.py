"""Secrets by reference: errors name the reference, never the value."""

from __future__ import annotations

from pathlib import Path

import pytest

from isthmus.kernel.errors import Misuse
from isthmus.security import SecretStore


def test_a_secret_comes_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_KEY", "value")
    assert SecretStore(tmp_path).get("env:HUB_KEY") == "value"


def test_a_secret_comes_from_a_file_in_the_hubs_folder_without_its_line_end(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("value\n")
    assert SecretStore(tmp_path).get("file:key") == "value"
    assert SecretStore(Path("/nowhere")).get(f"file:{tmp_path / 'key'}") == "value"


def test_a_rotated_secret_is_read_afresh(tmp_path: Path) -> None:
    store = SecretStore(tmp_path)
    for value in ("old", "new"):
        (tmp_path / "key").write_text(value)
        assert store.get("file:key") == value


@pytest.mark.parametrize("reference", ["env:NOT_SET_ANYWHERE", "file:missing", "vault:x", "plain value"])
def test_what_does_not_resolve_says_what_to_do(tmp_path: Path, reference: str) -> None:
    with pytest.raises(Misuse, match=r"export|cannot be read|write env:NAME or file:PATH"):
        SecretStore(tmp_path).get(reference)


def test_a_secret_written_where_its_reference_should_be_is_not_shown(tmp_path: Path) -> None:
    with pytest.raises(Misuse) as caught:
        SecretStore(tmp_path).get("hunter2-the-password")
    assert "hunter2" not in str(caught.value)
