"""The community itself: the workspaces that are one, and its organisers. On text platforms the way to all else, too."""

from __future__ import annotations

from bot.commands import Access, Command, Feature
from bot.features.greenroom import audit, introductions, linking, organisers
from bot.i18n import N_

FEATURE = Feature(
    name="greenroom",
    help=N_("One community on several platforms, and its organisers"),
    commands=(
        Command(
            "link",
            N_("Link this server or workspace with one elsewhere"),
            linking.LinkWorkspace,
            linking.link_workspace,
            "/greenroom link",
            Access.ORGANISER,
        ),
        Command(
            "unlink",
            N_("Give this server or workspace a calendar of its own again"),
            linking.UnlinkWorkspace,
            linking.unlink_workspace,
            "/greenroom unlink",
            Access.ORGANISER,
        ),
        Command(
            "organisers",
            N_("See who organises, and let others"),
            organisers.Organisers,
            organisers.name_organisers,
            "/greenroom organisers add:@mara",
            Access.ORGANISER,
        ),
        Command(
            "introductions",
            N_("Let members ask to be introduced to each other, or not"),
            introductions.SwitchIntroductions,
            introductions.switch_introductions,
            "/greenroom introductions switch:off",
            Access.ORGANISER,
        ),
        Command(
            "audit",
            N_("See who did what to what is shared"),
            audit.ShowAudit,
            audit.show_audit,
            "/greenroom audit",
            Access.ORGANISER,
        ),
    ),
    presses={**linking.PRESSES, **audit.PRESSES},
    for_organisers=frozenset({*linking.PRESSES, *audit.PRESSES}),
    leads_anywhere=True,
)
