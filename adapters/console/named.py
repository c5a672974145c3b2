"""What the words of a line stand for besides themselves: people of this console, and files on this computer."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import partial
from itertools import islice
from mimetypes import guess_type
from pathlib import Path

from adapters.console.journal import PLATFORM
from bot.domain.members import mentioned
from bot.domain.people import Account
from bot.errors import NotFound, Refused
from bot.i18n import N_
from bot.params import Member, Option, Param, Upload, shortened
from bot.request import Attached

PATHS = 25
"""Files that are suggested at once, of so many entries of a folder that are looked at."""
LOOKED_AT = 2_000


def accounts_in(
    params: Mapping[str, Param], values: Mapping[str, str], people: Mapping[str, Account]
) -> Mapping[str, Account]:
    """The people that values name, "@mara" or as a form holds them, by the value. `people` are those here, by id."""
    found: dict[str, Account] = {}
    for name, text in values.items():
        if isinstance(params.get(name), Member):
            named = mentioned(text, PLATFORM)
            id_ = named.account.id if named is not None else text.strip().removeprefix("@").casefold()
            if id_ in people and (named is None or named.account.platform == PLATFORM):
                found[text] = people[id_]
    return found


def files_in(params: Mapping[str, Param], values: Mapping[str, str]) -> Mapping[str, Attached]:
    """The files whose paths are among the values, by the value. Raises NotFound for what is none."""
    return {
        text: _attached(text) for name, text in values.items() if text.strip() and isinstance(params.get(name), Upload)
    }


def paths(typed: str) -> list[Option]:
    """Files and folders whose path begins like this."""
    base = Path(typed or ".").expanduser()
    folder, start = (base, "") if not typed or typed.endswith("/") else (base.parent, base.name)
    try:
        # somebody's folder may hold a million files
        there = sorted(each for each in islice(folder.iterdir(), LOOKED_AT) if each.name.startswith(start))
        head = typed.removesuffix(start) if start else typed
        return [Option(each.name, f"{head}{each.name}{'/' * each.is_dir()}") for each in there[:PATHS]]
    except (OSError, ValueError, RuntimeError):
        return []


def _attached(typed: str) -> Attached:
    try:
        path = Path(typed.strip()).expanduser()
        # a device or a pipe might never end
        if not path.is_file():
            raise FileNotFoundError
        size = path.stat().st_size
    except (OSError, ValueError, RuntimeError):  # RuntimeError: ~ of nobody
        raise NotFound(
            N_("There is no file {path} here. Write the path of one, such as ~/contacts.csv."), path=shortened(typed)
        ) from None
    return Attached(path.name, guess_type(path.name)[0] or "application/octet-stream", size, partial(_read, path))


async def _read(path: Path, most: int) -> bytes:
    """The first `most + 1` bytes. Raises Refused."""
    try:
        return await asyncio.to_thread(_first, path, most + 1)
    except OSError:
        raise Refused(
            N_("{name} cannot be read. Look at its permissions, or name another."), name=shortened(path.name)
        ) from None


def _first(path: Path, most: int) -> bytes:
    with path.open("rb") as file:
        return file.read(most)
