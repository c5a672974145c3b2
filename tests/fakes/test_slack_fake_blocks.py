"""Every limit of Block Kit that the fake keeps, from both sides."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.slack import blocks as block_kit
from tests.fakes.slack.errors import Denied, Findings, Json
from tests.fakes.slack_callers import actions, button, entry, marked, modal, plain, section

TEXT = {"type": "plain_text_input", "action_id": "v"}


def options(count: int, text: int = 1, value: int = 1) -> list[Json]:
    return [{"text": plain("x" * text), "value": f"{n}".rjust(value, "v")} for n in range(count)]


def menu(**more: Any) -> Json:  # Any: JSON
    return {"type": "static_select", "action_id": "m", "options": options(1), **more}


def rich(*elements: Json) -> Json:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(elements)}]}


def faults(blocks: list[Json], surface: str = block_kit.MESSAGE) -> list[str]:
    found = Findings()
    block_kit.check(found, blocks, surface)
    return found.found


def of_length(n: int) -> str:
    return "x" * n


@pytest.mark.parametrize(
    ("make", "most"),
    [
        (lambda n: [{"type": "divider"}] * n, 50),
        (lambda n: [section(of_length(n))], 3_000),
        (lambda n: [{"type": "section", "text": marked(of_length(n))}], 3_000),
        (lambda n: [{"type": "section", "fields": [plain("x")] * n}], 10),
        (lambda n: [{"type": "section", "fields": [marked(of_length(n))]}], 2_000),
        (lambda n: [{"type": "header", "text": plain(of_length(n))}], 150),
        (lambda n: [{"type": "context", "elements": [plain("x")] * n}], 10),
        (lambda n: [actions(*(button("x", f"a{i}") for i in range(n)))], 25),
        (lambda n: [actions(button(of_length(n), "a"))], 75),
        (lambda n: [actions(button("x", "a", of_length(n)))], 2_000),
        (lambda n: [actions(button("x", of_length(n)))], 255),
        (lambda n: [actions({**button("x", "a"), "url": "https://" + of_length(n - 8)})], 3_000),
        (lambda n: [{"type": "divider", "block_id": of_length(n)}], 255),
        (lambda n: [actions(menu(options=options(n)))], 100),
        (lambda n: [actions(menu(options=options(1, text=n)))], 75),
        (lambda n: [actions(menu(options=options(1, value=n)))], 150),
        (lambda n: [actions(menu(placeholder=plain(of_length(n))))], 150),
        (lambda n: [actions({"type": "overflow", "action_id": "o", "options": options(n)})], 5),
        (lambda n: [actions({"type": "checkboxes", "action_id": "o", "options": options(n)})], 10),
        (lambda n: [actions({"type": "radio_buttons", "action_id": "o", "options": options(n)})], 10),
        (lambda n: [entry("b", of_length(n), TEXT)], 2_000),
        (lambda n: [entry("b", "x", TEXT, hint=plain(of_length(n)))], 2_000),
        (lambda n: [entry("b", "x", {**TEXT, "max_length": n})], 3_000),
        (lambda n: [entry("b", "x", {**TEXT, "max_length": 20, "initial_value": of_length(n)})], 20),
        (lambda n: [entry("b", "x", {**TEXT, "placeholder": plain(of_length(n))})], 150),
        (lambda n: [{"type": "markdown", "text": of_length(n)}], 12_000),
        (lambda n: [{"type": "image", "image_url": "https://x.example", "alt_text": of_length(n)}], 2_000),
    ],
)
def test_what_is_one_too_much_is_refused(make: Any, most: int) -> None:  # Any: int -> blocks
    assert faults(make(most)) == []
    assert faults(make(most + 1)) != []


@pytest.mark.parametrize(
    "block",
    [
        {"type": "section"},
        {"type": "sections", "text": plain("x")},
        {"type": "section", "text": plain("x"), "colour": "red"},
        {"type": "section", "text": "x"},
        {"type": "section", "text": plain("")},
        {"type": "section", "text": {**plain("x"), "verbatim": True}},
        {"type": "section", "text": plain("x"), "accessory": TEXT},
        {"type": "header", "text": marked("x")},
        {"type": "actions", "elements": []},
        actions(button("x", "a"), button("y", "a")),
        actions({**button("x", "a"), "style": "default"}),
        actions({**button("x", "a"), "text": marked("x")}),
        actions({**button("x", "a"), "url": "no address"}),
        actions(menu(initial_option={"text": plain("other"), "value": "o"})),
        actions(menu(options=[*options(1), *options(1)])),
        actions(menu(option_groups=[{"label": plain("g"), "options": options(1)}])),
        actions(menu(options=[{"text": marked("x"), "value": "v"}])),
        actions({"type": "external_select", "action_id": "e", "min_query_length": "1"}),
        actions({"type": "datepicker", "action_id": "d", "initial_date": "2026-2-1"}),
        actions({"type": "timepicker", "action_id": "t", "initial_time": "24:00"}),
        actions({"type": "multi_users_select", "action_id": "u"}),
        entry("b", "x", {"type": "number_input", "action_id": "n"}),
        entry(
            "b", "x", {"type": "number_input", "action_id": "n", "is_decimal_allowed": False, "initial_value": "1.5"}
        ),
        entry("b", "x", {"type": "datetimepicker", "action_id": "d", "initial_date_time": 5}),
        entry("b", "x", button("x", "a")),
        entry("b", "x", {"type": "file_input", "action_id": "f"}),
        {"type": "rich_text", "elements": [{"type": "text", "text": "x"}]},
        rich({"type": "text", "text": ""}),
        rich({"type": "text", "text": "x", "style": {"bold": "yes"}}),
        rich({"type": "text", "text": "x", "style": {"loud": True}}),
        rich({"type": "link", "text": "x"}),
        rich({"type": "broadcast", "range": "all"}),
        rich({"type": "date", "timestamp": "1", "format": "{date}"}),
        {"type": "rich_text", "elements": [{"type": "rich_text_list", "style": "dots", "elements": []}]},
    ],
)
def test_what_has_another_shape_is_refused(block: Json) -> None:
    assert faults([block]) != []


@pytest.mark.parametrize(
    "block",
    [
        {"type": "section", "text": plain("x"), "accessory": menu()},
        actions({"type": "external_select", "action_id": "e", "min_query_length": 0}),
        entry("b", "x", {"type": "number_input", "action_id": "n", "is_decimal_allowed": True, "initial_value": "1.5"}),
        entry("b", "x", {"type": "datetimepicker", "action_id": "d", "initial_date_time": 1_700_000_000}),
        rich({"type": "text", "text": "x", "style": {"bold": True}}, {"type": "user", "user_id": "U1"}),
        rich({"type": "date", "timestamp": 1_700_000_000, "format": "{date} {time}", "fallback": "then"}),
        {
            "type": "rich_text",
            "elements": [
                {
                    "type": "rich_text_list",
                    "style": "bullet",
                    "elements": [{"type": "rich_text_section", "elements": []}],
                }
            ],
        },
    ],
)
def test_what_is_as_it_should_be_is_taken(block: Json) -> None:
    assert faults([block]) == []


def test_block_ids_are_unique() -> None:
    assert faults([{"type": "divider", "block_id": "a"}, {"type": "divider", "block_id": "b"}]) == []
    assert faults([{"type": "divider", "block_id": "a"}] * 2) != []


def test_the_texts_of_a_message_are_limited_all_in_all() -> None:
    block_kit.check_message([section(of_length(2_200))] * 6)
    with pytest.raises(Denied, match="msg_blocks_too_long"):
        block_kit.check_message([section(of_length(2_200))] * 5 + [section(of_length(2_201))])


@pytest.mark.parametrize(
    "view",
    [
        modal(section("x"), title=of_length(25)),
        modal(section("x"), submit=plain(of_length(25))),
        modal(section("x"), close=plain(of_length(25))),
        modal(section("x"), private_metadata=of_length(3_001)),
        modal(section("x"), callback_id=of_length(256)),
        modal(),
        modal(*[section("x")] * 101),
        {"type": "modal", "title": plain("x"), "blocks": [entry("b", "x", TEXT)]},
        {"type": "home", "blocks": []},
        modal(entry("a", "x", {**TEXT, "focus_on_load": True}), entry("b", "x", {**TEXT, "focus_on_load": True})),
    ],
)
def test_a_modal_that_breaks_a_rule_is_refused(view: Json) -> None:
    with pytest.raises(Denied, match="invalid_arguments"):
        block_kit.check_view(view, block_kit.MODAL)


def test_a_modal_at_its_limits_is_taken() -> None:
    blocks = [*[section("x")] * 99, entry("f", "x", {"type": "file_input", "action_id": "f"})]
    view = modal(*blocks, title=of_length(24), close=plain(of_length(24)), private_metadata=of_length(3_000))
    block_kit.check_view(view, block_kit.MODAL)
    block_kit.check_view({"type": "home", "blocks": [section("x")] * 100}, block_kit.HOME)
