"""The terminal that somebody looks at: a prompt with completion, and answers in colour."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import AsyncGenerator, Iterable
from pathlib import Path
from typing import TextIO

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer
from prompt_toolkit.completion import Completion as Offer
from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.patch_stdout import patch_stdout
from prompt_toolkit.styles import Style

from adapters.console.outbound import View, safe_line
from adapters.console.panels import ansi, panel
from adapters.console.screen import Completes
from bot.ui import Answer

LOOK = Style.from_dict({"who": "bold", "where": "ansimagenta", "mark": "ansibrightblack"})


class PromptScreen:
    """Reads with prompt_toolkit and shows with rich."""

    def __init__(self, stdout: TextIO, history: Path | None = None) -> None:
        self._stdout = stdout
        self._is_asking = False
        self._has_shown = False
        self._session: PromptSession[str] = PromptSession(
            history=_history(history), style=LOOK, complete_while_typing=True, reserve_space_for_menu=6
        )

    async def read(self, who: str, where: str, completes: Completes) -> str | None:
        prompt = FormattedText(
            [("class:who", safe_line(who)), ("", " "), ("class:where", f"#{where}"), ("class:mark", "> ")]
        )
        if self._has_shown:
            self._stdout.write("\n")  # each line that is typed begins a paragraph
            self._stdout.flush()
            self._has_shown = False
        while True:
            self._is_asking = True
            try:
                # whatever is written meanwhile, by us or by a log, goes above the prompt
                with patch_stdout(raw=True):
                    line = await self._session.prompt_async(prompt, completer=_Offers(completes))
            except KeyboardInterrupt:
                continue  # Ctrl-C: that line is not meant
            except EOFError:
                return None
            finally:
                self._is_asking = False
            if line.strip():
                return line

    def show(self, answer: Answer, view: View, first: int = 1) -> None:
        width = shutil.get_terminal_size().columns
        self._write(ansi(panel(answer, view, first), width))

    def space(self) -> None:
        self._write("\n")

    def close(self) -> None:
        pass

    def _write(self, text: str) -> None:
        self._has_shown = not self._is_asking
        stream = sys.stdout if self._is_asking else self._stdout
        stream.write(text)
        stream.flush()


class _Offers(Completer):
    def __init__(self, completes: Completes) -> None:
        self._completes = completes

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Offer]:
        return ()  # suggestions come from the database, so only the asynchronous way is of use

    async def get_completions_async(
        self, document: Document, complete_event: CompleteEvent
    ) -> AsyncGenerator[Offer, None]:
        for each in await self._completes(document.text_before_cursor):
            yield Offer(each.text, -each.back, safe_line(each.label), safe_line(each.note))


def _history(path: Path | None) -> History:
    if path is None:
        return InMemoryHistory()
    try:
        # what people typed is nobody else's on this machine
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600))
    except OSError:
        return InMemoryHistory()
    return FileHistory(str(path))
