"""When a case has moved under somebody's hands: what she saw beside what is there now, who moved it, what to do next.

Two occasions. She had the case open while another window's facts came in: an act says which facts it was decided on,
and is held back once where the case stands elsewhere since. Or the hall refused what she did: then what she had seen
is the log up to the base of her fact (S5), and what the hall has is the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from casework.case import Case, places
from casework.folding import fold
from casework.messages import Message, t
from casework.rules import sentence
from console.counter import Session, fate_of
from console.showing import Shower
from console.terminal import Terminal
from local_db.finding import History, Told
from local_db.replay import counts
from screens import desk

_SHOWN_NEWS = 12
"""Facts between the two states that are told; the history has all of them."""


def facts_shown(history: History) -> frozenset[str]:
    """The ids of the facts that a view of the case is made of."""
    return frozenset(told.fact.id for told in history.lines if _counts(told))


def _counts(told: Told) -> bool:
    return told.row is None or counts(told.fact.type, told.row)


def since(
    terminal: Terminal, show: Shower, session: Session, number: str, action: str, seen: frozenset[str]
) -> desk.Refused | None:
    """Why `action` waits for another look, where somebody else has moved the case since `seen`; None else."""
    case = terminal.counter.case(number)
    history = terminal.memory.history(case.id)
    news = [told for told in history.lines if _counts(told) and told.fact.id not in seen]
    others = [told for told in news if told.fact.actor != session.staff.number]
    before = fold([told.fact for told in history.lines if told.fact.id in seen]) if others else None
    if before is None:
        return None
    shown = sides(show, before, case, session.staff.number)
    if all(side.seen == side.now for side in shown):
        return None
    off = dict(terminal.counter.possible(session, case))
    why = "" if action in off else t("moved.not_offered", act=t(f"act.{action}"))
    refusal = off.get(action)
    conflict = desk.Conflict(
        number, shown, _lines(show, case, news), str(refusal.message) if refusal else why,
        t("moved.look") if refusal or why else t("moved.anyway"), facts_shown(history),
    )  # fmt: skip
    last = conflict.news[-1]
    facts = {"who": last.who, "at": last.when, "what": last.what}
    return desk.Refused(Message("moved.since", facts), conflict=conflict)


def refused(terminal: Terminal, show: Shower, session: Session, number: str) -> desk.Conflict | None:
    """The last act of this window that the hall has refused, and what the hall had before it."""
    case = terminal.counter.case(number)
    history = terminal.memory.history(case.id)
    no = next((told for told in reversed(history.lines) if fate_of(told) == "refused"), None)
    if no is None:
        return None
    base = no.fact.base.cursor
    before = fold([told.fact for told in history.lines if told.row is None and told.seq <= base]) or case
    news = [told for told in history.lines if told.row is None and told.seq > base]
    why = str(sentence(no.verdict.code, no.verdict.facts)) if no.verdict else ""
    return desk.Conflict(
        number, sides(show, before, case, session.staff.number), _lines(show, case, [*news, no]), why,
        t("moved.settle"), facts_shown(history),
    )  # fmt: skip


def _lines(show: Shower, case: Case, news: Sequence[Told]) -> tuple[desk.HistoryLine, ...]:
    return tuple(show.history_line(case, told.fact, fate_of(told)) for told in news[-_SHOWN_NEWS:])


def sides(show: Shower, before: Case, now: Case, me: str) -> tuple[desk.Side, ...]:
    """State and place always, all else where it differs."""
    found = (
        desk.Side(t(f"moved.{name}"), words(show, before, me), words(show, now, me)) for name, words in _PARTS.items()
    )
    return tuple(side for place, side in enumerate(found) if place < _ALWAYS or side.seen != side.now)


def _state(show: Shower, case: Case, me: str) -> str:
    return t(f"state.{case.state}")


def _places(show: Shower, case: Case, me: str) -> str:
    return t("words.list", names=list(show.places(case))) if places(case) else "-"


def _holder(show: Shower, case: Case, me: str) -> str:
    return show.holder(case, me) or "-"


def _papers(show: Shower, case: Case, me: str) -> str:
    found = [f"{show.material_name(case, code)} {t(f'have.{have}')}" for code, have in case.materials.items()]
    return t("words.list", names=found) or "-"


def _outcome(show: Shower, case: Case, me: str) -> str:
    return t(f"outcome.{case.outcome}") if case.outcome else "-"


def _stops(show: Shower, case: Case, me: str) -> str:
    names = [t(f"suspension.{pause.kind}") for pause in case.pauses if not pause.until]
    return t("words.list", names=names) if names else "-"


_Part = Callable[[Shower, Case, str], str]
_PARTS: dict[str, _Part] = {
    "state": _state, "place": _places, "holder": _holder, "papers": _papers, "stops": _stops, "outcome": _outcome,
}  # fmt: skip
_ALWAYS = 2
