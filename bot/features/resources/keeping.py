"""What is done with a resource that is there: kept on a list, found helpful, edited, removed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from bot.commands import OpensForm, Pressed, Services, arguments_of, read_id, write_values
from bot.domain.audit import REASON_MOST, Did, Subject
from bot.domain.links import host_of, page_key
from bot.domain.resources import (
    ASKS_FOR_LAW,
    DESCRIPTION_MOST,
    TITLE_MOST,
    About,
    Resource,
)
from bot.errors import NotAllowed, Refused
from bot.features.resources import checking
from bot.features.resources.arguments import (
    Costs,
    InLanguage,
    OfKind,
    OfLaw,
    OfLevel,
    OfSite,
    OfTopic,
    ReviewBy,
    Tagged,
)
from bot.features.resources.cards import HELPFUL, REMOVE, REMOVE_SURELY, SAVE, UNHELPFUL, UNSAVE
from bot.features.resources.deciding import TAKE_DOWN, still_open, take_down
from bot.features.resources.finding import shown
from bot.features.resources.lookup import ResourceLookup, ResourceParam, found_resource, topics_of
from bot.features.resources.moderating import checked_before_sharing
from bot.i18n import N_, Slash
from bot.markup import Bold, rich
from bot.params import Text, Url
from bot.request import Press, Request
from bot.ui import Action, Button, Card, Form, Reply, Style


@dataclass(frozen=True, slots=True)
class EditResource:
    resource: Annotated[Resource, ResourceParam(N_("Resource"), N_("Words of its title"))]
    title: Annotated[str, Text(N_("Title"), N_("What it is called"), most=TITLE_MOST)] = ""
    topic: OfTopic = None
    kind: OfKind = None
    level: OfLevel = None
    tags: Tagged = ()
    price: Costs = None
    law: OfLaw = ""
    review: ReviewBy = None
    about: Annotated[str, Text(N_("Description"), N_("What it is about"), most=DESCRIPTION_MOST, is_long=True)] = ""
    language: InLanguage = ""
    site: OfSite = ""
    link: Annotated[str, Url(N_("Link"), N_("Where it is: https://…"))] = ""


@dataclass(frozen=True, slots=True)
class RemoveResource:
    resource: Annotated[Resource, ResourceParam(N_("Resource"), N_("Words of its title"))]
    reason: Annotated[
        str, Text(N_("Why"), N_("Where another shared it, they are told this"), most=REASON_MOST, is_long=True)
    ] = ""


async def resource_now(typed: Mapping[str, str], request: Request, services: Services) -> Mapping[str, str]:
    """Implements `bot.commands.Command.fills`: all that is known of it."""
    resource = await ResourceLookup().read(typed["resource"], request, services)
    _may_change(resource, request)
    about = resource.about
    topics = {each.key: each for each in await topics_of(request, services)}
    known = EditResource(
        resource,
        title=about.title,
        topic=topics.get(about.topic),
        kind=about.kind,
        level=about.level,
        tags=about.tags,
        price=about.price,
        law=about.jurisdiction,
        review=about.review_by,
        about=about.description,
        language=about.language,
        site=about.site,
        link=resource.link,
    )
    return write_values(arguments_of(EditResource), known, services)


async def edit_resource(ask: EditResource, request: Request, services: Services) -> Reply:
    """By whoever shared it, or an organiser."""
    resource, community = ask.resource, request.community
    _may_change(resource, request)
    if not ask.title:
        raise Refused(N_("It needs a title."), param="title")
    topic = ask.topic.key if ask.topic else resource.about.topic
    if topic in ASKS_FOR_LAW and not ask.law:
        raise Refused(N_("Law differs from country to country: say whose it is about, or any."), param="law")
    if topic in ASKS_FOR_LAW and ask.review is None:
        raise Refused(N_("Say by when somebody should look whether it still holds: in a year."), param="review")
    link = ask.link or resource.link
    about = About(
        title=ask.title,
        topic=topic,
        description=ask.about,
        site=ask.site or host_of(link),
        kind=ask.kind,
        tags=ask.tags,
        level=ask.level,
        price=ask.price,
        language=ask.language,
        jurisdiction=ask.law,
        review_by=ask.review,
    )
    async with services.store.writing() as uow:
        if link != resource.link:
            await checked_before_sharing(uow, request, link)
        await uow.resources.change(community.id, resource.id, about, link, page_key(link), request.now)
        if link == resource.link:
            await checking.watch_review(uow, community, resource.id, about.review_by)
        else:
            await checking.watch(uow, community, resource.id, about.review_by, request.now, was_read=False)
        if request.is_organiser:  # whatever was said against it, it was looked at
            await uow.audit.settle(community.id, Subject.RESOURCE, resource.id)
        await uow.audit.note(
            community.id, request.person.id, Did.EDITED, Subject.RESOURCE, resource.id, about.title, request.now
        )
    changed = await found_resource(str(resource.id), request, services)
    return await shown(changed, request, services, request.say(N_("Changed.")))


async def remove_resource(ask: RemoveResource, request: Request, services: Services) -> Reply:
    """An organiser who says why is not asked whether they are sure."""
    _may_change(ask.resource, request)
    if not ask.reason:
        return _ask_to_remove(ask.resource, request)
    return await _removed(ask.resource, request, services, ask.reason)


async def open_removal(press: Press, request: Request, services: Services) -> Form:
    """What was reported is to go: the form that asks why."""
    async with services.store.reading() as uow:
        resource = await still_open(uow, read_id(press.action.arg) or 0, request)
    return Form(
        title=request.say(N_("Remove something from the library")),
        action=Action("resource remove"),
        params={name: each.param for name, each in arguments_of(RemoveResource).items()},
        values={"resource": f"#{resource.id}"},
        required=frozenset({"resource"}),
        locale=str(request.say.locale),
    )


async def press_remove(press: Press, request: Request, services: Services) -> Reply:
    return _ask_to_remove(await found_resource(press.action.arg, request, services), request)


async def press_remove_surely(press: Press, request: Request, services: Services) -> Reply:
    resource = await found_resource(press.action.arg, request, services)
    _may_change(resource, request)
    return await _removed(resource, request, services)


async def press_save(press: Press, request: Request, services: Services) -> Reply:
    resource = await found_resource(press.action.arg, request, services)
    async with services.store.writing() as uow:
        await uow.resources.save(request.community.id, resource.id, request.person.id, True, request.now)
    said = request.say(
        N_("{title} is on your list: {saved}."), title=resource.about.title, saved=Slash("/resource saved")
    )
    return Reply(rich(said))


async def press_unsave(press: Press, request: Request, services: Services) -> Reply:
    resource = await found_resource(press.action.arg, request, services)
    async with services.store.writing() as uow:
        await uow.resources.save(request.community.id, resource.id, request.person.id, False, request.now)
    return Reply(rich(request.say(N_("{title} is off your list."), title=resource.about.title)))


async def press_helpful(press: Press, request: Request, services: Services) -> Reply:
    """One vote each, however often it is pressed."""
    resource = await found_resource(press.action.arg, request, services)
    async with services.store.writing() as uow:
        count = await uow.resources.help(request.community.id, resource.id, request.person.id, True, request.now)
    said = request.say.many(
        "Thank you. {count} found {title} helpful.",
        "Thank you. {count} found {title} helpful.",
        count,
        title=resource.about.title,
    )
    return Reply(rich(said))


async def press_unhelpful(press: Press, request: Request, services: Services) -> Reply:
    resource = await found_resource(press.action.arg, request, services)
    async with services.store.writing() as uow:
        await uow.resources.help(request.community.id, resource.id, request.person.id, False, request.now)
    return Reply(rich(request.say(N_("Your vote for {title} is taken back."), title=resource.about.title)))


PRESSES: Mapping[str, Pressed] = {
    SAVE: press_save,
    UNSAVE: press_unsave,
    HELPFUL: press_helpful,
    UNHELPFUL: press_unhelpful,
    REMOVE: press_remove,
    REMOVE_SURELY: press_remove_surely,
}


OPENS: Mapping[str, OpensForm] = {TAKE_DOWN: open_removal}


async def _removed(resource: Resource, request: Request, services: Services, reason: str = "") -> Reply:
    async with services.store.writing() as uow:
        await take_down(uow, resource, request, reason=reason)
    return Reply(rich(request.say(N_("{title} is removed."), title=resource.about.title)), replaces=True)


def _may_change(resource: Resource, request: Request) -> None:
    if resource.sharer != request.person.id and not request.is_organiser:
        raise NotAllowed(N_("Only whoever shared it, and organisers, can do this. Ask one of them."))


def _ask_to_remove(resource: Resource, request: Request) -> Reply:
    _may_change(resource, request)
    say = request.say
    button = Button(say(N_("Remove")), Action(REMOVE_SURELY, str(resource.id)), Style.DANGER)
    title = rich(Bold(say(N_("Remove {title}?"), title=resource.about.title)))
    told = say(N_("It goes from the library and from everybody's lists, with what was said about it."))
    return Reply(cards=(Card(title, rich(told), controls=(button,)),))
