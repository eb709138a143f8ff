"""One paper, whole, in the reader's language: what every renderer draws and none changes.

A paper says the same thing at every window, with the line up or down (one format always). The case number is the
biggest thing on it and the very string that stands under the bar code. Keeps R6 (date and seal box on each outcome).
"""

from __future__ import annotations

import unicodedata
from typing import Literal

import msgspec

from casework.errors import BadPaper
from casework.numbers import LENGTH, printed

Size = Literal["A5", "A4", "80mm"]

KINDS: tuple[str, ...] = (
    "receipt",
    "supplement",
    "acceptance",
    "refusal",
    "return",
    "handover",
    "suspension",
    "extension",
    "decision",
    "payment",
    "delivery",
    "pledge",
    "guide",
    "ticket",
    "preparation",
    "referral",
    "recall",
)
"""Every kind of paper that can be built, in the order in which a case meets them."""


class Table(msgspec.Struct, frozen=True):
    """A ruled table; `weights` share the width among the columns, one integer for each."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    weights: tuple[int, ...]


class Note(msgspec.Struct, frozen=True):
    """A headed run of lines under the table; `numbered` puts 1. 2. 3. before them."""

    heading: str
    lines: tuple[str, ...]
    numbered: bool = False


class SealBox(msgspec.Struct, frozen=True):
    """Where the seal goes: what kind of seal, whose it is, and the date under it."""

    label: str
    organ: str
    date: str


class Reprint(msgspec.Struct, frozen=True):
    """A second print: its mark (`补打 0012-1`: terminal and that terminal's own count), who printed it, when."""

    mark: str
    who: str
    when: str


class Captions(msgspec.Struct, frozen=True):
    """The few words that a renderer needs itself; `page` holds `{page}` and `{pages}`."""

    page: str
    missing: str


class Paper(msgspec.Struct, frozen=True):
    """All of one paper, in drawing order (`fields_first` puts the fields above the letter).

    Texts are plain: no renderer reads markup in them.
    """

    kind: str
    size: Size
    title: str
    head: str
    captions: Captions
    copies: int = 1
    copies_text: str = ""
    document_number: str = ""
    number: str | None = None
    printed_number: str = ""
    code128: str | None = None
    qr: str | None = None
    qr_caption: str = ""
    addressee: str = ""
    paragraphs: tuple[str, ...] = ()
    fields: tuple[tuple[str, str], ...] = ()
    fields_first: bool = False
    table_title: str = ""
    table: Table | None = None
    notes: tuple[Note, ...] = ()
    seal_box: SealBox | None = None
    signature_boxes: tuple[str, ...] = ()
    footer: tuple[str, ...] = ()
    reprint: Reprint | None = None
    practice: str = ""
    """What stands across it where it was made for practice: such a paper proves nothing to anybody."""


def printable(text: str) -> str:
    """`text` without what a printer would obey or hide: controls, direction marks, zero-width and lone surrogates.

    New lines stay; every other blank becomes a space. Characters of names stay as they are, rare ones too.
    """
    if text.isascii() and text.isprintable():
        return text
    kept: list[str] = []
    for char in text.replace("\r\n", "\n"):
        category = unicodedata.category(char)
        if char in "\n\r\u2028\u2029\x85":
            kept.append("\n")
        elif (category == "Zs" and char != "\u3000") or char == "\t":
            kept.append(" ")
        elif category == "Cs":
            kept.append("\ufffd")
        elif category not in ("Cc", "Cf"):
            kept.append(char)
    return "".join(kept)


def printed_number(number: str) -> str:
    """The 22 digits as they are printed: `420118 261123 0012 0042 82`. Raises BadPaper for anything else."""
    if len(number) != LENGTH or not (number.isascii() and number.isdigit()):
        raise BadPaper("papers.error.number", number=number)
    return printed(number)
