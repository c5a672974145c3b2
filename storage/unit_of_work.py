"""The repositories that share one transaction."""

from __future__ import annotations

from bot.domain.audit import Audit
from bot.domain.changes import Changes
from bot.domain.closings import Closings
from bot.domain.connections import Connections
from bot.domain.delivery import DueRows, OutboxRows
from bot.domain.digests import Digests
from bot.domain.drafts import Drafts
from bot.domain.events import Events
from bot.domain.feeds import Feeds
from bot.domain.gigs import Gigs
from bot.domain.goals import Goals
from bot.domain.installations import InstallationRows
from bot.domain.introductions import Introductions
from bot.domain.leads import Leads
from bot.domain.linking import Linking
from bot.domain.members import Members
from bot.domain.mirrors import Mirrors
from bot.domain.mydata import MyData
from bot.domain.nudges import Nudges
from bot.domain.path import Lately
from bot.domain.people import People
from bot.domain.places import Places
from bot.domain.preferences import PreferenceRows
from bot.domain.profiles import Profiles
from bot.domain.proposals import Proposals
from bot.domain.reminders import Reminders
from bot.domain.resources import Resources
from bot.domain.topics import Topics
from bot.ports import Heard, Notes
from storage.audit import AuditTable
from storage.changes import ChangeTable
from storage.closings import ClosingTable
from storage.connection import Connection
from storage.connections import ConnectionTable
from storage.digests import DigestTable
from storage.drafts import DraftTable
from storage.due import DueTable
from storage.events import EventTable
from storage.feeds import FeedTable
from storage.gigs import GigTable
from storage.goals import GoalTable
from storage.heard import HeardTable
from storage.installations import InstallationTable
from storage.introductions import IntroductionTable
from storage.leads import LeadTable
from storage.linking import LinkingTable
from storage.members import MemberTable
from storage.mirrors import MirrorTable
from storage.mydata import MyDataTable
from storage.notes import NoteTable
from storage.nudges import NudgeTable
from storage.outbox import OutboxTable
from storage.path import LatelyTable
from storage.people import PeopleTable
from storage.places import PlaceTable
from storage.preferences import PreferenceTable
from storage.profiles import ProfileTable
from storage.proposals import ProposalTable
from storage.reminders import ReminderTable
from storage.resources import ResourceTable
from storage.topics import TopicTable


class Work:
    """Implements `bot.ports.UnitOfWork`."""

    __slots__ = (
        "audit",
        "changes",
        "closings",
        "connection",
        "connections",
        "digests",
        "drafts",
        "due",
        "events",
        "feeds",
        "gigs",
        "goals",
        "heard",
        "installations",
        "introductions",
        "lately",
        "leads",
        "linking",
        "members",
        "mirrors",
        "mydata",
        "notes",
        "nudges",
        "outbox",
        "people",
        "places",
        "preferences",
        "profiles",
        "proposals",
        "reminders",
        "resources",
        "topics",
    )

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.people: People = PeopleTable(connection)
        self.members: Members = MemberTable(connection)
        self.events: Events = EventTable(connection)
        self.gigs: Gigs = GigTable(connection)
        self.digests: Digests = DigestTable(connection)
        self.feeds: Feeds = FeedTable(connection)
        self.drafts: Drafts = DraftTable(connection)
        self.connections: Connections = ConnectionTable(connection)
        self.places: Places = PlaceTable(connection)
        self.profiles: Profiles = ProfileTable(connection)
        self.proposals: Proposals = ProposalTable(connection)
        self.mirrors: Mirrors = MirrorTable(connection)
        self.introductions: Introductions = IntroductionTable(connection)
        self.leads: Leads = LeadTable(connection)
        self.reminders: Reminders = ReminderTable(connection)
        self.goals: Goals = GoalTable(connection)
        self.lately: Lately = LatelyTable(connection)
        self.resources: Resources = ResourceTable(connection)
        self.topics: Topics = TopicTable(connection)
        self.preferences: PreferenceRows = PreferenceTable(connection)
        self.changes: Changes = ChangeTable(connection)
        self.linking: Linking = LinkingTable(connection)
        self.nudges: Nudges = NudgeTable(connection)
        self.notes: Notes = NoteTable(connection)
        self.heard: Heard = HeardTable(connection)
        self.installations: InstallationRows = InstallationTable(connection)
        self.mydata: MyData = MyDataTable(connection)
        self.audit: Audit = AuditTable(connection)
        self.due: DueRows = DueTable(connection)
        self.outbox: OutboxRows = OutboxTable(connection)
        self.closings: Closings = ClosingTable(connection)
