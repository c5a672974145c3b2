"""What a page's own words come to: a `Page` as the library takes it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from urllib.parse import unquote

from yarl import URL

from adapters.sources.fetching import LINK_MOST, host_of
from adapters.sources.items_events import events_in
from adapters.sources.items_values import first_of, listed, name_of, price_of, priced, text_in, types_of
from adapters.sources.pages import Told
from adapters.sources.pages_items import Item, Json
from bot.domain.events import SourceEvent
from bot.domain.pages import Page
from bot.domain.resources import DESCRIPTION_MOST, SITE_MOST, TITLE_MOST, Kind
from bot.domain.text import clean_line, clip

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
_LANGUAGE = re.compile(r"([a-z]{2})(?:[-_].*)?", re.IGNORECASE)
_DEEP = 4
_STARTS = ("event:start_time", "event:start_date", "og:event:start_time", "og:start_time", "og:start_date")
_ENDS = ("event:end_time", "event:end_date", "og:event:end_time", "og:end_time", "og:end_date")
"""OpenGraph has no names of its own for them (https://ogp.me); these are the ones that pages use."""
_GEO = ("latitude", "longitude")


def page_of(told: Told, url: str) -> Page:
    """What the page at `url` is."""
    here = URL(url)
    metas = told.metas
    works = [item for item in _all(told.items) if _kind(item) or _DOCUMENTS.intersection(types_of(item))]
    titles = (metas.get("og:title"), *map(name_of, works[:1]), metas.get("twitter:title"), told.title, told.heading)
    title = first_of(titles, TITLE_MOST)
    about = _about(works, title)
    descriptions = (metas.get("og:description"), metas.get("description"), text_in(about.get("description")))
    webs = (item for item in told.items if "WebSite" in types_of(item))
    publishers = (name_of(about.get("publisher")), *map(name_of, webs))
    sites = (metas.get("og:site_name"), *publishers, metas.get("application-name"))
    languages = (told.lang, metas.get("og:locale"), text_in(about.get("inLanguage")), metas.get("content-language"))
    return Page(
        url=url,
        canonical=_canonical(told, here),
        title=title or first_of((named(here),), TITLE_MOST),
        description=first_of((*descriptions, metas.get("twitter:description")), DESCRIPTION_MOST, is_line=False),
        site=first_of(sites, SITE_MOST) or clip(host_of(here), SITE_MOST),
        kind=_kind_of(told, works, title),
        language=next((found[1].lower() for each in languages if each and (found := _LANGUAGE.fullmatch(each))), ""),
        price=price_of(about) or priced(metas.get("product:price:amount"), metas.get("product:price:currency")),
    )


def graph_event(told: Told, page: Page, zone: str) -> SourceEvent | None:
    """The event that a page's OpenGraph tells of; None unless it says when. `zone` as in `items_events`."""
    metas = told.metas
    start = next((metas[name] for name in _STARTS if name in metas), "")
    end = next((metas[name] for name in _ENDS if name in metas), "")
    parts = [metas.get(f"og:{name}", "") for name in ("street-address", "postal-code", "locality", "country-name")]
    place = metas.get("event:location", "") or metas.get("og:location", "") or ", ".join(filter(None, parts))
    item: Item = {
        "@type": ["Event"],
        "name": page.title,
        "description": page.description,
        "startDate": start,
        "endDate": end,
        "url": page.canonical or page.url,
        "location": {"@type": ["Place"], "name": place, "geo": {name: metas.get(f"og:{name}", "") for name in _GEO}},
    }
    events = [each for each in events_in([item], page.url, zone) if isinstance(each, SourceEvent)] if start else []
    return events[0] if events else None


def file_of(url: str, media: str) -> Page:
    """What is known of what is no HTML: its name."""
    here = URL(url)
    kind = Kind.VIDEO if media.startswith("video/") else None
    return Page(url=url, title=first_of((named(here),), TITLE_MOST), site=clip(host_of(here), SITE_MOST), kind=kind)


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
    if _TEMPLATE.search(title) and any(_DOCUMENTS.intersection(types_of(item)) for item in works):
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
        if first_of((name_of(item),), TITLE_MOST) == title:
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


def _all(items: Sequence[Json], deep: int = _DEEP) -> Iterator[Item]:
    """Items, with those that pages are said to be about."""
    for item in items:
        if isinstance(item, dict):
            yield item
            if deep:
                yield from _all([*listed(item.get("mainEntity")), *listed(item.get("mainEntityOfPage"))], deep - 1)


def _kind(item: Item) -> Kind | None:
    return next((_KINDS[each] for each in types_of(item) if each in _KINDS), None)
