"""The name of a file that is made of a business key: the same at every attempt, so that a repeat can be recognised."""

from __future__ import annotations

import hashlib
import re

from ...kernel.errors import Misuse, Permanent

NAME_BYTES_MAX = 200
"""Of the 255 that file systems allow: the temporary name is longer."""

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")


def file_name(template: str, key: str, headers: object) -> str:
    """The name for a business key. Raises `Permanent` when the flow owes {file_name}; KeyError for an unknown field.

    What a name may not hold is replaced, and a hash added, so that different keys never share a name.
    """
    digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    given = str(headers.get("file_name") or "") if hasattr(headers, "get") else ""
    if "{file_name}" in template and not given:
        raise Permanent("the name of this file comes from the flow: send(..., headers={'file_name': ...})")
    wanted = template.format(digest=digest, key=key, file_name=given)
    safe = _UNSAFE.sub("_", wanted).lstrip(".") or digest
    if safe == wanted and len(safe) <= NAME_BYTES_MAX:
        return safe
    mark = hashlib.sha256(wanted.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    stem, dot, suffix = safe.rpartition(".")
    if not stem or len(suffix) > 8:
        stem, dot, suffix = safe, "", ""
    return f"{stem[: NAME_BYTES_MAX - 20]}-{mark}{dot}{suffix}"


def check_template(template: str, name: str) -> None:
    """Raises `Misuse` for a template of the endpoint `name` that no delivery could fill."""
    try:
        file_name(template, "key", {"file_name": "name"})
    except (KeyError, IndexError, AttributeError, ValueError):
        raise Misuse(f"{name}: a name is made of {{digest}}, {{key}} and {{file_name}}") from None
