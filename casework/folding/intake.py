"""How facts of the counter move a case, until it is accepted, turned away or sent home."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import msgspec

from casework import bodies
from casework.case import AT_APPLICANT, UNDER_WAY, Case, StepState, Supplement, step_of
from casework.catalogue.materials import FOUND, LACKING, NOT_FOUND, PENDING, adds
from casework.dating import counted, doubted
from casework.events import body_of
from casework.facts import Fact
from casework.folding.parts import Evolver, after, anew, done, ended, unchanged, under_way
from casework.said import Said, is_earlier, said


def _received_again(case: Case, fact: Fact, body: bodies.Received) -> Case:
    """A second receipt for the same application moves no step, but its number is on paper (S22): it finds the case, and
    the receipt is a task until it was printed again under the number that stands, as one of a doubled number (S27).

    The papers that it lists were handed in, and what the receipt that stands says counts against older words: they may
    follow, for the window of the second one did not know of it. One for another item, or another applicant, is not
    exchanged: what was applied for there is in no case, and a person looks after it.
    """
    if not body.number or body.number in {case.number, *case.former_numbers}:
        return case
    seen = (fact.base.epoch, fact.base.cursor)
    case = msgspec.structs.replace(
        case, former_numbers=(*case.former_numbers, body.number), taken_again=max(seen, case.taken_again)
    )
    if is_another(case, body):
        return msgspec.structs.replace(case, other_items=(*case.other_items, body.number))
    case = _of_both(case, fact, body) if case.is_open else case
    return msgspec.structs.replace(case, reprint=anew(case, fact))


def is_another(case: Case, body: bodies.Received) -> bool:
    """Whether a second receipt of one file is of something else: another item, or for another applicant."""
    here = case.received
    return (body.item, body.applicant.id) != (here.item, here.applicant.id)


def _of_both(case: Case, fact: Fact, body: bodies.Received) -> Case:
    """The case with the papers of a second receipt, and with the moment of its own as that of what stands in it.

    Also with what the one that stands does not list, since other answers were given for it: it lies here.
    """
    here = {code: case.received_at for code, have in case.materials.items() if have not in {*LACKING, PENDING}}
    at = "" if "received" in case.doubts else case.received_at
    written = Said(at, fact.base.epoch, fact.base.cursor)
    case = msgspec.structs.replace(
        case,
        came={**here, **case.came},
        mended_at={**dict.fromkeys(case.received.form, written), **case.mended_at},
    )
    in_hand = (code for code, have in body.materials.items() if have not in LACKING | _PROMISES | {PENDING})
    return _with(case, fact, _new(case, body.materials, {*case.materials, *in_hand}))


def _material_added(case: Case, fact: Fact, body: bodies.MaterialAdded) -> Case:
    """Only what adds something counts, and only what was asked for: a late word takes away no paper that is here."""
    new = _new(case, body.materials, _known(case))
    back = tuple(code for code in case.handed_back if code not in new)
    return msgspec.structs.replace(_with(case, fact, new), handed_back=back)


def _known(case: Case) -> set[str]:
    """The papers that the item lists, and what the notice names besides."""
    told = case.supplement
    return {*case.materials, *(line.material for line in ((*told.lines, *told.also) if told else ()))}


def not_taken(case: Case, body: bodies.MaterialAdded) -> list[str]:
    """The pledges and deferrals on a receipt that do not count: the case was accepted without them, or one of the other
    kind stands. Where the paper itself is here, nothing is wrong with them.
    """
    promised = {code: have for code, have in body.materials.items() if have in _PROMISES and code in _known(case)}
    new = _new(case, promised, promised)
    at = {code: case.materials.get(code, "missing") for code in promised if code not in new}
    return [code for code, have in at.items() if have in LACKING | _PROMISES and have != promised[code]]


def not_listed(case: Case, body: bodies.MaterialAdded) -> list[str]:
    """The papers on a receipt that this case does not ask for: another receipt of the same file did."""
    return [code for code in body.materials if code not in _known(case)]


_PROMISES = frozenset({"pledge", "defer"})


def _new(case: Case, materials: Mapping[str, str], known: Collection[str]) -> dict[str, str]:
    """What of `materials` adds to the case."""
    accepted = bool(case.accepted_at)
    return {
        code: have
        for code, have in materials.items()
        if code in known and adds(case.materials.get(code, "missing"), have, accepted=accepted)
    }


def _with(case: Case, fact: Fact, new: dict[str, str]) -> Case:
    """The case with new states of its materials, and what that answers of the notice."""
    told = case.supplement
    at = max(fact.time.at, told.told_at) if told else fact.time.at  # after the notice in the log: it answers it
    came = {code: max(at, case.came.get(code, "")) for code, have in new.items() if have not in {*LACKING, PENDING}}
    case = msgspec.structs.replace(case, materials={**case.materials, **new}, came={**case.came, **came})
    return case if told is None else _told(case, told, came)


def _told(case: Case, told: Supplement, came: Iterable[str]) -> Case:
    """The case under its notice, now that `came` is here: it waits for its applicant while a line is unanswered."""
    asked = tuple(line.material for line in told.lines)
    answered = tuple(code for code in asked if code in told.answered or code in came)
    state = case.state
    if state in AT_APPLICANT:
        whole = set(answered) == set(asked)
        state = "received" if whole else "supplement_partly" if answered else state
    return msgspec.structs.replace(case, supplement=msgspec.structs.replace(told, answered=answered), state=state)


def _notice(case: Case, told: Supplement) -> Case:
    """The case that is told now, even if what was said then is heard late: what came since answers it."""
    since = [code for code, at in case.came.items() if at > told.told_at]
    return _told(msgspec.structs.replace(case, state="awaiting_supplement", proposal=""), told, since)


def _material_returned(case: Case, fact: Fact, body: bodies.MaterialReturned) -> Case:
    back = (*case.handed_back, *(code for code in body.materials if code not in case.handed_back))
    return msgspec.structs.replace(case, handed_back=back)


def _checked(case: Case, fact: Fact, body: bodies.CheckedByNetwork) -> Case:
    """Only what the application needs counts, and a source's word on a paper that was brought changes nothing; nor does
    it end what a person said for it later, at a window that had not heard of it.
    """
    found = {line.material: FOUND[line.outcome] for line in body.results if line.outcome in FOUND}
    at = fact.time.at
    late = {code for code, have in found.items() if have == NOT_FOUND and case.came.get(code, "") > at}
    waiting = {code: found[code] for code in found if case.materials.get(code) in FOUND_BEFORE and code not in late}
    return _with(case, fact, waiting)


FOUND_BEFORE = frozenset({"pending_check", "not_found", "overridden"})
"""States of a material on which a check can still say something."""


def _mended(case: Case, fact: Fact, body: bodies.MendedOnTheSpot) -> Case:
    """R3: of a paper it is noted that it was mended, which answers a notice that asks for that; a field of the form has
    its new value from here on. What was said at the counter last counts, not what came to the hall last; once it is
    accepted it stays as it was accepted.
    """
    if case.state not in {"received", *AT_APPLICANT} or mended_later(case, fact, body):
        return case
    new = tuple(code for code in body.mends if code not in case.mended)
    fields = {name: value for name, value in body.mends.items() if name not in case.materials}
    here, before = said(fact), case.mended_at
    last = {name: before[name] if name in before and is_earlier(here, before[name]) else here for name in fields}
    papers = {name: case.materials[name] for name in body.mends if name in case.materials}
    case = msgspec.structs.replace(
        case,
        mended=(*case.mended, *new),
        mended_at={**before, **last},  # also where two windows said the same of it
        received=msgspec.structs.replace(case.received, form={**case.received.form, **fields}),
    )
    return _with(case, fact, papers)


def mended_later(case: Case, fact: Fact, body: bodies.MendedOnTheSpot) -> bool:
    """Whether a field got another value after this was said, at a window that did not know of it."""
    here, form = said(fact), case.received.form
    later = [name for name, known in case.mended_at.items() if name in body.mends and is_earlier(here, known)]
    return any(form.get(name) != body.mends[name] for name in later)


def _supplement_told(case: Case, fact: Fact, body: bodies.SupplementTold) -> Case:
    asks = body.lines and not asks_beside(case, body)
    if case.supplement is not None or case.state != "received" or case.accepted_at or not asks:
        return case  # R5: a second notice has no effect, whoever printed it, nor has one after acceptance
    return doubted(_notice(case, Supplement(body.lines, fact.time.at, also=body.also)), "told", fact.time)


def asks_beside(case: Case, body: bodies.SupplementTold) -> bool:
    """Whether a notice was given for another item of the same file (S22): it names papers that this one does not list
    (R7), and asks for nothing here.
    """
    listed = {*_known(case), *(line.material for line in body.also), ""}
    return bool(case.other_items) and not listed.issuperset(line.material for line in body.lines)


def _accepted(case: Case, fact: Fact, body: bodies.Accepted) -> Case:
    if in_time(
        case, fact
    ):  # the timer would never have spoken, had anybody heard of it; a notice of its is called back
        case = msgspec.structs.replace(case, accepted_at="", deemed="", settled=False, set_aside=True)
    first = not case.accepted_at
    case = msgspec.structs.replace(
        case,
        state=case.state if case.state in UNDER_WAY else under_way(case.pauses),
        steps=_pre_reviewed(case, fact, done(case, fact, body.step)),
        accepted=body,
        accepted_at=case.accepted_at or fact.time.at,  # sent back and accepted again: the clock ran on
        accepted_by=tuple(dict.fromkeys((*case.accepted_by, fact.actor))),
        proposal="",
    )
    return doubted(case, "accepted", fact.time) if first else case


def _pre_reviewed(case: Case, fact: Fact, steps: dict[str, StepState]) -> dict[str, StepState]:
    """What leads to acceptance and was not ticked off apart is done with it."""
    left = [step.id for step in case.received.route if step.kind == "pre_review" and step.id not in steps]
    return {**steps, **dict.fromkeys(left, StepState("done", fact.actor, fact.time.at))}


def _deemed_accepted(case: Case, fact: Fact, body: bodies.DeemedAccepted) -> Case:
    """R4: as of the day of receipt, whatever the counter had proposed."""
    accept = next((step.id for step in case.received.route if step.kind == "accept"), "")
    if case.state != "received" or case.accepted_at or case.supplement is not None or step_of(case, accept) is None:
        return case
    return msgspec.structs.replace(
        case,
        state="accepted",
        steps=_pre_reviewed(case, fact, done(case, fact, accept)),
        accepted_at=counted(case, "received"),
        deemed=body.due,
        proposal="",
    )


def stands_alone(case: Case) -> bool:
    """Whether an acceptance by the timer can still be taken back: nobody accepted, decided or paid on it, and no
    paper that rests on it is in anybody's hand (S15)."""
    handed_out = any(paper.paper not in _BEFORE_ACCEPTANCE for paper in case.papers)
    stands_on = case.accepted is not None or case.decided_at or case.paid is not None or handed_out
    return bool(case.deemed) and not stands_on


def in_time(case: Case, acceptance: Fact) -> bool:
    """Whether an acceptance that comes after the timer was given before it, and nothing yet rests on the timer's: then
    its date is the one that the applicant has on paper.
    """
    return stands_alone(case) and not case.acts and acceptance.time.at[:10] <= case.deemed


def takes_back(case: Case, notice: Fact) -> bool:
    """Whether a notice that comes after the timer was told in time, and the acceptance can still be taken back."""
    in_time = case.is_open and stands_alone(case) and notice.time.at[:10] <= case.deemed
    return in_time and not asks_beside(case, body_of(notice))


_BEFORE_ACCEPTANCE = frozenset({"receipt", "supplement", "guide", "ticket", "pledge", "handover", "preparation"})
"""Papers of a case that is not accepted yet."""


def _set_aside(case: Case, fact: Fact, body: bodies.TimerSetAside) -> Case:
    """The notice was told in time: the acceptance of the timer never was, unless something stands on it (S30).

    Nor was what was done on it: a paper of that which is on its way is called back when it is heard of (S15).
    """
    accept = next((step.id for step in case.received.route if step.kind == "accept"), "")
    if not stands_alone(case) or not body.lines:
        return case
    again = after(case, accept)
    case = msgspec.structs.replace(
        case,
        steps={id_: state for id_, state in case.steps.items() if id_ not in again},
        accepted_at="",
        deemed="",
        settled=False,
        set_aside=True,
        acts=(),
        given_up=(*case.given_up, *(act.fact for act in case.acts)),
        pauses=(),
        extension=None,
        forwarded=None,
    )
    return _notice(case, Supplement(body.lines, body.told_at, also=body.also))


def _settled(case: Case, fact: Fact, body: bodies.TimerSettled) -> Case:
    return msgspec.structs.replace(case, settled=True) if case.deemed and case.deemed == body.due else case


EVOLVERS: dict[str, Evolver] = {
    "prefile.opened": unchanged,  # what comes before the number has a fold of its own (casework.prefile)
    "prefile.checked": unchanged,
    "prefile.parked": unchanged,
    "prefile.taken": unchanged,
    "prefile.closed": unchanged,
    "called": unchanged,  # calls belong to no case
    "call.answered": unchanged,
    "received": _received_again,
    "material.added": _material_added,
    "material.returned": _material_returned,
    "checked_by_network": _checked,
    "mended_on_the_spot": _mended,
    "supplement.told": _supplement_told,
    "accepted": _accepted,
    "deemed_accepted": _deemed_accepted,
    "timer.set_aside": _set_aside,
    "timer.settled": _settled,
    "refused_at_intake": ended("refused_at_intake"),
    "returned": ended("returned"),
}
