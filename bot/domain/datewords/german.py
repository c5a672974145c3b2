"""German date words."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from bot.domain.datewords.phrases import Part, Unit, Which
from bot.domain.datewords.tokens import fold
from bot.domain.datewords.vocabulary import Vocabulary, listed, some, table

_MONTHS = (
    "januar|jänner|jan", "februar|feber|feb", "märz|maerz|mär|mrz", "april|apr", "mai", "juni|jun|juno",
    "juli|jul|julei", "august|aug", "september|sep|sept", "oktober|okt", "november|nov", "dezember|dez",
)  # fmt: skip # twelve lines would hide the few that differ
_WEEKDAYS = (
    "montag|mo", "dienstag|di", "mittwoch|mi", "donnerstag|do", "freitag|fr", "samstag|sonnabend|sa",
    "sonntag|so",
)  # fmt: skip # as above
_NUMBERS = (
    "eins|ein|eine|einem|einen|einer", "zwei", "drei", "vier", "fünf|fuenf", "sechs", "sieben", "acht",
    "neun", "zehn", "elf", "zwölf|zwoelf", "dreizehn", "vierzehn", "fünfzehn", "sechzehn", "siebzehn",
    "achtzehn", "neunzehn",
)  # fmt: skip # as above
_PARTS = (
    (Part.MORNING, "früh|morgens|vormittag|vormittags|am morgen|am vormittag|in der früh"),
    (Part.AFTERNOON, "nachmittag|nachmittags|am nachmittag"),
    (Part.EVENING, "abend|abends|am abend"),
    (Part.NIGHT, "nacht|nachts|in der nacht"),
)
_ENDINGS = ("e", "en", "er", "es", "em")


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    ordinals = (("erst", 1), ("zweit", 2), ("dritt", 3), ("viert", 4), ("fünft", 5), ("letzt", -1))
    which = (
        ("dies", Which.THIS), ("kommend", Which.COMING), ("nächst", Which.NEXT), ("naechst", Which.NEXT),
        ("folgend", Which.NEXT), ("letzt", Which.LAST), ("vorig", Which.LAST), ("vergangen", Which.LAST),
    )  # fmt: skip # eight lines would say no more
    return Vocabulary(
        months=listed(_MONTHS, 1),
        weekdays=listed(_WEEKDAYS),
        numbers=listed(_NUMBERS, 1)
        | table((20, "zwanzig"), (30, "dreißig|dreissig"), (40, "vierzig"), (60, "sechzig"), (90, "neunzig")),
        ordinals={fold(stem + ending): nth for stem, nth in ordinals for ending in _ENDINGS},
        days=table(
            (0, "heute"),
            (1, "morgen"),
            (2, "übermorgen|uebermorgen"),
            (-1, "gestern"),
            (-2, "vorgestern"),
        ),
        parts=table(*_PARTS, (Part.MORNING, "morgen")),
        todays_parts=table(
            (Part.NIGHT, "heute nacht|heut nacht"),
            (Part.EVENING, "heute abend|heut abend"),
            (Part.AFTERNOON, "heute nachmittag"),
            (Part.MORNING, "heute morgen|heute früh|heute vormittag"),
        ),
        weekday_parts=dict(_weekday_parts()),
        units=table(
            (Unit.MINUTE, "minute|minuten|min"),
            (Unit.HOUR, "stunde|stunden|std|h"),
            (Unit.DAY, "tag|tage|tagen"),
            (Unit.WEEK, "woche|wochen"),
            (Unit.WEEKEND, "wochenende|wochenenden|we"),
            (Unit.MONTH, "monat|monate|monats|monaten"),
            (Unit.QUARTER, "quartal|quartale|quartalen"),
            (Unit.YEAR, "jahr|jahre|jahres|jahren"),
        ),
        which={fold(stem + ending): meaning for stem, meaning in which for ending in _ENDINGS},
        named_times=table((12, "mittag|mittags"), (24, "mitternacht")),
        fractions=table((-30, "halb"), (15, "viertel nach"), (-15, "viertel vor"), (-15, "dreiviertel")),
        halves=some("halbe halben"),
        hour_words=some("uhr h"),
        at=some("um @ ab gegen"),
        skipped=some("am an den der dem die das , im in vom zum"),
        of=some("im in des der ,"),
        within=some("in binnen innerhalb"),
        joined=some("und , &"),
        since=some("von vom ab zwischen"),
        to=some("- – — .. bis und"),
        until=some("bis zum"),
        lasting=some("für"),
        every=some("jeden jede jedes jeder jedem alle"),
        often=table(
            ((1, Unit.HOUR), "stündlich"),
            ((1, Unit.DAY), "täglich"),
            ((1, Unit.WEEK), "wöchentlich"),
            ((1, Unit.MONTH), "monatlich"),
            ((3, Unit.MONTH), "vierteljährlich|quartalsweise"),
            ((6, Unit.MONTH), "halbjährlich"),
            ((1, Unit.YEAR), "jährlich"),
        ),
        weekdays_often=listed("|".join(f"{name}s" for name in day.split("|") if len(name) > 2) for day in _WEEKDAYS),
        workdays=table((True, "werktag|werktage|werktags|wochentag|wochentage|wochentags")),
        times=table((1, "einmal"), (2, "zweimal"), (3, "dreimal"), (4, "viermal")),
        repeatedly=some("mal x"),
        before=some("vorher davor zuvor"),
        per=some("im in pro der"),
        never=table((True, "nie|niemals|aus|keine|keiner|nein")),
    )


def _weekday_parts() -> Iterator[tuple[str, tuple[int, Part]]]:
    """Freitagabend"""
    for weekday, names in enumerate(_WEEKDAYS):
        for name in names.split("|"):
            for part, word in (
                (Part.MORNING, "morgen"), (Part.MORNING, "früh"), (Part.MORNING, "vormittag"),
                (Part.AFTERNOON, "nachmittag"), (Part.EVENING, "abend"), (Part.NIGHT, "nacht"),
            ):  # fmt: skip # six lines would say no more
                yield fold(name + word), (weekday, part)
