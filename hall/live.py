"""A case during a sitting: as it was loaded, and what this sitting has said of it (S5)."""

from __future__ import annotations

import dataclasses

import msgspec

from casework.beside import named_paper
from casework.case import Case, decode_case
from casework.catalogue.materials import FOUND, LACKING, NOT_FOUND
from casework.catalogue.schema import MODULES
from casework.errors import BadBytes
from casework.events import body_of, known
from casework.facts import Fact
from casework.wire import Place
from hall.rows import CaseRow

HALL_SCOPE = "hall"
_ABOUT = frozenset({"printed", "received", "material.added", "checked_by_network", "mended_on_the_spot"})


class Later(msgspec.Struct, frozen=True, gc=False):
    """An entry of a case, as far as it can break a judgement (S5)."""

    seq: int
    type: str
    terminal: str
    incarnation: str
    local_seq: int
    group: str
    fact: str
    was: Place | None = None
    """Where it stood before the hall had lost it (S25)."""
    about: tuple[str, ...] = ()
    """What it speaks of, for the types that are asked so: the kind of a paper, codes of materials."""

    def is_of(self, types: frozenset[str]) -> bool:
        """Whether it is of one of these types, or of one about something (`type:what`)."""
        return self.type in types or any(f"{self.type}:{what}" in types for what in self.about)


@dataclasses.dataclass
class Live:
    """A case during the sitting."""

    root: str
    case: Case | None
    n: int
    module: str = ""
    """Of what has no number yet: the module that its prefile names."""
    changed: bool = False
    later: list[Later] = dataclasses.field(default_factory=list)
    """Entries of this sitting."""
    loaded: list[Later] | None = None
    loaded_after: int = 0

    @property
    def scope(self) -> str:
        """The case's module; `hall` while it has none (S7)."""
        module = self.case.received.module if self.case else self.module
        return module if module in MODULES else HALL_SCOPE


def about(fact: Fact) -> tuple[str, ...]:
    """What a fact speaks of, where somebody asks for that."""
    if fact.type not in _ABOUT or not known(fact):
        return ()
    try:
        body = body_of(fact)
    except BadBytes:
        return ()
    if fact.type == "printed":
        return (body.paper, named_paper(body.paper, body.of))
    if fact.type == "checked_by_network":
        return tuple(line.material for line in body.results if FOUND.get(line.outcome, NOT_FOUND) not in LACKING)
    if fact.type == "mended_on_the_spot":
        return tuple(body.mends)
    return tuple(code for code, have in body.materials.items() if have not in LACKING)


def live_of(row: CaseRow | None) -> Live:
    """The case as it was loaded; a new one where there is no row."""
    if row is None:
        return Live("", None, 0)
    return Live(row.root, decode_case(row.state) if row.state else None, row.n, row.scope)
