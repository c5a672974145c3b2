"""What Slack answers when it does not do what was asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Json = dict[str, Any]  # Any: as it goes over the wire

MISTAKES = frozenset(
    (
        "invalid_blocks",
        "invalid_blocks_format",
        "invalid_arguments",
        "invalid_form_data",
        "invalid_json",
        "invalid_metadata_format",
        "invalid_metadata_schema",
        "metadata_too_large",
        "metadata_must_be_sent_from_app",
        "missing_argument",
        "missing_scope",
        "msg_blocks_too_long",
        "msg_too_long",
        "no_text",
        "not_allowed_token_type",
        "expired_trigger_id",
        "exchanged_trigger_id",
        "invalid_trigger_id",
        "push_limit_reached",
        "duplicate_external_id",
        "unknown_method",
        "view_too_large",
    )
)
"""Errors that no working app brings about, whatever people do; the fake counts them as violations."""


class Denied(Exception):
    """A call that is answered `ok: false`. `more` stands beside the error's name in the answer."""

    def __init__(self, error: str, /, *messages: str, **more: Any) -> None:  # Any: JSON
        super().__init__(": ".join((error, *messages)) if messages else error)
        self.error = error
        self.more: Json = dict(more)
        if messages:
            self.more["response_metadata"] = {"messages": [f"[ERROR] {each}" for each in messages]}

    @property
    def body(self) -> Json:
        return {"ok": False, "error": self.error, **self.more}


class Findings:
    """What is wrong with blocks or a view, by where it stands."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def add(self, path: Sequence[str | int], message: str) -> None:
        self.found.append(f"{message} [json-pointer:/{'/'.join(map(str, path))}]")

    def length(self, path: Sequence[str | int], value: object, most: int, least: int = 1) -> None:
        """`value` is a string of `least` to `most` characters."""
        if not isinstance(value, str):
            self.add(path, "must provide a string")
        elif len(value) > most:
            self.add(path, f"must be less than {most + 1} characters")
        elif len(value) < least:
            self.add(path, f"must be more than {least - 1} characters")

    def items(self, path: Sequence[str | int], value: object, most: int, least: int = 1) -> list[Any]:  # Any: JSON
        """`value` if it is a list, else none; of `least` to `most` items."""
        if not isinstance(value, list):
            self.add(path, "must be an array")
            return []
        if len(value) > most:
            self.add(path, f"no more than {most} items allowed")
        if len(value) < least:
            self.add(path, f"no fewer than {least} items allowed")
        return value

    def keys(self, path: Sequence[str | int], value: Json, known: frozenset[str], required: Sequence[str] = ()) -> None:
        for key in sorted(value.keys() - known):
            self.add(path, f"invalid additional property: {key}")
        for key in required:
            if key not in value:
                self.add(path, f"missing required field: {key}")

    def __bool__(self) -> bool:
        return bool(self.found)

    def raise_if_any(self, error: str) -> None:
        if self.found:
            raise Denied(error, *self.found, **({"errors": self.found} if error == "invalid_blocks" else {}))
