"""What a site's robots.txt (RFC 9309) says to this bot."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

AGENT = "greenroom"
ROBOTS_MOST = 100_000
"""Bytes that are read of one."""
_RULES_MOST = 1_000
_PATTERN_MOST = 500
_STARS_MOST = 10
"""In one pattern; one with more is not read: looking for it could take long."""


@dataclass(frozen=True, slots=True)
class Robots:
    """The rules for us: patterns of paths, and whether they may be asked for."""

    rules: tuple[tuple[str, bool], ...] = ()

    def allows(self, path: str) -> bool:
        """Whether a path, with its query, may be asked for: the longest pattern that fits decides, the kind one of
        two that are equally long.
        """
        fitting = [(len(pattern), is_allowed) for pattern, is_allowed in self.rules if _fits(pattern, path)]
        return max(fitting)[1] if fitting else True


def read_robots(body: bytes) -> Robots:
    """What it says to us: in the group of our name, else in the one of everybody."""
    for_all: list[tuple[str, bool]] = []
    for_us: list[tuple[str, bool]] = []
    is_named = False
    for agents, pattern, is_allowed in _lines(body.decode("utf-8-sig", "replace")):
        if AGENT in agents:
            is_named = True
            for_us.append((pattern, is_allowed))
        elif "*" in agents:
            for_all.append((pattern, is_allowed))
    chosen = for_us if is_named else for_all
    return Robots(tuple(rule for rule in chosen[:_RULES_MOST] if rule[0] and rule[0].count("*") <= _STARS_MOST))


def _lines(text: str) -> Iterator[tuple[set[str], str, bool]]:
    """Each rule with whom it is for."""
    agents: set[str] = set()
    is_heading = False
    for line in text.splitlines():
        name, colon, value = line.partition("#")[0].partition(":")
        name, value = name.strip().lower(), value.strip()
        if not colon:
            continue
        if name == "user-agent":
            agents = agents if is_heading else set()
            agents.add(value.partition("/")[0].lower())
            is_heading = True
        elif name in ("allow", "disallow"):
            is_heading = False
            yield agents, value[:_PATTERN_MOST], name == "allow"


def _fits(pattern: str, path: str) -> bool:
    """Whether the path begins as the pattern says: `*` is anything, `$` at its end the end. Never backtracks."""
    is_whole = pattern.endswith("$")
    first, *rest = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    at = len(first)
    for number, piece in enumerate(rest, 1):
        if is_whole and number == len(rest):
            return len(path) - len(piece) >= at and path.endswith(piece)
        at = path.find(piece, at)
        if at < 0:
            return False
        at += len(piece)
    return not is_whole or at == len(path)
