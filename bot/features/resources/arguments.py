"""What is said of a resource: the arguments that sharing, editing and finding have in common."""

from __future__ import annotations

from datetime import date
from typing import Annotated, TypeAlias

from bot.domain.events import Price
from bot.domain.resources import KIND_NAMES, LEVEL_NAMES, SITE_MOST, TAG_MOST, TAGS_MOST, Kind, Level
from bot.domain.topics import Topic
from bot.features.resources.lookup import TopicParam
from bot.i18n import N_
from bot.params import Choice, ComingDay, Cost, Language, Law, Tags, Text

OfTopic: TypeAlias = Annotated[
    Topic | None, TopicParam(N_("Topic"), N_("craft, experience, network, business, income"))
]
OfKind: TypeAlias = Annotated[
    Kind | None, Choice(N_("Kind"), N_("article, video, template, course, book, tool"), KIND_NAMES, Kind)
]
OfLevel: TypeAlias = Annotated[Level | None, Choice(N_("Level"), N_("beginner, working, pro"), LEVEL_NAMES, Level)]
Tagged: TypeAlias = Annotated[
    tuple[str, ...], Tags(N_("Tags"), N_("mixing, contract, …"), most=TAGS_MOST, each=TAG_MOST)
]
Costs: TypeAlias = Annotated[Price | None, Cost(N_("Price"), N_("free, 15 EUR"))]
OfLaw: TypeAlias = Annotated[str, Law(N_("Whose law"), N_("Which country's, for business: US, Germany, EU, any"))]
ReviewBy: TypeAlias = Annotated[date | None, ComingDay(N_("Look at it again by"), N_("in a year, 1 June 2027"))]
InLanguage: TypeAlias = Annotated[str, Language(N_("Language"), N_("English, de"))]
OfSite: TypeAlias = Annotated[str, Text(N_("Site"), N_("Whose page it is"), most=SITE_MOST)]
