"""What the sample community has shared: two dozen resources over the five topics, with what members say of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from bot.domain.events import Price
from bot.domain.links import page_key
from bot.domain.people import Origin
from bot.domain.resources import About, Kind, Level, NewResource
from bot.domain.topics import Pillar
from bot.ports import UnitOfWork

A, V, T, C, B, TOOL = Kind.ARTICLE, Kind.VIDEO, Kind.TEMPLATE, Kind.COURSE, Kind.BOOK, Kind.TOOL
NEW, WORK, PRO = Level.BEGINNER, Level.WORKING, Level.PRO


@dataclass(frozen=True, slots=True)
class _Shared:
    """`costs` in EUR; None where nobody said."""

    title: str
    path: str
    topic: Pillar
    kind: Kind
    level: Level | None
    costs: int | None
    tags: str
    note: str
    law: str = ""


SHARED: tuple[_Shared, ...] = (
    _Shared(
        "Producer and Artist Agreement: a contract template with notes",
        "contracts/producer-agreement",
        Pillar.BUSINESS,
        T,
        NEW,
        0,
        "contract, template, points",
        "Every clause says in one line what it does. I fill it in before the first session, not after.",
        "US",
    ),
    _Shared(
        "Split Sheet: who wrote what, signed the same day",
        "contracts/split-sheet",
        Pillar.BUSINESS,
        T,
        NEW,
        0,
        "contract, template, splits, co-write",
        "One page. We sign it before anybody leaves the room.",
        "any",
    ),
    _Shared(
        "Mixing Engineer Contract (Werkvertrag), English and German",
        "contracts/mix-werkvertrag",
        Pillar.BUSINESS,
        T,
        WORK,
        19,
        "contract, template, mixing",
        "Settles revisions and late payment, which is where it always hurts.",
        "DE",
    ),
    _Shared(
        "Sync Licensing Explained: master and publishing sides",
        "sync/two-sides",
        Pillar.BUSINESS,
        A,
        NEW,
        0,
        "sync, licensing, publishing",
        "The first text after which I understood what I sign twice.",
        "any",
    ),
    _Shared(
        "Royalties Map: which society pays for what",
        "royalties/map",
        Pillar.BUSINESS,
        A,
        NEW,
        0,
        "royalties, societies",
        "Mechanical, performance, neighbouring rights, each with who collects it.",
        "EU",
    ),
    _Shared(
        "Sample Clearance from the First E-mail to the Invoice",
        "samples/clearance",
        Pillar.BUSINESS,
        V,
        WORK,
        0,
        "samples, copyright, negotiation",
        "With the letters to copy. Skip the first four minutes.",
        "US",
    ),
    _Shared(
        "Copyright for Producers in an Hour",
        "copyright/hour",
        Pillar.BUSINESS,
        V,
        NEW,
        0,
        "copyright",
        "Plain words, real cases.",
        "GB",
    ),
    _Shared(
        "Gain Staging without Mythology",
        "craft/gain-staging",
        Pillar.CRAFT,
        A,
        NEW,
        0,
        "mixing, engineering",
        "Ended three years of arguing with myself.",
    ),
    _Shared(
        "Ear Training for Engineers",
        "craft/ear-training",
        Pillar.CRAFT,
        TOOL,
        NEW,
        0,
        "mixing, ear training",
        "Ten minutes a day; after a month I heard 2 kHz everywhere.",
    ),
    _Shared(
        "Harmony for People Who Skipped Theory",
        "craft/harmony",
        Pillar.CRAFT,
        C,
        NEW,
        0,
        "theory, harmony",
        "Begins with songs and only then names things.",
    ),
    _Shared(
        "Voice Leading at the Keyboard",
        "craft/voice-leading",
        Pillar.CRAFT,
        B,
        WORK,
        29,
        "theory, piano",
        "Old school and dry, and worth every page.",
    ),
    _Shared(
        "Compression, Heard",
        "craft/compression",
        Pillar.CRAFT,
        V,
        WORK,
        0,
        "mixing, compression",
        "Level-matched examples. Use headphones.",
    ),
    _Shared(
        "Afrobeats Drum Programming",
        "craft/afrobeats-drums",
        Pillar.CRAFT,
        V,
        WORK,
        None,
        "afrobeats, drums",
        "Shows the swing on the grid and then turns the grid off.",
    ),
    _Shared(
        "Mastering Checklist",
        "craft/mastering-checklist",
        Pillar.CRAFT,
        T,
        WORK,
        0,
        "mastering, template",
        "Pinned above my desk.",
    ),
    _Shared(
        "Loudness Meter for the Command Line",
        "craft/loudness",
        Pillar.CRAFT,
        TOOL,
        PRO,
        0,
        "mastering, loudness",
        "Batch-checks an album while the coffee runs.",
    ),
    _Shared(
        "How to Ask for a Studio Internship",
        "experience/ask",
        Pillar.EXPERIENCE,
        A,
        NEW,
        0,
        "internship, studio",
        "The letter that got me in is nearly word for word this one.",
    ),
    _Shared(
        "The Assistant's First Day",
        "experience/first-day",
        Pillar.EXPERIENCE,
        V,
        NEW,
        0,
        "assistant, studio",
        "What nobody tells you about patch bays and biscuits.",
    ),
    _Shared(
        "Session Prep: the List We Use",
        "experience/session-prep",
        Pillar.EXPERIENCE,
        T,
        WORK,
        0,
        "session, template",
        "Saves an hour of somebody else's money.",
    ),
    _Shared(
        "Conferences Worth the Ticket",
        "network/conferences",
        Pillar.NETWORK,
        A,
        NEW,
        0,
        "conference",
        "With what each is good for, and how to get in for less.",
    ),
    _Shared(
        "Talking to Strangers at Showcases",
        "network/strangers",
        Pillar.NETWORK,
        A,
        NEW,
        0,
        "networking",
        "For the shy. I reread it in the queue.",
    ),
    _Shared(
        "Rate Card: what a Mix Costs",
        "income/rate-card",
        Pillar.INCOME,
        A,
        WORK,
        0,
        "freelance, rates, mixing",
        "Numbers from four hundred engineers, by country.",
    ),
    _Shared(
        "Invoice Template with Late Fees",
        "income/invoice",
        Pillar.INCOME,
        T,
        NEW,
        0,
        "freelance, template, invoice",
        "They pay on time since I use it.",
    ),
    _Shared(
        "Pitching to Music Supervisors",
        "income/pitching",
        Pillar.INCOME,
        C,
        WORK,
        120,
        "sync, pitching",
        "Expensive; the feedback round alone was worth it.",
    ),
    _Shared(
        "Teaching Production One to One",
        "income/teaching",
        Pillar.INCOME,
        A,
        WORK,
        0,
        "teaching",
        "Half of my rent. How to find the first three pupils.",
    ),
)

SITE = "library.example.org"


async def fill_library(
    uow: UnitOfWork, community: int, people: Sequence[int], origins: Sequence[Origin], now: datetime, chance: Random
) -> None:
    """Share it all over the last weeks, each by somebody, and let the others say what helped."""
    for number, each in enumerate(SHARED):
        sharer = people[number % len(people)]
        shared_at = now - timedelta(days=1 + 2 * (len(SHARED) - number), hours=number % 5)
        link = f"https://{SITE}/{each.path}"
        new = NewResource(
            link=link,
            key=page_key(link),
            about=_about(each, now.date()),
            sharer=sharer,
            origin=origins[number % len(origins)],
            note=each.note,
            request_id=f"sample-{number}",
        )
        shared = await uow.resources.share(community, new, shared_at)
        for person in chance.sample(people, chance.randint(0, len(people) - 1)):
            if person != sharer:
                await uow.resources.help(community, shared.id, person, True, shared_at + timedelta(hours=3))


def _about(shared: _Shared, today: date) -> About:
    asks_for_law = shared.topic is Pillar.BUSINESS
    price = None
    if shared.costs is not None:
        price = Price(Decimal(shared.costs), "EUR" if shared.costs else "")
    return About(
        title=shared.title,
        topic=shared.topic.value,
        site=SITE,
        kind=shared.kind,
        tags=tuple(tag.strip() for tag in shared.tags.split(",")),
        level=shared.level,
        price=price,
        language="en",
        jurisdiction=shared.law,
        review_by=today + timedelta(days=300) if asks_for_law else None,
    )
