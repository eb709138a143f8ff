"""A case as the screens show it: facts into words, once, for queue, case and tray."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import datetime
from typing import Any, cast

from casework import bodies, codes
from casework.case import APPLICANT, THIRD_PARTY, Case, paused, places, post_of, route_of
from casework.catalogue.materials import PENDING
from casework.catalogue.schema import Item, Text
from casework.claims import claim_on
from casework.errors import BadBytes
from casework.events import body_of
from casework.facts import Fact
from casework.messages import t
from casework.nudging import unanswered
from casework.offering import may_print
from casework.papers.of_case import PRINTED_WITH, said
from casework.rules import Refusal
from casework.standing import Standing, light_of, nearest, standing
from console.library import Library
from console.telling import detail
from screens import desk

_HOUR = 60


@dataclasses.dataclass(frozen=True)
class Shower:
    """Renders cases in the installed language, as of `now`."""

    library: Library
    language: Callable[[], str]
    now: Callable[[], datetime]
    name_of: Callable[[str], str]
    """The name of a staff number; the number itself when the roster does not know it."""

    def say(self, text: Text | None) -> str:
        """A text of the catalogue in the installed language."""
        return text.say(self.language()) if text else ""

    def row(self, case: Case, unsent: bool, *, sits: bool = False, me: str = "") -> desk.QueueRow:
        """One line of a list; the applicant is masked. `sits`: she waits at the counter, and her minutes are told.

        The light and what is left are those of the case, in every list the same: three minutes are no limit of it.
        """
        stand = standing(case, self.library.calendar(), self.now())
        spot = next((each for each in stand if each.kind == "spot"), None) if sits else None
        running = nearest(stand)
        urged = unanswered(case)
        return desk.QueueRow(
            number=case.number,
            item=case.received.item,
            item_name=self.item_name(case),
            applicant=masked(case.received.applicant),
            state=t(f"state.{case.state}"),
            recalls=len(case.open_recalls),
            holder=self.holder(case, me),
            nudges=len(urged),
            nudged_by=self.name_of(urged[-1].by) if urged else "",
            place=t("words.list", names=list(self.places(case))),
            todo=" ".join(self._todo(case)),
            light=cast(desk.Light, light_of(stand)),
            due=due_text(running) if running else "",
            left=left_text(running) if running else "",
            unsent=unsent,
            sits=sits,
            sits_left=left_text(spot) if spot else "",
        )

    def _todo(self, case: Case) -> tuple[str, ...]:
        """What is to be done with it; a day that no clock proves is to be confirmed as well (S29)."""
        steps = dict.fromkeys(self.step_name(case, place.step) for place in places(case))
        return (*steps, t("todo.confirm_date")) if case.doubts and case.is_open else tuple(steps)

    def holder(self, case: Case, me: str = "") -> str:
        """Who has it today, or got it at a shift's end, by name; `me` is the staff number of whoever reads."""
        day = f"{self.now():%Y-%m-%d}"
        held = {one.by: one.name for step in case.claims if (one := claim_on(case, step, day))}
        if case.handed is not None and not held:
            mine = case.handed.to == me
            return t(
                "queue.handed_by" if mine else "queue.handed_to",
                name=self.name_of(case.handed.by) if mine else case.handed.name or self.name_of(case.handed.to),
            )
        return (
            t("words.list", names=[t("queue.mine") if by == me else name for by, name in held.items()]) if held else ""
        )

    def item_name(self, case: Case) -> str:
        """The item's name, or its code while the catalogue of the case is not here."""
        item = self._item(case)
        return self.say(item.name) if item else case.received.item

    def places(self, case: Case) -> tuple[str, ...]:
        """Where it waits, in words."""
        return tuple(
            t("place.applicant")
            if place.post == APPLICANT
            else self._outside(case, place.step)
            if place.post == THIRD_PARTY
            else t("place.step", post=self.post_name(case, place.post), step=self.step_name(case, place.step))
            for place in places(case)
        )

    def _outside(self, case: Case, step: str) -> str:
        """What is waited for outside: the special procedure, or the upper organ."""
        pause = paused(case, step)
        return t("place.third_party", step=t(f"suspension.{pause.kind}") if pause else case.received.forward_to)

    def post_name(self, case: Case, post: str) -> str:
        """A post's name."""
        found = self.library.of(case).posts.get(post)
        return self.say(found.name) if found else post

    def step_name(self, case: Case, step_id: str) -> str:
        """The kind of a step in words."""
        kind = next((step.kind for step in route_of(case) if step.id == step_id), step_id)
        return t(f"step.{kind}")

    def _item(self, case: Case) -> Item | None:
        return self.library.of(case).items.get(case.received.item)

    def view(
        self, case: Case, history: tuple[tuple[Fact, str], ...], acts: tuple[desk.ActView, ...], unsent: int
    ) -> desk.CaseView:
        """The whole case. `history`: each fact with its fate (sent, pending, held, refused)."""
        stand = standing(case, self.library.calendar(), self.now())
        item = self._item(case)
        return desk.CaseView(
            number=case.number,
            case=case.id,
            item=case.received.item,
            item_name=self.item_name(case),
            module=t(f"module.{case.received.module}"),
            applicant=f"{case.received.applicant.name} {identity_of(case.received.applicant)}",
            masked=case.received.applicant.kind == "person",
            state=t(f"state.{case.state}"),
            light=cast(desk.Light, light_of(stand)),
            places=self.places(case),
            clocks=tuple(clock_view(each) for each in stand),
            route=self._route(case),
            history=tuple(self.history_line(case, fact, fate) for fact, fate in history),
            materials=tuple(self._material(case, item, code, have) for code, have in case.materials.items()),
            form=self.form(case),
            papers=self._papers(case),
            acts=acts,
            unsent=unsent,
        )

    def _route(self, case: Case) -> tuple[desk.StepView, ...]:
        ready = {place.step for place in places(case)}
        ranks: dict[str, int] = {}
        views = []
        for step in route_of(case):
            ranks[step.id] = 1 + max((ranks.get(need, -1) for need in step.needs), default=-1)
            done = case.steps.get(step.id)
            waits = "suspended" if paused(case, step.id) else "open" if step.id in ready else "waiting"
            state = done.state if done else waits
            note = f"{done.at[5:16].replace('T', ' ')} {self.name_of(done.by)}" if done else ""
            views.append(
                desk.StepView(
                    id=step.id,
                    sign=t(f"step.sign.{step.kind}"),
                    name=t(f"step.{step.kind}"),
                    post=self.post_name(case, post_of(case, step)),
                    state=cast(desk.StepState, state),
                    rank=ranks[step.id],
                    note=note,
                )
            )
        return tuple(views)

    def history_line(self, case: Case, fact: Fact, fate: str) -> desk.HistoryLine:
        """A fact in one line: when, who, what."""
        who = self.name_of(fact.actor) if fact.actor else t("history.hall")
        try:
            event, words = t(f"event.{fact.type}"), detail(self, case, body_of(fact))
        except BadBytes:  # of a newer program, or damaged on its way here: the line stands, its words wait (S32)
            event, words = t("history.unread"), fact.type
        return desk.HistoryLine(fact.time.at[5:16].replace("T", " "), who, event, words, cast(Any, fate))

    def material_name(self, case: Case, code: str) -> str:
        """A material by its name."""
        item = self._item(case)
        material = item.material(code) if item else None
        return self.say(material.name) if material else code

    def mended_name(self, case: Case, code: str) -> str:
        """A material or a field of the form by its name."""
        item = self._item(case)
        field = next((each for each in item.fields if each.id == code), None) if item else None
        return self.say(field.label) if field else self.material_name(case, code)

    def _material(self, case: Case, item: Item | None, code: str, have: str) -> desk.MaterialView:
        material = item.material(code) if item else None
        source = self.say(material.source) if material else ""
        return desk.MaterialView(
            code=code,
            name=self.say(material.name) if material else code,
            required=material is not None,
            may_pledge=bool(material and material.pledge),
            may_defer=bool(material and material.defer),
            source=source,
            have=cast(desk.Have, have),
            note=_note(case, code, have, source),
        )

    def form(self, case: Case) -> tuple[desk.Line, ...]:
        """What was filled in, by the names of its fields."""
        item, form = self._item(case), case.received.form
        fields = item.fields if item else ()
        lines = [
            desk.Line(self.say(field.label), self.say(said(field, form[field.id])))
            for field in fields
            if form.get(field.id)
        ]
        if case.received.project_code:
            lines.insert(0, desk.Line(t("form.project_code"), case.received.project_code))
        return tuple(lines)

    def _papers(self, case: Case) -> tuple[desk.PaperRef, ...]:
        refs = []
        for kind, printable in PRINTED_WITH.items():
            prints = [paper for paper in case.papers if paper.paper == kind]
            if printable(case) and (kind != "handover" or prints):
                last = prints[-1] if prints else None
                words = f"{last.at[5:16].replace('T', ' ')} {self.name_of(last.by)}" if last else ""
                refs.append(desk.PaperRef(kind, t(f"paper.{kind}"), len(prints), words))
        return tuple(refs)


def _note(case: Case, code: str, have: str, source: str) -> str:
    """What is to know of a paper: where it will be looked up, which other case holds it, that it went back."""
    if have == PENDING and source:
        return t("have.check_at", source=source)
    if code in case.handed_back:
        return t("have.handed_back")
    held = case.received.reused.get(code, "")
    return t("have.held_by", number=held[-6:-2]) if held else ""


def masked(party: bodies.Party) -> str:
    """A party as lists show it: people by their family name, firms in full (they are public)."""
    return codes.mask_name(party.name) if party.kind == "person" else party.name


def identity_of(party: bodies.Party) -> str:
    """The number of a party as a case shows it at first: a person's masked, a firm's (public) in full."""
    return codes.mask_id(party.id) if party.kind == "person" else party.id


def clock_view(stand: Standing) -> desk.ClockView:
    """One clock in words."""
    return desk.ClockView(
        name=t(f"clock.{stand.kind}"),
        due=due_text(stand),
        left=t("clock.stopped") if stand.stopped else left_text(stand),
        light="none" if stand.stopped else cast(desk.Light, str(stand.light)),
        provisional=stand.clock.provisional,
    )


def due_text(stand: Standing) -> str:
    """The due date, with the time for clocks of hours and minutes, marked while provisional."""
    text = f"{stand.clock.due_at:%Y-%m-%d %H:%M}" if stand.clock.by_minutes else stand.clock.due_day.isoformat()
    return t("clock.provisional", due=text) if stand.clock.provisional else text


def left_text(stand: Standing) -> str:
    """What is left, or by how much it is late, in the limit's unit."""
    way, size = ("left", stand.left) if stand.left >= 0 else ("late", -stand.left)
    if stand.clock.by_minutes and size >= _HOUR:
        return t(f"clock.{way}.hours", hours=size // _HOUR, minutes=size % _HOUR)
    unit = "minutes" if stand.clock.by_minutes else "working_days" if stand.span.unit == "working_days" else "days"
    return t(f"clock.{way}.{unit}", **{way: size})


def act_view(
    action: str,
    off: Refusal | None,
    fields: tuple[desk.Field, ...] = (),
    *,
    grave: bool = False,
    proposed: bool = False,
    notes: tuple[str, ...] = (),
    name: str = "",
) -> desk.ActView:
    """An act as the screen offers it; with the reason when it is off. `name`: where it is not that of the act."""
    return desk.ActView(
        code=action,
        name=name or t(f"act.{action}"),
        allowed=off is None,
        reason=off.message if off else None,
        fields=fields,
        grave=grave,
        proposed=proposed,
        notes=notes,
        prints=may_print(action),
    )
