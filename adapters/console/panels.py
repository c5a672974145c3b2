"""Answers in colour, for a terminal that somebody looks at: cards beside a bar, controls that stand out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import StringIO
from typing import assert_never

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.segment import Segment
from rich.style import Style
from rich.table import Table
from rich.text import Text

from adapters.console.outbound import (
    PRIVATE,
    View,
    choices,
    error_lines,
    field_note,
    held,
    how_to_fill,
    is_mark,
    refusal,
    safe_line,
    text_of,
    web_address,
    words_of,
)
from bot import ui
from bot.i18n import N_
from bot.markup import Bold, Code, Link, Mention, Piece, Rich, When

WIDEST = 96
"""Cells; longer lines are hard to read."""

ACCENT, DIM, BAD = Style.parse("magenta"), Style.parse("bright_black"), Style.parse("red")
BUTTONS = {
    ui.Style.PLAIN: Style.parse("bold cyan"),
    ui.Style.PRIMARY: Style.parse("bold green"),
    ui.Style.DANGER: Style.parse("bold red"),
}


def ansi(renderable: RenderableType, width: int) -> str:
    """What to write to a terminal that is `width` cells wide."""
    console = Console(
        file=StringIO(),
        force_terminal=True,
        width=max(20, min(width, WIDEST)),
        markup=False,
        emoji=False,
        highlight=False,
    )
    with console.capture() as capture:
        console.print(renderable)
    return capture.get()


def panel(answer: ui.Answer, view: View, first: int = 1) -> RenderableType:
    """An answer or message; its controls are numbered from `first`."""
    match answer:
        case ui.Reply():
            return _reply(answer, view, first)
        case ui.Form():
            return _form(answer, view)
        case _:
            assert_never(answer)


def text(source: Rich, view: View) -> Text:
    """A rich text with its styles; people's words are never read as markup."""
    found = Text()
    for piece in source.pieces:
        found.append(words_of(piece, view), style=_style(piece))
    return found


def _style(piece: Piece) -> Style | str:
    match piece:
        case str():
            return ""
        case Bold():
            return "bold"
        case Code():
            return "cyan"
        case When():
            return "yellow"
        case Mention():
            return "bold magenta"
        case Link(url=url):
            return _linked(url)
        case _:
            assert_never(piece)


def _linked(url: str) -> Style:
    address = web_address(url)
    return Style(underline=True, link=address) if address else Style()


class _Barred:
    """Something beside a bar. There is no bar on the right, which letters of doubtful width would break."""

    def __init__(self, inner: RenderableType) -> None:
        self._inner = inner

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in console.render_lines(self._inner, options.update_width(options.max_width - 2), pad=False):
            yield Segment("▌ ", ACCENT)
            yield from line
            yield Segment.line()


def _reply(reply: ui.Reply, view: View, first: int) -> RenderableType:
    parts: list[RenderableType] = []
    if reply.privacy is ui.Privacy.PRIVATE:
        parts.append(Text(view.say(PRIVATE), "bright_black italic"))
    if reply.text:
        if reply.is_refusal:
            parts.append(Text(refusal(text_of(reply.text, view)), BAD))
        else:
            shown = text(reply.text, view)
            has_mark = any(is_mark(line, view) for line in shown.plain.split("\n"))
            parts.append(Padding.indent(shown, 2) if has_mark else shown)
    number = first
    for index, card in enumerate(reply.cards):
        if index or reply.text:
            parts.append(Text())
        parts.append(_card(card, view, number))
        number += len(card.controls)
    parts += [Text(f"[{safe_line(file.name)}, {len(file.content):,} B]", DIM) for file in reply.files]
    return Group(*parts)


def _card(card: ui.Card, view: View, first: int) -> RenderableType:
    parts: list[RenderableType] = []
    if card.title:
        title = text(card.title, view)
        title.stylize("bold")
        if address := web_address(card.url):
            title.stylize(Style(link=address))
        parts.append(title)
    if card.body:
        parts.append(text(card.body, view))
    if card.fields:
        grid = Table.grid(padding=(0, 2))
        grid.add_column(style=DIM, no_wrap=False, max_width=24)
        grid.add_column(overflow="fold")
        for field in card.fields:
            grid.add_row(Text(safe_line(field.name)), text(field.value, view))
        parts.append(grid)
    if address := web_address(card.url):
        parts.append(Text(address, Style.combine([DIM, Style(link=address)]), overflow="fold"))
    if card.controls:
        parts.append(_controls(card.controls, view, first))
    return _Barred(Group(*parts)) if card.title or card.body or card.fields else Group(*parts)


def _controls(controls: Sequence[ui.Control], view: View, first: int) -> Text:
    found = Text()
    for number, control in enumerate(controls, first):
        found.append("  " if number > first else "")
        # a button is broken over lines only where it is wider than the terminal
        found.append_text(_control(number, control, view))
    return found


def _control(number: int, control: ui.Control, view: View) -> Text:
    label = safe_line(control.label).replace(" ", "\u00a0")
    match control:
        case ui.Button(style=style):
            return Text.assemble((f"[{number}\u00a0", DIM), (label, BUTTONS[style]), ("]", DIM))
        case ui.LinkButton(url=url):
            look = Style.combine([Style.parse("bold blue"), _linked(url)])
            return Text.assemble((f"[{number}\u00a0", DIM), (label, look), ("\u00a0↗]", DIM))
        case ui.Menu():
            look = BUTTONS[ui.Style.PLAIN]
            return Text.assemble((f"[{number}\u00a0", DIM), (label, look), (f": {choices(control, view.say)}]", DIM))
        case _:
            assert_never(control)


def _form(form: ui.Form, view: View) -> RenderableType:
    say = view.say
    parts: list[RenderableType] = [Text(view.say(PRIVATE), "bright_black italic")]
    title = Text(safe_line(form.title), "bold")
    parts.append(_Barred(Group(title, *_fields(form, view))))
    parts += [Text(line, BAD) for line in error_lines(form)]
    parts.append(Text(how_to_fill(form, say), DIM))
    return Group(*parts)


def _fields(form: ui.Form, view: View) -> Iterator[RenderableType]:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for name in form.params:
        look = BAD if name in form.errors else BUTTONS[ui.Style.PLAIN]
        mark = (" *", BAD) if name in form.required else ("", "")
        value = held(form, name)
        note = Text(field_note(form, name, view.say), DIM)
        grid.add_row(Text.assemble((name, look), mark), Group(Text(value), note) if value else note)
    yield grid
    if form.required:
        yield Text.assemble(("* ", BAD), (view.say(N_("has to be filled in")), DIM))
