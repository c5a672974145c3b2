"""What a file is, by what stands in it: octets to text, whatever program wrote them; what is no text is refused."""

from __future__ import annotations

import io
import re
from codecs import BOM_UTF8

from bot.errors import Refused
from bot.i18n import N_

_MARKS = (
    (b"\xff\xfe\0\0", "utf-32"),  # before the one it begins with
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_KINDS = re.compile(
    rb"PK\x03\x04|PK\x05\x06|%PDF|\x89PNG|\xff\xd8\xff|GIF8|RIFF|\xd0\xcf\x11\xe0|\x1f\x8b|7z\xbc\xaf|Rar!|BM.{4}\0\0"
    rb"|....ftyp|SQLite format|\{\\rtf",
    re.DOTALL,
)
"""How pictures, archives, old and new spreadsheets and documents begin."""

_CONTROL = re.compile(rb"[\0-\x08\x0e-\x1a\x1c-\x1f]")
_HEAD = 4_000
_STRAY = 2
"""Control characters that text may have anyway, and one in a hundred of the first octets."""


def octets_of(content: bytes, most: int, forms: str) -> bytes:
    """The octets of a text, those of UTF-16 and UTF-32 as UTF-8. What is in no encoding of Unicode stays as it is.

    Raises Refused for more than `most` bytes and for what is no text; `forms` says what to attach: ".csv or .vcf".
    """
    if len(content) > most:
        raise Refused(N_("The file is larger than {most} MB. Import it in parts."), most=most // 1_000_000)
    if _KINDS.match(content):
        raise _no_text(forms)
    octets = _recoded(content)
    head = octets[:_HEAD]
    if len(_CONTROL.findall(head)) > _STRAY + len(head) / 100:
        raise _no_text(forms)
    return octets


def decoded(octets: bytes) -> str:
    """UTF-8, else line by line UTF-8 or Windows-1252."""
    try:
        return octets.decode()
    except UnicodeDecodeError:
        return "".join(line_decoded(line) for line in io.BytesIO(octets))


def line_decoded(octets: bytes) -> str:
    """A line that says nothing of its encoding. Latin-1 has a letter for what Windows-1252 leaves open."""
    for encoding in ("utf-8", "cp1252"):
        try:
            return octets.decode(encoding)
        except UnicodeDecodeError:
            continue
    return octets.decode("latin-1")


def _recoded(content: bytes) -> bytes:
    if content.startswith(BOM_UTF8):
        return content.removeprefix(BOM_UTF8)
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _as_utf8(content, encoding)
    head = content[:_HEAD]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if max(even, odd) * 20 > len(head) and min(even, odd) * 10 < max(even, odd):
        return _as_utf8(content, "utf-16-le" if odd > even else "utf-16-be")
    return content


def _as_utf8(content: bytes, encoding: str) -> bytes:
    whole = len(content) - len(content) % (4 if encoding == "utf-32" else 2)  # half a letter at the end is none
    return content[:whole].decode(encoding, "replace").encode("utf-8", "replace")


def _no_text(forms: str) -> Refused:
    return Refused(
        N_("This is no text: a spreadsheet, picture or archive perhaps. Save it as {forms} and attach that."),
        forms=forms,
    )
