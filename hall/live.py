"""A case during a sitting: as it was loaded, and what this sitting has said of it (S5)."""

from __future__ import annotations

import dataclasses

import msgspec

from casework.case import Case, decode_case
from casework.catalogue.schema import MODULES
from casework.wire import Place
from hall.rows import CaseRow

HALL_SCOPE = "hall"


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


def live_of(row: CaseRow | None) -> Live:
    """The case as it was loaded; a new one where there is no row."""
    if row is None:
        return Live("", None, 0)
    return Live(row.root, decode_case(row.state) if row.state else None, row.n, row.scope)
