"""What the bot was given is kept sealed: who reads the database alone has no tokens.

Fernet (https://cryptography.io/en/latest/fernet/: AES and an HMAC) with several keys: the first seals, all of them
open, so that a key can be replaced and nobody has to install the bot again.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from bot.errors import SetupError

MAKE_A_KEY = 'python -c "from cryptography.fernet import Fernet as F; print(F.generate_key().decode())"'


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
        parts = [part.strip() for part in keys.split(",") if part.strip()]
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


def _fernet(key: str, number: int) -> Fernet:
    try:
        return Fernet(key)
    except ValueError:  # of letters beyond ASCII too
        which = f"key {number} is malformed" if number > 1 else "the key is malformed"
        raise SetupError(f"GREENROOM_SECRET_KEY: {which}; make one with: {MAKE_A_KEY}") from None
