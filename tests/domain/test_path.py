"""Which next step somebody is shown in a topic, and why: a table of situations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.compose import all_features
from bot.domain import connections, gigs, resources
from bot.domain.connections import Connection, Promise, Side
from bot.domain.events import Attendance, Details, Kind, Occurrence, Status
from bot.domain.gigs import Gig, What
from bot.domain.goals import Goal
from bot.domain.moments import Moment
from bot.domain.path import FIRST, KIND_PILLARS, RULES, Around, Deed, Did, Tally, Way, fits, next_step, tallies
from bot.domain.people import Account
from bot.domain.places import Place
from bot.domain.profiles import Profile
from bot.domain.resources import Level, Resource
from bot.domain.topics import Pillar

NOW = datetime(2026, 11, 25, 14, tzinfo=UTC)
TODAY = date(2026, 11, 25)
DAY = timedelta(days=1)
BERLIN = Place(2950159, "Berlin", "", "DE", 52.5, 13.4, 3_400_000, "Europe/Berlin")
ENGINEER = Profile(role="engineer", city=BERLIN)
KNOWN = Around(TODAY, ENGINEER)
"""Somebody who said who they are, and around whom there is nothing."""


def event(kind: Kind | None, place: Place | None = BERLIN, mine: Attendance | None = None, id_: int = 7) -> Occurrence:
    details = Details("Dub Day", kind=kind, place=place)
    return Occurrence(
        id_, 1, 1, details, NOW + 3 * DAY, NOW + 4 * DAY, "Europe/Berlin", False, "", Status.SCHEDULED, mine=mine
    )


def resource(*, helpful: int = 2, is_saved: bool = False, is_helpful: bool = False) -> Resource:
    about = resources.About("Split sheet", "business")
    return Resource(
        5, "https://x.org", "x", about, NOW, 1, "Tom", helpful=helpful, is_saved=is_saved, is_helpful=is_helpful
    )


def business(one: Resource) -> Mapping[Pillar, tuple[Resource, ...]]:
    return {Pillar.BUSINESS: (one,)}


def goal(by: date | None = TODAY + DAY, topic: Pillar | None = Pillar.CRAFT) -> Goal:
    return Goal(3, "finish 3 tracks", topic, by)


def gig(what: What = What.MIX, roles: tuple[str, ...] = (), place: Place | None = BERLIN) -> Gig:
    about = gigs.About(what, "Mix an EP", roles, place)
    return Gig(8, 1, about, 2, Account("x", "1", "Tom"), NOW, NOW + 10 * DAY, gigs.Standing.OPEN)


STEMS = Promise(
    Side.MINE,
    "send stems",
    NOW,
    Moment(datetime(2026, 11, 27, 9), "Europe/Berlin"),  # noqa: DTZ001 - the time on a wall
    id=4,
    name="Ben",
)
BEN = Connection(6, connections.About("Ben"), date(2026, 8, 1))

SITUATIONS = {
    "a goal whose day is near": (
        replace(KNOWN, goals=[goal()]),
        Pillar.CRAFT,
        "finish 3 tracks, because you wanted it done by 2026-11-26",
    ),
    "a goal whose day was": (
        replace(KNOWN, goals=[goal(TODAY - DAY)]),
        Pillar.CRAFT,
        "finish 3 tracks, because its day was 2026-11-24, and it is still yours to finish or to move",
    ),
    "a goal in another topic": (
        replace(KNOWN, goals=[goal(topic=Pillar.INCOME)]),
        Pillar.CRAFT,
        "Share a link that helped you, because what helped you helps others here",
    ),
    "a goal before all that is on offer": (
        replace(KNOWN, goals=[goal()], events=[event(Kind.WORKSHOP)]),
        Pillar.CRAFT,
        "finish 3 tracks, because you wanted it done by 2026-11-26",
    ),
    "a promise before somebody to get back to": (
        replace(KNOWN, promises=[STEMS], late=[BEN], events=[event(Kind.MEETUP)]),
        Pillar.NETWORK,
        "send stems, because you promised it to Ben by 2026-11-27",
    ),
    "a promise is of the network alone": (
        replace(KNOWN, promises=[STEMS], late=[BEN]),
        Pillar.CRAFT,
        "Share a link that helped you, because what helped you helps others here",
    ),
    "somebody to get back to before an event": (
        replace(KNOWN, late=[BEN], events=[event(Kind.MEETUP)]),
        Pillar.NETWORK,
        "Ben, because you want to stay in touch, and last were on 2026-08-01",
    ),
    "an event near them": (
        replace(KNOWN, events=[event(Kind.MASTERCLASS)]),
        Pillar.CRAFT,
        "Dub Day, because it is near Berlin within 30 days, and you have not answered",
    ),
    "an event nowhere in particular": (
        replace(KNOWN, events=[event(Kind.MASTERCLASS, None)]),
        Pillar.CRAFT,
        "Dub Day, because it is within 30 days, and you have not answered",
    ),
    "an event, by somebody who did not say where they live": (
        Around(TODAY, events=[event(Kind.WORKSHOP)]),
        Pillar.CRAFT,
        "Dub Day, because it is within 30 days, and you have not answered",
    ),
    "a deadline": (
        replace(KNOWN, events=[event(Kind.DEADLINE)]),
        Pillar.INCOME,
        "Dub Day, because it ends within 30 days, and you have not answered",
    ),
    "an event they answered to": (
        replace(KNOWN, events=[event(Kind.WORKSHOP, mine=Attendance.NOT_GOING)]),
        Pillar.CRAFT,
        "Share a link that helped you, because what helped you helps others here",
    ),
    "a gig that looks for what they do": (
        replace(KNOWN, gigs=[gig(roles=("engineer",))]),
        Pillar.INCOME,
        "Mix an EP, because it looks for what you do, and is open until 2026-12-05",
    ),
    "a gig for anybody near": (
        replace(KNOWN, gigs=[gig()]),
        Pillar.INCOME,
        "Mix an EP, because it can be done where you are, and is open until 2026-12-05",
    ),
    "an internship": (
        replace(KNOWN, gigs=[gig(What.INTERNSHIP)]),
        Pillar.EXPERIENCE,
        "Mix an EP, because it can be done where you are, and is open until 2026-12-05",
    ),
    "a gig they are interested in": (
        replace(KNOWN, gigs=[replace(gig(), wants_it=True)]),
        Pillar.INCOME,
        "Look for a gig, because somebody here may look for what you do",
    ),
    "something helpful": (
        replace(KNOWN, resources=business(resource())),
        Pillar.BUSINESS,
        "Split sheet, because members find it helpful (2), and it is not on your list",
    ),
    "something helpful at their level": (
        replace(KNOWN, resources=business(resource()), level=Level.WORKING),
        Pillar.BUSINESS,
        "Split sheet, because members find it helpful (2), it is for your level, and it is not on your list",
    ),
    "something that nobody finds helpful": (
        replace(KNOWN, resources=business(resource(helpful=0))),
        Pillar.BUSINESS,
        "Read one contract before you need it, because under pressure nobody reads well",
    ),
    "something helpful that they have": (
        replace(KNOWN, resources=business(resource(is_saved=True))),
        Pillar.BUSINESS,
        "Read one contract before you need it, because under pressure nobody reads well",
    ),
    "something that they themselves found helpful": (
        replace(KNOWN, resources=business(resource(is_helpful=True))),
        Pillar.BUSINESS,
        "Read one contract before you need it, because under pressure nobody reads well",
    ),
    "nobody knows who they are": (
        Around(TODAY),
        Pillar.EXPERIENCE,
        "Say your city and your role, because then what is near you and fits you can be found",
    ),
    "their role alone is not enough": (
        Around(TODAY, Profile(role="engineer")),
        Pillar.EXPERIENCE,
        "Say your city and your role, because then what is near you and fits you can be found",
    ),
    "nothing at all": (
        KNOWN,
        Pillar.EXPERIENCE,
        "Find an open studio, because watching others work teaches what no text does",
    ),
}


@pytest.mark.parametrize(("around", "pillar", "said"), SITUATIONS.values(), ids=SITUATIONS)
def test_in_a_situation_there_is_this_step_for_this_reason(around: Around, pillar: Pillar, said: str) -> None:
    step = next_step(pillar, around)
    values = {key: each.date() if isinstance(each, datetime) else each for key, each in step.values.items()}
    assert f"{step.name}, {step.because.format(**values)}" == said


def test_the_first_rule_that_has_a_step_is_heard_and_the_last_always_has_one() -> None:
    full = Around(TODAY, goals=[goal()], promises=[STEMS], late=[BEN], events=[event(Kind.MEETUP)])
    for pillar in Pillar:
        steps = [rule(pillar, full) for rule in RULES]
        assert next_step(pillar, full) == next(step for step in steps if step is not None)
        assert RULES[-1](pillar, Around(TODAY)) == FIRST[pillar]


def test_of_several_the_best_is_taken_whatever_else_there_is() -> None:
    events = [event(Kind.WORKSHOP, mine=Attendance.MAYBE, id_=1), event(Kind.WORKSHOP, id_=2), event(None, id_=3)]
    assert next_step(Pillar.CRAFT, replace(KNOWN, events=events)).id == 2
    assert next_step(Pillar.NETWORK, replace(KNOWN, events=events)).id == 3


def test_a_gig_fits_by_role_and_by_place_and_nobody_who_said_neither() -> None:
    far = replace(BERLIN, name="Lagos", latitude=6.5, longitude=3.4)
    assert fits(gig(roles=("engineer",)).about, ENGINEER)
    assert fits(gig(roles=("singer", "mixing engineer")).about, replace(ENGINEER, role="DJ, engineer"))
    assert fits(replace(gig(place=None).about, is_remote=True), ENGINEER)
    assert fits(gig().about, Profile(city=BERLIN))
    assert not fits(gig(roles=("singer",)).about, ENGINEER)
    assert not fits(gig(place=far).about, ENGINEER)
    assert not fits(gig().about, Profile())
    assert not fits(gig().about, Profile(role="engineer"))


def test_every_kind_of_event_is_good_for_something() -> None:
    assert set(KIND_PILLARS) == {*Kind, None}


def test_what_one_can_begin_with_is_a_command_that_there_is() -> None:
    features = {each.name: each for each in all_features()}
    begins = [*FIRST.values(), next_step(Pillar.EXPERIENCE, Around(TODAY))]
    assert {each.way for each in begins} == {Way.FIRST}
    for step in begins:
        path, _, filled = step.ask.partition("/")
        name, _, rest = path.partition(" ")
        if name in features:
            command = features[name].command(rest)
            assert command is not None
            assert not filled or filled.partition("=")[0] in command.arguments


def test_what_was_done_is_counted_by_kind_with_the_newest_named() -> None:
    deeds = [
        Deed(Did.MET, Pillar.NETWORK, "Ana", NOW),
        Deed(Did.WENT, Pillar.NETWORK, "Old", NOW - DAY),
        Deed(Did.WENT, Pillar.NETWORK, "New", NOW),
        Deed(Did.WENT, Pillar.CRAFT, "Newer", NOW + DAY),
    ]
    assert tallies(deeds, Pillar.NETWORK) == [Tally(Did.WENT, 2, "New"), Tally(Did.MET, 1, "Ana")]
    assert tallies(deeds, Pillar.INCOME) == []
    assert tallies([], Pillar.CRAFT) == []
