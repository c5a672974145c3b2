"""What made-up events are made of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MadeCity:
    name: str
    zone: str
    currency: str


CITIES = (
    MadeCity("Berlin, DE", "Europe/Berlin", "EUR"),
    MadeCity("London, GB", "Europe/London", "GBP"),
    MadeCity("New York City, US", "America/New_York", "USD"),
    MadeCity("Los Angeles, US", "America/Los_Angeles", "USD"),
    MadeCity("Paris, FR", "Europe/Paris", "EUR"),
    MadeCity("Amsterdam, NL", "Europe/Amsterdam", "EUR"),
    MadeCity("Lagos, NG", "Africa/Lagos", "NGN"),
    MadeCity("Tokyo, JP", "Asia/Tokyo", "JPY"),
    MadeCity("Hamburg, DE", "Europe/Berlin", "EUR"),
    MadeCity("Manchester, GB", "Europe/London", "GBP"),
    MadeCity("Chicago, US", "America/Chicago", "USD"),
    MadeCity("Barcelona, ES", "Europe/Madrid", "EUR"),
    MadeCity("Stockholm, SE", "Europe/Stockholm", "SEK"),
    MadeCity("São Paulo, BR", "America/Sao_Paulo", "BRL"),
    MadeCity("Melbourne, AU", "Australia/Melbourne", "AUD"),
    MadeCity("Toronto, CA", "America/Toronto", "CAD"),
)
"""As one types them, the one with the most events first."""

GENRES = tuple(
    "techno house ambient jazz dub reggae hip-hop afrobeats folk classical metal punk pop soul funk disco trance"
    " drum-and-bass grime electro modular experimental noise opera country blues gospel latin salsa indie".split()
)

ADJECTIVES = tuple(
    "late early deep golden silent electric broken hidden northern southern midnight morning open slow rapid endless"
    " hollow bright heavy gentle wild velvet crystal paper wooden iron liquid distant sudden secret naked digital"
    " analog modern ancient lunar solar urban rural foreign local young old small grand quiet loud warm cold".split()
)

NOUNS = tuple(
    "frequencies session workshop night circuit echo garden machine signal voltage chorus rhythm pattern archive"
    " assembly orchestra ensemble laboratory parade gathering picnic marathon summit exchange cypher showcase lecture"
    " clinic seminar retreat rehearsal premiere festival bazaar salon carousel lighthouse harbour station workshop"
    " synthesis mixing mastering songwriting arranging recording producing publishing licensing royalties".split()
)

VENUE_NAMES = tuple("Club Hall Loft Basement Studio Arena Theatre Room Yard Cellar Factory Terrace".split())

SENTENCES = (
    "Doors an hour before, bring earplugs and a friend; the sound system deserves both of them.",
    "Small group, hands on: bring a laptop, headphones and one unfinished track to work on together.",
    "Two guests talk about labels, sync and booking, with time for your questions afterwards.",
    "No programme. Come, say what you are working on, and hear what others are up to this month.",
    "Five acts nobody has booked yet play twenty minutes each, chosen by last month's audience.",
    "We take apart one mix, track by track, from the first fader to the master bus, and rebuild it.",
    "An evening of live electronics, tape loops and strings in a room that was made for listening.",
    "Applications reach the office by this moment; the jury meets in the week after it.",
)
"""About a hundred characters each."""

SYLLABLES = tuple("ka lo mi ta re zu ne vo sha ri bel dor fen gal hui jo kem lux mar nor ost pel qui ros sel".split())
