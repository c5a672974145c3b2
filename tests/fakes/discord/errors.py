"""What Discord answers when it does not do what was asked, with the codes of its documentation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Json = dict[str, Any]  # Any: as it goes over the wire

INVALID_FORM_BODY = 50035


class Denied(Exception):
    """A request that is answered with an error. `errors` is the tree of what was wrong where."""

    def __init__(self, status: int, code: int, message: str, errors: Json | None = None) -> None:
        super().__init__(f"{status} ({code}) {message} {errors or ''}".strip())
        self.status, self.code, self.message, self.errors = status, code, message, errors

    @property
    def body(self) -> Json:
        return {"message": self.message, "code": self.code, **({"errors": self.errors} if self.errors else {})}


def unauthorized() -> Denied:
    return Denied(401, 0, "401: Unauthorized")


def unknown(what: str) -> Denied:
    """404 for a thing that is not there (any more)."""
    return Denied(404, _UNKNOWN[what], f"Unknown {what}")


_UNKNOWN: Mapping[str, int] = {
    "Channel": 10003,
    "Guild": 10004,
    "Member": 10007,
    "Message": 10008,
    "User": 10013,
    "Webhook": 10015,
    "Interaction": 10062,
    "Application Command": 10063,
    "Guild Scheduled Event": 10070,
}


def missing_access() -> Denied:
    return Denied(403, 50001, "Missing Access")


def missing_permissions() -> Denied:
    return Denied(403, 50013, "Missing Permissions")


def closed_dms() -> Denied:
    return Denied(403, 50007, "Cannot send messages to this user")


def empty_message() -> Denied:
    return Denied(400, 50006, "Cannot send an empty message")


def already_acknowledged() -> Denied:
    return Denied(400, 40060, "Interaction has already been acknowledged.")


def invalid_webhook_token() -> Denied:
    """The 15 minutes of an interaction's token are over."""
    return Denied(401, 50027, "Invalid Webhook Token")


class Findings:
    """What is wrong with a body, gathered by where it stands; `raise_if_any` answers as Discord does."""

    def __init__(self) -> None:
        self._found: list[tuple[tuple[str | int, ...], str, str]] = []

    def add(self, path: Sequence[str | int], code: str, message: str) -> None:
        self._found.append((tuple(path), code, message))

    def length(self, path: Sequence[str | int], value: object, low: int, high: int) -> None:
        """`value` is a string or list of `low` to `high` characters or items."""
        if not isinstance(value, str | list):
            self.add(path, "BASE_TYPE_REQUIRED", "This field is required")
        elif not low <= len(value) <= high:
            self.add(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {low} and {high} in length.")

    def one_of(self, path: Sequence[str | int], value: object, known: Sequence[object]) -> bool:
        if value in known:
            return True
        self.add(path, "BASE_TYPE_CHOICES", f"Value must be one of {{{', '.join(map(repr, known))}}}.")
        return False

    def keys(self, path: Sequence[str | int], value: Json, known: frozenset[str]) -> None:
        """Discord drops keys that it does not know in silence; a bot that sends them means something else."""
        for key in value.keys() - known:
            self.add([*path, key], "FAKE_UNKNOWN_KEY", "Discord knows no such key and would ignore it.")

    def __bool__(self) -> bool:
        return bool(self._found)

    def __str__(self) -> str:
        return "; ".join(f"{'.'.join(map(str, path)) or '(body)'}: {message}" for path, _, message in self._found)

    @property
    def tree(self) -> Json:
        tree: Json = {}
        for path, code, message in self._found:
            at = tree
            for step in path:
                at = at.setdefault(str(step), {})
            at.setdefault("_errors", []).append({"code": code, "message": message})
        return tree

    def raise_if_any(self) -> None:
        if self._found:
            raise Denied(400, INVALID_FORM_BODY, "Invalid Form Body", self.tree)
