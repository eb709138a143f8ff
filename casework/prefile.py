"""预审件: an application before its number, as the fold of its facts.

Helpers open it, look at its papers, print its list; any window finds it by its short code and goes on with it. It has
the id of the case that it will be, so nothing starts again from zero (S22).
"""

from __future__ import annotations

import msgspec

from casework import bodies
from casework.errors import BadBytes
from casework.events import body_of
from casework.facts import Fact
from casework.said import Said, is_earlier, said

ENDED = frozenset({"received"})
SPEAK = ("prefile.", "received")
"""How the types of facts begin that speak of a prefile."""


class Prefile(msgspec.Struct, frozen=True, omit_defaults=True):
    """The state of one prefile. `state`: open, checked, parked, taken, closed, received (`number`: its case's)."""

    id: str
    code: str
    state: str
    module: str
    form: bodies.Form
    opened_at: str
    opened_by: str
    terminal: str = ""
    """The window that goes on with it."""
    touched_by: str = ""
    touched_at: str = ""
    moved: Said | None = None
    """When that was: what was said before at another window, and comes later, is counted only."""
    filled: Said | None = None
    """When its form was said last: whoever takes it says nothing of that."""
    reviewed: Said | None = None
    """When its papers were looked at last: whoever puts it aside says nothing of that."""
    field: str = ""
    lines: tuple[bodies.ReviewLine, ...] = ()
    attempts: int = 0
    """How often its papers were looked at (counted apart from the first check at the counter)."""
    note: str = ""
    number: str = ""
    closed_for: str = ""
    """Why nobody goes on with it, as it was closed last."""
    goes_on: str = ""
    """The module in which it goes on since it was closed in its own."""
    facts: int = 0
    masked: bool = False
    """Something of it is not here in full: it has no module yet, and was made at another window (S7)."""

    @property
    def is_over(self) -> bool:
        """Whether it became a case."""
        return self.state in ENDED

    @property
    def defects(self) -> tuple[bodies.ReviewLine, ...]:
        """What was not right at the last look."""
        return tuple(line for line in self.lines if not line.right)


def evolve_prefile(prefile: Prefile | None, fact: Fact) -> Prefile | None:
    """The state after `fact`; total, as for cases. None stays None until it was opened or parked.

    What is said of the case that it became moves nothing here.
    """
    if not fact.type.startswith(SPEAK):
        return prefile
    try:
        body = body_of(fact)
    except BadBytes:
        return prefile and msgspec.structs.replace(prefile, facts=prefile.facts + 1)
    if prefile is None:
        if not isinstance(body, bodies.PrefileOpened | bodies.PrefileParked):
            return None
        begun = Prefile(fact.case, body.code, "open", body.module, body.form, fact.time.at, fact.actor)
        return _moved(begun, fact, body)
    return _moved(prefile, fact, body)


def _moved(prefile: Prefile, fact: Fact, body: object) -> Prefile:
    prefile = msgspec.structs.replace(prefile, facts=prefile.facts + 1)
    if prefile.is_over:
        return prefile
    looked = prefile.attempts + isinstance(body, bodies.PrefileChecked)
    here, counted = said(fact), msgspec.structs.replace(prefile, attempts=looked)
    late = prefile.moved is not None and is_earlier(here, prefile.moved) and not isinstance(body, bodies.Received)
    if late and (isinstance(body, bodies.PrefileTaken) or (prefile.filled and is_earlier(here, prefile.filled))):
        return _reviewed(counted, body, here)
    touched = msgspec.structs.replace(counted, touched_by=fact.actor, touched_at=fact.time.at, moved=here, goes_on="")
    after = _said_of(touched, prefile, body, here)
    if after is None:
        return counted
    if not late:
        return after
    return msgspec.structs.replace(  # whoever took it since had nothing to say of its form
        after, state=prefile.state, terminal=prefile.terminal, touched_by=prefile.touched_by,
        touched_at=prefile.touched_at, moved=prefile.moved, goes_on=prefile.goes_on,
    )  # fmt: skip


def _reviewed(prefile: Prefile, body: object, here: Said) -> Prefile:
    """What was found of its papers stands until they are looked at again, whatever was typed since."""
    if not isinstance(body, bodies.PrefileChecked):
        return prefile
    if prefile.reviewed is not None and is_earlier(here, prefile.reviewed):
        return prefile
    return msgspec.structs.replace(prefile, lines=body.lines, note=body.note or prefile.note, reviewed=here)


def _said_of(touched: Prefile, prefile: Prefile, body: object, here: Said) -> Prefile | None:
    """The state after what counts; None where this says nothing of a prefile. `prefile`: as it was before."""
    match body:
        case bodies.PrefileOpened(note=note, form=form, module=module):
            return msgspec.structs.replace(touched, form=form, filled=here, module=module, note=note or prefile.note)
        case bodies.PrefileChecked(form=form, lines=lines, note=note):
            return msgspec.structs.replace(
                touched, state="checked", form=form, filled=here, lines=lines, note=note or prefile.note,
                reviewed=here,
            )  # fmt: skip
        case bodies.PrefileParked(form=form, field=field, module=module):
            return msgspec.structs.replace(
                touched, state="parked", form=form, filled=here, field=field, module=module, terminal=""
            )
        case bodies.PrefileTaken(terminal=terminal):
            return msgspec.structs.replace(touched, state="taken", terminal=terminal)
        case bodies.PrefileClosed(goes_on=goes_on, reason=reason):
            return msgspec.structs.replace(touched, state="closed", terminal="", goes_on=goes_on, closed_for=reason)
        case bodies.Received(number=number):
            return msgspec.structs.replace(touched, state="received", number=number)
    return None


def fold_prefile(facts: tuple[Fact, ...] | list[Fact]) -> Prefile | None:
    """The state after all of `facts`. What comes before its beginning, whose bytes came late, is said of it as well."""
    prefile: Prefile | None = None
    early: list[Fact] = []
    for fact in facts:
        begins, prefile = prefile is None, evolve_prefile(prefile, fact)
        if prefile is None:
            early.append(fact)
        for one in early if begins and prefile is not None else ():
            prefile = evolve_prefile(prefile, one)
    return prefile


_encode = msgspec.json.Encoder(order="sorted").encode
_decode = msgspec.json.Decoder(Prefile).decode


def encode_prefile(prefile: Prefile) -> bytes:
    """The state as bytes; equal states have equal bytes."""
    return _encode(prefile)


def decode_prefile(data: bytes) -> Prefile:
    """The state that `encode_prefile` wrote."""
    return _decode(data)
