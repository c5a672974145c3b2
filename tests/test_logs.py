"""Logs say what happened, and nothing that anybody wrote."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from bot.logs import configure
from bot.settings import LogLevel


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield (made := io.StringIO())
    made.close()
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_json_where_nobody_watches(stream: io.StringIO) -> None:
    configure(LogLevel.INFO, stream)
    structlog.get_logger().info("request", what="event find", ms=1.5)
    structlog.get_logger().debug("too much")
    (line,) = lines(stream)
    assert (line["event"], line["what"], line["ms"], line["level"]) == ("request", "event find", 1.5, "info")
    assert "timestamp" in line


def test_a_fault_is_told_by_its_kind_and_place_and_nobody_s_words(stream: io.StringIO) -> None:
    configure(LogLevel.INFO, stream)
    private = "what somebody wrote"
    try:
        try:
            raise KeyError(private)
        except KeyError as error:
            raise ValueError(f"no such thing: {private}") from error
    except ValueError as error:
        structlog.get_logger().exception("request failed")
        structlog.get_logger().error("row failed", exc_info=error)
        logging.getLogger("library").warning("it broke", exc_info=error)
    assert private not in stream.getvalue()
    for line in lines(stream):
        assert isinstance(line["broke"], list)
        assert [str(each).split(" at ")[0] for each in line["broke"]] == ["ValueError", "KeyError"]
        assert "test_logs.py:" in str(line["broke"])


def test_libraries_speak_from_a_warning_on(stream: io.StringIO) -> None:
    configure(LogLevel.DEBUG, stream)
    logging.getLogger("library").info("chatter")
    logging.getLogger("library").warning("mind this")
    assert [line["event"] for line in lines(stream)] == ["mind this"]


def test_a_terminal_gets_lines_for_people(stream: io.StringIO) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    configure(LogLevel.INFO, terminal)
    structlog.get_logger().info("request", what="event find")
    assert "event find" in terminal.getvalue()
    assert not terminal.getvalue().startswith("{")
