"""`me export` and `me forget`: all that is kept about somebody, given to them or deleted."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from bot.commands import Pressed, Services
from bot.errors import NotFound
from bot.features.connections.files import written
from bot.features.people.lookup import label
from bot.i18n import N_, Slash
from bot.markup import Bold, joined, rich
from bot.request import Press, Request
from bot.ui import Action, Button, Card, File, Reply, Style

FORGET = "me.forget"


@dataclass(frozen=True, slots=True)
class ExportMe:
    pass


@dataclass(frozen=True, slots=True)
class ForgetMe:
    pass


async def export_me(_ask: ExportMe, request: Request, services: Services) -> Reply:
    async with services.store.reading() as uow:
        kept = await uow.mydata.everything(request.person.id)
        timelines = await uow.connections.every(request.person.id)
    content = json.dumps({"made": request.now.isoformat(), **kept}, ensure_ascii=False, indent=1)
    file = File("greenroom.json", content.encode("utf-8", "backslashreplace"), "application/json")
    text = request.say(N_("All that I keep about you. {forget} deletes it."), forget=Slash("/me forget"))
    return Reply(rich(text), files=(file, *await written(timelines)))


async def forget_me(_ask: ForgetMe, request: Request, services: Services) -> Reply:
    say = request.say
    async with services.store.reading() as uow:
        theirs = await uow.people.accounts_of(request.person.id)
    names = say.listed([label(each) for each in theirs])
    lines = [
        say(
            N_("Your connections, promises, reminders, profile, settings and answers are deleted, for {accounts}."),
            accounts=names,
        ),
        say(N_("Events that you added stay, without your name. What others noted about you stays theirs.")),
        say(N_("This cannot be undone. {export} gives you a copy first."), export=Slash("/me export")),
    ]
    button = Button(say(N_("Delete everything")), Action(FORGET, str(request.person.id)), Style.DANGER)
    return Reply(cards=(Card(rich(Bold(say(N_("Forget you?")))), joined(lines, "\n"), controls=(button,)),))


async def press_forget(press: Press, request: Request, services: Services) -> Reply:
    """Who presses it again is somebody new, of whom nothing is kept."""
    if press.action.arg != str(request.person.id):
        raise NotFound(N_("This is done, or was another's. {command} asks again."), command=Slash("/me forget"))
    async with services.store.writing() as uow:
        await uow.mydata.forget(request.person.id, request.now)
    text = request.say(N_("Done: nothing about you is kept. If you use me again, I meet you for the first time."))
    return Reply(rich(text), replaces=True)


PRESSES: Mapping[str, Pressed] = {FORGET: press_forget}
