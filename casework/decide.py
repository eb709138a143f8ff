"""`decide`: what someone wants done with a case, as facts or as a refusal with its reason.

What `decide` makes, `admit` accepts on the same state: both ask `casework.rules`.
"""

from __future__ import annotations

from casework import bodies, commands
from casework.acts import HANDLERS, Step, any_post
from casework.beside import CROSSED_PRINTS
from casework.case import Case, PrintedPaper
from casework.claims import claimed_at
from casework.command import Command
from casework.drafting import Context, Decision, Drafting, drafted
from casework.events import EVENTS, Klass, Offline
from casework.facts import Fact
from casework.paper_versions import same_version
from casework.rules import Refusal
from casework.text import clean_code, clean_text


def decide(case: Case, command: Command, action: str, context: Context) -> Decision | Refusal:
    """The facts of `action` on `case`, or why it may not be.

    Raises BadInput when the data can be mended at the keyboard.
    """
    made = step_of_act(case, command, action, context)
    if isinstance(made, Refusal):
        return made
    off = not_now(case, made[0], context)
    if off is not None:
        return off
    return drafted(Drafting(context, case.id, case.root, case), made)


def step_of_act(case: Case, command: Command, action: str, context: Context) -> Step | Refusal:
    """The fact that `action` makes, not yet asked whether it may be now. Raises BadInput as `decide` does."""
    return HANDLERS[action](case, command, context)


def not_now(case: Case, type_: str, context: Context) -> Refusal | None:
    """Why nobody can make a fact of this type now: the line is down, or the hall has yet to answer."""
    row = EVENTS[type_]
    if case.unread and row.klass is not Klass.COUNTER:
        return Refusal("needs_update", {"number": case.number})
    waits = waits_for_hall(context)
    if waits is not None:
        return waits
    if context.online or row.offline is Offline.ALWAYS:
        return None
    if row.offline is Offline.NEVER:
        return Refusal("needs_hall")
    taken_in = case.terminal in {context.terminal, *context.former}
    here = taken_in or claimed_at(case, context.terminal, context.day)
    return None if here else Refusal("not_taken_in_here", {"terminal": case.terminal})


def waits_for_hall(context: Context) -> Refusal | None:
    """That an act of this window waits for the hall's word."""
    waiting = sorted(name for name in context.waiting if name in EVENTS and EVENTS[name].klass is Klass.NEEDS_HALL)
    return Refusal("waits_for_hall", {"what": ", ".join(waiting)}) if waiting else None


_ASKS = frozenset({"second_notice", "not_listed"})
"""Refusals of an ask that nobody may make any more, or never might (R5, R7)."""


def ask_refused(case: Case, command: Command, refusal: Refusal, context: Context) -> Decision | None:
    """An ask that was refused is put on record: it counts against the item. None where nothing was asked for."""
    if not isinstance(command, commands.Supplement) or refusal.code not in _ASKS:
        return None
    asked = tuple(clean_code(line.material)[:40] for line in command.lines)
    body, post = bodies.AskRefused(refusal.code, asked), any_post(case, context, "ask.refused")
    made = drafted(Drafting(context, case.id, case.root, case), ("ask.refused", body, post))
    return made if isinstance(made, Decision) else None


def print_paper(case: Case, kind: str, context: Context, sha256: str, told: Fact | None = None) -> Decision | Refusal:
    """The durable event of a print, with its count and, where it says again what a sheet before said, `0012-1`.

    `told`: the newest fact that the paper tells of. What an act of this window may make untrue that waits for the
    hall's word is not handed out before that.
    """
    of_it = {name for name, row in EVENTS.items() if row.prints == kind} | CROSSED_PRINTS.get(kind, frozenset())
    waits = waits_for_hall(context) if of_it & context.waiting else None
    if waits is not None:
        return waits
    count = 1 + sum(1 for paper in case.papers if paper.paper == kind)
    of = next((act.fact for act in reversed(case.acts) if act.paper == kind), told.id if told is not None else "")
    mark = reprint_mark(standing_papers(case), kind, context.terminal, told)
    body = bodies.Printed(kind, count, mark, sha256, of)
    post = any_post(case, context, "printed")
    return drafted(Drafting(context, case.id, case.root, case), ("printed", body, post))


def unmask(case: Case, reason: str, context: Context, intake: str = "") -> Decision | Refusal:
    """The durable event of a look at the full personal data; a reason is a must.

    `intake`: the id of the case for whose form they are filled in.
    """
    if not reason.strip():
        return Refusal("reason")
    body, post = bodies.Unmasked(clean_text(reason), intake), any_post(case, context, "unmasked")
    return drafted(Drafting(context, case.id, case.root, case), ("unmasked", body, post))


def standing_papers(case: Case) -> tuple[PrintedPaper, ...]:
    """The papers that still say what is so: what is called back is not printed again but replaced."""
    called = {(each.paper, each.count, each.at) for each in case.recalls}
    return tuple(paper for paper in case.papers if (paper.paper, paper.count, paper.at) not in called)


def reprint_mark(papers: tuple[PrintedPaper, ...], kind: str, terminal: str, told: Fact | None = None) -> str:
    """The mark of the next print of `kind`: empty for the first, then the terminal and its own count of reprints.

    After a newer fact that it tells of (`told`) it is a new paper, and its count begins again.
    """
    before = same_version(papers, kind, told)
    if not before:
        return ""
    own = sum(1 for paper in before if paper.mark.startswith(f"{terminal}-"))
    return f"{terminal}-{own + 1}"
