"""What is kept sealed: who reads the database alone has no tokens, and nobody's private notes.

Fernet (https://cryptography.io/en/latest/fernet/: AES and an HMAC) with the keys of GREENROOM_SECRET_KEY: the first
seals, all of them open, so that a key can be replaced. `Seal` is for what is never kept without a key; `Vault` for
what is sealed where there is one. What is sealed has to be found too: a vault's hashes stand in for the words.
"""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.errors import SetupError

MAKE_A_KEY = 'python -c "from cryptography.fernet import Fernet as F; print(F.generate_key().decode())"'

MARK = "sealed:"
"""Begins whatever a vault sealed; then come the key's name, a colon and Fernet's token. No JSON begins so."""

HASHED = "="
"""Begins a hash. No search term has this sign (`bot.domain.terms`)."""

HASH_BYTES = 16
NAME_BYTES = 6


class Unopened(Exception):
    """None of the keys opens it."""


@dataclass(frozen=True, slots=True)
class Opened:
    """`resealed` is the same under the first key, where another one opened it; else ""."""

    text: str = field(repr=False)
    resealed: str = field(default="", repr=False)


class Seal:
    """Seals and opens with the keys of GREENROOM_SECRET_KEY."""

    __slots__ = ("_all", "_first")

    def __init__(self, keys: str) -> None:
        """`keys` are separated by commas. Raises SetupError for none, and for one that is malformed."""
        parts = _parts(keys)
        if not parts:
            raise SetupError(f"GREENROOM_SECRET_KEY: it is missing; make one with: {MAKE_A_KEY}")
        fernets = [_fernet(part, number) for number, part in enumerate(parts, 1)]
        self._first = fernets[0]
        self._all = MultiFernet(fernets)

    def seal(self, text: str) -> str:
        return self._first.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> Opened:
        """Raises Unopened."""
        try:
            return Opened(self._first.decrypt(sealed.encode()).decode())
        except InvalidToken:
            pass
        try:
            return Opened(self._all.decrypt(sealed.encode()).decode(), self._all.rotate(sealed.encode()).decode())
        except InvalidToken:
            raise Unopened from None


class Vault:
    """Seals what is private with the keys of GREENROOM_SECRET_KEY; without any it keeps it plain."""

    __slots__ = ("_derived", "_fernets", "first", "names")

    def __init__(self, keys: str = "") -> None:
        """`keys` are separated by commas. Raises SetupError for one that is malformed."""
        parts = _parts(keys)
        fernets = [_fernet(part, number) for number, part in enumerate(parts, 1)]
        named = [_derive(part, "name", NAME_BYTES).hex() for part in parts]
        self._fernets = dict(zip(named, fernets, strict=True))
        self.names = tuple(self._fernets)
        """The keys' names, the first one's first; they tell nothing of the keys."""
        self.first = named[0] if named else ""
        """The name of the key that seals; "" where nothing is sealed."""
        keys_of_owners = [lru_cache(1024)(_owners_key(part)) for part in dict.fromkeys(parts)]
        self._derived: tuple[Callable[[int], bytes], ...] = tuple(keys_of_owners)

    def seal(self, value: Any) -> str:  # Any: whatever JSON holds
        """`value` as it is kept: sealed, or as JSON, in ASCII either way; NULs and half surrogates included."""
        written = json.dumps(value, separators=(",", ":"))
        if not self.first:
            return written
        return f"{MARK}{self.first}:{self._fernets[self.first].encrypt(written.encode()).decode()}"

    def open(self, kept: str) -> Any:  # Any: as above
        """What was given to `seal`, under whichever key or none. Raises Unopened where that key is not here."""
        if not kept.startswith(MARK):
            return json.loads(kept)
        name, _, token = kept.removeprefix(MARK).partition(":")
        try:
            return json.loads(self._fernets[name].decrypt(token))
        except (KeyError, InvalidToken):
            raise Unopened from None

    @property
    def mark(self) -> str:
        """How everything begins that the first key sealed; "" where nothing is sealed."""
        return f"{MARK}{self.first}:" if self.first else ""

    def is_older(self, kept: str) -> bool:
        """Whether `seal` would now keep it under another key, or not plain any more."""
        return bool(self.mark) and not kept.startswith(self.mark)

    def hashed(self, owner: int, term: str) -> str:
        """What stands for an owner's term in an index: a keyed hash, another one for each owner; without a key the
        term itself.
        """
        return _hash(self._derived[0](owner), term) if self._derived else term

    def readings(self, owner: int, term: str) -> tuple[str, ...]:
        """All that may stand for it as long as not everything is under the first key: its hashes, and itself."""
        return (*(_hash(derived(owner), term) for derived in self._derived), term)


def _owners_key(part: str) -> Callable[[int], bytes]:
    return lambda owner: _derive(part, f"terms of {owner}", 32)


def _hash(key: bytes, term: str) -> str:
    digest = hmac.digest(key, term.encode("utf-8", "surrogatepass"), "sha256")[:HASH_BYTES]
    return HASHED + base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _derive(key: str, what: str, length: int) -> bytes:
    """A key of its own for another purpose (HKDF, RFC 5869); its own is Fernet's."""
    info = f"greenroom {what}".encode()
    return HKDF(SHA256(), length, salt=None, info=info).derive(base64.urlsafe_b64decode(key))


def _parts(keys: str) -> list[str]:
    return [part.strip() for part in keys.split(",") if part.strip()]


def _fernet(key: str, number: int) -> Fernet:
    try:
        return Fernet(key)
    except ValueError:  # of letters beyond ASCII too
        which = f"key {number} is malformed" if number > 1 else "the key is malformed"
        raise SetupError(f"GREENROOM_SECRET_KEY: {which}; make one with: {MAKE_A_KEY}") from None
