"""Cleaning of what people type, scan and paste, before any other rule looks at it.

Text is refused or kept, never cut: a name that silently lost its last character is printed on a licence. Invisible
characters (NUL, zero-width, byte-order mark, direction marks) go, every kind of space becomes one space. Full-width
digits and letters become plain ones in codes only; names keep their characters, rare ones beyond the BMP too.
"""

from __future__ import annotations

import re
import unicodedata

from casework.errors import BadCode, BadText
from casework.limits import LIMITS

# All ends of lines that spreadsheets, word processors and terminals put on the clipboard.
_LINE_END = re.compile("\r\n|[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_SPACES = re.compile(" +")
_SURROGATE_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_BROKEN = re.compile("[\ud800-\udfff\ufffd]")
# Hyphens, dashes and minus signs that an input method puts where a code has a hyphen.
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−﹣-"), "-")
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}


def _joined(text: str) -> str:
    """Join halves of characters beyond the BMP that arrived one by one; refuse what can't be read.

    Raises:
        BadText: a lone half, or the mark U+FFFD that another program left where it lost a character.
    """
    joined = _SURROGATE_PAIR.sub(lambda pair: pair[0].encode("utf-16-le", "surrogatepass").decode("utf-16-le"), text)
    broken = _BROKEN.search(joined)
    if broken:
        raise BadText("text.broken", place=broken.start() + 1)
    return joined


def _visible(text: str) -> str:
    """Every space becomes U+0020, characters without a shape go."""
    kept = []
    for char in text:
        category = unicodedata.category(char)
        if category[0] == "Z" or char in "\t\n\r\x0b\x0c\x85":
            kept.append(" ")
        elif category not in {"Cc", "Cf"}:
            kept.append(char)
    return "".join(kept)


def clean_line(text: str, most: int = LIMITS.field_chars) -> str:
    """One line for one field: spaces folded and trimmed, ends of lines become spaces.

    Args:
        text: as typed or pasted.
        most: how many characters the field takes.

    Raises:
        BadText: longer than `most` after cleaning, or a character in it is broken.
    """
    line = _SPACES.sub(" ", _visible(_joined(text))).strip()
    if len(line) > most:
        raise BadText("text.too_long", most=most, given=len(line))
    return line


def clean_name(text: str) -> str:
    """A name of a person or a firm: as `clean_line`; no character of it is replaced by a similar one.

    Raises:
        BadText: longer than a field, or a character in it is broken.
    """
    return clean_line(text)


def clean_text(text: str, most: int = LIMITS.text_chars) -> str:
    """Text of several lines (reasons, remarks): each line cleaned, blank lines at both ends gone.

    Raises:
        BadText: longer than `most` in all, or a character in it is broken.
    """
    lines = [_SPACES.sub(" ", _visible(line)).strip() for line in _LINE_END.split(_joined(text))]
    whole = "\n".join(lines).strip("\n")
    if len(whole) > most:
        raise BadText("text.too_long", most=most, given=len(whole))
    return whole


def clean_code(text: str, most: int = LIMITS.field_chars) -> str:
    """A number or code: full-width made plain, all spaces out, letters capital, dashes of all kinds made hyphens.

    Raises:
        BadCode: longer than `most`, or a character in it is broken.
    """
    try:
        plain = _visible(_joined(text))
    except BadText as error:
        raise BadCode(error.code, **error.message.facts) from error
    code = plain.translate(_FULL_WIDTH).translate(_DASHES).replace(" ", "")
    code = "".join(char.upper() if char.isascii() else char for char in code)
    if len(code) > most:
        raise BadCode("text.too_long", most=most, given=len(code))
    return code


def split_paste(text: str, most: int = LIMITS.form_fields) -> list[str]:
    """The pieces of a paste, one for each field: lines, and within a line the cells of a spreadsheet.

    Blank lines are left out; an empty cell between two others stays, so that the columns keep their places.

    Args:
        text: the clipboard.
        most: how many pieces the form can take.

    Raises:
        BadText: more pieces than `most`, a piece longer than a field, or a broken character.
    """
    lines = [line.strip(" ") for line in _LINE_END.split(_joined(text))]
    pieces = [clean_line(cell) for line in lines if _visible(line).strip() for cell in line.split("\t")]
    if len(pieces) > most:
        raise BadText("text.too_many_lines", most=most, given=len(pieces))
    return pieces
