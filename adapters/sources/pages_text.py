"""The letters of a page: which encoding its bytes are in, as browsers find it out."""

from __future__ import annotations

import codecs
import re

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_META = re.compile(rb"<meta[^>]{0,500}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
_META_WITHIN = 4_096

# Labels of the WHATWG Encoding Standard, as pages use them, and what Python calls what they mean. Nothing else is
# taken: Python's own list has codecs that are no encodings of text, and some that take very long.
_LABELS = {
    **dict.fromkeys(("utf-8", "utf8", "unicode-1-1-utf-8"), "utf-8"),
    **dict.fromkeys(("utf-16", "utf-16le", "unicode"), "utf-16-le"),
    "utf-16be": "utf-16-be",
    **dict.fromkeys(("ascii", "us-ascii", "iso-8859-1", "iso8859-1", "latin1", "l1", "cp1252"), "cp1252"),
    **dict.fromkeys(("windows-1252", "x-cp1252"), "cp1252"),
    **dict.fromkeys(("shift_jis", "shift-jis", "sjis", "x-sjis", "ms_kanji", "windows-31j", "ms932"), "cp932"),
    **dict.fromkeys(("euc-jp", "x-euc-jp"), "euc_jp"),
    "iso-2022-jp": "iso2022_jp",
    **dict.fromkeys(("gbk", "gb2312", "gb_2312-80", "x-gbk", "chinese", "gb18030"), "gb18030"),
    **dict.fromkeys(("big5", "big5-hkscs", "cn-big5", "x-x-big5"), "big5hkscs"),
    **dict.fromkeys(("euc-kr", "ks_c_5601-1987", "ksc5601", "korean", "windows-949"), "cp949"),
    **{f"windows-{number}": f"cp{number}" for number in (874, 1250, 1251, 1253, 1254, 1255, 1256, 1257, 1258)},
    **{f"iso-8859-{number}": f"iso8859-{number}" for number in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)},
    **dict.fromkeys(("iso-8859-9", "latin5"), "cp1254"),
    **dict.fromkeys(("iso-8859-11", "tis-620"), "cp874"),
    "koi8-r": "koi8-r",
    "koi8-u": "koi8-u",
    "macintosh": "mac_roman",
}


def encoding_of(charset: str) -> str:
    """What Python calls the encoding that a header names, "" for none that is known."""
    return _LABELS.get(charset.strip().lower(), "")


def text_of(body: bytes, charset: str) -> str:
    """The text of `body`; `charset` is what the header said, "" for nothing. What is no letter becomes U+FFFD."""
    for mark, encoding in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, "replace")
    if told := encoding_of(charset):
        return body.decode(told, "replace")
    if found := _META.search(body[:_META_WITHIN]):
        written = _LABELS.get(found[1].decode("ascii", "replace").lower(), "")
        if written:
            # what could be read in ASCII to find this out is no UTF-16
            return body.decode("utf-8" if written.startswith("utf-16") else written, "replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        is_cut = error.start >= len(body) - 3  # in the middle of a letter, where reading stopped
        return body.decode("utf-8" if is_cut else "cp1252", "replace")
