"""Who works at the windows of the simulated world: plausible acts, drawn one after the other, by the real rules."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from casework import numbers
from casework.ambient import stamp
from casework.bodies import StaffSet
from casework.calendar import parse as parse_calendar
from casework.case import OPEN_STATES, Case, decode_case, open_steps, route_of
from casework.commands import Intake, read_act
from casework.decide import decide
from casework.drafting import Context, Decision
from casework.errors import BadInput
from casework.facts import Fact, LegalTime
from casework.intake import take_in
from casework.offering import possible
from casework.rules import Refusal
from casework.settling import settle_by_withdrawing
from console.sample import application
from tests.sim.server import _CALENDAR, CATALOGUE, HALL, STAFF
from tests.sim.terminal import Terminal

ASIDE = frozenset(
    {"withdraw", "refuse", "return", "send-back", "reassign", "supplement", "mend", "nudge", "recuse", "terminate"}
    | {"transfer", "void", "consult", "suspend", "extend", "not-needed", "correct", "revoke", "post", "check"}
)
"""Ways aside: everything but what moves a case on."""
OPEN = tuple(sorted(OPEN_STATES))


CALENDAR = parse_calendar(_CALENDAR)


class Clerk:
    """The people of one terminal.

    Args:
        terminal: where they sit.
        stream: their own dice.
        modules: what they take in.
        committed: told of each act whose commit has returned.
        happened: what they did, counted.
    """

    def __init__(
        self,
        terminal: Terminal,
        stream: random.Random,
        modules: frozenset[str],
        committed: Callable[[Terminal, tuple[Fact, ...]], None],
        happened: Counter[str],
    ) -> None:
        self.terminal = terminal
        self._stream = stream
        self._items = [item for item in CATALOGUE.items.values() if item.module in modules]
        self._committed = committed
        self._happened = happened
        self._visitors = int(terminal.number) * 100
        self.number: Callable[[Any, date], int] = _counted

    def act(self) -> str:
        """Do one thing; its name, or why nothing was done. Raises PowerCut where the fuse burns."""
        point = self._stream.random()
        staff = self._stream.choice(STAFF)
        if point < 0.35:
            return self._intake(self._stream.choice(STAFF[:2]))
        if point < 0.42:
            return self._settle(self._stream.choice(STAFF[2:4]))
        return self._handle(staff)

    def _intake(self, staff: StaffSet) -> str:
        self._visitors += 1
        terminal, item = self.terminal, self._stream.choice(self._items)
        day = terminal.clock.now().date()
        complete = self._stream.random() < 0.8
        wanted = application(item, int(terminal.number), self._visitors, day, complete=complete)
        if complete and wanted.outcome != "accept" and self._stream.random() < 0.3:
            wanted = Intake(**{**{f: getattr(wanted, f) for f in wanted.__struct_fields__}, "outcome": "return"})
        case_id = terminal.new_id()
        return self._commit(
            case_id,
            staff,
            lambda case, context, tx: take_in(
                wanted, context, case_id, lambda: numbers.make(HALL, day, terminal.number, self.number(tx, day))
            ),
        )

    def _handle(self, staff: StaffSet) -> str:
        rows = self.terminal.eyes.execute(
            f"select case_id, body from shown where state in ({','.join('?' * len(OPEN))}) order by case_id", OPEN
        ).fetchall()
        if not rows:
            return "nothing open"
        _, body = self._stream.choice(rows[-12:] if self._stream.random() < 0.7 else rows)
        seen = decode_case(body)

        def choose(case: Case | None, context: Context, tx: Any) -> Decision | Refusal:
            if case is None:
                return Refusal("no_case")
            offered = [action for action, no in possible(case, context) if no is None]
            if not offered:
                return Refusal("nothing_to_do")
            forward = [action for action in offered if action not in ASIDE]
            action = self._stream.choice(forward if forward and self._stream.random() < 0.85 else offered)
            command = read_act(action, self._data(action, case))
            return decide(case, command, action, context)

        return self._commit(seen.id, staff, choose)

    def _data(self, action: str, case: Case) -> dict[str, Any]:
        done = [step.id for step in route_of(case) if step.id in case.steps and step.kind != "receive"]
        posts = [post.id for post in CATALOGUE.posts.values() if case.received.module in post.modules]
        material = next(iter(sorted(case.materials)), "")
        stop = next((each.kind for each in case.received.stops), "hearing")
        examined = any(step.kind == "examine" for step in open_steps(case))
        held = self.terminal.clock.now().date() + timedelta(days=9)
        data: dict[str, dict[str, Any]] = {
            "refuse": {"reason": "不需要许可"},
            "return": {"reason": "材料不全", "lines": [{"material": material, "defect": "缺", "cure": "补"}]},
            "supplement": {"lines": [{"material": material, "defect": "缺页", "cure": "补齐"}]},
            "check": {"results": self._checks(case)},
            "mend": {"mends": {material: "日期"}},
            "examine": {"fee": "0"} if case.received.fee_assessed and examined else {},
            "site-check": {"officers": ["2001", "2002"], "outcome": self._stream.choice(("pass", "pass", "rectify")),
                "note": "整改"},
            "consult": {"post": self._stream.choice(posts or ["?"]), "question": "有无异议"},
            "not-needed": {"reason": "不涉及"},
            "send-back": {"to": self._stream.choice(done or ["?"]), "reason": "再看一次"},
            "reassign": {"post": self._stream.choice(posts or ["?"]), "reason": "转岗"},
            "recuse": {"reason": "近亲属"},
            "nudge": {"text": "请尽快"},
            "suspend": {"kind": stop, "days": 5, "reason": "专家评审", "held_on": held.isoformat()},
            "extend": {"days": 1, "reason": "情况复杂"},
            "pay": {"receipt": "4201000001"},
            "decide": {"outcome": self._stream.choice(("granted", "granted", "refused")), "reasons": "依据充分"},
            "correct": {"what": "地址", "reason": "笔误"},
            "revoke": {"reason": "承诺不实"},
            "post": {"carrier": "EMS", "tracking": "EA123456789CN"},
            "pledge-check": {"outcome": self._stream.choice(("kept", "kept", "false")), "note": "核查"},
            "terminate": {"ground": "other", "reason": "终止"},
            "transfer": {"organ": "其他机关", "reason": "移送"},
            "withdraw": {"reason": "不办了"},
            "void": {"reason": "收错"},
        }  # fmt: skip
        return data.get(action, {})

    def _checks(self, case: Case) -> list[dict[str, str]]:
        """What sources say of all that waits for them."""
        waiting = [code for code, have in sorted(case.materials.items()) if have in {"pending_check", "not_found"}]
        return [
            {"material": code, "outcome": self._stream.choice(("match", "match", "match", "no_match"))}
            for code in waiting
        ]

    def _settle(self, staff: StaffSet) -> str:
        rows = self.terminal.eyes.execute(
            "select fact_id, case_id from tray"
            " where settled = '' and kind = 'rejected' and case_id <> '' order by fact_id"
        ).fetchall()
        if not rows:
            return "tray empty"
        fact_id, case_id = self._stream.choice(rows)

        def settle(case: Case | None, context: Context, tx: Any) -> Decision | Refusal:
            if case is None:
                return Refusal("no_case")
            return settle_by_withdrawing(case, (fact_id,), "不再坚持", context)

        return self._commit(case_id, staff, settle)

    def _commit(
        self, case_id: str, staff: StaffSet, make: Callable[[Case | None, Context, Any], Decision | Refusal]
    ) -> str:
        with self.terminal.program.running():
            return self._committed_as(case_id, staff, make)

    def _committed_as(
        self, case_id: str, staff: StaffSet, make: Callable[[Case | None, Context, Any], Decision | Refusal]
    ) -> str:
        terminal = self.terminal
        now = terminal.clock.now()
        try:
            with terminal.mind.writing() as tx:
                decision = make(tx.case(case_id), self._context(case_id, staff, now, tx), tx)
                if isinstance(decision, Refusal):
                    self._happened[f"no {decision.code}"] += 1
                    return f"no: {decision.code}"
                tx.commit_groups(decision.groups)
                terminal.clock.now()  # the power may fail here: then nothing was committed
        except BadInput as error:
            self._happened[f"no {error.code}"] += 1
            return f"no: {error.code}"
        facts = tuple(fact for group in decision.groups for fact in group)
        self._committed(terminal, facts)
        for fact in facts:
            self._happened[f"did {fact.type}"] += 1
        return "+".join(fact.type for fact in facts)

    def _context(self, case_id: str, staff: StaffSet, now: Any, tx: Any) -> Context:
        terminal = self.terminal
        return Context(
            staff=tx.staff(staff.number) or staff,
            shift=staff.posts,
            terminal=terminal.number,
            time=LegalTime(stamp(now), 0, stamp(now), same_boot=True),
            base=tx.base(),
            roster=tx.roster_position(),
            writes=tx.writes(),
            catalogue=CATALOGUE,
            new_id=terminal.new_id,
            online=not terminal.known_down,
            refused=tx.refused(case_id),
            waiting=tx.waiting(case_id),
            calendar=CALENDAR,
        )


def _counted(tx: Any, day: date) -> int:
    """The next number of the day, from the memory."""
    count: int = tx.next_counter(day) if hasattr(tx, "next_counter") else tx.next_number(day)
    return count
