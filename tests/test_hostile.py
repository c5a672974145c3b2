"""Whatever is typed into any command, option or form, the asker gets an answer in words.

Everything here is found from the declarations: a new command is covered without being named.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.console.talk import WORKSPACE
from bot.commands import Command, Feature
from bot.compose import Bot, all_features, compose
from bot.domain.addresses import Channel
from bot.domain.people import Account
from bot.fit import plain
from bot.request import Asked, Incoming, Press, Run, Submit, Typed
from bot.settings import read_settings
from bot.ui import Action, Answer, Button, Form, Menu, Reply
from tests.clocks import FixedClock
from tests.platforms.silent import SilentPlatform

NOW = datetime(2026, 11, 25, 14, 0, tzinfo=UTC)
COMMANDS = [(feature, command) for feature in all_features() for command in feature.commands]
PRESSES = sorted(
    {name for feature in all_features() for name in (*feature.presses, *feature.opens)} | {"ask", "save", "change"}
)

NASTY = st.sampled_from(
    [
        "",
        " ",
        "\x00",
        "\x1b[31mred\x1b[0m",
        "\u202egnirts",
        "\u200b\u200d\ufeff",
        "@everyone <@&1> <!channel>",
        "[bold]x[/bold] `code` *a* _b_ ~c~",
        "'; DROP TABLE events; --",
        '" OR "" = "',
        "{title} {0} %s %(x)s",
        "\ud7ff\U0010ffff",
        "9" * 400,
        "-1",
        "1e309",
        "NaN",
        "31 February",
        "2026-02-30 25:61",
        "28 March 2027 2:30",
        "9999-12-31 23:59",
        "0001-01-01 00:00",
        "Portland",
        "#99999999999999999999",
        "#1",
        "x" * 7_000,
        "🎛️" * 300,
        "كل عام وأنتم بخير",
        "http://[::1",
        "javascript:alert(1)",
        "FREQ=SECONDLY",
    ]
)
TEXT = st.one_of(NASTY, st.text(max_size=80), st.sampled_from(["friday 19:00", "Berlin", "15 EUR", "yes", "monday"]))


class Talker:
    """Somebody who types anything, and keeps an eye on what comes back."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._ids = count()

    async def ask(self, asked: Asked, *, is_organiser: bool = True) -> Answer:
        incoming = Incoming(
            id=f"request-{next(self._ids)}",
            account=Account("console", "eve", "Eve"),
            workspace=WORKSPACE,
            channel=Channel("console", WORKSPACE.id, "general", "general"),
            locale="en",
            is_organiser=is_organiser,
            asked=asked,
        )
        answer = await self._bot.app.handle(incoming)
        _check(answer)
        return answer


def _check(answer: Answer) -> None:
    match answer:
        case Form(title, _, params, values, errors):
            assert title
            assert params
            assert set(values) | set(errors) - {""} <= set(params)
            assert all(errors.values())
        case Reply(text, cards):
            assert plain(text) or cards
            assert "Something broke" not in plain(text)


@asynccontextmanager
async def a_bot(url: str) -> AsyncIterator[Bot]:
    configured = read_settings(_env_file=None, DATABASE_URL=url, GREENROOM_TIMEZONE="Europe/Berlin")
    async with compose(configured, FixedClock(NOW)) as bot:
        bot.platforms["console"] = SilentPlatform()
        yield bot


@pytest.fixture
def talk(database_url: str) -> Iterator[tuple[asyncio.Runner, Talker]]:
    """A loop of its own, for hypothesis calls a plain function many times."""
    with asyncio.Runner() as runner:
        opened = a_bot(database_url)
        bot = runner.run(opened.__aenter__())
        yield runner, Talker(bot)
        runner.run(opened.__aexit__(None, None, None))


@pytest.mark.parametrize(("feature", "command"), COMMANDS, ids=lambda each: each.name or "help")
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_text_in_any_option_is_answered(
    talk: tuple[asyncio.Runner, Talker], feature: Feature, command: Command, data: st.DataObject
) -> None:
    runner, talker = talk
    path = (feature.name, command.name) if command.name else (feature.name,)
    names = st.sampled_from(sorted(command.arguments) or ["none"])
    values = data.draw(st.dictionaries(names, TEXT, max_size=len(command.arguments)))
    is_organiser = data.draw(st.booleans())
    runner.run(talker.ask(Run(path, values), is_organiser=is_organiser))
    answer = runner.run(talker.ask(Submit(Action(" ".join(path)), values), is_organiser=is_organiser))
    if isinstance(answer, Form):
        again = data.draw(st.dictionaries(names, TEXT, max_size=len(command.arguments)))
        runner.run(talker.ask(Submit(answer.action, again), is_organiser=is_organiser))
    else:
        for control in [control for card in answer.cards for control in card.controls][:3]:
            if isinstance(control, Button | Menu):
                runner.run(talker.ask(Press(control.action), is_organiser=is_organiser))


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    line=st.one_of(
        TEXT, st.tuples(st.sampled_from(["/", "/event ", "/event find ", "/digest set "]), TEXT).map("".join)
    )
)
def test_any_typed_line_is_answered(talk: tuple[asyncio.Runner, Talker], line: str) -> None:
    runner, talker = talk
    runner.run(talker.ask(Typed(line)))


@pytest.mark.parametrize("name", PRESSES)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    arg=st.one_of(
        st.text(max_size=12),
        st.sampled_from(
            ["1", "-1", "0/~x", "99999999/words=a", "2147483648", "9999999999", "event add", "help", "0/near=Portland"]
        ),
    )
)
def test_any_argument_of_a_button_is_answered(talk: tuple[asyncio.Runner, Talker], name: str, arg: str) -> None:
    runner, talker = talk
    runner.run(talker.ask(Press(Action(name, arg))))


@pytest.mark.parametrize(("feature", "command"), COMMANDS, ids=lambda each: each.name or "help")
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(typed=TEXT)
def test_suggestions_never_break(
    talk: tuple[asyncio.Runner, Talker], feature: Feature, command: Command, typed: str
) -> None:
    runner, talker = talk
    path = (feature.name, command.name) if command.name else (feature.name,)
    for name in command.arguments:
        incoming = Incoming("s", Account("console", "eve", "Eve"), WORKSPACE, None, "en", True, Run(path, {}))
        for option in runner.run(talker._bot.app.suggest(incoming, name, typed)):
            assert option.label
            assert option.value
