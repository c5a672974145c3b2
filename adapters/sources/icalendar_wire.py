"""What the reading process tells: one JSON array a line. No pickle: nothing a calendar says can become code."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, assert_never  # Any: what JSON holds is known by its tag alone

from bot.domain.events import Kind, Price, Skipped, SourceChange, SourceEvent, Timing
from bot.errors import Refused

_EVENT, _SKIPPED, _REFUSED = "event", "skipped", "refused"


def encode(item: SourceEvent | Skipped | Refused) -> bytes:
    """One line, its end included."""
    match item:
        case SourceEvent():
            told: list[Any] = [
                _EVENT,
                item.uid,
                item.title,
                _timing(item.timing),
                item.description,
                item.location,
                item.latitude,
                item.longitude,
                item.link,
                item.categories,
                item.is_cancelled,
                [_change(change) for change in item.changes],
                item.online_link,
                [str(item.price.amount), item.price.currency] if item.price else None,
                item.kind,
                item.is_floating,
                item.has_end,
            ]
        case Skipped():
            told = [_SKIPPED, item.title, item.reason, item.values, item.uid]
        case Refused():
            told = [_REFUSED, item.text, item.values]
        case _:
            assert_never(item)
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def decode(line: bytes) -> SourceEvent | Skipped | Refused:
    """What `encode` was given. Raises ValueError or TypeError for what it never wrote."""
    match json.loads(line):
        case [
            "event",
            uid,
            title,
            timing,
            description,
            location,
            latitude,
            longitude,
            link,
            categories,
            off,
            changes,
            online_link,
            price,
            kind,
            is_floating,
            has_end,
        ]:
            return SourceEvent(
                uid,
                title,
                _timed(timing),
                description,
                location,
                latitude,
                longitude,
                link,
                tuple(categories),
                off,
                tuple(map(_changed, changes)),
                online_link,
                Price(Decimal(price[0]), price[1]) if price else None,
                Kind(kind) if kind else None,
                is_floating,
                has_end,
            )
        case ["skipped", title, reason, values, uid]:
            return Skipped(title, reason, values, uid)
        case ["refused", text, values]:
            return Refused(text, **_values(values))
        case _:
            raise ValueError(line[:100])


def _values(values: Mapping[str, str | int]) -> Mapping[str, Any]:
    """The parameter `param` of a Refused is no value of its text."""
    return {name: value for name, value in values.items() if name != "param"}


def _timing(timing: Timing) -> list[Any]:
    return [
        timing.starts.isoformat(),
        timing.ends.isoformat(),
        timing.zone,
        timing.is_all_day,
        timing.rrule,
        [wall.isoformat() for wall in timing.extra],
        [wall.isoformat() for wall in timing.without],
    ]


def _timed(told: list[Any]) -> Timing:
    starts, ends, zone, is_all_day, rrule, extra, without = told
    return Timing(
        datetime.fromisoformat(starts),
        datetime.fromisoformat(ends),
        zone,
        is_all_day,
        rrule,
        tuple(map(datetime.fromisoformat, extra)),
        tuple(map(datetime.fromisoformat, without)),
    )


def _change(change: SourceChange) -> list[Any]:
    return [
        change.original.isoformat(),
        _timing(change.timing) if change.timing else None,
        change.is_cancelled,
        change.title,
        change.description,
        change.location,
        change.link,
    ]


def _changed(told: list[Any]) -> SourceChange:
    original, timing, *rest = told
    return SourceChange(datetime.fromisoformat(original), _timed(timing) if timing else None, *rest)
