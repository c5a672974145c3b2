"""Weekly digests: what is coming up, posted to channels. For organisers."""

from __future__ import annotations

from bot.commands import Access, Command, Feature
from bot.features.digests import home, listing, posting, setting
from bot.features.digests.lookup import DIGEST, DigestLookup
from bot.i18n import N_

FEATURE = Feature(
    name="digest",
    help=N_("Weekly digests of what is coming up, posted to channels"),
    about=N_(
        "Each says what is new, what changed and what was cancelled since the last one, and follows its events until "
        "the next one stands."
    ),
    commands=(
        Command(
            "set",
            N_("Post a weekly digest to a channel"),
            setting.SetDigest,
            setting.set_digest,
            "/digest set channel:#events day:monday time:9:00 near:Berlin",
            Access.ORGANISER,
            confirms=setting.confirm_digest,
        ),
        Command(
            "preview",
            N_("See what a digest would say now"),
            listing.OneDigest,
            listing.preview_digest,
            "/digest preview #events",
            Access.ORGANISER,
        ),
        Command(
            "list",
            N_("See all digests"),
            listing.AllDigests,
            listing.list_digests,
            "/digest list",
            Access.ORGANISER,
        ),
        Command(
            "pause",
            N_("Pause a digest"),
            listing.OneDigest,
            listing.pause_digest,
            "/digest pause #events",
            Access.ORGANISER,
        ),
        Command(
            "resume",
            N_("Resume a digest"),
            listing.OneDigest,
            listing.resume_digest,
            "/digest resume #events",
            Access.ORGANISER,
        ),
        Command(
            "remove",
            N_("Remove a digest"),
            listing.OneDigest,
            listing.remove_digest,
            "/digest remove #events",
            Access.ORGANISER,
        ),
    ),
    presses=listing.PRESSES,
    for_organisers=frozenset(listing.PRESSES),
    lookups={DIGEST: DigestLookup()},
    falls_due={DIGEST: posting.fall_due},
    renders={DIGEST: posting.render},
    home=home.home,
)
