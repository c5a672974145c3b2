"""The library as bookmarks that browsers and other programs import, and as a table that every spreadsheet opens."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from itertools import groupby

from bot.domain.files.cells import defused
from bot.domain.library_files.reading import FIELDS
from bot.domain.library_files.records import price_written
from bot.domain.resources import Resource

_HEAD = """<!DOCTYPE NETSCAPE-Bookmark-file-1>
<META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=UTF-8">
<TITLE>Bookmarks</TITLE>
<H1>Bookmarks</H1>
<DL><p>
"""
"""As every browser begins it."""


def write_bookmarks(resources: Sequence[Resource], names: Mapping[str, str]) -> bytes:
    """One folder for each topic. `names` are the topics' names by their keys."""
    lines = [_HEAD]
    ordered = sorted(resources, key=lambda each: each.about.topic)
    for topic, inside in groupby(ordered, key=lambda each: each.about.topic):
        lines.append(f"    <DT><H3>{escape(names.get(topic, topic))}</H3>\n    <DL><p>\n")
        lines += [line for each in inside for line in _bookmark(each, names)]
        lines.append("    </DL><p>\n")
    lines.append("</DL><p>\n")
    return "".join(lines).encode("utf-8", "replace")


def write_table(resources: Sequence[Resource], names: Mapping[str, str]) -> bytes:
    """Everything as a table: UTF-8 with its mark, so that spreadsheets read it as such."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(FIELDS)
    for each in resources:
        told = _told(each, names)
        writer.writerow([defused(told[field]) for field in FIELDS])
    return out.getvalue().encode("utf-8-sig", "replace")


def _bookmark(resource: Resource, names: Mapping[str, str]) -> Iterator[str]:
    told = _told(resource, names)
    added = int(resource.shared_at.timestamp())
    own = "".join(
        f' DATA-{field.upper()}="{escape(told[field])}"'
        for field in ("note", "kind", "level", "price", "site", "language", "law", "review")
        if told[field]
    )
    tags = f' TAGS="{escape(told["tags"])}"' if told["tags"] else ""
    yield f'        <DT><A HREF="{escape(resource.link)}" ADD_DATE="{added}"{tags}{own}>{escape(told["title"])}</A>\n'
    if said := "\n".join(filter(None, (told["description"], told["note"]))):
        yield f"        <DD>{escape(said)}\n"


def _told(resource: Resource, names: Mapping[str, str]) -> Mapping[str, str]:
    about = resource.about
    return {
        "link": resource.link,
        "title": about.title,
        "description": about.description,
        "note": "\n".join(note.text for note in resource.notes),
        "topic": names.get(about.topic, about.topic),
        "tags": ", ".join(about.tags),
        "kind": about.kind or "",
        "level": about.level or "",
        "price": price_written(about.price),
        "site": about.site,
        "language": about.language,
        "law": about.jurisdiction,
        "review": about.review_by.isoformat() if about.review_by else "",
    }
