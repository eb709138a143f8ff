"""What else is to know of a case than its clocks and steps: the stage it belongs to, special procedures, fee, pledges.

One line a fact, only where there is something to say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import cast

import msgspec

from casework import numbers
from casework.ambient import moment
from casework.case import Case, Pause
from casework.claims import claim_on
from casework.errors import BadDate
from casework.joint import Joint, joint_of
from casework.messages import t
from casework.money import yuan
from casework.standing import light_of, standing
from casework.timers import is_provisional
from console.desk.scans import with_scans
from console.showing import Shower
from console.terminal import Terminal
from screens import desk

_NUDGES = 3
"""Nudges that are told one by one."""
_Said = Iterator[tuple[str, str]]
"""The name of a fact (`case.fact.NAME`) and its value in words."""


def placed(terminal: Terminal, show: Shower, case: Case, view: desk.CaseView) -> desk.CaseView:
    """`view` with the cases that belong to it, and what else is to know."""
    family = terminal.memory.of_root(case.root) if case.received.bundle else ()
    return msgspec.structs.replace(
        view,
        materials=with_scans(terminal, case, view.materials),
        others=_others(terminal, show, case, family),
        facts=tuple(desk.Line(t(f"case.fact.{name}"), value) for name, value in _facts(terminal, show, case, family)),
    )


def _others(terminal: Terminal, show: Shower, case: Case, family: tuple[Case, ...]) -> tuple[desk.OtherCase, ...]:
    visit = terminal.memory.of_visit(case.visit) if case.visit else ()
    known = {one.id: (one, "visit") for one in visit} | {one.id: (one, "bundle") for one in family}
    known.pop(case.id, None)
    now, calendar = terminal.clock.now(), terminal.library.calendar()
    return tuple(
        desk.OtherCase(
            one.number,
            f"{one.received.item} {show.item_name(one)}",
            t(f"state.{one.state}"),
            cast(desk.Light, light_of(standing(one, calendar, now))),
            why,  # type: ignore[arg-type]  # one of the two words above
        )
        for one, why in sorted(known.values(), key=lambda each: each[0].number)
    )


def _facts(terminal: Terminal, show: Shower, case: Case, family: tuple[Case, ...]) -> _Said:
    yield from _stage(terminal, show, case, family)
    for part in _PARTS:
        yield from part(terminal, show, case)


def _stage(terminal: Terminal, show: Shower, case: Case, family: tuple[Case, ...]) -> _Said:
    """The bundle or stage as a whole, and the case on which it hangs."""
    bundle = terminal.library.of(case).bundles.get(case.received.bundle)
    joint = joint_of(family, bundle, terminal.library.calendar(), terminal.clock.now()) if family else None
    if joint is None:
        return
    name = show.say(bundle.name) if bundle else joint.code
    counts = t(f"case.stage.{joint.state}", open=len(joint.open), all=len(joint.cases))
    yield "stage", f"{joint.code} {name}  {counts}"
    if joint.due:
        yield "stage_due", _due(joint)


def _due(joint: Joint) -> str:
    light = t(f"case.stage.light.{joint.light}") if joint.light != "none" else ""
    longest = t("case.stage.longest", number=numbers.printed(joint.longest))
    return "  ".join(filter(None, (joint.due[:16].replace("T", " "), light, longest)))


def _update(terminal: Terminal, show: Shower, case: Case) -> _Said:
    if case.unread:
        yield "update", t("case.needs_update", n=case.unread)


def _history(terminal: Terminal, show: Shower, case: Case) -> _Said:
    """Earlier entries are not here: the line fetches them by itself (S21)."""
    if terminal.memory.history(case.id).at_hall:
        yield "history", t("case.history_at_hall")


def _dates(terminal: Terminal, show: Shower, case: Case) -> _Said:
    """Days that no clock proves, and those from which is counted by a supervisor's word (S29)."""
    if case.doubts:
        yield "doubts", t("case.doubts", dates=t("words.list", names=[t(f"dated.{each}") for each in case.doubts]))
    said = [t("case.confirmed", date=t(f"dated.{name}"), day=at[:10]) for name, at in case.confirmed.items()]
    if said:
        yield "confirmed", t("words.list", names=said)


def _acceptance(terminal: Terminal, show: Shower, case: Case) -> _Said:
    if case.deemed:
        stands = "provisional" if _is_provisional(terminal, case) else "final"
        yield "deemed", t(f"case.deemed.{stands}", day=case.deemed)
    if case.received.proposal and case.proposal:
        yield "proposal", "  ".join(filter(None, (t(f"act.{case.proposal}"), case.received.proposal_reason)))
    if case.accepted is not None and case.accepted.authority:
        yield "authority", case.accepted.authority
    if case.received.spot_lost:
        yield "spot", t("case.spot_lost")


def _is_provisional(terminal: Terminal, case: Case) -> bool:
    try:
        return is_provisional(case, terminal.library.calendar(), terminal.clock.now().date().isoformat())
    except BadDate:  # long before the calendar begins
        return False


def _procedures(terminal: Terminal, show: Shower, case: Case) -> _Said:
    for pause in case.pauses:
        yield "special", _pause(terminal, pause)
    if case.extension is not None:
        given = case.extension
        who = terminal.name_of(given.by)
        yield (
            "extension",
            "  ".join(filter(None, (t("history.days", days=given.days), given.reason, who, given.at[:10]))),
        )
    if case.forwarded is not None:
        yield "forwarded", "  ".join(filter(None, (case.forwarded.organ, case.forwarded.opinion)))


def _pause(terminal: Terminal, pause: Pause) -> str:
    kind, since = t(f"suspension.{pause.kind}"), pause.since[:10]
    if pause.until:
        return t("case.special.ended", kind=kind, since=since, until=pause.until[:10])
    if not pause.days:
        return t("case.special.open", kind=kind, since=since)
    try:
        expected = terminal.library.calendar().add_working_days(moment(pause.since).date(), pause.days).day.isoformat()
    except BadDate:
        return t("case.special.open", kind=kind, since=since)
    return t("case.special.running", kind=kind, since=since, expected=expected)


def _money(terminal: Terminal, show: Shower, case: Case) -> _Said:
    if case.received.fee_assessed and case.fee is None:
        yield "fee", t("case.fee.to_assess")
    elif case.fee:
        paid = case.paid
        words = t("case.fee.paid", receipt=paid.receipt, amount=yuan(paid.amount)) if paid else t("case.fee.due")
        yield "fee", f"{yuan(case.fee)}  {words}"


def _promises(terminal: Terminal, show: Shower, case: Case) -> _Said:
    for state, name in (("pledge", "pledge"), ("defer", "deferred")):
        codes = [code for code, have in case.materials.items() if have == state]
        if codes:
            found = t(f"outcome.{case.pledge}") if case.pledge and state == "pledge" else ""
            names = t("words.list", names=[show.material_name(case, code) for code in codes])
            yield name, "  ".join(filter(None, (names, found)))


def _people(terminal: Terminal, show: Shower, case: Case) -> _Said:
    if case.received.agent is not None:
        yield "agent", case.received.agent.name
    if case.received.first_contact:
        yield "first_contact", terminal.name_of(case.received.first_contact)
    if case.recused:
        yield "recused", t("words.list", names=[terminal.name_of(number) for number in case.recused])
    if case.nudges:
        yield "nudges", t("case.times", n=case.nudges)
        for nudge in case.nudged[-_NUDGES:]:
            at = nudge.at[5:16].replace("T", " ")
            yield "nudged", f"{at}  {terminal.name_of(nudge.by)}  {nudge.text}"
    if case.asks_refused:
        yield "late_asks", t("case.times", n=case.asks_refused)


def _result(terminal: Terminal, show: Shower, case: Case) -> _Said:
    if case.certified is not None and case.certified.document:
        until = t("case.valid_until", day=case.certified.valid_until) if case.certified.valid_until else ""
        yield "document", "  ".join(filter(None, (case.certified.document, until)))
    for correction in case.corrections:
        yield "corrected", f"{correction.what}  {correction.reason}"
    if case.revoked is not None:
        yield "revoked", case.revoked.reason
    if case.received.refers_to:
        yield "refers_to", case.received.refers_to
    if case.renumbered:
        yield "renumbered", case.renumbered
    if case.former_numbers:
        yield "former", t("words.list", names=[numbers.printed(each) for each in case.former_numbers])
    if case.reprint:
        yield "reprint", t("case.reprint")
    if case.organ:
        yield "organ", case.organ


def _claims(terminal: Terminal, show: Shower, case: Case) -> _Said:
    """Who works on it today (S23)."""
    day = f"{terminal.clock.now():%Y-%m-%d}"
    for step in case.claims:
        held = claim_on(case, step, day)
        if held is not None:
            words = t("case.claim", window=held.terminal[2:], at=held.at[11:16])
            yield "claim", f"{held.name}  {words}  {show.step_name(case, step)}"


def _recalls(terminal: Terminal, show: Shower, case: Case) -> _Said:
    """Papers that are called back, and how that ended (S15)."""
    for recall in case.recalls:
        end = t(f"recall.{recall.ended}") if recall.ended else ""
        words = t("case.recall", paper=t(f"paper.{recall.paper}"), at=recall.at[5:16].replace("T", " "))
        yield "recall", "  ".join(filter(None, (words, recall.holder, end, recall.note)))


_Part = Callable[[Terminal, Shower, Case], _Said]
_PARTS: tuple[_Part, ...] = (
    _update, _history, _dates, _acceptance, _procedures, _money, _promises, _people, _claims, _recalls, _result,
)  # fmt: skip
