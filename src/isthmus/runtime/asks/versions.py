"""What can be asked of versions: the source files and tables that decided."""

from __future__ import annotations

from .shape import Answer, Ask


class ListVersions(Ask, frozen=True):
    """The source files and tables that decide, and those that did."""


class TextRow(Answer, frozen=True):
    """kind: source or table, a file; sources or tables, a list of them; until: "" while it is live."""

    version: str
    kind: str
    name: str
    size: int
    since: str
    until: str


class Versions(Answer, frozen=True):
    texts: list[TextRow]


class ShowVersion(Ask, frozen=True):
    """The very text behind a version that a decision records. The look is audited, with its reason.

    version  as a message shows it (`adt@6d1f03a9be51+tables@0b6a11c5d2f8`), or one hash of it
    reason   why, for the audit
    """

    version: str
    reason: str = ""


class TextShown(Answer, frozen=True):
    version: str
    kind: str
    name: str
    content: bytes


class VersionShown(Answer, frozen=True):
    """texts: the files behind it, a list's own included; missing: what of it is not stored, as NAME@VERSION or a hash."""

    version: str
    texts: list[TextShown]
    missing: list[str]
