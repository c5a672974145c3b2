"""What is somebody's own (accounts, profile, notices, time zone, language), and finding the people of a community."""

from __future__ import annotations

from bot.commands import Command, Feature
from bot.features.people import finding, linking, mydata, profile, settings, zones
from bot.features.people.lookup import OWN_ACCOUNT, OwnAccountLookup
from bot.i18n import N_

FEATURE = Feature(
    name="me",
    help=N_("Your profile and accounts, where notices go, your time zone and language"),
    commands=(
        Command("show", N_("See what I know of you"), settings.ShowMe, settings.show_me, "/me show"),
        Command(
            "profile",
            N_("Say who you are, and who may find you"),
            profile.SetProfile,
            profile.set_profile,
            "/me profile role:producer city:Berlin looking:collaboration",
            fills=profile.profile_now,
        ),
        Command("link", N_("Link your account on another platform"), linking.LinkMe, linking.link_me, "/me link"),
        Command(
            "unlink", N_("Unlink this account from your others"), linking.UnlinkMe, linking.unlink_me, "/me unlink"
        ),
        Command(
            "notices",
            N_("Choose where notices go"),
            settings.ChooseNotices,
            settings.choose_notices,
            "/me notices last",
        ),
        Command("zone", N_("Set your time zone"), settings.SetZone, settings.set_zone, "/me zone zone:Europe/Berlin"),
        Command(
            "language", N_("Set your language"), settings.SetLanguage, settings.set_language, "/me language language:de"
        ),
        Command("export", N_("Get all that I keep about you"), mydata.ExportMe, mydata.export_me, "/me export"),
        Command("forget", N_("Delete all that I keep about you"), mydata.ForgetMe, mydata.forget_me, "/me forget"),
    ),
    presses={**linking.PRESSES, **settings.PRESSES, **zones.PRESSES, **mydata.PRESSES},
    lookups={OWN_ACCOUNT: OwnAccountLookup()},
    home=settings.home,
)

PEOPLE = Feature(
    name="people",
    help=N_("Find people of your community"),
    commands=(
        Command(
            "find",
            N_("Find people who chose to be found"),
            finding.FindPeople,
            finding.find_people,
            "/people find role:producer near:Berlin",
        ),
    ),
    presses=finding.PRESSES,
)
