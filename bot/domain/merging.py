"""One event of what several sources, and members, say of it.

Field by field a member's change counts, then what the oldest source says that says anything.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Sequence
from dataclasses import fields, replace
from datetime import datetime, timedelta
from typing import Any

from bot.domain.events import Change, Details, NewEvent

TIMING, IS_CANCELLED = "timing", "is_cancelled"
"""Names of what members may have changed, besides those of `Details`' fields."""

DRIFT_MOST = timedelta(hours=2)
"""Sources all of whose starts lie further apart mean different events."""

_TOGETHER = ("venue", "place")
"""From one source: a hall of one with the city of another may be nowhere."""


def merged(
    copies: Sequence[NewEvent],
    *,
    described: Sequence[Details] = (),
    standing: NewEvent | None = None,
    edited: Collection[str] = (),
    own_changes: Sequence[Change] = (),
) -> NewEvent:
    """The event that `copies` tell of, the oldest source first: it says when it is, and it is off when all say so.

    `described` is how it was ever described, the one that counts first: by the member who added it before any source
    told of it, by the sources in their order, also those that say nothing of it any more. Left out it is as they say.
    `standing` is how it is kept now: what stands there and was `edited` stays. Times that members changed one by one
    (`own_changes`) stay as they made them.
    """
    kept = {name: getattr(standing.details, name) for name in _DETAILS if standing and name in edited}
    details = replace(_details(described or [copy.details for copy in copies]), **kept)
    oldest = copies[0]
    own = {change.original for change in own_changes}
    told = [_as_edited(change, kept) for change in oldest.changes if change.original not in own]
    is_cancelled = all(each.is_cancelled for each in copies)
    return NewEvent(
        details,
        standing.timing if standing and TIMING in edited else oldest.timing,
        (*told, *own_changes),
        is_cancelled=standing.is_cancelled if standing and IS_CANCELLED in edited else is_cancelled,
    )


def are_apart(ours: Sequence[datetime], theirs: Sequence[datetime]) -> bool:
    """Whether two sources mean different events, by when each lets it start (in order).

    One time in common is enough: a source that moved a single time of a series still means that series. Without a
    time on either side nothing speaks against it.
    """
    near = (bisect_left(theirs, starts - DRIFT_MOST) for starts in ours)
    shared = any(at < len(theirs) and theirs[at] <= starts + DRIFT_MOST for at, starts in zip(near, ours, strict=True))
    return bool(ours and theirs) and not shared


_DETAILS = tuple(each.name for each in fields(Details))


def _details(told: Sequence[Details]) -> Details:
    """The title is the oldest source's, and so is all else that it says."""
    said: dict[str, Any] = {name: _first(name, told) for name in _DETAILS}  # Any: each field has a type of its own
    somewhere = next((each for each in told if any(getattr(each, name) for name in _TOGETHER)), told[0])
    said.update({name: getattr(somewhere, name) for name in _TOGETHER})
    return Details(**said)


def _first(name: str, told: Sequence[Details]) -> Any:  # Any: as above
    values = [getattr(each, name) for each in told]
    return next((value for value in values if value not in ("", (), None)), values[0])


def _as_edited(change: Change, kept: dict[str, Any]) -> Change:  # Any: as above
    """What is different this time, but for what a member changed everywhere."""
    return change if change.details is None else replace(change, details=replace(change.details, **kept))
