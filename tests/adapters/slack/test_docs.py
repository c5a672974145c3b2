"""docs/slack.md says what the app asks for, what its settings are, and what is said where things go wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from adapters.slack.declare import BUILT_IN, declared
from adapters.slack.gateway import EVENTS_PATH
from adapters.slack.oauth import INSTALL_PATH
from adapters.slack.scopes import EVENTS, scopes_of
from adapters.slack.settings import PREFIX
from adapters.slack.wire import REASONS, Denied, refusal
from bot.compose import all_features
from bot.errors import Unreachable
from bot.settings import Settings

PAGE = (Path(__file__).parents[3] / "docs" / "slack.md").read_text(encoding="utf-8")
OURS = ("SLACK_", "WEB_", "GREENROOM_SECRET_KEY")


def section(heading: str) -> str:
    return PAGE.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]


def rows(heading: str) -> list[tuple[str, str]]:
    found = re.findall(r"^\| (.+?) \| (.+) \|$", section(heading), re.MULTILINE)
    return [(first, second) for first, second in found[1:]]


def settings() -> set[str]:
    names = {str(field.validation_alias) for field in Settings.model_fields.values()}
    return {name for name in names if name.startswith(OURS)}


def test_the_page_names_every_scope_with_its_reason() -> None:
    assert rows("Scopes") == [(f"`{scope.name}`", scope.reason) for scope in scopes_of(all_features())]


def test_the_page_names_every_event() -> None:
    [sentence] = [line for line in section("Scopes").splitlines() if line.startswith("The events")]
    assert re.findall(r"`([\w.]+)`", sentence) == list(EVENTS)


def test_the_page_names_every_setting() -> None:
    named = re.findall(r"`([A-Z_]+)`", "\n".join(first for first, _ in rows("Settings")))
    assert sorted(named) == sorted(settings())


def test_every_setting_that_is_shown_is_one() -> None:
    shown = re.findall(r"^([A-Z_]+)=", PAGE, re.MULTILINE)
    assert set(shown) <= settings()


def test_reasons_on_the_page_are_those_that_operators_read() -> None:
    lacking = refusal(Denied("missing_scope", "channels:join"))
    assert isinstance(lacking, Unreachable)
    said = [*REASONS.values(), lacking.reason]
    for reason, _way_on in rows("When something does not arrive"):
        assert any(each.startswith(reason.removesuffix(" …")) for each in said), reason


def test_commands_on_the_page_are_commands() -> None:
    names = {each.name for each in declared(all_features())}
    ours = {f"/{feature.name}" for feature in all_features()}
    typed = set(re.findall(r"`(/[a-z]+)(?=[ `])", PAGE)) - {"/invite", "/health"}
    assert typed - names == {"/me"}
    assert "me" in BUILT_IN
    [prefix, examples] = re.findall(r"SLACK_COMMAND_PREFIX=(\S+) +# (.+)", PAGE)[0]
    assert PREFIX.fullmatch(prefix)
    assert set(examples.split(", ")) <= {each.name for each in declared(all_features(), prefix)}
    assert {f"/{each.removeprefix(f'/{prefix}')}" for each in examples.split(", ")} <= ours


@pytest.mark.parametrize("path", [EVENTS_PATH, INSTALL_PATH])
def test_addresses_on_the_page_are_those_that_answer(path: str) -> None:
    assert path in PAGE
