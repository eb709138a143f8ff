"""What happened at the counter and moves nothing, although somebody holds its paper or has paid: a task for a person.

Such a fact is never refused (S14): it stays on record. But whoever was told so, paid, or got the result of a decision
that was corrected or revoked meanwhile has to be told how it is, and by a person (S15). Pure.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from casework import bodies
from casework.case import TURNED_AWAY, Case, step_of
from casework.catalogue.materials import FOUND, LACKING, PENDING, adds
from casework.events import EVENTS, EventType, Klass, body_of, known
from casework.facts import Fact
from casework.folding import evolve, has_moved
from casework.folding.intake import in_time, is_another, not_listed, not_taken, stands_alone, takes_back

FLAGGED = "flagged"
"""The kind of a line in the tray for what was accepted and moves nothing."""

RESULT = frozenset({"certified", "posted", "delivered"})
"""What makes or hands out the result of a decision."""

CORRECTED = frozenset({"corrected"})
"""What makes it the result of another decision than its maker knew."""

_OUT = frozenset({"posted", "delivered"})


STALE = "stale"
"""The flag of such a result."""

IN_HAND = frozenset(
    {"material.added", "mended_on_the_spot", "supplement.told", "paid", "certified", "posted", "delivered"}
)
"""What the applicant holds a paper of, has paid for, or has put right. A second receipt has a task of its own (S22),
unless it is for another item: that was applied for and is in no case.
"""


OTHER_ITEM = "received_other"
"""The flag of what was done for another item that was taken in of the same file: it is in no case."""

ADDS_NOTHING = "adds_nothing"
"""The flag of a second copy of what is here: it contradicts nothing."""

_ENDS = frozenset({"withdrawn", "voided", "transferred", "terminated", "revoked"})
_ON_PAPER = (IN_HAND - {"mended_on_the_spot"}) | {
    row.name for row in EVENTS.values() if row.prints and row.klass in {Klass.JUDGEMENT, Klass.NEEDS_HALL}
}
_BY_THE_TIMER = frozenset({"deemed_accepted"})
_DECIDED = frozenset({"decided"})
_TAKEN_IN = frozenset({"received"})
_ENDS_A_STEP = frozenset({"step.done", "step.not_needed", "inspected"})
_CROSSED_BY: dict[str, frozenset[str]] = {
    "sent_back": frozenset({"decided", "suspended", "forwarded"}),
    "suspended": _ENDS_A_STEP,
    **dict.fromkeys(_ENDS_A_STEP, frozenset({"suspended", "paid"})),
}
"""Of what comes back: what was said on paper since, and would have been said otherwise by whoever had known of it."""
_OVER = _ENDS | TURNED_AWAY
_UNTRUE_AFTER = _OVER | {"paid"}
"""What is true from when it was done at the counter, and may be heard of late."""
_GOES_ON = frozenset({"resumed", "sent_back", "step.not_needed"})
CROSSED_PRINTS: dict[str, frozenset[str]] = {
    "receipt": frozenset({"voided"}),
    "supplement": _OVER,
    "acceptance": _OVER,
    "extension": _OVER,
    "suspension": _OVER | _GOES_ON,
    "payment": _OVER | {"paid", "step.not_needed"},
    "referral": (_OVER | {"sent_back"}) - {"refused_at_intake", "transferred"},
    "decision": frozenset({"corrected", "revoked", "terminated"}),
}
"""Of a paper that says that a case goes on, or how it was decided: what says otherwise."""
_OF_NO_ACT = frozenset({"receipt", "supplement"})
"""Papers of what is never refused: what they tell of stands."""
_LISTED = frozenset({"received", "material.added", "checked_by_network", "mended_on_the_spot"})
_NOT_HANDED_IN = frozenset({"checked_by_network", "mended_on_the_spot"})
_RETURNED = frozenset({"returned"})


def is_beside(fact: Fact, before: Case | None, after: Case | None, flags: tuple[str, ...]) -> bool:
    """Whether somebody has to look after a fact that was flagged: it moved nothing, or its maker had not seen what
    another one handed out, or put right.

    A case that begins only behind it in the log (its receipt came back later, S25) shows nothing of it either.
    """
    if not flags or flags[0] == ADDS_NOTHING:
        return False
    if before is None or after is None:
        return is_in_hand(fact)
    if flags[0] == STALE or (flags[0] == OTHER_ITEM and fact.type in IN_HAND):
        return True
    if not known(fact):
        return False  # of a newer version, in a log that comes back: it moves nothing here yet (S32)
    if fact.type == "material.added" and (not_taken(before, body_of(fact)) or not_listed(before, body_of(fact))):
        return True  # whatever else the same receipt lists
    moved = has_moved(before, after)
    if fact.type == "received":  # its number finds a case of something else, or one that is over: nobody goes on there
        return moved and not (before.is_open and not is_another(before, body_of(fact)))
    return fact.type in IN_HAND and not moved


def is_in_hand(fact: Fact) -> bool:
    """Whether somebody holds a paper of it, has paid for it, or was told of it."""
    return fact.type in IN_HAND or _is_written(fact)


def unheeded(fact: Fact, before: Case | None) -> frozenset[str]:
    """What makes a task of a fact that stands, where its maker had not seen it: a correction of the result that was
    handed out; a receipt for a paper that is asked for; a paper that says that a case goes on which was ended by
    another word, and be it the receipt of whoever took it in once more; a notice of acceptance with another date than
    that of the timer, on which something rests.
    """
    if before is None or not known(fact):
        return frozenset()
    if fact.type in RESULT:
        return CORRECTED
    if fact.type == "corrected":
        return _OUT
    if fact.type == "supplement.told":
        return _answered_before(before, fact)
    if fact.type == "material.added" or (fact.type == "received" and not is_another(before, body_of(fact))):
        return _DECIDED if before.outcome == "refused" and _adds(before, fact) else frozenset()
    if fact.type == "checked_by_network":
        return _turned_down(before, fact)
    if fact.type == "accepted":
        return _BY_THE_TIMER if before.deemed and not in_time(before, fact) else frozenset()
    if fact.type == "step.not_needed":
        return about({"printed"}, [EVENTS["paid"].prints] if _has_notice(before, fact) else [])
    if fact.type == "printed":
        return _crossed_print(fact, before) | _answers(fact, before)
    anew = bool(before.taken_again) and fact.type in _ENDS | TURNED_AWAY
    known_to_all = _BY_THE_TIMER if before.settled else frozenset()  # only then its notice may be handed out
    ended = _ON_PAPER | known_to_all if fact.type in _ENDS else frozenset()
    later = _made_untrue(fact, before, since=fact.time.at) if fact.type in _UNTRUE_AFTER else set()
    missed = _missed(before, fact) if fact.type == "returned" else frozenset()
    return ended | about({"printed"}, later) | missed | (_TAKEN_IN if anew else frozenset())


def _adds(before: Case, receipt: Fact) -> bool:
    """Whether it was refused without one of these papers, or without its original. What is brought to a case is new; a
    second receipt lists all that the first one does.
    """
    accepted, materials = bool(before.accepted_at), body_of(receipt).materials
    here = {code: before.materials.get(code, "missing") for code in materials}
    same = {code for code in materials if receipt.type == "received" and here[code] in {materials[code], *_WHOLE}}
    new = [code for code in materials if code not in same]
    return any(adds(here[code], materials[code], accepted=accepted) for code in new)


_WHOLE = frozenset({"original", "electronic", "checked"})
"""States of a paper to which the same paper adds nothing."""


def about(types: Collection[str], what: Iterable[str]) -> frozenset[str]:
    """These types, as far as they speak of one of these: of a paper, of a material."""
    return frozenset(f"{type_}:{one}" for one in what for type_ in types)


def _crossed_print(fact: Fact, before: Case) -> frozenset[str]:
    """What makes a paper untrue that somebody prints unaware of it, of what stands or of the timer's acceptance. Of an
    act that does not stand the act itself is the trouble.
    """
    body: bodies.Printed = body_of(fact)
    stands = not body.of or body.paper in _OF_NO_ACT or any(act.fact == body.of for act in before.acts)
    return _untrue(body.paper, body.of, before) if stands else frozenset()


def _untrue(paper: str, of: str, case: Case) -> frozenset[str]:
    """What makes a paper of the act `of` untrue as the case is; while its special procedure lasts, only its end."""
    lasts = paper == "suspension" and _lasts(case, of)
    return CROSSED_PRINTS.get(paper, frozenset()) - (_GOES_ON if lasts else frozenset())


def _lasts(case: Case, of: str) -> bool:
    """Whether the special procedure of that act lasts: each act of the kind has begun one, in the same order."""
    acts = [act.fact for act in case.acts if act.paper == "suspension"]
    pauses = [pause for pause in case.pauses if pause.kind != "rectify"]
    if len(acts) != len(pauses) or of not in acts:
        return False
    return not pauses[acts.index(of)].until


def _answers(fact: Fact, before: Case) -> frozenset[str]:
    """What had answered a notice by then that somebody prints who has not heard that it is answered."""
    told = before.supplement if body_of(fact).paper == "supplement" else None
    return about(_LISTED, _came(before, [line.material for line in told.lines], fact.time.at)) if told else frozenset()


def _has_notice(before: Case, waiving: Fact) -> bool:
    """Whether a payment notice is out of the step of which somebody says that it is not needed."""
    step = step_of(before, body_of(waiving).step)
    pays = step is not None and step.kind == "pay"
    return pays and any(paper.paper == EVENTS["paid"].prints for paper in before.papers)


def _answered_before(before: Case, notice: Fact) -> frozenset[str]:
    """What had put right by then what it asks for: what came after it answers it. Of a notice that asks for nothing
    (R5) that is the trouble.
    """
    counts = before.supplement is None and before.state == "received" and not before.accepted_at
    if not counts and not takes_back(before, notice):
        return frozenset()
    return about(_LISTED, _came(before, _here(before, _asked(notice)), notice.time.at))


def _missed(before: Case, returned: Fact) -> frozenset[str]:
    """What was found or put right of that for which an application is sent back; by what was handed in it is stale."""
    return about(_NOT_HANDED_IN, _here(before, _asked(returned)))


def _turned_down(before: Case, check: Fact) -> frozenset[str]:
    """What was said on paper of a case without what a source has found."""
    found = [line.material for line in body_of(check).results if FOUND.get(line.outcome) == "checked"]
    if not any(before.materials.get(code) in LACKING for code in found):
        return frozenset()
    return _RETURNED if before.state == "returned" else _DECIDED if before.outcome == "refused" else frozenset()


def _asked(fact: Fact) -> list[str]:
    """The papers that a notice, or what sends an application back, names."""
    return [line.material for line in body_of(fact).lines]


def _came(before: Case, asked: list[str], by: str) -> list[str]:
    """Those of them that were handed in, found or put right by then: what came after a paper answers it."""
    return [code for code in asked if code in before.came and before.came[code] <= by]


def _here(before: Case, asked: list[str]) -> list[str]:
    """Those of them that are in the case."""
    return [code for code in asked if before.materials.get(code, "missing") not in LACKING | {PENDING}]


def crosses(fact: Fact, before: Case) -> frozenset[str]:
    """What contradicts a fact that comes back, when it was said while nobody knew of that fact (S5, S25)."""
    written = breaks(EVENTS[fact.type], body_of(fact)) if _is_written(fact) and known(fact) else frozenset()
    accepted = fact.type in TURNED_AWAY and bool(before.deemed) and not stands_alone(before)
    also = _CROSSED_BY.get(fact.type, frozenset()) | (_BY_THE_TIMER if accepted else frozenset())
    also |= {"voided"} if fact.type in _ENDS else frozenset()
    # What came after a paper answers it.
    seen = _crossed_print(fact, before) - {"paid"} if fact.type == "printed" else unheeded(fact, before)
    return written | seen | also | about({"printed"}, _made_untrue(fact, before))


def breaks(row: EventType, body: Any) -> frozenset[str]:
    """What makes a judgement stale; a second receipt only a decision that refuses."""
    grants = row.name == "decided" and body.outcome != "refused"
    return row.broken_by - _TAKEN_IN if grants else row.broken_by


def _made_untrue(fact: Fact, before: Case, since: str = "") -> set[str]:
    """The papers that are out and that a fact makes untrue: none where it moves nothing. `since`: of those that were
    handed out after that; the others were true then.
    """
    after = evolve(before, fact)
    if after is None or not known(fact) or not has_moved(before, after):
        return set()
    out = [one for one in before.papers if one.at > since and (one.paper != "referral" or before.forwarded)]
    answers = {"supplement"} if _answered(after) - _answered(before) else set()
    untrue = (one for one in out if one.paper in answers or fact.type in _untrue(one.paper, one.of, after))
    return {named_paper(one.paper, one.of) for one in untrue}


def named_paper(kind: str, of: str) -> str:
    """A paper as `about` speaks of it: its kind, with its act where it names one."""
    return f"{kind}/{of}" if of else kind


def _answered(case: Case) -> set[str]:
    """What of the notice is answered."""
    return set(case.supplement.answered) if case.supplement is not None else set()


def _is_written(fact: Fact) -> bool:
    """Whether it is a judgement that the applicant gets in writing, or takes back all that she has."""
    row = EVENTS.get(fact.type)
    return (
        row is not None
        and (bool(row.prints) or row.name == "voided")
        and row.klass in {Klass.JUDGEMENT, Klass.NEEDS_HALL}
    )
