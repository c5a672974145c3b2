"""Discord's official OpenAPI description, where the environment names it: requests are held against it."""

from __future__ import annotations

import json
import os
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from tests.fakes.discord.errors import Json

NAME = "discord-openapi.json"

MULTIPART, JSON_TYPE = "multipart/form-data", "application/json"


class Spec:
    """Finds what is wrong with a request. Schemas are compiled when they are first needed."""

    def __init__(self, path: Path) -> None:
        self._document: Json = json.loads(path.read_text(encoding="utf-8"))
        # Discord takes ids as integers as well, and discord.py sends them so.
        ids = self._document["components"]["schemas"]["SnowflakeType"]
        self._document["components"]["schemas"]["SnowflakeType"] = {"anyOf": [ids, {"type": "integer", "minimum": 0}]}
        self._routes = [
            (re.compile(re.sub(r"\\\{\w+\\\}", r"([^/]+)", re.escape(template)) + r"\Z"), template, operations)
            for template, operations in self._document["paths"].items()
        ]
        # a word of the path wins over a placeholder, as /users/@me does over /users/{user_id}
        self._routes.sort(key=lambda route: route[1].count("{"))
        self._validators: dict[tuple[str, str, str], Any] = {}  # Any: jsonschema_rs builds a class for each draft

    @staticmethod
    def found() -> Spec | None:
        """The description in the folder, or at the path, that GREENROOM_SPECS names."""
        place = os.environ.get("GREENROOM_SPECS", "")
        if not place:
            return None
        path = Path(place)
        return _read(path / NAME if path.is_dir() else path)

    def faults(self, method: str, path: str, query: frozenset[str], body: object, *, is_multipart: bool) -> list[str]:
        """What the description says against a request, `path` without the version; empty if nothing."""
        template, operations = self._route(path)
        operation = operations.get(method.lower())
        if operation is None:
            return [f"{method} {path}: the description knows no such route"]
        parameters = [*operations.get("parameters", ()), *operation.get("parameters", ())]
        known = {each["name"] for each in parameters if each["in"] == "query"}
        found = [f"{method} {path}: unknown query parameter {name!r}" for name in sorted(query - known)]
        content = operation.get("requestBody", {}).get("content", {})
        if not content:
            return found + ([f"{method} {path}: a body where none is expected"] if body else [])
        if body is None:
            if operation["requestBody"].get("required"):
                found.append(f"{method} {path}: a body is required")
            return found
        kind = MULTIPART if is_multipart and MULTIPART in content else JSON_TYPE
        validator = self._validator(method, template, kind, content[kind]["schema"])
        found += [f"{method} {path}: {_where(error)}{error.message[:300]}" for error in validator.iter_errors(body)]
        return found

    def _route(self, path: str) -> tuple[str, Json]:
        return next(
            ((template, operations) for shape, template, operations in self._routes if shape.match(path)), ("", {})
        )

    def _validator(self, method: str, template: str, kind: str, schema: Json) -> Any:  # Any: as above
        key = (method, template, kind)
        if key not in self._validators:
            import jsonschema_rs

            whole = {**schema, "components": self._document["components"]}
            self._validators[key] = jsonschema_rs.Draft202012Validator(whole)
        return self._validators[key]


def _where(error: Any) -> str:  # Any: jsonschema_rs's error
    place = ".".join(map(str, error.instance_path))
    return f"{place}: " if place else ""


@lru_cache(maxsize=1)
def _read(path: Path) -> Spec:
    return Spec(path)
