"""What the console holds of what the bot posted: a file of JSON lines beside the database, or memory.

Every message is on the disk (fsync) before `post` returns: what the core then notes as sent has surely been
kept, and after a crash `find` knows it again. A line that a crash cut short was never acknowledged; it is
dropped when the file is opened. Once twice as many lines as are kept have gathered, the file is written anew.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from adapters.console.stored import Stored, read_address, read_reply, write_address, write_reply
from bot.domain.addresses import Address, Channel, Direct, written
from bot.errors import SetupError, Temporary
from bot.ui import Reply

PLATFORM = "console"

KEPT = 2_000
"""Messages kept, the newest; a year of a busy community. Older ones scroll away."""


@dataclass(frozen=True, slots=True)
class Post:
    """One message of the bot. `at` is when it was posted, by the console's clock; an answer's `key` is ""."""

    id: int
    address: Address
    key: str
    at: datetime
    reply: Reply
    is_edited: bool = False


class Journal:
    """Append-only. With `path` None it lives in memory and goes with the process."""

    def __init__(self, path: Path | None = None, *, kept: int = KEPT) -> None:
        """Open the journal at `path`, or begin one. Raises SetupError when it cannot be read or written."""
        self._path = path
        self._kept = kept
        self._posts: dict[int, Post] = {}
        self._organisers: dict[str, bool] = {}
        self._newest = 0
        self._lines = 0
        self._size = 0
        self.unreadable = 0
        """Lines that were damaged when the file was opened, and left out."""
        if path is not None:
            try:
                self._open(path)
            except OSError as error:
                raise SetupError(f"{path}: the console's journal cannot be used: {error.strerror}") from None

    def post(self, address: Address, key: str, at: datetime, reply: Reply) -> Post:
        """Keep a message. Raises Temporary when the disk does not take it."""
        post = Post(self._newest + 1, address, key, at, replace(reply, replaces=False))
        self._append(_written(post))
        self._newest = post.id
        self._posts[post.id] = post
        self._tidy()
        return post

    def edit(self, id_: int, reply: Reply) -> Post:
        """Put `reply` in the place of a message. Raises KeyError for one that is gone, and Temporary."""
        post = replace(self._posts[id_], reply=replace(reply, replaces=False), is_edited=True)
        self._append({"edit": id_, "reply": write_reply(reply)})
        self._posts[id_] = post
        self._tidy()
        return post

    def is_organiser(self, account: str) -> bool | None:
        """Whether somebody was made an organiser here; None when it was never said."""
        return self._organisers.get(account)

    def set_organiser(self, account: str, is_organiser: bool) -> None:
        """Keep it. Raises Temporary when the disk does not take it."""
        if self._organisers.get(account) != is_organiser:
            self._append(_role(account, is_organiser))
            self._organisers[account] = is_organiser

    def get(self, id_: int) -> Post | None:
        return self._posts.get(id_)

    def find(self, address: Address, key: str, since: datetime) -> Post | None:
        """The message with this key at this place, posted no earlier than `since`."""
        return next((post for post in self.at(address) if post.key == key and post.at >= since), None)

    def at(self, address: Address) -> Sequence[Post]:
        """What was posted at one place, oldest first."""
        return self._where(lambda post: written(post.address) == written(address))

    def channels(self) -> Sequence[str]:
        """The ids of channels that hold something, by name."""
        return sorted({post.address.id for post in self._posts.values() if isinstance(post.address, Channel)})

    def accounts(self) -> Sequence[str]:
        """The ids of accounts that got a direct message, by name."""
        found = (post.address for post in self._posts.values())
        return sorted({address.account for address in found if isinstance(address, Direct)})

    def _where(self, is_meant: Callable[[Post], bool]) -> Sequence[Post]:
        return [post for post in self._posts.values() if is_meant(post)]

    def _open(self, path: Path) -> None:
        # it holds direct messages: nobody else on this machine may read it
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        _sync_folder(path)
        content = path.read_bytes()
        end = content.rfind(b"\n") + 1
        if end < len(content):  # a crash cut the last line short
            os.truncate(path, end)
        self._size = end
        for line in content[:end].splitlines():
            self._lines += 1
            try:
                self._note(json.loads(line))
            except (ValueError, KeyError, TypeError, AttributeError):
                self.unreadable += 1
        self._tidy()

    def _note(self, stored: Stored) -> None:
        if "role" in stored:
            self._organisers[str(stored["role"])] = bool(stored["organiser"])
            return
        if "edit" in stored:
            if (post := self._posts.get(stored["edit"])) is not None:
                self._posts[post.id] = replace(post, reply=read_reply(stored["reply"]), is_edited=True)
            return
        post = _read(stored)
        self._posts[post.id] = post
        self._newest = max(self._newest, post.id)

    def _append(self, stored: Stored) -> None:
        if self._path is None:
            return
        line = _line(stored)
        try:
            with self._path.open("r+b", buffering=0) as file:
                file.seek(self._size)
                try:
                    # the disk may take only a part at a time
                    view = memoryview(line)
                    while view:
                        view = view[file.write(view) or 0 :]
                    os.fsync(file.fileno())
                except OSError:
                    file.truncate(self._size)
                    raise
        except OSError as error:
            raise Temporary(f"the console's journal cannot be written: {error.strerror}") from error
        self._size += len(line)
        self._lines += 1

    def _tidy(self) -> None:
        """Forget the oldest messages, and write the file anew, once too much has gathered."""
        if max(self._lines, len(self._posts)) <= 2 * self._kept:
            return
        self._posts = dict(list(self._posts.items())[-self._kept :])
        if self._path is None:
            return
        roles = [_role(account, is_organiser) for account, is_organiser in self._organisers.items()]
        content = b"".join(_line(stored) for stored in (*roles, *map(_written, self._posts.values())))
        fresh = self._path.with_name(self._path.name + ".new")
        try:
            with os.fdopen(os.open(fresh, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(self._path)
            _sync_folder(self._path)
        except OSError:
            return  # the long file still serves; the next message tries again
        self._lines, self._size = len(roles) + len(self._posts), len(content)


def _sync_folder(path: Path) -> None:
    # a new file's name is kept by its folder
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _role(account: str, is_organiser: bool) -> Stored:
    return {"role": account, "organiser": is_organiser}


def _written(post: Post) -> Stored:
    return {
        "id": post.id,
        "to": write_address(post.address),
        "key": post.key,
        "at": post.at.isoformat(),
        "edited": post.is_edited,
        "reply": write_reply(post.reply),
    }


def _read(stored: Stored) -> Post:
    return Post(
        id=stored["id"],
        address=read_address(stored["to"], PLATFORM),
        key=stored["key"],
        at=datetime.fromisoformat(stored["at"]),
        reply=read_reply(stored["reply"]),
        is_edited=stored["edited"],
    )


def _line(stored: Stored) -> bytes:
    # ASCII: a letter cut in half cannot be, and half a surrogate pair can be kept
    return json.dumps(stored, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"
