"""Roles are free words, of which the common ones are the same in every language."""

from __future__ import annotations

import pytest

from bot.domain.roles import ROLES, common_role, is_role, role_terms


@pytest.mark.parametrize("role", ROLES)
def test_a_common_role_is_its_own(role: str) -> None:
    assert common_role(role.upper()) == role
    assert is_role(role, role)


@pytest.mark.parametrize(
    ("typed", "role"),
    [
        ("Produzentin", "producer"),
        ("Rechtsanwältin", "lawyer"),
        ("attorney", "lawyer"),
        ("a & r", "A&R"),
        ("Quereinsteiger", "career changer"),
        ("luthier", ""),
        ("", ""),
        ("🎛️", ""),
    ],
)
def test_a_role_is_known_by_its_other_names(typed: str, role: str) -> None:
    assert common_role(typed) == role


def test_what_somebody_does_is_found_in_both_languages_and_by_a_part() -> None:
    kept = "Produzentin, Tontechnikerin / DJ"
    for wanted in ("producer", "PRODUZENT", "engineer", "sound engineer", "dj", "prod"):
        assert is_role(kept, wanted), wanted
    for wanted in ("lawyer", "manager", "", "&"):
        assert not is_role(kept, wanted), wanted
    assert is_role("Luthier", "luthier")
    assert role_terms("Produzentin und DJ") >= {"produzentin", "producer", "dj"}
