"""Where a message can go."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel of a workspace, by the platform's own ids; `name` is what people call it, without `#`."""

    platform: str
    workspace: str
    id: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Direct:
    """Direct messages with one account of a platform."""

    platform: str
    account: str
    name: str = ""


Address = Channel | Direct


def written(address: Address) -> str:
    """The address as one string, the same for the same place: part of an outbox key. Names do not count."""
    match address:
        case Channel(platform, workspace, id_):
            return f"{platform}/{workspace}/{id_}"
        case Direct(platform, account):
            return f"{platform}/@{account}"
