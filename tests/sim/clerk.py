"""Who works at the windows of the simulated world: plausible acts, drawn one after the other, by the real use cases."""

from __future__ import annotations

import random
from collections import Counter as Tally
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from casework.bodies import StaffSet
from casework.case import OPEN_STATES, Case, decode_case
from casework.catalogue.schema import Bundle, Catalogue, Item
from casework.commands import Intake
from casework.decide import not_now
from casework.drafting import Context, Drafting, drafted
from casework.errors import BadInput
from casework.messages import Message
from casework.papers.of_case import PRINTED_WITH
from casework.rules import Refusal
from console.counter import Session
from console.demo.sample import application, together
from console.errors import NoCatalogue
from console.legal_time import DayUnknown, LegalClock
from console.library import Library
from console.messages import translator
from console.paperwork import Paperwork
from console.scanning import ScanCounter
from console.settling import Settlement, Settling
from console.sources import SimulatedSources
from local_db.errors import StoreError
from local_db.memory import TerminalMemory
from tests.sim.editions import as_it_is_now
from tests.sim.loop import true_time
from tests.sim.programs import NEW, Noted, NudgedTwo
from tests.sim.server import CATALOGUE, STAFF
from tests.sim.terminal import Terminal
from tests.sim.words import words

ASIDE = frozenset(
    {"withdraw", "refuse", "return", "send-back", "reassign", "supplement", "mend", "nudge", "recuse", "terminate"}
    | {"transfer", "void", "consult", "suspend", "extend", "not-needed", "correct", "revoke", "post", "check"}
    | {"scan"}
)
"""Ways aside: everything but what moves a case on."""
OPEN = tuple(sorted(OPEN_STATES))
HOLDER = "申请人"
"""Who has the papers of what is given up."""
_CATALOGUES: dict[str, Any] = {}
_CALENDARS: dict[str, Any] = {}
"""Versions by hash never change, so all terminals share what was parsed once."""


class Clerk:
    """The people of one terminal.

    Args:
        terminal: where they sit.
        stream: their own dice.
        modules: what they take in.
        happened: what they did, counted.
        drafts: told of a draft that was saved (True) or given up.
    """

    def __init__(
        self,
        terminal: Terminal,
        stream: random.Random,
        modules: frozenset[str],
        happened: Tally[str],
        drafts: Callable[[str, bool], None] = lambda case_id, kept: None,
    ) -> None:
        self.terminal = terminal
        self._stream = stream
        self.items = [item for item in CATALOGUE.items.values() if item.module in modules]
        self._happened = happened
        self._bundles = [bundle for bundle in CATALOGUE.bundles.values() if _within(bundle, modules)]
        self._drafts = drafts
        self._visitors = int(terminal.number) * 100
        self._counter: tuple[TerminalMemory, str, ScanCounter] | None = None

    @property
    def counter(self) -> ScanCounter:
        """The real use cases, on the memory as it is open now."""
        memory = self.terminal.mind
        who = memory.identity.terminal
        if self._counter is None or self._counter[0] is not memory or self._counter[1] != who:
            self._counter = memory, who, counter_of(self.terminal)
        return self._counter[2]

    def act(self) -> str:
        """Do one thing; its name, or why nothing was done. Raises PowerCut where the fuse burns."""
        with self.terminal.program.running():
            return self._act()

    def _act(self) -> str:
        point = self._stream.random()
        staff = self._stream.choice(STAFF)
        window = self._stream.choice(STAFF[:2])
        if point < 0.28:
            return self._intake(window)
        if point < 0.32:
            return self._bundle(window)
        if point < 0.39:
            return self._settle(self._stream.choice(STAFF[2:4]))
        if point < 0.47:
            return self._print(staff)
        if point < 0.52:
            return self._draft(window)
        if point < 0.57:
            return self._notice(staff)
        return self._handle(staff)

    # Acts

    def _intake(self, staff: StaffSet, case_id: str = "") -> str:
        self._visitors += 1
        terminal, item = self.terminal, self.as_it_is_now(self._stream.choice(self.items))
        complete = self._stream.random() < 0.8
        returned = self._stream.random() < 0.3
        day = true_time().date()
        wanted = application(item, int(terminal.number), self._visitors, day, complete=complete)
        if complete and wanted.outcome != "accept" and returned:
            wanted = Intake(**{**{f: getattr(wanted, f) for f in wanted.__struct_fields__}, "outcome": "return"})
        case_id = case_id or terminal.new_id()
        return self.does(lambda: self.counter.intake(session(staff), wanted, case_id))

    def catalogue(self) -> Catalogue:
        """The one that counts here; the first one until it has come."""
        try:
            return self.counter.library.current()
        except NoCatalogue:
            return CATALOGUE

    def as_it_is_now(self, item: Item) -> Item:
        """The item in the catalogue that counts here."""
        return as_it_is_now(item, self.catalogue())

    def _bundle(self, staff: StaffSet) -> str:
        """Several cases with one visit, each with its number: their facts are one group."""
        if not self._bundles:
            return self._intake(staff)
        self._visitors += 1
        bundle = self._stream.choice(self._bundles)
        try:
            wanted = together(bundle, self.catalogue(), int(self.terminal.number), self._visitors, true_time().date())
        except BadInput:
            return "no: bundle.nothing"  # the catalogue that counts here has none of its items
        case_id = self.terminal.new_id()
        return self.does(lambda: self.counter.intake_together(session(staff), wanted, case_id))

    def _notice(self, staff: StaffSet) -> str:
        """Somebody is told what is missing."""
        seen = self._case(("received",))
        if seen is None:
            return "nobody to be told"
        data = words(self._stream, "supplement", seen)
        return self.does(lambda: self.counter.act(session(staff), seen.number, "supplement", data))

    def _draft(self, staff: StaffSet) -> str:
        """Save a form half filled in, give one up, or finish one."""
        kept = [draft.case_id for draft in self.terminal.mind.drafts(staff.number)]
        if kept and self._stream.random() < 0.5:
            return self._intake(staff, self._stream.choice(sorted(kept)))
        case_id = self.terminal.new_id()
        try:
            if kept and self._stream.random() < 0.3:
                self.terminal.mind.forget_draft(kept[0])
                self._drafts(kept[0], False)
                return "gives a draft up"
            self.terminal.mind.keep_draft(case_id, staff.number, b'{"item":"?"}')
        except StoreError as error:
            return self._no(error)
        self._drafts(case_id, True)
        self._happened["did draft"] += 1
        return "saves a draft"

    def _news(self, staff: StaffSet, case: Case) -> str:
        """What only the newer version of the program says."""
        body = Noted("其他机关") if self._stream.random() < 0.4 else NudgedTwo("请尽快", "phone")
        type_ = "noted" if isinstance(body, Noted) else "nudged"

        def make(now: Case | None, context: Context, tx: Any) -> Any:
            off = not_now(now, type_, context) if now else Refusal("no_case")
            return off or drafted(Drafting(context, case.id, case.root, now), (type_, body, "window"))

        return self._commit(case.id, staff, make)

    def _handle(self, staff: StaffSet) -> str:
        seen = self._case(OPEN)
        if seen is None:
            return "nothing open"
        newer = self.terminal.program is NEW
        if newer and self._stream.random() < 0.2:
            return self._news(STAFF[0], seen)
        try:
            offered = [action for action, no in self.counter.possible(session(staff), seen) if no is None]
        except (BadInput, NoCatalogue) as error:
            return self._no(error)
        if not offered:
            return self._no(Refusal("nothing_to_do"))
        offered = [action for action in offered if self._can_say(action)]
        if not offered:
            return self._no(Refusal("nothing_to_do"))
        forward = [action for action in offered if action not in ASIDE]
        action = self._stream.choice(forward if forward and self._stream.random() < 0.85 else offered)
        data = self._paper(seen) if action == "scan" else words(self._stream, action, seen)
        return self.does(lambda: self.counter.act(session(staff), seen.number, action, data))

    def _can_say(self, action: str) -> bool:
        """What the newer program says otherwise is said by `_news`."""
        return not (self.terminal.program is NEW and action == "nudge")

    def _print(self, staff: StaffSet) -> str:
        seen = self._case()
        if seen is None:
            return "nothing to print"
        kinds = [kind for kind, may in PRINTED_WITH.items() if may(seen)]
        kind = self._stream.choice(kinds)
        return self.does(lambda: self.counter.print(session(staff), seen.number, kind))

    def _settle(self, staff: StaffSet) -> str:
        waiting = sorted(row.fact for row in self.terminal.mind.tray() if row.kind == "rejected" and row.case)
        if not waiting:
            return "tray empty"
        fact_id, point = self._stream.choice(waiting), self._stream.random()
        if point < 0.3:
            return self._amend(staff, fact_id)
        return self._settles(
            staff, fact_id, Settlement("insist" if point < 0.5 else "withdraw", "不再坚持", holder=HOLDER)
        )

    def _settles(self, staff: StaffSet, fact_id: str, wanted: Settlement) -> str:
        return self.does(lambda: Settling(self.counter).settle(session(staff), fact_id, wanted))

    def _amend(self, staff: StaffSet, fact_id: str) -> str:
        """What was refused is done again, and right."""
        case_id = next(row.case for row in self.terminal.mind.tray() if row.fact == fact_id)
        row = self.terminal.eyes.execute("select body from shown where case_id = ?", (case_id,)).fetchone()
        if row is None:
            return "nothing to amend"
        case = decode_case(row[0])
        try:
            possible = self.counter.possible(session(staff), case)
            offered = [action for action, no in possible if no is None and self._can_say(action)]
        except NoCatalogue as error:  # a machine put in another's place, before its first sync
            return self._no(error)
        if not offered:
            return self._no(Refusal("nothing_to_do"))
        action = self._stream.choice(offered)
        data = words(self._stream, action, case)
        return self._settles(staff, fact_id, Settlement("amend", "重新办理", action, data, HOLDER))

    def give_up_everything(self) -> list[str]:
        """The supervisor's evening: whatever waits in the tray is settled, one way or another; what was done."""
        done = []
        for row in sorted(self.terminal.mind.tray(), key=lambda row: row.fact):
            first = self._stream.choice(STAFF[2:4])
            said = ""
            for staff in (first, *(one for one in STAFF[2:] if one is not first)):
                said = self._settles(staff, row.fact, Settlement("withdraw", "不再坚持", holder=HOLDER))
                if said != "no: recused":  # whoever stepped aside from a case leaves it to another
                    break
            done.append(said)
        return done

    def _case(self, states: tuple[str, ...] = ()) -> Case | None:
        """A case that somebody looks at now, mostly one of the newest."""
        where = f" where state in ({','.join('?' * len(states))})" if states else ""
        ids = [
            row[0] for row in self.terminal.eyes.execute(f"select case_id from shown{where} order by case_id", states)
        ]
        if not ids:
            return None
        chosen = self._stream.choice(ids[-6:] if self._stream.random() < 0.6 else ids)
        return decode_case(
            self.terminal.eyes.execute("select body from shown where case_id = ?", (chosen,)).fetchone()[0]
        )

    def some_case(self, stream: random.Random, has: str) -> Case | None:
        """One of the cases that have a value in the attribute `has`; the dice are the asker's."""
        rows = self.terminal.eyes.execute("select body from shown order by case_id").fetchall()
        found = [case for case in (decode_case(row[0]) for row in rows) if getattr(case, has)]
        return stream.choice(found) if found else None

    def count(self, what: str) -> None:
        """Something has happened that is no fact."""
        self._happened[what] += 1

    # Doing it

    def does(self, act: Callable[[], Any]) -> str:
        """Do it, unless something is in the way: the types of its facts, or why nothing was done."""
        before = Tally({key: count for key, count in self._happened.items() if key.startswith("did ")})
        try:
            with self.terminal.program.running():
                done = act()
        except DayUnknown:
            return self._confirm()
        except (BadInput, StoreError, NoCatalogue) as error:
            return self._no(error)
        if isinstance(done, Refusal):
            return self._no(done)
        after = {key.removeprefix("did "): count for key, count in self._happened.items() if key.startswith("did ")}
        did = [name for name, count in after.items() if count > before[f"did {name}"]]
        return "+".join(did)

    def _commit(self, case_id: str, staff: StaffSet, make: Callable[[Case | None, Context, Any], Any]) -> str:
        """What `make` decides on the case as it is inside one transaction: for stories that say exactly what."""

        def act() -> Any:
            with self.terminal.mind.writing() as tx:
                decision = make(tx.case(case_id), self._context(case_id, staff, tx), tx)
                if not isinstance(decision, Refusal):
                    tx.commit_groups(decision.groups)
            return decision

        return self.does(act)

    def _context(self, case_id: str, staff: StaffSet, tx: Any) -> Context:
        counter = self.counter
        return counter.context(session(staff), tx, case_id, counter.library.current())

    def _no(self, reason: Exception | Refusal) -> str:
        if isinstance(reason, Refusal):
            code = reason.code
        else:
            message = getattr(reason, "message", None)
            code = message.id if isinstance(message, Message) else type(reason).__name__
        self._happened[f"no {code}"] += 1
        return f"no: {code}"

    def _confirm(self) -> str:
        """Nobody knows the day: the clerk says it, and sees when the PC says another one."""
        clock = self.terminal.clock
        if clock.now().date() != true_time().date():
            clock.set(timedelta(seconds=self._stream.uniform(-90, 90)))
            self._happened["clock put right"] += 1
            return "puts the clock right"
        try:
            self.counter.legal.confirm(clock.now().date())
        except StoreError as error:
            return self._no(error)
        self._happened["day confirmed"] += 1
        return "confirms the day"

    def _paper(self, case: Case) -> dict[str, Any]:
        """A file of the scanner's: now and then one of several pieces, now and then the same as before (S35)."""
        page = b"%PDF-1.7 " + (f"{case.id} {len(case.scans)}" if self._stream.random() < 0.8 else "form").encode()
        file = self.terminal.folder.with_name(f"{self.terminal.number}.pdf")
        file.write_bytes(page * (7_000 if self._stream.random() < 0.2 else 3))
        return {"material": self._stream.choice(sorted(case.materials)), "file": str(file)}


def _within(bundle: Bundle, modules: frozenset[str]) -> bool:
    return all(
        CATALOGUE.items[member.item].module in modules for member in bundle.members if member.item in CATALOGUE.items
    )


def session(staff: StaffSet) -> Session:
    """Somebody with all her posts."""
    return Session(staff, staff.posts)


def counter_of(terminal: Terminal) -> ScanCounter:
    """The real counter of a terminal that is on."""
    memory, clock = terminal.mind, terminal.clock
    library = Library(memory, _CATALOGUES, _CALENDARS)
    who = memory.identity
    paperwork = Paperwork(who.hall_name, who.terminal, clock, library, translator("zh_CN"))
    return ScanCounter(
        memory, library, paperwork, clock, LegalClock(memory, clock), terminal.new_id, lambda: terminal.known_down,
        SimulatedSources(),
    )  # fmt: skip
