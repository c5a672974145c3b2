"""Gigs: work that members offer each other, who would like to do it, and who wants to hear of it."""

from __future__ import annotations

from bot.commands import Access, Command, Feature
from bot.features.gigs import alerting, answering, approving, ending, finding, following, posting, reporting, telling
from bot.features.gigs.lookup import GIG, OWN_GIG, WAITING_GIG, GigLookup, OwnGigLookup, WaitingGigLookup
from bot.i18n import N_

FEATURE = Feature(
    name="gig",
    help=N_("Sessions, mixes, internships and other work: find it, offer it, hear of it"),
    commands=(
        Command(
            "find",
            N_("Find open gigs"),
            finding.FindGigs,
            finding.find_gigs,
            "/gig find role:engineer near:Berlin paid:yes",
        ),
        Command("show", N_("Show all about one gig"), finding.ShowGig, finding.show_gig, "/gig show mix an EP"),
        Command(
            "post",
            N_("Offer a gig"),
            posting.PostGig,
            posting.post_gig,
            '/gig post Mix a four-track EP what:mix pay:"120 EUR per song" remote:yes roles:engineer',
            confirms=posting.confirm_post,
        ),
        Command(
            "edit",
            posting.EDIT_HELP,
            posting.EditGig,
            posting.edit_gig,
            '/gig edit mix an EP pay:"150 EUR per song"',
            confirms=posting.confirm_edit,
        ),
        Command(
            "interested",
            N_("Say that a gig interests you"),
            answering.SayInterested,
            answering.say_interested,
            '/gig interested mix an EP line:"I mixed three like it"',
        ),
        Command(
            "close",
            N_("Close a gig that you posted"),
            ending.CloseGig,
            ending.close_gig,
            "/gig close mix an EP how:filled",
        ),
        Command("mine", N_("See the gigs you posted"), finding.MyGigs, finding.my_gigs, "/gig mine"),
        Command(
            "report",
            N_("Report a gig to the organisers"),
            reporting.ReportGig,
            reporting.report_gig,
            '/gig report mix an EP reason:"It is an advert"',
        ),
        Command(
            "follow",
            N_("Hear of new gigs"),
            following.FollowGigs,
            following.follow_gigs,
            "/gig follow role:engineer city:Berlin paid:yes",
        ),
        Command(
            "following", N_("See which gigs you hear of"), following.Following, following.following, "/gig following"
        ),
        Command(
            "unfollow",
            N_("Hear no more of such gigs"),
            following.UnfollowGigs,
            following.unfollow_gigs,
            "/gig unfollow engineer",
        ),
        Command(
            "settings",
            N_("Choose what gigs must say, and whether you approve them"),
            approving.SetGigs,
            approving.set_gigs,
            "/gig settings pay:yes approval:no",
            Access.ORGANISER,
        ),
        Command(
            "decline",
            N_("Decline a gig that waits for approval"),
            approving.DeclineGig,
            approving.decline_gig,
            '/gig decline #3 reason:"No pay for commercial work"',
            Access.ORGANISER,
        ),
        Command(
            "waiting",
            N_("See the gigs that wait for you: to approve, or reported"),
            finding.WaitingGigs,
            finding.waiting_gigs,
            "/gig waiting",
            Access.ORGANISER,
        ),
    ),
    presses={
        **finding.PRESSES,
        **answering.PRESSES,
        **ending.PRESSES,
        **approving.PRESSES,
        **following.PRESSES,
        **reporting.PRESSES,
    },
    opens=posting.OPENS,
    for_organisers=finding.FOR_ORGANISERS,
    lookups={
        GIG: GigLookup(),
        OWN_GIG: OwnGigLookup(),
        WAITING_GIG: WaitingGigLookup(),
        following.FOLLOW: following.FollowLookup(),
    },
    falls_due={**telling.FALLS_DUE, **alerting.FALLS_DUE},
    renders={**telling.RENDERS, **alerting.RENDERS, **reporting.RENDERS},
)
