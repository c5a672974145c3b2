"""Events: find them, add them, say who comes."""

from __future__ import annotations

from bot.commands import Access, Command, Feature, On, Shortcut
from bot.domain.events import FREED
from bot.features import mirror
from bot.features.events import (
    adding,
    answering,
    approving,
    cards,
    changing,
    finding,
    freed,
    home,
    pointing,
    reading,
    showing,
)
from bot.features.events.lookup import EVENT, EventLookup, home_of
from bot.i18n import N_

FEATURE = Feature(
    name="event",
    help=N_("Concerts, conferences, workshops: find them, add them, say you are coming"),
    about=N_("A web page's link is enough to add one; a full one has a wait-list."),
    commands=(
        Command(
            "find",
            N_("Find coming events"),
            finding.FindEvents,
            finding.find_events,
            '/event find techno near:Berlin when:"this weekend"',
        ),
        Command(
            "show",
            N_("Show all about one event"),
            finding.ShowEvent,
            finding.show_event,
            "/event show late night modular",
        ),
        Command(
            "add",
            N_("Add an event to the calendar"),
            adding.AddEvent,
            adding.add_event,
            '/event add Late Night Modular when:"friday 20:00" city:Berlin price:"15 EUR"',
            confirms=adding.confirm_event,
            completes=reading.read_link,
            by=("link", "pick"),
            needs=("title", "when"),
        ),
        *changing.COMMANDS,
        Command(
            "answer",
            N_("Say whether you are going"),
            answering.AnswerEvent,
            answering.answer_event,
            "/event answer late night modular answer:maybe",
        ),
        Command(
            "who",
            N_("See who is coming"),
            answering.WhoComes,
            answering.who_comes,
            "/event who late night modular",
        ),
        Command("mine", N_("See what you answered to"), finding.MyEvents, finding.my_events, "/event mine"),
        Command(
            "settings",
            N_("Choose whether you approve members' events"),
            approving.SetEvents,
            approving.set_events,
            "/event settings approval:yes",
            Access.ORGANISER,
        ),
        Command(
            "waiting",
            N_("See the events that wait for your approval"),
            approving.WaitingEvents,
            approving.waiting_events,
            "/event waiting",
            Access.ORGANISER,
        ),
        Command(
            "decline",
            N_("Decline an event that waits for approval"),
            approving.DeclineEvent,
            approving.decline_event,
            '/event decline #3 reason:"It is not about music"',
            Access.ORGANISER,
        ),
        Command(
            "post",
            N_("Post an event's card to a channel"),
            showing.PostEvent,
            showing.post_event,
            '/event post "late night modular" channel:#events',
        ),
        mirror.COMMAND,
    ),
    presses={
        **finding.PRESSES,
        cards.GOING: answering.press_going,
        cards.MAYBE: answering.press_maybe,
        cards.NOT_GOING: answering.press_not_going,
        cards.WHO: answering.press_who,
        **changing.PRESSES,
        **approving.PRESSES,
    },
    homes={
        **dict.fromkeys((*cards.OF_EVENT, EVENT, changing.SEEN), home_of),
        **dict.fromkeys((approving.APPROVE, approving.PROPOSAL), approving.home_of),
        approving.WITHDRAW: approving.home_of_own,
    },
    lookups={
        EVENT: EventLookup(),
        changing.SEEN: changing.SeenLookup(),
        approving.PROPOSAL: approving.ProposalLookup(),
    },
    renders={**approving.RENDERS, showing.CARD: showing.render_card, FREED: freed.render},
    falls_due={**mirror.FALLS_DUE, FREED: freed.fall_due},
    errands=mirror.ERRANDS,
    shortcuts=(Shortcut(N_("Add as event"), On.MESSAGE, "add", pointing.from_message),),
    home=home.home,
)
