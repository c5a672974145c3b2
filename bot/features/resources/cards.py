"""How resources look: short in lists, whole when one is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from bot.commands import ASK
from bot.domain.resources import KIND_NAMES, LEVEL_NAMES, Note, Resource, Standing
from bot.domain.text import clip
from bot.features.events.cards import price
from bot.i18n import N_, Words
from bot.markup import Bold, Link, Rich, joined, rich
from bot.params import law_name
from bot.ui import Action, Button, Card, Control, Field, Style

SHOW, SAVE, UNSAVE = "resource.show", "resource.save", "resource.unsave"
HELPFUL, UNHELPFUL, REPORT = "resource.helpful", "resource.unhelpful", "resource.report"
REMOVE, REMOVE_SURELY = "resource.remove", "resource.gone"

SAID_MOST = 200
"""Characters of a note in a list."""
NOTES_SHOWN = 5
"""On the card of one resource: the sharer's and the newest, which fit on one message of any platform."""


def short_card(resource: Resource, topics: Mapping[str, str], say: Words, today: date) -> Card:
    """The essentials of one, with what to do about it. `topics` are their names by key."""
    about = resource.about
    first = resource.notes[0] if resource.notes else None
    said = _said(first, say, SAID_MOST) if first else rich(clip(about.description, SAID_MOST))
    lines = [
        _traits(resource, topics, say),
        said,
        joined([_counts(resource, say), *_flags(resource, say, today)], " · "),
    ]
    id_ = str(resource.id)
    controls: tuple[Control, ...] = (
        _list_button(resource, say),
        Button(say(N_("Helpful")), Action(HELPFUL, id_)),
        Button(say(N_("Details")), Action(SHOW, id_)),
        Button(say(N_("Report")), Action(REPORT, id_)),
    )
    return Card(rich(Bold(about.title)), joined(lines, "\n"), url=resource.link, controls=controls)


def full_card(
    resource: Resource, topics: Mapping[str, str], say: Words, today: date, *, may_change: bool = False
) -> Card:
    """All that is known of one, and all that can be done about it: with at most 10 fields and 5 controls, one card on
    every platform.
    """
    about = resource.about
    pairs = [
        (N_("Topic"), rich(topics.get(about.topic, about.topic))),
        (N_("Kind"), rich(say(KIND_NAMES[about.kind]) if about.kind else "")),
        (N_("Level"), rich(say(LEVEL_NAMES[about.level]) if about.level else "")),
        (N_("Price"), rich(price(about.price, say) if about.price else "")),
        (N_("Tags"), rich(tags(about.tags))),
        (N_("Site"), joined([about.site, say.language(about.language) if about.language else ""], " · ")),
        (N_("Whose law"), rich(law_name(about.jurisdiction, say) if about.jurisdiction else "")),
        (N_("Look at it again by"), rich(say.day(about.review_by) if about.review_by else "")),
        (N_("Shared by"), joined([resource.sharer_name, _day(resource, say), _counts(resource, say)], " · ")),
        (N_("Said about it"), _notes(resource.notes, say)),
    ]
    archived = Link(say(N_("Archived copy")), resource.archived) if resource.archived else ""
    warned = joined([*_flags(resource, say, today), archived], "\n")
    fields = tuple(Field(say(name), value) for name, value in pairs if value)
    return Card(
        rich(Bold(about.title)),
        joined([about.description, warned], "\n\n"),
        url=resource.link,
        fields=fields,
        controls=_controls(resource, say, may_change=may_change),
    )


def tags(names: tuple[str, ...]) -> str:
    return " ".join(f"#{name}" for name in names)


def _controls(resource: Resource, say: Words, *, may_change: bool) -> tuple[Control, ...]:
    id_ = str(resource.id)
    controls: list[Control] = [
        _list_button(resource, say),
        Button(say(N_("Not helpful any more")), Action(UNHELPFUL, id_))
        if resource.is_helpful
        else Button(say(N_("Helpful")), Action(HELPFUL, id_)),
        note_button(resource, say),
    ]
    if may_change:  # who can remove it needs nobody to tell
        controls += [
            Button(say(N_("Edit")), Action(ASK, f"resource edit/resource=#{id_}")),
            Button(say(N_("Remove")), Action(REMOVE, id_)),
        ]
    else:
        controls.append(Button(say(N_("Report")), Action(REPORT, id_)))
    return tuple(controls)


def note_button(resource: Resource, say: Words) -> Button:
    return Button(say(N_("Say why it helps")), Action(ASK, f"resource note/resource=#{resource.id}"))


def _list_button(resource: Resource, say: Words) -> Button:
    """On somebody's own list, or off it."""
    if resource.is_saved:
        return Button(say(N_("Take off my list")), Action(UNSAVE, str(resource.id)))
    return Button(say(N_("Save")), Action(SAVE, str(resource.id)), Style.PRIMARY)


def _traits(resource: Resource, topics: Mapping[str, str], say: Words) -> Rich:
    about = resource.about
    return joined(
        [
            topics.get(about.topic, about.topic),
            say(KIND_NAMES[about.kind]) if about.kind else "",
            say(LEVEL_NAMES[about.level]) if about.level else "",
            price(about.price, say) if about.price else "",
            law_name(about.jurisdiction, say) if about.jurisdiction else "",
            tags(about.tags),
        ],
        " · ",
    )


def _notes(notes: Sequence[Note], say: Words) -> Rich:
    """The first and the last ones, and how many there are between them."""
    between = len(notes) - NOTES_SHOWN
    if between <= 0:
        return joined([_said(note, say) for note in notes], "\n")
    left_out = say.many("… {count} more …", "… {count} more …", between)
    last = [_said(note, say) for note in notes[between + 1 :]]
    return joined([_said(notes[0], say), left_out, *last], "\n")


def _said(note: Note, say: Words, most: int = 0) -> Rich:
    """What somebody says about it, with their name."""
    text = clip(" ".join(note.text.split()), most) if most else note.text
    return rich(say(N_("“{text}” – {name}"), text=text, name=note.name) if note.name else f"“{text}”")


def _counts(resource: Resource, say: Words) -> str:
    if not resource.helpful:
        return ""
    return say.many("{count} found it helpful", "{count} found it helpful", resource.helpful)


def _flags(resource: Resource, say: Words, today: date) -> list[str]:
    """What to be careful about."""
    flags = []
    if resource.standing is Standing.DEAD:
        since = resource.dead_since
        flags.append(
            say(N_("⚠ leads nowhere since {day}"), day=say.short_day(since.astimezone(say.zone).date()))
            if since
            else say(N_("⚠ leads nowhere"))
        )
    if resource.is_stale(today):
        assert resource.about.review_by is not None
        flags.append(say(N_("⚠ may be out of date: nobody looked since {day}"), day=say.day(resource.about.review_by)))
    return flags


def _day(resource: Resource, say: Words) -> str:
    return say.day(resource.shared_at.astimezone(say.zone).date())
