"""`resource share`: a link and why it helps; the page says the rest, and it is asked whether that is right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Annotated, Any

from bot.commands import SAY, Completed, Services
from bot.domain.audit import Did, Subject
from bot.domain.events import Price
from bot.domain.links import host_of, page_key
from bot.domain.pages import Page
from bot.domain.resources import (
    ASKS_FOR_LAW,
    DESCRIPTION_MOST,
    KIND_NAMES,
    LEVEL_NAMES,
    NOTE_MOST,
    SITE_MOST,
    TAG_MOST,
    TAGS_MOST,
    TITLE_MOST,
    About,
    Kind,
    Level,
    NewResource,
    Resource,
    Shared,
)
from bot.domain.text import clip
from bot.domain.topics import Topic, guessed
from bot.errors import Refused
from bot.features.events.cards import price
from bot.features.events.pointing import link_in
from bot.features.resources import checking
from bot.features.resources.cards import SHOW, full_card, tags
from bot.features.resources.lookup import (
    ResourceLookup,
    ResourceParam,
    TopicParam,
    found_resource,
    names_of,
    topic_option,
    topics_of,
)
from bot.features.resources.moderating import checked_before_sharing
from bot.i18n import N_, Words
from bot.markup import Bold, rich
from bot.params import Choice, ComingDay, Cost, Language, Law, Reading, Tags, Text, Url, law_name
from bot.request import Pointed, Request
from bot.ui import Action, Button, Card, Control, Field, Menu, Reply

HOLDS_FOR = timedelta(days=365)
"""By when a business resource is looked at again, where nobody says."""


def kind_choice() -> Choice:
    return Choice(N_("Kind"), N_("article, video, template, course, book, tool"), KIND_NAMES, Kind)


def level_choice() -> Choice:
    return Choice(N_("Level"), N_("beginner, working, pro"), LEVEL_NAMES, Level)


@dataclass(frozen=True, slots=True)
class ShareResource:
    link: Annotated[str, Url(N_("Link"), N_("Where it is: https://…"))]
    note: Annotated[
        str, Text(N_("Why it helps"), N_("In a sentence, for the others"), most=NOTE_MOST, is_long=True)
    ] = ""
    topic: Annotated[Topic | None, TopicParam(N_("Topic"), N_("craft, experience, network, business, income"))] = None
    title: Annotated[str, Text(N_("Title"), N_("As the page says, if left out"), most=TITLE_MOST)] = ""
    kind: Annotated[Kind | None, kind_choice()] = None
    level: Annotated[Level | None, level_choice()] = None
    tags: Annotated[tuple[str, ...], Tags(N_("Tags"), N_("mixing, contract, …"), most=TAGS_MOST, each=TAG_MOST)] = ()
    price: Annotated[Price | None, Cost(N_("Price"), N_("free, 15 EUR"))] = None
    law: Annotated[str, Law(N_("Whose law"), N_("Which country's, for business: US, Germany, EU, any"))] = ""
    review: Annotated[date | None, ComingDay(N_("Look at it again by"), N_("in a year, 1 June 2027"))] = None
    about: Annotated[
        str, Text(N_("Description"), N_("As the page says, if left out"), most=DESCRIPTION_MOST, is_long=True)
    ] = ""
    language: Annotated[str, Language(N_("Language"), N_("English, de"))] = ""
    site: Annotated[str, Text(N_("Site"), N_("Whose page it is"), most=SITE_MOST)] = ""


@dataclass(frozen=True, slots=True)
class NoteResource:
    resource: Annotated[Resource, ResourceParam(N_("Resource"), N_("Words of its title"))]
    note: Annotated[
        str, Text(N_("Why it helps"), N_("In a sentence, for the others"), most=NOTE_MOST, is_long=True)
    ] = ""


def from_message(pointed: Pointed) -> Mapping[str, str]:
    """The form of `resource share`: the link in a message, else the message's own; the rest is why it helps."""
    found, note = link_in(pointed.text), pointed.text
    if found:
        for written in (f"<{found}>", f"({found})", found):
            note = note.replace(written, " ")
        note = " ".join(note.split())
    if not any(letter.isalnum() for letter in note):
        note = ""  # marks around the link
    return {"link": found or pointed.link, "note": clip(note, NOTE_MOST)}


async def read_page(said: Mapping[str, Any], request: Request, services: Services) -> Completed:  # Any: values
    """Implements `bot.commands.Command.completes`: what the page says, where no title was said."""
    link = said.get("link")
    if link is None or "title" in said:
        return Completed()
    async with services.store.reading() as uow:
        known = await uow.resources.of_page(request.community.id, page_key(link), request.person.id)
        if known is None:
            await checked_before_sharing(uow, request, link)  # nothing is asked of a site that is blocked
    if known is not None:  # somebody shared it: nothing more is asked of the site
        return Completed({"title": known.about.title, "topic": known.about.topic})
    try:
        page = await services.web.page(link)
    except Refused as refused:
        raise Refused(refused.text, param="title", **refused.values) from None
    brought = _brought(page, said)
    return Completed({name: value for name, value in brought.items() if value})


def _brought(page: Page, said: Mapping[str, Any]) -> Mapping[str, str]:  # Any: as above
    """A page as the form would have it."""
    told = f"{page.title} {page.description} {' '.join(said.get('tags', ()))} {said.get('note', '')}"
    return {
        "title": page.title,
        "about": page.description,
        "site": page.site,
        "kind": page.kind or "",
        "language": page.language,
        "price": Cost("", "").write(page.price) if page.price else "",
        "topic": guessed(told),
    }


async def confirm_share(ask: ShareResource, request: Request, services: Services) -> Card:
    say = request.say
    key = page_key(ask.link)
    async with services.store.reading() as uow:
        known = await uow.resources.of_page(request.community.id, key, request.person.id)
        if known is None:
            await checked_before_sharing(uow, request, ask.link)
    if known is not None:
        return _known(known, ask, request)
    draft = request.draft_id("confirm")
    topics = await topics_of(request, services)
    topic = topics[0] if ask.topic is None else ask.topic
    ask = replace(ask, topic=topic, review=_review(ask, topic, request))
    menus: list[Control] = []
    if topic.key in ASKS_FOR_LAW and not ask.law:
        offered = Law("", "").suggest("", Reading(say, request.now))
        menus.append(Menu(say(N_("Whose law is it about?")), Action(SAY, f"{draft}/law"), tuple(offered)))
    options = tuple(topic_option(each, say) for each in topics)
    menus.append(Menu(say(N_("Another topic")), Action(SAY, f"{draft}/topic"), options))
    names = names_of(topics, say)
    if not ask.title:
        raise Refused(N_("What is it called? The page does not say."), param="title")
    return Card(
        rich(Bold(ask.title)), rich(ask.about), url=ask.link, fields=_fields(ask, names, say), controls=tuple(menus)
    )


async def share_resource(ask: ShareResource, request: Request, services: Services) -> Reply:
    """Keep it, once however often Save is pressed; where its page is there already, only a note is added."""
    say, community = request.say, request.community
    topics = await topics_of(request, services)
    names, today = names_of(topics, say), request.now.astimezone(request.zone).date()
    topic = topics[0] if ask.topic is None else ask.topic
    asks_for_law = topic.key in ASKS_FOR_LAW
    async with services.store.writing() as uow:
        known = await uow.resources.of_page(community.id, page_key(ask.link), request.person.id)
        if known is None:
            if not ask.title:
                raise Refused(N_("What is it called? The page does not say."), param="title")
            if asks_for_law and not ask.law:
                raise Refused(N_("Law differs from country to country: say whose it is about, or any."), param="law")
            await checked_before_sharing(uow, request, ask.link)
            new = _new(replace(ask, review=_review(ask, topic, request)), topic, request)
            shared = await uow.resources.share(community.id, new, request.now)
            if shared.is_new:
                await checking.watch(uow, community, shared.id, new.about.review_by, request.now, was_read=True)
                await uow.audit.note(
                    community.id, request.person.id, Did.SHARED, Subject.RESOURCE, shared.id, ask.title, request.now
                )
        else:
            shared = Shared(known.id, is_new=False)
        if not shared.is_new and ask.note:
            await uow.resources.note(community.id, shared.id, request.person.id, ask.note, request.now)
    saved = await found_resource(str(shared.id), request, services)
    if shared.is_new or saved.sharer == request.person.id:
        text = say(N_("Saved. It is in the library now."))
        return Reply(rich(text), (full_card(saved, names, say, today, may_change=True),))
    text = say(N_("Your note stands beside it now.")) if ask.note else _first(saved, say)
    return Reply(rich(text), (full_card(saved, names, say, today, may_change=request.is_organiser),))


async def note_resource(ask: NoteResource, request: Request, services: Services) -> Reply:
    """Their own note in the place of the one they had; emptied, it is taken away."""
    async with services.store.writing() as uow:
        await uow.resources.note(request.community.id, ask.resource.id, request.person.id, ask.note, request.now)
    saved = await found_resource(str(ask.resource.id), request, services)
    names = names_of(await topics_of(request, services), request.say)
    today = request.now.astimezone(request.zone).date()
    text = N_("Your note stands beside it now.") if ask.note else N_("You say nothing about it any more.")
    return Reply(rich(request.say(text)), (full_card(saved, names, request.say, today),))


async def note_now(typed: Mapping[str, str], request: Request, services: Services) -> Mapping[str, str]:
    """The note they have, to be changed."""
    resource = await ResourceLookup().read(typed["resource"], request, services)
    mine = [each.text for each in resource.notes if each.person == request.person.id]
    return {"note": mine[0]} if mine else {}


def _known(known: Resource, ask: ShareResource, request: Request) -> Card:
    """Instead of a second one: who shared it, and that a note can stand beside theirs."""
    say = request.say
    if ask.note:
        told = say(N_("Save adds your note: “{note}”"), note=ask.note)
    else:
        told = say(N_("Change lets you say why it helps; your note then stands beside theirs."))
    body = rich(_first(known, say), "\n", told)
    show = Button(say(N_("Show")), Action(SHOW, str(known.id)))
    return Card(rich(Bold(known.about.title)), body, url=known.link, controls=(show,))


def _first(known: Resource, say: Words) -> str:
    day = say.day(known.shared_at.astimezone(say.zone).date())
    if not known.sharer_name:
        return say(N_("It is in the library already, since {day}."), day=day)
    return say(N_("It is in the library already: {name} shared it first, on {day}."), name=known.sharer_name, day=day)


def _review(ask: ShareResource, topic: Topic, request: Request) -> date | None:
    if ask.review is not None or topic.key not in ASKS_FOR_LAW:
        return ask.review
    return request.now.astimezone(request.zone).date() + HOLDS_FOR


def _new(ask: ShareResource, topic: Topic, request: Request) -> NewResource:
    about = About(
        title=ask.title,
        topic=topic.key,
        description=ask.about,
        site=ask.site or host_of(ask.link),
        kind=ask.kind,
        tags=ask.tags,
        level=ask.level,
        price=ask.price,
        language=ask.language,
        jurisdiction=ask.law,
        review_by=ask.review,
    )
    return NewResource(
        link=ask.link,
        key=page_key(ask.link),
        about=about,
        sharer=request.person.id,
        origin=request.origin,
        note=ask.note,
        request_id=request.id,
    )


def _fields(ask: ShareResource, names: Mapping[str, str], say: Words) -> tuple[Field, ...]:
    law = say(N_("not said yet; choose below")) if not ask.law else law_name(ask.law, say)
    asks_for_law = ask.topic is not None and ask.topic.key in ASKS_FOR_LAW
    pairs = [
        (N_("Topic"), names[ask.topic.key] if ask.topic else ""),
        (N_("Why it helps"), ask.note),
        (N_("Kind"), say(KIND_NAMES[ask.kind]) if ask.kind else ""),
        (N_("Level"), say(LEVEL_NAMES[ask.level]) if ask.level else ""),
        (N_("Price"), price(ask.price, say) if ask.price else ""),
        (N_("Tags"), tags(ask.tags)),
        (N_("Site"), ask.site or host_of(ask.link)),
        (N_("Language"), say.language(ask.language) if ask.language else ""),
        (N_("Whose law"), law if ask.law or asks_for_law else ""),
        (N_("Look at it again by"), say.day(ask.review) if ask.review else ""),
    ]
    return tuple(Field(say(name), rich(value)) for name, value in pairs if value)
