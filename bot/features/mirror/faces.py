"""Our events as a platform's own calendar shows them, and what was changed there as an edit of ours."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import timedelta

from bot.domain.events import DESCRIPTION_MOST, LONGEST, TITLE_MOST, VENUE_MOST, Details, Edit, Occurrence
from bot.domain.mirrors import Face
from bot.domain.places import Place
from bot.domain.text import clean_line, clean_text, clip
from bot.i18n import N_, Words
from bot.platform import NativeCalendar, NativeEvent

MOMENT = timedelta(hours=1)
"""How long a deadline is shown, which has no length: calendars want one."""

FIELDS = ("title", "description", "location", "when")


def face_of(occurrence: Occurrence, calendar: NativeCalendar, say: Words) -> Face:
    """How `calendar` would hold it. The event's page stays legible where its description has to be shortened."""
    details = occurrence.details
    starts, ends = occurrence.starts.replace(microsecond=0), occurrence.ends.replace(microsecond=0)
    whole = NativeEvent(
        title=details.title,
        description=_described(details.description, details.page_link),
        starts=starts,
        ends=ends if ends > starts else starts + MOMENT,
        location=_location(details) or say(N_("To be announced")),
    )
    shaped = calendar.shaped(whole)
    link, room = details.page_link, len(shaped.description) - len(details.page_link) - 2
    if link and not shaped.description.endswith(link) and room > 0:
        shaped = calendar.shaped(replace(whole, description=_described(clip(details.description, room), link)))
    return native_face(shaped)


def native_face(event: NativeEvent) -> Face:
    starts, ends = event.starts.replace(microsecond=0), event.ends.replace(microsecond=0)
    return Face(event.title, event.description, event.location, starts, ends)


def native_event(face: Face, id_: str = "") -> NativeEvent:
    return NativeEvent(face.title, face.description, face.starts, face.ends, face.location, id_)


def changed_there(there: Face, *known: Face) -> frozenset[str]:
    """The fields that none of what we know of explains: somebody changed them there."""
    return frozenset(name for name in FIELDS if all(_field(there, name) != _field(face, name) for face in known))


def edit_from(
    occurrence: Occurrence, before: Face, there: Face, fields: Collection[str], places: Mapping[str, Place]
) -> Edit:
    """The occurrence with what was changed there in `fields`; `before` is what stood there.

    `places` are cities that parts of its location surely name. What was shortened there keeps the end that was not
    shown, unless its mark was removed.
    """
    details, starts, ends = occurrence.details, occurrence.starts, occurrence.ends
    if "title" in fields:
        title = clean_line(_mended(details.title, before.title, there.title))
        details = replace(details, title=clip(title, TITLE_MOST) if title else details.title)
    if "description" in fields:
        shown, edited = (_undescribed(face.description, details.page_link) for face in (before, there))
        text = clean_text(_mended(details.description, shown, edited))
        details = replace(details, description=clip(text, DESCRIPTION_MOST) if text else "")
    if "location" in fields:
        details = _moved(details, clean_line(there.location), places)
    if "when" in fields:
        is_moment = starts == ends and there.ends - there.starts == MOMENT
        starts, ends = there.starts, there.starts if is_moment else min(there.ends, there.starts + LONGEST)
    return Edit(details, starts, max(starts, ends))


def place_words(location: str) -> tuple[str, ...]:
    """What of a location may name its city: "Kantine, Berlin, DE" -> "Berlin, DE", "DE"."""
    parts = [part.strip() for part in location.split(",")]
    return tuple(dict.fromkeys(", ".join(parts[-count:]) for count in (2, 1) if len(parts) >= count and parts[-1]))


def _field(face: Face, name: str) -> object:
    return (face.starts, face.ends) if name == "when" else getattr(face, name)


def _described(text: str, link: str) -> str:
    return "\n\n".join(part for part in (text, link) if part)


def _undescribed(text: str, link: str) -> str:
    return text.rstrip().removesuffix(link).rstrip() if link else text


def _location(details: Details) -> str:
    place = details.place.label if details.place else ""
    return ", ".join(part for part in (details.venue, place) if part) or details.online_link


def _moved(details: Details, location: str, places: Mapping[str, Place]) -> Details:
    """A place that is named anew counts; where none is, it is another room in the same city."""
    is_link = location.startswith(("https://", "http://")) and " " not in location
    if is_link and not details.venue and details.place is None:
        return replace(details, online_link=location)
    here = details.place
    if here is not None and (location == here.label or location.endswith(f", {here.label}")):
        return replace(details, venue=clip_line(location.removesuffix(here.label)))
    for words in place_words(location):
        if (found := places.get(words)) is not None:
            return replace(details, venue=clip_line(location.removesuffix(words)), place=found)
    return replace(details, venue=clip_line(location))


def clip_line(text: str) -> str:
    """A venue, without what stood between it and its city."""
    text = text.strip().removesuffix(",").strip()
    return clip(text, VENUE_MOST) if text else ""


def _mended(whole: str, shown: str, edited: str) -> str:
    """`edited` with the end of `whole` that `shown` left out, where both end in an ellipsis."""
    kept = shown.removesuffix("…")
    if shown in (whole, kept) or not edited.endswith("…") or not whole.startswith(kept):
        return edited
    return edited.removesuffix("…") + whole[len(kept) :]
