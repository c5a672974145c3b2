"""docs/discord.md says what the bot asks for, and what it says where things go wrong."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from adapters.discord.permissions import PERMISSIONS, SCOPES, invite
from adapters.discord.wire import REASONS
from bot.settings import Settings
from tests.fakes.discord.permissions import Permission

PAGE = (Path(__file__).parents[3] / "docs" / "discord.md").read_text(encoding="utf-8")


def rows(heading: str) -> list[tuple[str, str]]:
    section = PAGE.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    found = re.findall(r"^\| (.+?) \| (.+) \|$", section, re.MULTILINE)
    return [(first, second) for first, second in found[1:]]


def test_the_page_names_every_permission_with_its_reason() -> None:
    assert rows("Permissions") == [(each.name, each.reason) for each in PERMISSIONS]


def test_the_install_link_asks_for_exactly_these_permissions_and_scopes() -> None:
    asked = parse_qs(urlsplit(invite("123")).query)
    bits = int(asked["permissions"][0])
    assert bits == sum(each.bit for each in PERMISSIONS)
    assert not bits & Permission.ADMINISTRATOR
    assert asked["scope"] == [" ".join(SCOPES)]
    assert asked["client_id"] == ["123"]


def test_permissions_are_discords_own_bits() -> None:
    for permission in PERMISSIONS:
        name = permission.name.upper().replace(" ", "_").replace("VIEW_CHANNELS", "VIEW_CHANNEL")
        assert Permission[name] == permission.bit


def test_the_page_names_every_setting() -> None:
    named = set(re.findall(r"`(DISCORD_\w+)`", "\n".join(first for first, _ in rows("Settings"))))
    assert named == {
        str(field.validation_alias)
        for field in Settings.model_fields.values()
        if str(field.validation_alias).startswith("DISCORD_")
    }


def test_reasons_on_the_page_are_those_that_operators_read() -> None:
    said = list(REASONS.values())
    for reason, _way_on in rows("When something does not arrive"):
        assert any(each.startswith(reason) for each in said), reason
