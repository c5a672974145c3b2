"""Connections: whom somebody met, what was promised, when to get back to them. Their owner's alone."""

from __future__ import annotations

from bot.commands import Command, Feature, On, Shortcut
from bot.features import introductions
from bot.features.connections import adding, files, finding, home, keeping, promises
from bot.features.connections.lookup import CONNECTION, MEETING, ConnectionLookup, MeetingLookup
from bot.features.connections.reminding import REMINDS
from bot.i18n import N_

FEATURE = Feature(
    name="connect",
    help=N_("The people you meet: note them, keep promises, stay in touch. Only you see it"),
    commands=(
        Command(
            "log",
            N_("Note somebody you met"),
            adding.LogConnection,
            adding.log_connection,
            '/connect log "Ana Ruiz" met:"ADE panel" promised:"send stems" due:friday',
            confirms=adding.confirm_connection,
        ),
        Command(
            "find",
            N_("Find whom you have met"),
            finding.FindConnections,
            finding.find_connections,
            "/connect find mixing tag:techno",
        ),
        Command(
            "show",
            N_("Show all you noted about somebody"),
            finding.ShowConnection,
            finding.show_connection,
            "/connect show Ana Ruiz",
        ),
        Command(
            "met",
            N_("Note that you met somebody again"),
            keeping.MetConnection,
            keeping.met_connection,
            '/connect met Ana Ruiz met:"studio visit"',
        ),
        Command(
            "note",
            N_("Note something about somebody"),
            keeping.NoteConnection,
            keeping.note_connection,
            '/connect note "Ana Ruiz" note:"likes tape machines"',
        ),
        Command(
            "promise",
            N_("Note a promise"),
            promises.AddPromise,
            promises.add_promise,
            '/connect promise "Ana Ruiz" what:"send stems" due:friday',
        ),
        Command(
            "promises",
            N_("See what is promised on both sides"),
            promises.ListPromises,
            promises.list_promises,
            "/connect promises",
        ),
        Command(
            "due",
            N_("Change when a promise is due"),
            promises.MovePromise,
            promises.move_promise,
            '/connect due "send stems" due:"next friday"',
        ),
        Command(
            "edit",
            N_("Change what you noted of somebody"),
            keeping.EditConnection,
            keeping.edit_connection,
            '/connect edit "Ana Ruiz" every:"6 weeks"',
            fills=keeping.connection_now,
            of="who",
        ),
        Command(
            "merge",
            N_("Make two connections one"),
            keeping.MergeConnections,
            keeping.merge_connections,
            '/connect merge "Ana R" into:"Ana Ruiz"',
            confirms=keeping.confirm_merge,
        ),
        Command(
            "forget",
            N_("Delete somebody you noted"),
            keeping.ForgetConnection,
            keeping.forget_connection,
            "/connect forget Ana Ruiz",
        ),
        Command(
            "export",
            N_("Get your connections as files"),
            files.ExportConnections,
            files.export_connections,
            "/connect export",
        ),
        Command(
            "import",
            N_("Bring in people from a file"),
            files.ImportConnections,
            files.import_connections,
            "/connect import",
        ),
        *introductions.COMMANDS,
    ),
    presses={
        **finding.PRESSES,
        **keeping.PRESSES,
        **promises.PRESSES,
        **files.PRESSES,
        **introductions.PRESSES,
    },
    lookups={
        CONNECTION: ConnectionLookup(),
        MEETING: MeetingLookup(),
        promises.OPEN_PROMISE: promises.PromiseLookup(),
    },
    reminds=REMINDS,
    falls_due=introductions.FALLS_DUE,
    renders=introductions.RENDERS,
    errands=introductions.ERRANDS,
    shortcuts=(Shortcut(N_("Log connection"), On.PERSON, "log", adding.from_person),),
    home=home.home,
)
