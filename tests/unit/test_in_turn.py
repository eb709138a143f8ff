"""Which of two words counts that were said at two windows, one of which had no line: the one that was said later."""

from __future__ import annotations

import msgspec
import pytest

from casework import bodies
from casework.decide import Decision
from casework.facts import Fact, LegalTime
from casework.folding import evolve, fold
from casework.prefile import fold_prefile
from casework.prefiling import check_prefile, open_prefile, park
from casework.rules import Refusal, check
from tests.people import Office
from tests.unit.test_prefile import FOOD, ID, facts_of

DAY = "2026-11-23T"


def at(fact: Fact, clock: str, fast_ms: int = 0) -> Fact:
    """The same, at another time, by a clock that was so fast at the last contact."""
    time = LegalTime(DAY + clock, fast_ms, DAY + "08:59:00.000", same_boot=True)
    return msgspec.structs.replace(fact, time=time)


def mends(office: Office, case: object, clock: str, fast_ms: int = 0, **mended: str) -> Fact:
    decision = office.act(case, "1001", "mend", {"mends": mended})
    assert isinstance(decision, Decision)
    return at(decision.groups[0][0], clock, fast_ms)
