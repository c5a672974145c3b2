"""What is private is kept sealed, and keys can be replaced."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet

from bot.compose import compose
from bot.domain.connections import About, NewConnection
from bot.domain.people import Account, Workspace
from bot.errors import SetupError
from bot.sealing import MARK, Opened, Seal, Unopened, Vault
from bot.settings import read_settings
from storage.database import Database
from tests.clocks import FixedClock
from tests.storage.making import NOW

OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))


def test_what_was_sealed_opens_and_shows_nothing_before() -> None:
    seal = Seal(OLD)
    sealed = seal.seal("xoxb-1 ü")
    assert "xoxb" not in sealed
    assert seal.open(sealed) == Opened("xoxb-1 ü")
    assert "xoxb" not in repr(seal.open(sealed))


def test_a_new_key_opens_what_the_old_one_sealed_and_seals_it_anew() -> None:
    both = Seal(f" {NEW} , {OLD} ,")
    opened = both.open(Seal(OLD).seal("xoxb-1"))
    assert opened.text == "xoxb-1"
    assert Seal(NEW).open(opened.resealed) == Opened("xoxb-1")


@pytest.mark.parametrize(
    "sealed", ["", "nonsense", "ü", Seal(OLD).seal("x")[:-2]], ids=["none", "words", "not ASCII", "cut"]
)
def test_what_no_key_opens_is_told(sealed: str) -> None:
    with pytest.raises(Unopened):
        Seal(NEW).open(sealed)
    with pytest.raises(Unopened):
        Seal(NEW).open(Seal(OLD).seal("x"))


@pytest.mark.parametrize(
    ("keys", "said"),
    [("", "missing"), (" , ", "missing"), ("short", "the key is"), ("ü" * 44, "the key is"), (f"{OLD},x", "key 2 is")],
    ids=["none", "blanks", "short", "not ASCII", "the second"],
)
def test_a_malformed_key_is_one_line_that_says_how_to_make_one(keys: str, said: str) -> None:
    with pytest.raises(SetupError, match=f"GREENROOM_SECRET_KEY: .*{said}.*Fernet") as refused:
        Seal(keys)
    assert "\n" not in str(refused.value)
    assert "short" not in str(refused.value)


# --- vaults ------------------------------------------------------------------------------------------------

HOSTILE = "a\x00\ud800 👩‍👩‍👧 \u202eשלום\u202c sealed:x:y"


@pytest.mark.parametrize("keys", ["", OLD, f"{NEW},{OLD}"], ids=["none", "one", "two"])
@pytest.mark.parametrize("value", ["", HOSTILE, f"{MARK}{'0' * 12}:x", {"name": HOSTILE, "tags": ["x"]}, None])
def test_a_vault_opens_what_it_kept(keys: str, value: object) -> None:
    vault = Vault(keys)
    kept = vault.seal(value)
    assert vault.open(kept) == value
    assert kept.isascii()
    assert kept.startswith(MARK) is bool(keys)
    assert not vault.is_older(kept)
    assert vault.is_older(Vault(OLD).seal(value)) is keys.startswith(NEW)


def test_a_vault_opens_what_is_plain_or_under_an_older_key_and_nothing_else() -> None:
    both = Vault(f"{NEW},{OLD}")
    assert [both.open(Vault(keys).seal("stems")) for keys in ("", OLD, NEW)] == ["stems"] * 3
    assert both.names == (Vault(NEW).first, Vault(OLD).first)
    sealed = Vault(OLD).seal("stems")
    for vault, kept in (
        (Vault(), sealed),
        (Vault(NEW), sealed),
        (both, sealed[:-4]),
        (both, MARK),
        (both, f"{MARK}ü:"),
    ):
        with pytest.raises(Unopened):
            vault.open(kept)


def test_hashes_are_an_owners_own_and_a_keys_own() -> None:
    old, both = Vault(OLD), Vault(f"{NEW},{OLD}")
    hashes = {vault.hashed(owner, "ana") for vault in (old, both) for owner in (1, 2)}
    assert len(hashes) == 4
    assert old.hashed(1, "ana") in both.readings(1, "ana")
    assert both.readings(1, "ana")[0] == both.hashed(1, "ana")
    assert both.readings(1, "ana")[-1] == "ana" == Vault().hashed(1, "ana")
    assert Vault().readings(1, "ana") == ("ana",)


def test_a_malformed_key_is_no_vault() -> None:
    with pytest.raises(SetupError, match="GREENROOM_SECRET_KEY: key 2"):
        Vault(f"{OLD},short")


async def test_a_bot_does_not_start_without_the_key_to_what_is_sealed(database_url: str) -> None:
    database = Database(database_url, vault=Vault(OLD))
    who = Account("console", "ada", "Ada"), Workspace("console", "attic", "Attic")
    async with database.writing() as uow:
        caller = await uow.people.welcome(*who, is_organiser=False, zone="UTC", locale="en", now=NOW)
        await uow.connections.add(caller.person.id, NewConnection(About("Bo"), NOW.date()), NOW)
    await database.close()
    for keys, starts in (("", False), (NEW, False), (f"{NEW},{OLD}", True)):
        settings = read_settings(_env_file=None, DATABASE_URL=database_url, GREENROOM_SECRET_KEY=keys)
        if starts:
            async with compose(settings, FixedClock(NOW)) as bot:
                assert await bot.is_healthy()
        else:
            with pytest.raises(SetupError, match=r"GREENROOM_SECRET_KEY: connections"):
                async with compose(settings, FixedClock(NOW)):
                    pass
