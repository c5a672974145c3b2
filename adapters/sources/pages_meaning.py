"""What a page's own words come to: a `Page` as the library takes it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import PurePosixPath
from urllib.parse import unquote

from yarl import URL

from adapters.sources.fetching import LINK_MOST, host_of
from adapters.sources.pages import Told
from adapters.sources.pages_items import Item, Json
from bot.domain.events import Price
from bot.domain.pages import Page
from bot.domain.resources import DESCRIPTION_MOST, SITE_MOST, TITLE_MOST, Kind
from bot.domain.text import clean_line, clean_text, clip
from bot.params.amounts import COST_MOST

_KINDS = {
    **dict.fromkeys(("Course", "CourseInstance"), Kind.COURSE),
    **dict.fromkeys(("Book", "Audiobook"), Kind.BOOK),
    **dict.fromkeys(
        ("SoftwareApplication", "WebApplication", "MobileApplication", "SoftwareSourceCode"),
        Kind.TOOL,
    ),
    **dict.fromkeys(
        """Article NewsArticle BlogPosting TechArticle ScholarlyArticle Report AnalysisNewsArticle OpinionNewsArticle
        ReportageNewsArticle BackgroundNewsArticle ReviewNewsArticle AdvertiserContentArticle SocialMediaPosting
        DiscussionForumPosting HowTo QAPage FAQPage""".split(),
        Kind.ARTICLE,
    ),
    **dict.fromkeys(("VideoObject", "Movie", "TVEpisode", "Clip"), Kind.VIDEO),
}
_SUREST = (Kind.COURSE, Kind.BOOK, Kind.TOOL, Kind.ARTICLE, Kind.VIDEO)
"""An article may show a video, and a course's page be written like an article: the first of these that is there."""
_DOCUMENTS = frozenset(
    """CreativeWork DigitalDocument TextDigitalDocument SpreadsheetDigitalDocument NoteDigitalDocument
    PresentationDigitalDocument""".split()
)
_TEMPLATE = re.compile(r"\b(?:templates?|vorlagen?|mustervertrag|musterverträge|modèles?|plantillas?)\b", re.IGNORECASE)
_CURRENCY = re.compile(r"[A-Z]{3}")
_LANGUAGE = re.compile(r"([a-z]{2})(?:[-_].*)?", re.IGNORECASE)
_DEEP = 4


def page_of(told: Told, url: str) -> Page:
    """What the page at `url` is."""
    here = URL(url)
    metas = told.metas
    works = [item for item in _all(told.items) if _kind(item) or _DOCUMENTS.intersection(_types(item))]
    titles = (metas.get("og:title"), *map(_name, works[:1]), metas.get("twitter:title"), told.title, told.heading)
    title = _first(titles, TITLE_MOST)
    about = _about(works, title)
    descriptions = (metas.get("og:description"), metas.get("description"), _text(about.get("description")))
    publishers = (_name(about.get("publisher")), *(_name(item) for item in told.items if "WebSite" in _types(item)))
    sites = (metas.get("og:site_name"), *publishers, metas.get("application-name"))
    languages = (told.lang, metas.get("og:locale"), _text(about.get("inLanguage")), metas.get("content-language"))
    return Page(
        url=url,
        canonical=_canonical(told, here),
        title=title or _first((named(here),), TITLE_MOST),
        description=_first((*descriptions, metas.get("twitter:description")), DESCRIPTION_MOST, is_line=False),
        site=_first(sites, SITE_MOST) or clip(host_of(here), SITE_MOST),
        kind=_kind_of(told, works, title),
        language=next((found[1].lower() for each in languages if each and (found := _LANGUAGE.fullmatch(each))), ""),
        price=_price(about) or _priced(metas.get("product:price:amount"), metas.get("product:price:currency")),
    )


def file_of(url: str, media: str) -> Page:
    """What is known of what is no HTML: its name."""
    here = URL(url)
    kind = Kind.VIDEO if media.startswith("video/") else None
    return Page(url=url, title=_first((named(here),), TITLE_MOST), site=clip(host_of(here), SITE_MOST), kind=kind)


def named(url: URL) -> str:
    """A title made of the last part of the address, else of its host."""
    last = PurePosixPath(unquote(url.raw_path.rstrip("/").rpartition("/")[2], errors="replace"))
    words = re.sub(r"[-_+]+", " ", last.stem if 2 <= len(last.suffix) <= 6 else last.name)
    return clean_line(words) or host_of(url)


def _kind_of(told: Told, works: Sequence[Item], title: str) -> Kind | None:
    said = told.metas.get("og:type", "").strip().lower()
    if said.startswith("video"):
        return Kind.VIDEO
    there = {_kind(item) for item in works}
    if _TEMPLATE.search(title) and any(_DOCUMENTS.intersection(_types(item)) for item in works):
        return Kind.TEMPLATE
    for kind in _SUREST[:3]:
        if kind in there:
            return kind
    if said in ("article", "book"):
        return Kind(said)
    return next((kind for kind in _SUREST if kind in there), None)


def _about(works: Sequence[Item], title: str) -> Item:
    """The item that the page is about: the one of its name, or the only one."""
    for item in works:
        if _first((_name(item),), TITLE_MOST) == title:
            return item
    return works[0] if len(works) == 1 else {}


def _canonical(told: Told, here: URL) -> str:
    """Its own address, where that is of the same site; a page that calls the front page its own does not know."""
    for said in (told.canonical, told.metas.get("og:url", "")):
        try:
            base = here.join(URL(told.base)) if told.base else here
            address = base.join(URL(said.strip()))
        except ValueError:
            continue
        is_page = address.path not in ("", "/") or here.path in ("", "/")
        is_clean = address.scheme in ("http", "https") and address.raw_user is None and len(str(address)) <= LINK_MOST
        if said.strip() and is_clean and is_page and _is_same_site(address, here):
            return str(address)
    return ""


def _is_same_site(one: URL, other: URL) -> bool:
    a, b = host_of(one), host_of(other)
    return bool(a and b) and (a == b or a.endswith("." + b) or b.endswith("." + a))


def _price(item: Item) -> Price | None:
    """The lowest that is asked for it."""
    if str(item.get("isAccessibleForFree")).rpartition("/")[2].lower() == "true":
        return Price(Decimal(0), "")
    offers = [offer for offer in _listed(item.get("offers")) if isinstance(offer, dict)]
    inner = [each for offer in offers for each in _listed(offer.get("priceSpecification"))]
    offers += [each for each in inner if isinstance(each, dict)]
    prices = [
        price
        for offer in offers
        for amount in (offer.get("lowPrice"), offer.get("price"))
        if (price := _priced(_text(amount), _text(offer.get("priceCurrency"))))
    ]
    return min(prices, key=lambda price: price.amount, default=None)


def _priced(amount: str | None, currency: str | None) -> Price | None:
    written = (amount or "").strip()
    if re.fullmatch(r"\d{1,7},\d{1,2}", written):
        written = written.replace(",", ".")
    try:
        worth = Decimal(written).quantize(Decimal("0.01"))
    except InvalidOperation:
        return None
    if worth == 0:
        return Price(Decimal(0), "")
    code = (currency or "").strip().upper()
    if not 0 < worth <= COST_MOST or not _CURRENCY.fullmatch(code):
        return None
    return Price(worth if worth % 1 else worth.quantize(Decimal(1)), code)


def _all(items: Sequence[Json], deep: int = _DEEP) -> Iterator[Item]:
    """Items, with those that pages are said to be about."""
    for item in items:
        if isinstance(item, dict):
            yield item
            if deep:
                yield from _all([*_listed(item.get("mainEntity")), *_listed(item.get("mainEntityOfPage"))], deep - 1)


def _kind(item: Item) -> Kind | None:
    return next((_KINDS[each] for each in _types(item) if each in _KINDS), None)


def _types(item: Item) -> list[str]:
    return [each for each in _listed(item.get("@type")) if isinstance(each, str)]


def _name(item: Json) -> str:
    if isinstance(item, list):
        item = item[0] if item else None
    if not isinstance(item, dict):
        return ""
    return _text(item.get("headline")) or _text(item.get("name"))


def _text(value: Json) -> str:
    """The first text of a property; of `{"@value": …}` and numbers what they say."""
    match value:
        case list():
            return next((text for each in value if (text := _text(each))), "")
        case dict():
            return _text(value.get("@value") or value.get("name"))
        case str():
            return value
        case bool() | None:
            return ""
        case _:
            return str(value)


def _listed(value: Json) -> list[Json]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _first(texts: Sequence[str | None], most: int, *, is_line: bool = True) -> str:
    """The first that says something, cleaned and cut."""
    for text in texts:
        if text and (cleaned := clean_line(text) if is_line else clean_text(text)):
            return clip(cleaned, most)
    return ""
