"""One-time codes as people meet them: made, shown once, typed on the other side."""

from __future__ import annotations

from collections.abc import Mapping

from bot.commands import Services
from bot.domain.linking import LASTS, WRONG_MOST, Offer, Purpose, Wrong, new_code, read_code
from bot.errors import Refused
from bot.i18n import N_, Slash, Words
from bot.markup import Code, When, rich
from bot.params import Text, shortened
from bot.request import Request
from bot.ui import Card, Field, Reply

COMMANDS: Mapping[Purpose, Slash] = {Purpose.COMMUNITY: Slash("/greenroom link"), Purpose.PERSON: Slash("/me link")}
ON_SLACK: Mapping[str, str] = {"me": "/greenroom me"}
"""Slack keeps `/me` for itself and would show the code to everybody. Where Slack is served more is known of it."""

WHERE: Mapping[Purpose, str] = {
    Purpose.COMMUNITY: N_("In the server or workspace to link, an organiser types:"),
    Purpose.PERSON: N_("With your other account, in a server or workspace or to me directly, type:"),
}
WARNING: Mapping[Purpose, str] = {
    Purpose.COMMUNITY: N_(
        "Whoever has this code can link their server or workspace with yours. Show it to nobody else."
    ),
    Purpose.PERSON: N_("Whoever has this code can become one person with you. Show it to nobody."),
}

NOT_IN_USE = N_("This code is not in use. A code lasts {minutes} minutes and links once; {command} makes a new one.")


def code_param() -> Text:
    return Text(N_("Code"), N_("The code from the other side; left out, you get one to use there"), most=40)


async def offer(purpose: Purpose, request: Request, services: Services) -> Reply:
    """A new code, for the asker alone, and what to do with it."""
    code = new_code()
    async with services.store.writing() as uow:
        await uow.linking.offer(code, purpose, request.origin, request.now)
    say = request.say
    minutes = say.number(LASTS.seconds // 60)
    typed = rich(Code(f"{COMMANDS[purpose]} code:{code}"))
    slack = services.platforms.get("slack")
    there = Words("en", say.zone, slack.commands if slack else ON_SLACK).command(COMMANDS[purpose])
    if there != COMMANDS[purpose]:
        typed = rich(typed, "\n", say(N_("On Slack:")), " ", Code(f"{there} code:{code}"))
    card = Card(
        rich(say(WHERE[purpose])),
        typed,
        fields=(
            Field(say(N_("Good for")), rich(say(N_("{minutes} minutes, once"), minutes=minutes))),
            Field(say(N_("Ends")), rich(When(request.now + LASTS))),
        ),
    )
    return Reply(rich(say(WARNING[purpose])), (card,))


async def tried(typed: str, purpose: Purpose, request: Request, services: Services) -> tuple[str, Offer]:
    """The code that was typed and what it stands for, used or not. Raises Refused; a wrong one is counted."""
    command = COMMANDS[purpose]
    code = read_code(typed)
    if code is None:
        raise Refused(
            N_("{typed} is no code. A code looks like {example}; {command} makes one."),
            typed=shortened(typed),
            example="K7QF-2MXA",
            command=command,
        )
    async with services.store.writing() as uow:
        found = await uow.linking.offered(code, request.person.id, request.now)
    minutes = request.say.number(LASTS.seconds // 60)
    match found:
        case Wrong(left=0):
            raise Refused(
                N_("{most} codes were wrong. Wait {minutes} minutes, then try again with a new one from {command}."),
                most=WRONG_MOST,
                minutes=minutes,
                command=command,
            )
        case Wrong():
            raise not_in_use(purpose, request)
        case Offer(purpose=meant) if meant is not purpose:
            raise Refused(N_("This code is for {command}. Use it there."), command=COMMANDS[meant])
        case Offer():
            return code, found


def not_in_use(purpose: Purpose, request: Request) -> Refused:
    return Refused(NOT_IN_USE, minutes=request.say.number(LASTS.seconds // 60), command=COMMANDS[purpose])
