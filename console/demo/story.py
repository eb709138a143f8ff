"""A case of the sample day as it is told: what is handed in, what happens beside the usual way, and where it stays.

`Run` carries one case on, act by act, through the same use cases as by hand: the usual next act of its place, unless
the story has a turn for that place.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from casework.bodies import RouteStep
from casework.case import AT_APPLICANT, THIRD_PARTY, Case, open_steps, paused, places
from casework.catalogue.materials import NOT_FOUND, PENDING
from casework.commands import Intake
from casework.errors import CaseworkError
from casework.rules import Refusal
from console.counter import Acted, Session, Taken
from console.terminal import Terminal

_T = TypeVar("_T")

CLERK, DELIVERY, OFFICER, CHIEF, SURVEYOR, SUPERVISOR = "1001", "1002", "2001", "2002", "2003", "3001"
_SERVING: dict[str, tuple[str, ...]] = {
    "window": (CLERK,),
    "guide": (CLERK,),
    "delivery": (DELIVERY,),
    "chief": (CHIEF, OFFICER),
    "survey": (SURVEYOR, OFFICER, CHIEF),
    "fire": (SURVEYOR, OFFICER, CHIEF),
}
"""Who of the sample people serves a post, in the order in which they are asked; the other posts have both officers."""

PRINTS = {
    "accept": "acceptance",
    "correct": "decision",
    "deliver": "delivery",
    "extend": "extension",
    "forward": "referral",
    "hand-over": "handover",
    "post": "delivery",
    "refuse": "refusal",
    "return": "return",
    "revoke": "decision",
    "supplement": "supplement",
    "suspend": "suspension",
    "terminate": "return",
    "transfer": "referral",
    "withdraw": "return",
}
"""The paper that leaves the counter with an act."""

ACTS = {
    "pre_review": "pre-review",
    "accept": "accept",
    "examine": "examine",
    "site_check": "site-check",
    "expert_review": "expert-review",
    "hearing": "hearing",
    "consult": "answer",
    "publicity": "publicity",
    "decide": "decide",
    "pay": "pay",
    "certify": "certify",
    "deliver": "deliver",
    "pledge_check": "pledge-check",
    "revocation": "revoke",
    "close": "close",
    "awaiting_supplement": "supplement-received",
    "supplement_partly": "supplement-received",
}
"""The usual act of a place."""

DECISIVE = frozenset({"decide", "suspend", "resume", "extend", "correct", "revoke", "void"})
"""Acts that count only after the hall's word: the case waits for the line."""


class Turn(msgspec.Struct, frozen=True):
    """What happens beside the usual way, once, when the case waits `at` a kind of step, a place or in a state.

    `action`: an act, or `print` (nothing but `paper`), `refile` (the applicant comes again), `partly` (one of the
    papers that were asked for), `again` (a second notice, which is refused), `check` (asks the sources). Words in
    braces in `data` are filled in: `{day}`, `{later}`, `{new}`, `{step}`.
    """

    at: str
    action: str
    data: dict[str, Any] = {}
    by: str = ""
    paper: str = ""


class Story(msgspec.Struct, frozen=True):
    """One application, or a bundle's. `way`: what is handed in (`console.stories.intake_of`); `stop`: where it stays.

    `age`: working days before today on which it came in, where it matters; -1: any. `slack`: nobody looks at it until
    the hall says that it is accepted.
    """

    item: str
    way: str = "whole"
    turns: tuple[Turn, ...] = ()
    stop: str = ""
    window: str = ""
    by: str = CLERK
    outcome: str = ""
    given: dict[str, str] = {}
    age: int = -1
    slack: bool = False


class DayRefused(CaseworkError):
    """The sample was refused where it should not be: the day can't go on."""


def done(answer: _T | Refusal, what: str = "") -> _T:
    """The answer, where it is none of the trade's no. Raises DayRefused."""
    if isinstance(answer, Refusal):
        raise DayRefused("demo.refused", what=what, reason=answer.message)
    return answer


def session(terminal: Terminal, number: str) -> Session:
    """One of the sample people at this terminal, serving all her posts."""
    staff = terminal.memory.staff(number)
    if staff is None:
        raise LookupError(number)
    return Session(staff, staff.posts)


def standing_at(case: Case) -> tuple[str, ...]:
    """The state of the case, and the kinds of its places where somebody can act."""
    if not case.is_open or case.state in AT_APPLICANT:
        return (case.state,)
    steps = {step.id: step.kind for step in open_steps(case)}
    here = (place for place in places(case) if place.post != THIRD_PARTY)
    return (case.state, *(steps.get(place.step, place.step) for place in here))


@dataclasses.dataclass
class Run:
    """One case under way at a terminal."""

    story: Story
    serial: int
    number: str
    terminal: Terminal
    again: Callable[[Run], Taken]
    """Takes the same application in again, whole and with a reference to the number of before."""
    queue: bool = True
    """Whether papers are printed, or only put on record."""
    turn: int = 0
    owed: str = ""
    """The paper that leaves with the act before, once the hall has said its word."""
    new: str = ""
    stays: bool = False
    done: int = 0
    papers: int = 0

    @property
    def case(self) -> Case:
        """As this terminal shows it."""
        return self.terminal.counter.case(self.number)

    def advance(self) -> str:
        """One act; which one, or nothing when the case stays where it is."""
        case = self.case
        self._print_owed(case)
        at = standing_at(case)
        turn = self.story.turns[self.turn] if self.turn < len(self.story.turns) else None
        if turn is not None and turn.at in at:
            self.turn += 1
            return self._turned(case, turn)
        self.stays = self.story.stop in at or not case.is_open
        if self.stays or (self.story.slack and case.state == "received"):
            return ""
        return self._usual(case)

    # Turns

    def _turned(self, case: Case, turn: Turn) -> str:
        if turn.action == "print":
            self.print(turn.paper)
        elif turn.action == "refile":
            self.new = self.again(self).number
        elif turn.action == "again":
            asked = {"lines": [{"material": next(iter(case.materials)), "defect": "复印件不清", "cure": "重新提交"}]}
            self.terminal.counter.act(session(self.terminal, CLERK), case.number, "supplement", asked)
        elif turn.action == "partly":
            told = case.supplement.lines[0].material if case.supplement else ""
            self._act(case, "supplement-received", {"materials": {told: "original"}}, CLERK)
        else:
            step = next((step for step in open_steps(case) if step.kind == turn.at), None)
            data = {name: self._filled(value, step) for name, value in turn.data.items()}
            self._act(case, turn.action, data, turn.by or self._who(case, step))
            self.owed = turn.paper or self.owed
        return turn.action

    def _filled(self, value: Any, step: RouteStep | None) -> Any:
        if not isinstance(value, str):
            return value
        day = self.terminal.legal.day()
        calendar = self.terminal.library.calendar()
        later = calendar.add_working_days(day, 9).day
        return value.format(day=day, later=later, new=self.new, step=step.id if step else "")

    # The usual way

    def _usual(self, case: Case) -> str:
        unsure = self._unsure(case)
        if unsure:
            return unsure
        if case.proposal:
            self._act(case, case.proposal, {}, OFFICER)
            return case.proposal
        if case.state in {*AT_APPLICANT, "delivered"}:
            return self._at(case, standing_at(case)[-1], None)
        for step in open_steps(case):
            if paused(case, step.id) is None and not (step.kind == "decide" and case.state == "forwarded"):
                return self._at(case, step.kind, step)
        return self._out_of_the_house(case)

    def _out_of_the_house(self, case: Case) -> str:
        """What is with a third party comes back: the procedure ends, or the upper organ has decided."""
        step = open_steps(case)[0]
        if step.kind == "decide":
            return self._at(case, "decide", step)
        self._act(case, "resume", {"step": step.id, "note": "特殊程序已结束"}, self._who(case, step))
        return "resume"

    def _unsure(self, case: Case) -> str:
        """What the sources say; what they don't know is asked for on paper, or a person goes on with a reason (R33)."""
        counter, clerk = self.terminal.counter, session(self.terminal, CLERK)
        if case.decided_at or case.state in AT_APPLICANT:
            return ""
        if PENDING in case.materials.values() and not counter.known_down():
            checked = counter.check(clerk, case.number)
            self.done += isinstance(checked, Acted)
            return "check" if isinstance(checked, Acted) else ""
        lost = next((code for code, have in case.materials.items() if have == NOT_FOUND), "")
        if not lost or self._asks_for_it(case):
            return ""
        self._act(case, "check", {"material": lost, "reason": "系统数据滞后，已核对证照原件"}, CLERK)
        return "check"

    def _asks_for_it(self, case: Case) -> bool:
        """Whether a paper that no source knows is asked for: that may be done once, and before acceptance (R5)."""
        unasked = case.supplement is None and not (case.accepted_at or case.proposal or case.received.registration)
        return unasked and self.serial % 2 == 1

    def _at(self, case: Case, kind: str, step: RouteStep | None) -> str:
        action, data, who = ACTS[kind], self._data(case, kind, step), self._who(case, step)
        if kind == "accept":
            action, who = self._acceptance(case)
        elif kind == "decide" and case.received.forward_to and case.forwarded is None:
            action, data, who = "forward", {"opinion": "初审符合条件，拟同意"}, OFFICER
        elif step is None:
            who = {"pledge_check": OFFICER, "revocation": CHIEF, "close": DELIVERY}.get(kind, CLERK)
        self._act(case, action, data, who)
        return action

    def _acceptance(self, case: Case) -> tuple[str, str]:
        """Accepted, or told what is missing; a registration goes back (R4, R41)."""
        who = CLERK if case.received.authority else self._who(case, None)
        if not {"missing", NOT_FOUND} & set(case.materials.values()):
            return "accept", who
        return ("return", OFFICER) if case.received.registration else ("supplement", CLERK)

    def _data(self, case: Case, kind: str, step: RouteStep | None) -> dict[str, Any]:
        data: dict[str, Any] = {"step": step.id} if step is not None and kind not in _WITHOUT_STEP else {}
        if kind == "site_check":
            data |= {"officers": [each for each in (OFFICER, CHIEF) if each not in case.recused][:2], "outcome": "pass"}
        elif kind == "examine":
            assessed = case.received.fee_assessed and case.fee is None
            data |= {"note": "符合法定条件", **({"fee": "1260.00"} if assessed else {})}
        elif kind == "pay":
            data = {"receipt": f"4200{self.serial:08d}"}
        elif kind == "certify":
            data = {"document": f"武新〔{case.decided_at[:4]}〕{case.received.item}-{self.serial:04d}"}
        elif kind == "revocation":
            data = {"reason": "核查发现承诺内容不实"}
        return data

    def _who(self, case: Case, step: RouteStep | None) -> str:
        post = case.posts.get(step.id, step.post) if step else ""
        asked = _SERVING.get(post, (OFFICER, CHIEF))
        decides = step is not None and step.kind == "decide" and not case.received.one_person
        left = (who for who in asked if who not in case.recused and not (decides and who in case.let_in_by))
        return next(left, asked[0])

    def _act(self, case: Case, action: str, data: dict[str, Any], who: str) -> None:
        made = self.terminal.counter.act(session(self.terminal, who), case.number, action, data)
        done(made, f"{case.received.item} {action} {self.story.way}")
        self.done += 1
        self.owed = PRINTS.get(action, "")

    # Papers

    def _print_owed(self, case: Case) -> None:
        if self.owed:
            kind, self.owed = self.owed, ""
            self.print(kind)

    def print(self, kind: str, who: str = CLERK) -> None:
        """Put a paper on record, and into the queue of the printer."""
        made = self.terminal.counter.print(session(self.terminal, who), self.number, kind, queue=self.queue)
        done(made, f"{self.case.received.item} {kind}")
        self.papers += 1


_WITHOUT_STEP = frozenset({"accept", "decide", "certify", "deliver", "awaiting_supplement", "supplement_partly"})


def form_given(story: Story, command: Intake) -> Intake:
    """The command with what the story says of its outcome."""
    if not story.outcome:
        return command
    reason = "材料不符合要求" if story.outcome == "return" else ""
    return msgspec.structs.replace(command, outcome=story.outcome, reason=reason)
