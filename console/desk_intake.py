"""The intake screen's questions: which items, what applies, which outcomes, and the saving."""

from __future__ import annotations

import msgspec

from casework import bodies, commands, numbers
from casework.bodies import Party
from casework.catalogue.form import asked_fields
from casework.catalogue.materials import PENDING, completeness, material_states, with_agent
from casework.catalogue.schema import Field, Item, LimitData, Situation
from casework.catalogue.situations import holds, normal_answers
from casework.clocks import unit_word
from casework.errors import BadInput
from casework.events import EVENTS, Klass
from casework.messages import Message, t
from casework.money import yuan
from casework.papers import build
from casework.papers.of_case import guide_facts
from casework.papers.text import to_text
from casework.rules import Refusal
from console.counter import Session, Taken
from console.legal_time import DayUnknown
from console.showing import Shower, act_view
from console.terminal import Terminal
from screens import desk

_LATELY = 50
"""Among how many of the newest cases the finder looks for what is taken in often."""

_SAME_AS = {
    "premises": "applicant.address",
    "legal_representative": "applicant.legal_representative",
    "builder": "applicant.name",
}
_NEW_ENTITY = "company_name"
"""An item that asks for this founds somebody else than the applicant: nothing of the applicant is proposed there."""

_OFFICERS = frozenset({"refuse", "return"})
"""A helper only proposes these; an officer settles it."""

_NOT_IN_HAND = frozenset({"missing", PENDING})
_SETTLED_AT_ONCE = frozenset({"acceptance", "refusal", "return"})


def find_items(terminal: Terminal, show: Shower, text: str) -> tuple[desk.ItemHit, ...]:
    """Items and guide-only items, best first; for an empty text all items, those that came here lately in front."""
    items = terminal.library.current().items
    recent = tuple(dict.fromkeys(row.item for row in terminal.memory.cases(limit=_LATELY)))
    if not text.strip():
        codes_ = dict.fromkeys((*(code for code in recent if code in items), *sorted(items)))
        return tuple(_hit(show, items[code]) for code in codes_)
    hits = terminal.library.finder().find(text, recent)
    return tuple(
        _hit(show, items[hit.code]) if hit.code in items else desk.ItemHit(hit.code, hit.name, "", hit.guide_only)
        for hit in hits
    )


def _hit(show: Shower, item: Item) -> desk.ItemHit:
    return desk.ItemHit(item.code, show.say(item.name), t(f"module.{item.module}"))


def item_view(
    terminal: Terminal, show: Shower, code: str, answers: dict[str, str], applicant_id: str = ""
) -> desk.ItemView | None:
    """What applies to these situation answers; None when no case can be opened on the code."""
    item = terminal.library.current().items.get(code.strip().upper())
    if item is None:
        return None
    given = {name: value for name, value in answers.items() if value}
    agent = given.get("agent") == "yes"
    earlier = _earlier_form(terminal, item, applicant_id)
    return desk.ItemView(
        code=item.code,
        name=show.say(item.name),
        module=t(f"module.{item.module}"),
        applicants=item.applicants,
        situations=tuple(_situation(show, each) for each in item.situations if holds(each.when, given)),
        fields=tuple(_field(show, each, item, earlier) for each in asked_fields(item, given)),
        materials=tuple(
            desk.MaterialView(
                code=material.code,
                name=show.say(material.name),
                required=True,  # what applies is asked for; the conditional ones apply by the answers above
                may_pledge=material.pledge and not item.pledge_excluded,
                may_defer=material.defer,
                source=show.say(material.source),
                have="pending_check" if material.source else "missing",
            )
            for material, _ in material_states(item, given, {}, agent)
        ),
        needs_project_code=item.project_code,
        limits=_limits(item),
        fee=_fee(show, item),
    )


def _limit(limit: LimitData) -> str:
    return t(f"limit.{unit_word(limit.unit, limit.amount)}", amount=limit.amount, start=t(f"limit.start.{limit.start}"))


def _limits(item: Item) -> str:
    if item.statutory is None:
        return t("item.promise", promised=_limit(item.promised))
    return t("item.limits", statutory=_limit(item.statutory), promised=_limit(item.promised))


def _fee(show: Shower, item: Item) -> str:
    if item.fee is None:
        return t("papers.fee.none")
    return show.say(item.fee.rate) if item.fee.rate else yuan(item.fee.amount)


def _situation(show: Shower, situation: Situation) -> desk.Field:
    kind: desk.FieldKind = "yes_no" if situation.kind == "yes_no" else "choice"
    choices = tuple(desk.Choice(option.code, show.say(option.label)) for option in situation.options)
    return desk.Field(situation.code, show.say(situation.question), kind, required=True, choices=choices)


def _earlier_form(terminal: Terminal, item: Item, applicant_id: str) -> dict[str, str]:
    """What this applicant said the last time on a form of this item."""
    found = terminal.memory.search(applicant_id, _LATELY) if applicant_id else ()
    forms = (row.case.received.form for row in found if (row.item, row.applicant_id) == (item.code, applicant_id))
    return next(forms, {})


def _field(show: Shower, field: Field, item: Item, earlier: dict[str, str]) -> desk.Field:
    kinds: dict[str, desk.FieldKind] = {"number": "number", "choice": "choice", "date": "date"}
    choices = tuple(desk.Choice(option.code, show.say(option.label)) for option in field.options)
    label = show.say(field.label) + (f" ({show.say(field.unit)})" if field.unit else "")
    most = field.max if field.kind in {"text", "address"} else 40
    founding = any(each.id == _NEW_ENTITY for each in item.fields)
    return desk.Field(
        code=field.id,
        name=label,
        kind=kinds.get(field.kind, "text"),
        required=field.required,
        choices=choices,
        value=earlier.get(field.id, ""),
        max_chars=most,
        same_as="" if founding else _SAME_AS.get(field.id, ""),
    )


def known(terminal: Terminal, identity: str) -> desk.Known | None:
    """An applicant who was here before: the party, and how often."""
    found = terminal.memory.known_applicant(identity)
    if found is None:
        return None
    party, last = found.newest.received.applicant, found.newest.received_at[:10]
    return desk.Known(_shown_party(party), note=t("intake.known", count=found.count, last=last))


def outcomes(terminal: Terminal, session: Session, form: desk.IntakeForm) -> tuple[desk.ActView, ...]:
    """The outcomes for this form, the one to take when nothing else is said marked as proposed."""
    item = terminal.library.current().items.get(form.item)
    if item is None:
        return ()
    command = _command(form)
    answers = with_agent(item, normal_answers(item, command.situations), command.agent is not None)
    missing = completeness(item, answers, command.materials, command.agent is not None)
    officer = session.staff.team == "officer"
    may_accept = officer or item.authorised
    incomplete = Refusal("incomplete", {"materials": [gap.name.both() for gap in missing]}) if missing else None
    proposed = "accept" if may_accept and not missing else _proposal(item, bool(missing))
    reason = desk.Field("reason", t("field.reason"), required=True, help=t("field.reason.help"))
    remark = desk.Field("reason", t("field.reason"), help=t("field.return.help"))
    right = desk.Field("right_organ", t("field.right_organ"), help=t("field.right_organ.help"))
    nothing = None if missing else Refusal("nothing_missing")
    shown: list[tuple[str, Refusal | None, tuple[desk.Field, ...]]] = [("receive", None, ())]
    if may_accept:
        shown.append(("accept", incomplete, ()))
    shown.append(("return", nothing, (remark,)) if item.registration else ("supplement", nothing, ()))
    shown.append(("refuse", None, (reason, right)))
    views = (
        act_view(code, off, fields, grave=code in _OFFICERS, proposed=code == proposed) for code, off, fields in shown
    )
    return tuple(
        msgspec.structs.replace(view, name=t("act.propose", act=view.name))
        if view.code in _OFFICERS and not officer
        else view
        for view in views
    )


def _proposal(item: Item, missing: bool) -> str:
    if not missing:
        return "receive"
    return "return" if item.registration else "supplement"


def submit(
    terminal: Terminal, show: Shower, session: Session, form: desk.IntakeForm, case_id: str
) -> desk.Saved | desk.Refused:
    """Commit the intake; what can be mended names its field where it is known. Raises DayUnknown (S29)."""
    try:
        taken = terminal.counter.intake(session, _command(form), case_id)
    except DayUnknown:
        raise
    except BadInput as error:
        return desk.Refused(error.message, _blamed(error))
    if isinstance(taken, Refusal):
        return desk.Refused(taken.message)
    return _saved(terminal, show, taken)


def _saved(terminal: Terminal, show: Shower, taken: Taken) -> desk.Saved:
    papers = tuple(desk.PaperRef(kind, t(f"paper.{kind}")) for kind in papers_of(taken.types))
    words = Message("desk.saved", {"number": numbers.printed(taken.number), "state": Message(f"state.{taken.state}")})
    places = show.places(terminal.counter.case(taken.number))
    return desk.Saved(taken.number, taken.case, t(f"state.{taken.state}"), papers, words, places=places)


def papers_of(types: tuple[str, ...], waits: bool = False) -> tuple[str, ...]:
    """The papers that leave the counter with these facts (R6): a receipt only where nothing was settled at once."""
    if waits:
        return ()
    kinds = [
        EVENTS[name].prints for name in types if EVENTS[name].prints and EVENTS[name].klass is not Klass.NEEDS_HALL
    ]
    if _SETTLED_AT_ONCE.intersection(kinds):
        kinds = [kind for kind in kinds if kind != "receipt"]
    return tuple(kinds)


def _blamed(error: BadInput) -> str:
    """The field of the form that an error of the trade is about."""
    return {"intake.project_code": "project_code", "intake.name": "name"}.get(error.code, "")


def _command(form: desk.IntakeForm) -> commands.Intake:
    return commands.Intake(
        item=form.item,
        applicant=_party(form.applicant),
        agent=_party(form.agent) if form.agent and form.agent.id else None,
        project_code=form.project_code,
        situations={name: value for name, value in form.situations.items() if value},
        form={name: value for name, value in form.form.items() if value},
        materials={code: have for code, have in form.materials.items() if have not in _NOT_IN_HAND},
        outcome=form.outcome or "receive",
        reason=form.outcome_data.get("reason", ""),
        right_organ=form.outcome_data.get("right_organ", ""),
        refers_to=form.refers_to,
    )


def _party(party: desk.Party) -> Party:
    return Party(party.kind, party.name, party.id, party.phone, party.address, party.legal_representative)


def _shown_party(party: bodies.Party) -> desk.Party:
    kind = "entity" if party.kind == "entity" else "person"
    return desk.Party(kind, party.id, party.name, party.phone, party.address, party.representative)  # type: ignore[arg-type]


def guide(terminal: Terminal, code: str) -> str:
    """The service guide of an item as text; of a guide-only item its name and department."""
    item = terminal.library.current().items.get(code)
    if item is None:
        found = terminal.memory.guide_item(code)
        return f"{found.code}\n{found.name}\n{found.kind}\n{found.department}" if found else code
    now = terminal.clock.now()
    facts = guide_facts(item, terminal.paperwork.hall, now, terminal.paperwork.say)
    return to_text(build("guide", facts, terminal.paperwork.say))


def save_draft(terminal: Terminal, session: Session, case_id: str, draft: desk.Draft) -> None:
    """Keep the draft under its owner."""
    terminal.memory.keep_draft(case_id, session.staff.number, msgspec.json.encode(draft.form), draft.field)


def load_draft(terminal: Terminal, session: Session) -> tuple[str, desk.Draft] | None:
    """The owner's draft with its case id."""
    drafts = terminal.memory.drafts(session.staff.number)
    if not drafts:
        return None
    found = drafts[0]
    form = msgspec.json.decode(found.data, type=desk.IntakeForm)
    return found.case_id, desk.Draft(form, found.field, found.updated[11:16])
