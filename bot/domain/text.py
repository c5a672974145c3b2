"""Text from people and calendars, made safe to keep and to show; what it says stays as it was written."""

from __future__ import annotations

import re
from unicodedata import category, is_normalized, normalize
from urllib.parse import urlsplit

# What shows nothing and does harm: overrides and isolates that turn the reading order of everything behind
# them (Unicode TR 36 2.5), byte-order marks, soft hyphens and zero-width spaces that hide a word from search,
# interlinear notes, and halves of surrogate pairs, which no encoding can write. Direction marks and joiners
# stay: Hebrew punctuation, Persian words and family emoji need them.
_BIDI = [*range(0x202A, 0x202F), *range(0x2066, 0x206A)]
_HIDDEN = [0x00AD, 0x180E, 0x200B, 0x2060, *range(0x206A, 0x2070), *range(0xFFF9, 0xFFFC), 0xFEFF]
_ENDS = "\n\v\f\r\x1c\x1d\x1e\x85\u2028\u2029"
_CONTROLS = dict.fromkeys((*range(0x20), *range(0x7F, 0xA0), *_BIDI, *_HIDDEN, *range(0xD800, 0xE000)))
_LINE: dict[int, str | None] = {**_CONTROLS, **{ord(end): " " for end in _ENDS}, 0x09: " "}
_TEXT: dict[int, str | None] = {**_CONTROLS, **{ord(end): "\n" for end in _ENDS}, 0x09: " "}
# What somebody sees now rather than keeps: direction marks and joiners stay, all else that acts unseen goes.
_UNSEEN = [*_HIDDEN, *range(0x2061, 0x2066)]
_SHOWN: dict[int, str | None] = {
    **dict.fromkeys([*range(0x20), *range(0x7F, 0xA0), *_BIDI, *_UNSEEN, *range(0xD800, 0xE000)]),
    **{ord(end): "\n" for end in "\n\v\f\r\x85\u2028\u2029"},
    0x09: " ",
}
_TRAILING = re.compile(r"[^\S\n]+(?=\n)")
_BLANK_LINES = re.compile(r"\n{3,}")
_JOINER = "\u200d"


def clean_line(text: str) -> str:
    """`text` on one line: NFC, without control characters and bidi overrides, blanks single and trimmed.

    "" when nothing in it can be seen.
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    return _seen(" ".join(_composed(text.translate(_LINE)).split()))


def clean_text(text: str) -> str:
    """`text` as `clean_line` has it, but with its lines, and at most one empty line in a row."""
    text = _composed(text.replace("\r\n", "\n").translate(_TEXT))
    text = _TRAILING.sub("", text)
    return _seen(_BLANK_LINES.sub("\n\n", text).strip())


def safe(text: str) -> str:
    """`text` without what acts unseen: control characters, direction overrides, what hides; line ends as "\\n"."""
    return text if text.isascii() and text.isprintable() else text.replace("\r\n", "\n").translate(_SHOWN)


def safe_line(text: str) -> str:
    """`safe` on one line: for labels and titles."""
    return " ".join(safe(text).split())


def web_address(url: str, schemes: tuple[str, ...] = ("http", "https")) -> str:
    """The address on one line, if it is one of `schemes` that a browser could open; else ""."""
    found = safe_line(url)
    try:
        parts = urlsplit(found)
        is_web = parts.scheme in schemes and bool(parts.hostname or (parts.scheme == "mailto" and parts.path))
    except ValueError:
        is_web = False
    return found if is_web and " " not in found else ""


def clip(text: str, most: int) -> str:
    """`text` in at most `most` (1 or more) characters; when cut it ends in "…", never inside a letter."""
    if len(text) <= most:
        return text
    end = most - 1
    while end > 0 and (_continues(text[end]) or text[end - 1] == _JOINER):
        end -= 1
    return text[: end or most - 1].rstrip() + "…"


def _composed(text: str) -> str:
    return text if is_normalized("NFC", text) else normalize("NFC", text)


def _seen(text: str) -> str:
    if text.isascii() or any(category(letter)[0] in "LNPS" for letter in text):
        return text
    return ""


def _continues(letter: str) -> bool:
    """Whether it belongs to the letter before it: accents, variation selectors, joiners, skin tones."""
    return category(letter) in ("Mn", "Me", "Mc") or letter == _JOINER or "\U0001f3fb" <= letter <= "\U0001f3ff"
