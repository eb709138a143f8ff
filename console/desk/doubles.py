"""Cases that were taken in twice, in the words of the tray: side by side, and the ways out of it (疑似重复).

They wait for whoever supervises; what was told apart does not come back.
"""

from __future__ import annotations

from casework import codes, numbers
from casework.case import Case
from casework.doubles import Double
from casework.events import EVENTS
from casework.messages import t
from casework.rights import post_for
from casework.rules import Refusal
from console.ages import waited
from console.counter import Acted, Session
from console.desk import moved
from console.desk.fields import reason_field
from console.showing import Shower, act_view, masked
from console.terminal import Terminal
from screens import desk

_DOUBLE = "double:"
"""How an entry begins that is two cases; behind it the number of the later one and of the one it looks like."""
_WAYS = ("void-later", "void-earlier", "tell-apart")


def looks_after(terminal: Terminal, session: Session) -> bool:
    """Whether she is shown what was taken in twice."""
    right, posts = EVENTS["told_apart"].verb, terminal.library.current().posts
    return bool(post_for(session.staff, session.shift, right, posts))


def double_rows(terminal: Terminal, session: Session, show: Shower) -> tuple[desk.TrayRow, ...]:
    """Open cases that look like an earlier one of the same applicant and item."""
    if not looks_after(terminal, session):
        return ()
    return tuple(_row(each, terminal, session, show) for each in terminal.memory.doubles())


def _row(double: Double, terminal: Terminal, session: Session, show: Shower) -> desk.TrayRow:
    case, other = double.case, double.other
    who, item = masked(case.received.applicant), f"{case.received.item} {show.item_name(case)}"
    return desk.TrayRow(
        entry=f"{_DOUBLE}{case.number}:{other.number}",
        number=case.number,
        kind="duplicate",
        what=item,
        why=t(
            "doubles.why", who=who, number=numbers.printed(other.number), at=_at(other), state=t(f"state.{other.state}")
        ),
        since=_at(case),
        age=waited(terminal, case.received_at),
        window=case.terminal[2:],
        ways=_ways(double, terminal, session),
        other=other.number,
        sides=_sides(double, session, show),
    )


def _at(case: Case) -> str:
    return case.received_at[5:16].replace("T", " ")


def _sides(double: Double, session: Session, show: Shower) -> tuple[desk.Side, ...]:
    """What tells whether it is one matter: who took it in, the state, what was filled in, the papers."""
    other, case = double.other, double.case
    forms = [{line.name: codes.mask_numbers(line.value) for line in show.form(each)} for each in (other, case)]
    filled = tuple(desk.Side(name, *(form.get(name, "-") for form in forms)) for name in {**forms[0], **forms[1]})
    taken = desk.Side(t("doubles.taken"), *(_taken(each, show) for each in (other, case)))
    agents = [masked(each.received.agent) if each.received.agent else "-" for each in (other, case)]
    return (
        taken,
        desk.Side(t("doubles.agent"), *agents),
        *moved.sides(show, other, case, session.staff.number),
        *filled,
    )


def _taken(case: Case, show: Shower) -> str:
    return t("tray.made", who=show.name_of(case.taken_by), at=_at(case), window=case.terminal[2:])


def _ways(double: Double, terminal: Terminal, session: Session) -> tuple[desk.ActView, ...]:
    """One of them is void and names the other, or they are two matters; each with the reason why it is off."""
    return tuple(
        act_view(
            way, _off(way, double, terminal, session), (reason_field(),), grave=True, notes=(t(f"act.note.{way}"),)
        )
        for way in _WAYS
    )


def _off(way: str, double: Double, terminal: Terminal, session: Session) -> Refusal | None:
    if way == "tell-apart":
        return None
    case = double.case if way == "void-later" else double.other
    possible = dict(terminal.counter.possible(session, case))
    return possible["void"] if "void" in possible else Refusal("already_decided", {"number": case.number})


def is_double(entry: str) -> bool:
    """Whether an entry of the tray is two cases."""
    return entry.startswith(_DOUBLE)


def settled(terminal: Terminal, session: Session, entry: str, way: str, reason: str) -> tuple[Acted | Refusal, str]:
    """Void one of the two or tell them apart; what came of it, and the name of the act."""
    later, _, earlier = entry.removeprefix(_DOUBLE).partition(":")
    counter = terminal.counter
    if way in {"void-later", "void-earlier"}:
        gone, stays = (later, earlier) if way == "void-later" else (earlier, later)
        return counter.act(session, gone, "void", {"reason": reason, "new_number": stays}), "act.void"
    found = next((one for one in terminal.memory.doubles() if one.case.number == later), None)
    others = [one.number for one in found.older] if found is not None else [earlier]
    return counter.act(session, later, "tell-apart", {"others": others, "reason": reason}), "act.tell-apart"
