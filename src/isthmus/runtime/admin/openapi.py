"""The OpenAPI document, made from the same table of verbs as the routes."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import msgspec

from ... import __version__
from ..asks import Problem
from ..verbs import VERBS, Verb

_REF = "#/components/schemas/{name}"


@lru_cache(maxsize=1)
def openapi() -> dict[str, Any]:
    """OpenAPI 3.1 of this program's API."""
    types = [type for verb in VERBS for type in (verb.ask, verb.answer)]
    _, schemas = msgspec.json.schema_components([*types, Problem], ref_template=_REF)
    paths: dict[str, Any] = {}
    for verb in VERBS:
        paths.setdefault(verb.path, {})[verb.method.lower()] = operation(verb, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Isthmus", "version": __version__, "license": {"name": "Apache-2.0"}},
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def operation(verb: Verb, schemas: dict[str, Any]) -> dict[str, Any]:
    """One verb: fields of the path, then the query of a GET or the body of a POST."""
    schema = schemas[verb.ask.__name__]
    in_path = re.findall(r"{(\w+)}", verb.path)
    properties: dict[str, Any] = schema.get("properties", {})
    found: dict[str, Any] = {
        "operationId": verb.name,
        "summary": verb.summary,
        "parameters": [{"name": name, "in": "path", "required": True, "schema": properties[name]} for name in in_path],
        "responses": {
            "200": {"description": "done", "content": _content(verb.answer.__name__)},
            "default": {"description": "refused", "content": _content(Problem.__name__)},
        },
    }
    rest = {name: value for name, value in properties.items() if name not in in_path}
    if verb.method == "GET":
        found["parameters"] += [
            {"name": name, "in": "query", "required": name in schema.get("required", ()), "schema": value}
            for name, value in rest.items()
        ]
    elif rest:
        required = [name for name in schema.get("required", ()) if name in rest]
        body = {"type": "object", "properties": rest, "required": required, "additionalProperties": False}
        found["requestBody"] = {"required": bool(required), "content": {"application/json": {"schema": body}}}
    return found


def _content(name: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": _REF.format(name=name)}}}
