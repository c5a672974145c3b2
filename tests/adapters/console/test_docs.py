"""The console's page says what the console does."""

from __future__ import annotations

import re
from pathlib import Path

from adapters.console.inbound import LINE_MOST, ORDERS
from adapters.console.journal import KEPT
from adapters.console.limits import LIMITS
from adapters.console.talk import EXAMPLES

PAGE = (Path(__file__).parents[3] / "docs" / "console.md").read_text(encoding="utf-8")


def test_every_order_stands_on_the_page_and_in_help() -> None:
    told = re.findall(r"^\| `:(\w+)", PAGE, re.MULTILINE)
    assert told == list(ORDERS) == list(EXAMPLES)


def test_every_limit_on_the_page_is_the_one_that_holds() -> None:
    told = [int(number.replace(",", "")) for number in re.findall(r"^\| .* \| ([\d,]+) \|$", PAGE, re.MULTILINE)]
    assert told == [
        LIMITS.message_length,
        LIMITS.cards,
        LIMITS.title_length,
        LIMITS.body_length,
        LIMITS.fields,
        LIMITS.controls,
        LIMITS.label_length,
        LIMITS.options,
        LIMITS.files,
        LIMITS.form_params,
        LIMITS.form_title_length,
        LINE_MOST,
    ]
    assert f"{KEPT:,} messages are kept" in PAGE
