"""Resources: the library of a community. What helped one is found by the others, and stays alive."""

from __future__ import annotations

from bot.commands import Access, Command, Feature, On, Shortcut
from bot.features.resources import (
    checking,
    deciding,
    finding,
    following,
    home,
    keeping,
    moderating,
    reporting,
    sharing,
    topics,
)
from bot.features.resources.lookup import RESOURCE, TOPIC, ResourceLookup, TopicLookup
from bot.i18n import N_

FEATURE = Feature(
    name="resource",
    help=N_("The library: what helped members, from contracts to theory, to find and to share"),
    commands=(
        Command(
            "find",
            N_("Find templates, articles, courses and tools"),
            finding.FindResources,
            finding.find_resources,
            "/resource find contract kind:template",
        ),
        Command(
            "share",
            N_("Share a link that helped you"),
            sharing.ShareResource,
            sharing.share_resource,
            '/resource share https://example.org/splits note:"How we settle splits"',
            confirms=sharing.confirm_share,
            completes=sharing.read_page,
        ),
        Command(
            "show",
            N_("Show all that is known of one resource"),
            finding.ShowResource,
            finding.show_resource,
            "/resource show split sheet",
        ),
        Command(
            "saved",
            N_("Your own list"),
            finding.SavedResources,
            finding.saved_resources,
            "/resource saved",
        ),
        Command(
            "note",
            N_("Say why a resource helps"),
            sharing.NoteResource,
            sharing.note_resource,
            '/resource note "split sheet" note:"Short and clear"',
            fills=sharing.note_now,
            of="resource",
        ),
        Command(
            "edit",
            N_("Change what you shared"),
            keeping.EditResource,
            keeping.edit_resource,
            '/resource edit "split sheet" level:beginner',
            fills=keeping.resource_now,
            of="resource",
        ),
        Command(
            "remove",
            N_("Remove what you shared"),
            keeping.RemoveResource,
            keeping.remove_resource,
            "/resource remove split sheet",
        ),
        Command(
            "follow",
            N_("Hear of what is new in a topic or with a tag"),
            following.FollowResources,
            following.follow,
            "/resource follow topic:business tag:sync",
        ),
        Command(
            "following",
            N_("What you follow"),
            following.Following,
            following.following,
            "/resource following",
        ),
        Command(
            "topics",
            N_("The topics of the library"),
            topics.AllTopics,
            topics.list_topics,
            "/resource topics",
        ),
        Command(
            "topic",
            N_("Add a topic, or rename one"),
            topics.NameTopic,
            topics.name_topic,
            "/resource topic Wellbeing",
            access=Access.ORGANISER,
        ),
        *reporting.COMMANDS,
        *moderating.COMMANDS,
    ),
    presses={
        **finding.PRESSES,
        **keeping.PRESSES,
        **following.PRESSES,
        **checking.PRESSES,
        **reporting.PRESSES,
        **deciding.PRESSES,
        **moderating.PRESSES,
    },
    opens={**reporting.OPENS, **keeping.OPENS},
    for_organisers=reporting.FOR_ORGANISERS | deciding.FOR_ORGANISERS | moderating.FOR_ORGANISERS,
    lookups={RESOURCE: ResourceLookup(), TOPIC: TopicLookup()},
    falls_due=checking.FALLS_DUE,
    renders={**checking.RENDERS, **reporting.RENDERS, **deciding.RENDERS},
    chores=checking.CHORES,
    shortcuts=(Shortcut(N_("Save to library"), On.MESSAGE, "share", sharing.from_message),),
    home=home.home,
)
