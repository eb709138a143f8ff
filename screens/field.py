"""The rows of a form: input, choice, material, pick, heading, note. Values only; the sheet draws and moves.

What is typed or pasted is cleaned here before it stands in a row (`casework.text`): codes take plain capitals and
digits, names keep every character, invisible ones go. Nothing typed is ever read as markup.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

import msgspec

from casework.errors import BadInput
from casework.messages import Message
from casework.text import clean_code
from screens.line import Line
from screens.views import Choice, Field, Have, MaterialView

CODES = frozenset(
    {"number", "person_id", "entity_id", "any_id", "phone", "project_code", "case_number", "staff", "date"}
)
HAVE_ACTS: dict[str, Have] = {
    "have_original": "original",
    "have_copy": "copy",
    "have_electronic": "electronic",
    "have_missing": "missing",
    "have_pledge": "pledge",
    "have_defer": "defer",
    "have_checked": "checked",
}
"""What the acts of the material rows make of a paper."""
CHOICES = frozenset({"choice", "yes_no", "many"})
_NAMES = 6
"""People whom a message names."""
_STAFF = Field("", "", "staff")
_DIGITS = "0123456789"
TAKES: dict[str, frozenset[str]] = {
    "number": frozenset(_DIGITS + "."),
    "money": frozenset(_DIGITS + ".,元"),
    "date": frozenset(_DIGITS + "-/.年月日"),
    "phone": frozenset(_DIGITS + "-+() "),
    "case_number": frozenset(_DIGITS + "- "),
}
"""The characters of kinds of which a letter is never a part; other kinds take what a name or code may have."""


class Row(msgspec.Struct):
    """One line of a sheet. Rows without `stops` are passed over by the caret."""

    key: str
    section: str = ""
    label: str = ""
    stops = False


class Heading(Row):
    """The title of a section."""


class Note(Row):
    """A line that only says something. `tone` is a style name of the canvas."""

    tone: str = "dim"


class Pick(Row):
    """A proposal that Enter takes. `value`: what it puts into the field whose key is `code`; of an item only `code`."""

    code: str = ""
    value: str = ""
    stops = True


class MaterialRow(Row):
    """One paper of the check list."""

    material: MaterialView = msgspec.field(default_factory=lambda: MaterialView("", "", required=False))
    have: Have = "missing"
    reused: str = ""
    """The earlier case that holds it, when that was taken."""
    stops = True

    @property
    def unmarked(self) -> Have:
        """What it is when nobody handed it in: to be checked over the network where that is possible, else missing."""
        return "pending_check" if self.material.source else "missing"

    @property
    def wanted(self) -> bool:
        """The applicant has to bring it: it must be there, and is not the same paper as another one of the form."""
        return self.material.required and not self.material.shared

    def allows(self, have: Have) -> bool:
        """May this paper be marked so?"""
        if have == "pledge":
            return self.material.may_pledge
        if have == "defer":
            return self.material.may_defer
        return have != "checked" or bool(self.material.source)


class InputRow(Row):
    """A field with a line being edited; of the choice kinds the line holds the code (or codes, by commas)."""

    field: Field = msgspec.field(default_factory=lambda: Field("", ""))
    line: Line = msgspec.field(default_factory=Line)
    error: Message | None = None
    warning: Message | None = None
    stops = True

    @property
    def value(self) -> str:
        """What stands in the row."""
        return self.line.text

    @property
    def is_choice(self) -> bool:
        """Answered by picking, not by typing."""
        return self.field.kind in CHOICES

    @property
    def picked(self) -> tuple[str, ...]:
        """The codes chosen in a row of the choice kinds."""
        return tuple(code for code in self.line.text.split(",") if code)

    def pick(self, choice: Choice) -> None:
        """Choose, or with *many* add and take away."""
        if self.field.kind != "many":
            self.line.set(choice.code)
            return
        codes = set(self.picked) ^ {choice.code}
        self.line.set(",".join(one.code for one in self.field.choices if one.code in codes))

    def step(self, by: int) -> None:
        """The neighbour of the choice that is taken now."""
        codes = [choice.code for choice in self.field.choices]
        if not codes or self.field.kind == "many":
            return
        now = codes.index(self.value) + by if self.value in codes else (0 if by > 0 else -1)
        self.line.set(codes[now % len(codes)])


def named(value: str) -> tuple[str, ...]:
    """The staff numbers that stand in a field, whatever stands between them."""
    return tuple(dict.fromkeys(typed(_STAFF, value.replace("，", ",").replace("、", ",").replace(" ", ",")).split(",")))


def nobody(row: InputRow, me: str) -> Message | None:
    """What is wrong with the people named in a field that knows who may be: she who does it is one of them already."""
    people = {choice.code: choice.text for choice in row.field.choices}
    parts = tuple(part for part in named(row.value) if part)
    strangers = [part for part in parts if part not in people]
    facts = {"label": row.label, "names": [text for code, text in people.items() if code != me][:_NAMES]}
    if strangers:
        return Message("screens.field.nobody", {"number": strangers[0], **facts})
    if row.field.others and parts == (me,):
        return Message("screens.field.only_you", facts)
    return None


def too_many(row: InputRow) -> Message | None:
    """What is wrong with a number that has a bound."""
    most = row.field.most
    if not most or (row.value.isdecimal() and 1 <= int(row.value) <= most):
        return None
    return Message("screens.field.too_many", {"name": row.label, "most": most})


def input_row(field: Field, section: str, key: str, value: str | None = None) -> InputRow:
    """A row for `field` with `value` (or the field's own proposal) in it."""
    row = InputRow(key=key, section=section, label=field.name, field=field)
    row.line.set(field.value if value is None else value, fresh=True)
    return row


def strange(field: Field, piece: str) -> bool:
    """Has `piece` a character that can't be part of what belongs into `field`? Nothing is guessed from it."""
    takes = TAKES.get(field.kind)
    plain = typed(field, piece) if field.kind in CODES else unicodedata.normalize("NFKC", "".join(_kept(piece))).strip()
    return takes is not None and not takes.issuperset(plain)


def typed(field: Field, piece: str) -> str:
    """`piece` as it may be put into `field`: empty when nothing of it can stand there."""
    if field.kind in CODES:
        try:  # also of a name that is looked for where a number belongs
            return clean_code(piece, most=max(len(piece), 1))
        except BadInput:
            return ""
    return "".join(_kept(piece))


def _kept(piece: str) -> Iterator[str]:
    for char in piece:
        category = unicodedata.category(char)
        if category[0] == "Z" or char == "\t":
            yield " "
        elif category not in {"Cc", "Cf", "Cs"}:
            yield char


def is_typed(key_character: str | None) -> bool:
    """Is this the character of a key that types something? Private-use characters stand for rare names: they do."""
    if key_character is None or len(key_character) != 1:
        return False
    return key_character.isprintable() or unicodedata.category(key_character) in {"Co", "Zs", "Cf"}
