"""What is sent: once, where it can be found again, and with a reason when it cannot."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from adapters.slack.installing import StoredTokens
from adapters.slack.outbound import mark_of
from bot.commands import Services
from bot.compose.apart import InstallationsOf
from bot.domain.addresses import Channel, Direct
from bot.domain.delivery import Receipt
from bot.domain.installations import Sealed
from bot.errors import DeliveryError, Temporary, Unreachable, Unsure
from bot.markup import rich
from bot.sealing import Seal
from bot.ui import File, Privacy, Reply
from storage.database import Database
from tests.adapters.slack.posting import Posting, posting
from tests.adapters.slack.test_installing import OLD, installation
from tests.fakes.slack import Channel as There
from tests.fakes.slack import FakeSlack, Fault, Kind
from tests.scripted import Moved, Stage, note

POST = "chat.postMessage"
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
HELLO = Reply(rich("Hello"), privacy=Privacy.SHARED)
ICS = File("night.ics", b"BEGIN:VCALENDAR", "text/calendar")


@pytest.fixture
async def at() -> AsyncIterator[Posting]:
    async with posting() as found:
        yield found


async def test_a_message_carries_the_mark_of_its_key(at: Posting) -> None:
    receipt = await at.slack.send(at.channel, HELLO, "digest:1")
    [message] = at.there.messages
    assert receipt == Receipt(at.channel, f"{at.there.id}/{message.ts}")
    assert message.metadata == {"event_type": "greenroom", "event_payload": {"key": mark_of("digest:1")}}
    assert await at.slack.find_sent(at.channel, "digest:1", LONG_AGO) == receipt
    assert await at.slack.find_sent(at.channel, "digest:2", LONG_AGO) is None


async def test_direct_messages_are_opened_once_and_found_again(at: Posting) -> None:
    to = at.direct(at.mara)
    receipt = await at.slack.send(to, HELLO, "one")
    await at.slack.send(to, HELLO, "two")
    assert [message.text for message in at.fake.dm(at.mara).messages] == ["Hello", "Hello"]
    assert await at.slack.find_sent(to, "one", LONG_AGO) == receipt
    assert at.asked("conversations.open") == 1


# ---- two who are introduced


async def test_two_are_brought_together_in_one_conversation_however_often(at: Posting) -> None:
    tom = at.fake.add_member(at.team, "tom")
    both = [at.direct(each).account for each in (at.mara, tom)]
    place = await at.slack.introductions.open_together(both)
    assert place is not None
    assert await at.slack.introductions.open_together(both[::-1]) == place
    receipt = await at.slack.send(place, HELLO, "one")
    assert at.team.channels[place.id].members.keys() == {at.team.bot.id, at.mara.id, tom.id}
    assert await at.slack.find_sent(place, "one", LONG_AGO) == receipt


async def test_people_of_several_workspaces_are_not_brought_together(at: Posting) -> None:
    assert await at.slack.introductions.open_together([at.direct(at.mara).account, "T999.U1"]) is None
    assert await at.slack.introductions.open_together([at.direct(at.mara).account, "nobody"]) is None


async def test_who_cannot_be_brought_together_is_unreachable_and_what_was_not_seen_is_tried_again(at: Posting) -> None:
    gone = at.fake.add_member(at.team, "gone")
    gone.is_deleted = True
    both = [at.direct(each).account for each in (at.mara, gone)]
    with pytest.raises(Unreachable, match="deactivated"):
        await at.slack.introductions.open_together(both)
    at.fake.faults.add(Fault("conversations.open", Kind.DROP_BEFORE))
    with pytest.raises(Temporary):
        await at.slack.introductions.open_together(both)


def test_a_profile_is_found_by_a_persons_id_in_their_workspace(at: Posting) -> None:
    link = "https://slack.com/app_redirect?channel=U7"
    assert at.slack.introductions.profile_link("T1.U7") == f"{link}&team=T1"
    assert at.slack.introductions.profile_link("E1.U7") == link, "an enterprise is no workspace"
    assert at.slack.introductions.profile_link("nobody") == ""


# ---- where nothing can be sent


def restrict(fake: FakeSlack, there: There) -> None:
    there.is_restricted = True


def keep_out(fake: FakeSlack, there: There) -> None:
    del there.members[there.team.bot.id]
    there.team.installations[-1].scopes -= {"channels:join", "chat:write.public"}


def lose_scope(fake: FakeSlack, there: There) -> None:
    there.team.installations[-1].scopes -= {"chat:write"}


def void(fake: FakeSlack, there: There) -> None:
    there.team.installations[-1].is_revoked = True


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (FakeSlack.archive, "the channel is archived"),
        (FakeSlack.delete_channel, "gone, or it is private and I am not in it: invite me"),
        (restrict, "only some people post there"),
        (keep_out, "not in this channel: invite me there"),
        (lose_scope, "the scope chat:write: install me again"),
        (void, "not in this workspace any more"),
        (lambda fake, there: fake.deactivate_team(there.team), "not in this workspace any more"),
    ],
    ids=["archived", "deleted", "restricted", "kept out", "scope", "revoked", "deactivated"],
)
async def test_a_channel_that_takes_nothing_is_unreachable_with_a_reason(
    at: Posting, change: Callable[[FakeSlack, There], None], reason: str
) -> None:
    change(at.fake, at.there)
    with pytest.raises(Unreachable, match=reason):
        await at.slack.send(at.channel, HELLO, "one")
    assert at.fake.posted == []
    at.fake.violations.clear()  # a scope that is missing is one


async def test_a_private_channel_without_the_bot_is_unreachable_with_a_way_on(at: Posting) -> None:
    private = at.fake.add_channel(at.team, "committee", is_private=True, with_bot=False)
    with pytest.raises(Unreachable, match="invite me there"):
        await at.slack.send(at.address(private), HELLO, "one")


async def test_people_who_take_no_messages_are_unreachable(at: Posting) -> None:
    robot = at.fake.add_member(at.team, "robot", is_bot=True)
    with pytest.raises(Unreachable, match="a bot takes no direct messages"):
        await at.slack.send(at.direct(robot), HELLO, "one")
    await at.slack.send(at.direct(at.mara), HELLO, "one")
    at.fake.deactivate(at.mara)
    for _ in range(2):  # with the channel that was known, and asked anew
        with pytest.raises(Unreachable, match="account is deactivated"):
            await at.slack.send(at.direct(at.mara), HELLO, "two")
    with pytest.raises(Unreachable, match="no such person"):
        await at.slack.send(Direct("slack", f"{at.team.id}.U999"), HELLO, "one")


@pytest.mark.parametrize("to", [Channel("slack", "T1", "general"), Direct("slack", "mara")])
async def test_what_is_no_place_on_slack_is_unreachable(at: Posting, to: Channel | Direct) -> None:
    with pytest.raises(Unreachable):
        await at.slack.send(to, HELLO, "one")


# ---- joining


async def test_a_public_channel_is_joined_to_post_there(at: Posting) -> None:
    there = at.fake.add_channel(at.team, "jams", with_bot=False)
    at.team.installations[-1].scopes -= {"chat:write.public"}
    receipt = await at.slack.send(at.address(there), HELLO, "one")
    assert [message.text for message in there.messages] == ["Hello"]
    assert await at.slack.find_sent(at.address(there), "one", LONG_AGO) == receipt


async def test_just_after_joining_slack_may_not_know_it_yet(at: Posting) -> None:
    at.fake.faults.add(Fault(POST, Kind.STATUS, times=2, status=200, error="not_in_channel"))
    with pytest.raises(Temporary, match="just joined"):
        await at.slack.send(at.channel, HELLO, "one")
    await at.slack.send(at.channel, HELLO, "one")
    assert len(at.there.messages) == 1


async def test_nobody_fears_for_a_message_when_only_joining_is_unsure(at: Posting) -> None:
    there = at.fake.add_channel(at.team, "jams", with_bot=False)
    at.team.installations[-1].scopes -= {"chat:write.public"}
    at.fake.faults.add(Fault("conversations.join", Kind.DROP_AFTER))
    with pytest.raises(Temporary):
        await at.slack.send(at.address(there), HELLO, "one")


# ---- limits


async def test_a_rate_limit_is_temporary_and_says_how_long(at: Posting) -> None:
    at.fake.faults.add(Fault(POST, Kind.LIMITED, seconds=7))
    with pytest.raises(Temporary) as limited:
        await at.slack.send(at.channel, HELLO, "one")
    assert limited.value.wait == 7
    assert at.fake.posted == []


async def test_a_limit_of_one_channel_holds_up_nothing_else(at: Posting) -> None:
    receipt = await at.slack.send(at.channel, HELLO, "zero")
    at.fake.faults.add(Fault(POST, Kind.LIMITED, seconds=60))
    for _ in range(2):  # known by now: it is not even asked
        with pytest.raises(Temporary):
            await at.slack.send(at.channel, HELLO, "one")
    assert at.asked(POST) == 2
    await at.slack.send(at.address(at.team.channel("general")), HELLO, "two")
    await at.slack.send(at.direct(at.mara), HELLO, "three")
    await at.slack.edit(receipt, Reply(rich("Goodbye")))
    at.ahead += 60
    await at.slack.send(at.channel, HELLO, "one")
    assert [message.text for message in at.there.messages] == ["Goodbye", "Hello"]


async def test_what_slack_says_is_too_much_is_tried_later(at: Posting) -> None:
    at.fake.faults.add(Fault(POST, Kind.STATUS, status=200, error="message_limit_exceeded"))
    with pytest.raises(Temporary) as limited:
        await at.slack.send(at.channel, HELLO, "one")
    assert limited.value.wait


# ---- what nobody knows


@pytest.mark.parametrize(
    "fault",
    [
        Fault(POST, Kind.STATUS, status=500),
        Fault(POST, Kind.STATUS, status=503, error="service_unavailable"),
        Fault(POST, Kind.STATUS, status=200, error="internal_error"),
        Fault(POST, Kind.STATUS, status=200, error="fatal_error"),
        Fault(POST, Kind.STATUS_AFTER, status=200, error="fatal_error"),
        Fault(POST, Kind.STATUS_AFTER, status=502),
        Fault(POST, Kind.DROP_BEFORE),
        Fault(POST, Kind.DROP_AFTER),
    ],
    ids=lambda fault: f"{fault.kind.name} {fault.status} {fault.error}",
)
async def test_what_nobody_knows_is_unsure_and_tried_once(at: Posting, fault: Fault) -> None:
    fault = replace(fault)
    at.fake.faults.add(fault)
    with pytest.raises(Unsure):
        await at.slack.send(at.channel, HELLO, "one")
    assert fault.befell == 1
    found = await at.slack.find_sent(at.channel, "one", LONG_AGO)
    assert (found is not None) == fault.kind.is_after


async def test_a_request_that_is_never_answered_is_unsure(at: Posting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.slack.wire.TOTAL_SECONDS", 0.2)
    await at.stop()
    at.build()
    await at.start()
    at.fake.faults.add(Fault(POST, Kind.HANG_AFTER))
    with pytest.raises(Unsure):
        await at.slack.send(at.channel, HELLO, "one")
    assert await at.slack.find_sent(at.channel, "one", LONG_AGO) is not None


async def test_before_slack_was_asked_who_we_are_nothing_is_lost(at: Posting) -> None:
    await at.stop()
    at.tokens = Posting(at.fake).tokens
    at.build()
    for asking in (
        at.slack.send(at.channel, HELLO, "one"),
        at.slack.find_sent(at.channel, "one", LONG_AGO),
        at.slack.edit(Receipt(at.channel, f"{at.there.id}/1.0"), HELLO),
    ):
        with pytest.raises(Temporary, match="not connected"):
            await asking


async def test_after_the_end_nothing_is_sent(at: Posting) -> None:
    await at.stop()
    with pytest.raises(Temporary, match="not connected"):
        await at.slack.send(at.channel, HELLO, "one")


# ---- looking for it


async def test_a_message_is_found_among_many_of_others(at: Posting) -> None:
    began = datetime.now(UTC) - timedelta(minutes=1)
    receipt = await at.slack.send(at.channel, HELLO, "one")
    for number in range(250):
        at.fake.write(at.mara, at.there, f"talk {number}")
    assert await at.slack.find_sent(at.channel, "one", began) == receipt
    assert await at.slack.find_sent(at.channel, "two", began) is None


async def test_where_little_may_be_read_at_a_time_looking_goes_on_where_it_stopped() -> None:
    async with posting(is_distributed=True) as at:
        receipt = await at.slack.send(at.channel, HELLO, "one")
        for number in range(40):
            at.fake.write(at.mara, at.there, f"talk {number}")
        at.fake.limits.history_is_narrow = True
        at.fake.limits.pace = 1
        for _ in range(2):
            with pytest.raises(Temporary) as limited:
                await at.slack.find_sent(at.channel, "one", LONG_AGO)
            assert limited.value.wait is not None
            assert 50 < limited.value.wait <= 60
            at.ahead += 61
            at.fake.limits._buckets.clear()  # Slack's minute is over as well
        assert await at.slack.find_sent(at.channel, "one", LONG_AGO) == receipt
        pages = [each for each in at.fake.requests if each.method == "conversations.history" and each.answer["ok"]]  # type: ignore[index]  # each was answered
        assert [each.args["limit"] for each in pages] == ["15"] * 3
        assert [len(each.answer["messages"]) for each in pages] == [15, 15, 11]  # type: ignore[index]  # as above


async def test_somebody_elses_message_is_not_taken_for_ours(at: Posting) -> None:
    await at.slack.send(at.channel, HELLO, "one")
    at.there.messages[-1].author = at.mara
    assert await at.slack.find_sent(at.channel, "one", LONG_AGO) is None


async def test_where_history_cannot_be_read_nobody_says_that_there_is_none(at: Posting) -> None:
    await at.slack.send(at.channel, HELLO, "one")
    at.fake.remove_bot(at.there)
    with pytest.raises(Temporary, match="invite me to the channel"):
        await at.slack.find_sent(at.channel, "one", LONG_AGO)


async def test_a_place_to_go_on_from_that_slack_forgot_is_not_asked_for_twice(at: Posting) -> None:
    receipt = await at.slack.send(at.channel, HELLO, "one")
    for number in range(250):
        at.fake.write(at.mara, at.there, f"talk {number}")
    for error in ("internal_error", "invalid_cursor"):
        after = 1 if error == "internal_error" else 0  # the first page is read, and then it goes on from there
        at.fake.faults.add(Fault("conversations.history", Kind.STATUS, status=200, error=error, after=after))
        with pytest.raises((Unsure, Temporary)):
            await at.slack.find_sent(at.channel, "one", LONG_AGO)
    assert await at.slack.find_sent(at.channel, "one", LONG_AGO) == receipt
    pages = [bool(each.args.get("cursor")) for each in at.fake.requests if each.method == "conversations.history"]
    assert pages == [False, True, True, False, True]


async def test_what_cannot_be_asked_now_is_no_answer(at: Posting) -> None:
    await at.slack.send(at.channel, HELLO, "one")
    for fault in (
        Fault("conversations.history", Kind.STATUS),
        Fault("conversations.history", Kind.LIMITED, seconds=60),
    ):
        at.fake.faults.add(fault)
        with pytest.raises(DeliveryError):
            await at.slack.find_sent(at.channel, "one", LONG_AGO)


@pytest.mark.parametrize("kind", [Kind.DROP_AFTER, Kind.STATUS_AFTER, Kind.DROP_BEFORE])
async def test_what_lost_its_answer_is_seen_once(database_url: str, kind: Kind) -> None:
    """Through the outbox, in a channel and in direct messages."""
    clock = Moved()
    stage = Stage(Database(database_url), clock)
    async with posting(clock=clock) as at:
        work = stage.work(services=Services(stage.store, clock, {"slack": at.slack}))
        at.fake.faults.add(Fault(POST, kind, times=2))
        await stage.owe(note(1, at.channel), note(2, at.direct(at.mara)))
        await work.run()
        assert await stage.settled() == 0
        for _ in range(2):
            clock.forward(15)
            await work.run()
        assert await stage.states() == {"1.1": "sent", "2.1": "sent"}
        assert [message.text for message in at.there.messages] == ["note 1"]
        assert [message.text for message in at.fake.dm(at.mara).messages] == ["note 2"]
        await work.close()
    await stage.database.close()


# ---- edits


async def test_an_edit_changes_the_message_and_keeps_its_mark(at: Posting) -> None:
    for to in (at.channel, at.direct(at.mara)):
        receipt = await at.slack.send(to, HELLO, "one")
        await at.slack.edit(receipt, Reply(rich("Goodbye")))
        assert at.fake.posted[-1].text == "Goodbye"
        assert await at.slack.find_sent(to, "one", LONG_AGO) == receipt


async def test_a_message_that_vanished_cannot_be_edited(at: Posting) -> None:
    receipt = await at.slack.send(at.channel, HELLO, "one")
    at.fake.delete_message(at.there.messages[-1])
    with pytest.raises(Unreachable, match="message is gone"):
        await at.slack.edit(receipt, HELLO)
    for message in ("", "123/456/7", "from another platform"):
        with pytest.raises(Unreachable):
            await at.slack.edit(Receipt(at.channel, message), HELLO)
    at.fake.delete_channel(at.there)
    with pytest.raises(Unreachable, match="channel is gone"):
        await at.slack.edit(receipt, HELLO)


async def test_an_edit_meets_limits_and_lost_answers_as_a_message_does(at: Posting) -> None:
    receipt = await at.slack.send(at.channel, HELLO, "one")
    at.fake.faults.add(Fault("chat.update", Kind.DROP_AFTER))
    with pytest.raises(Unsure):
        await at.slack.edit(receipt, HELLO)
    at.fake.faults.add(Fault("chat.update", Kind.LIMITED, seconds=60))
    with pytest.raises(Temporary):
        await at.slack.edit(receipt, HELLO)


# ---- files


async def test_files_come_once_below_their_message(at: Posting) -> None:
    receipt = await at.slack.send(at.channel, Reply(rich("Here"), files=(ICS, replace(ICS, name="day.ics"))), "one")
    assert [message.text for message in at.there.messages] == ["Here", "", ""]
    assert [(file.name, file.content) for message in at.there.messages for file in message.files] == [
        ("night.ics", ICS.content),
        ("day.ics", ICS.content),
    ]
    assert await at.slack.find_sent(at.channel, "one", LONG_AGO) == receipt


async def test_files_alone_come_below_their_names_so_that_they_are_found_again(at: Posting) -> None:
    receipt = await at.slack.send(at.direct(at.mara), Reply(files=(ICS,)), "one")
    named, shared = at.fake.dm(at.mara).messages
    assert (named.text, [file.name for file in shared.files]) == ("night.ics", ["night.ics"])
    assert await at.slack.find_sent(at.direct(at.mara), "one", LONG_AGO) == receipt


@pytest.mark.parametrize("kind", [Kind.STATUS, Kind.LIMITED])
async def test_nothing_is_seen_of_files_that_did_not_come_to_slack(at: Posting, kind: Kind) -> None:
    at.fake.faults.add(Fault("files.getUploadURLExternal", kind, seconds=1))
    with pytest.raises(Temporary):
        await at.slack.send(at.channel, Reply(rich("Here"), files=(ICS,)), "one")
    assert at.there.messages == []
    at.ahead += 1
    await at.slack.send(at.channel, Reply(rich("Here"), files=(ICS,)), "one")
    assert len(at.there.messages) == 2


@pytest.mark.parametrize(("kind", "seen"), [(Kind.DROP_AFTER, 2), (Kind.STATUS, 1)])
async def test_files_that_were_perhaps_shown_are_not_shown_again(at: Posting, kind: Kind, seen: int) -> None:
    at.fake.faults.add(Fault("files.completeUploadExternal", kind))
    await at.slack.send(at.channel, Reply(rich("Here"), files=(ICS,)), "one")
    assert len(at.there.messages) == seen
    assert at.asked("files.completeUploadExternal") == 1


async def test_files_that_slack_held_up_are_shown_a_moment_later(at: Posting) -> None:
    at.fake.faults.add(Fault("files.completeUploadExternal", Kind.LIMITED, seconds=1))
    await at.slack.send(at.channel, Reply(rich("Here"), files=(ICS,)), "one")
    assert len(at.there.messages) == 2


async def test_without_the_scope_for_files_the_message_comes_alone(at: Posting) -> None:
    at.team.installations[-1].scopes -= {"files:write"}
    await at.slack.send(at.channel, Reply(rich("Here"), files=(ICS,)), "one")
    assert [message.text for message in at.there.messages] == ["Here"]
    at.fake.violations.clear()


# ---- tokens


class Read(InstallationsOf):
    """Counts how often the database is asked for a token."""

    reads = 0

    async def find(self, home: str) -> Sealed | None:
        self.reads += 1
        return await super().find(home)


async def test_a_token_is_read_once_for_many_messages_and_again_when_slack_refuses_it(
    at: Posting, sqlite_url: str
) -> None:
    await at.stop()
    database = Database(sqlite_url)
    installations = Read(database)
    at.tokens = StoredTokens(installations, Seal(OLD), Moved())
    beside = StoredTokens(InstallationsOf(database), Seal(OLD), Moved())  # of another process

    async def install() -> None:
        await beside.async_save(installation(at.team.id, at.team.bot_token))

    await install()
    at.build()
    await at.start()
    for number in range(20):
        await at.slack.send(at.channel, HELLO, str(number))
        await at.slack.send(at.direct(at.mara), HELLO, str(number))
    assert installations.reads == 1
    void(at.fake, at.there)
    at.fake.grant(at.team)
    await install()
    with pytest.raises(Unreachable, match="not in this workspace"):
        await at.slack.send(at.channel, HELLO, "more")
    await at.slack.send(at.channel, HELLO, "more")
    assert installations.reads == 2
    await at.stop()
    await database.close()
