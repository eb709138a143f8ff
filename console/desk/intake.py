"""The intake screen's questions: which items, what applies, which outcomes, and the saving."""

from __future__ import annotations

from typing import Literal

import msgspec

from casework import bodies, commands, numbers
from casework.bodies import Party
from casework.catalogue.gates import TURNS_AWAY
from casework.catalogue.materials import PENDING, completeness, with_agent
from casework.catalogue.schema import Item
from casework.catalogue.situations import holds, normal_answers
from casework.errors import BadInput
from casework.events import EVENTS, Klass
from casework.intake import gate_refusal, mandated
from casework.messages import Message, t
from casework.papers.text import to_text
from casework.rules import Refusal
from console.counter import Session, Taken
from console.desk import bundle as desk_bundle
from console.desk import item as desk_item
from console.legal_time import DayUnknown
from console.showing import Shower, act_view, identity_of, masked
from console.terminal import Terminal
from screens import desk

_LATELY = 50
"""Among how many of the newest cases the finder looks for what is taken in often."""

_OFFICERS = frozenset({"refuse", "return"})
"""A helper only proposes these; an officer settles it."""

_NOT_IN_HAND = frozenset({"missing", PENDING})
_SETTLED_AT_ONCE = frozenset({"acceptance", "refusal", "return"})


def find_items(terminal: Terminal, show: Shower, text: str) -> tuple[desk.ItemHit, ...]:
    """Items, bundles and guide-only items, best first; for an empty text all, those that came here lately in front."""
    catalogue = terminal.library.current()
    items, bundles = catalogue.items, catalogue.bundles
    found = terminal.library.finder().find(text, terminal.memory.recent_items(_LATELY))
    hits = tuple(
        _hit(show, items[hit.code]) if hit.code in items else desk.ItemHit(hit.code, hit.name, "", hit.guide_only)
        for hit in found
    )
    if not text.strip():
        return (*hits, *(desk_bundle.hit(show, bundles[code]) for code in sorted(bundles)))
    return desk_bundle.with_bundles(terminal, show, text, hits)


def _hit(show: Shower, item: Item) -> desk.ItemHit:
    return desk.ItemHit(item.code, show.say(item.name), t(f"module.{item.module}"))


def item_view(
    terminal: Terminal, show: Shower, code: str, answers: dict[str, str], applicant_id: str = "", version: str = ""
) -> desk.ItemView | None:
    """What applies to these situation answers; None when no case can be opened on the code.

    `version`: the catalogue of a form that is open; the newest without.
    """
    catalogue, code = terminal.library.version(version), code.strip().upper()
    given = {name: value for name, value in answers.items() if value}
    if code in catalogue.bundles:
        return desk_bundle.bundle_view(terminal, show, catalogue.bundles[code], given, applicant_id, catalogue)
    item = catalogue.items.get(code)
    if item is None:
        return None
    agent = given.get("agent") == "yes"
    cases = terminal.memory.of_applicant(applicant_id) if applicant_id else ()
    return desk.ItemView(
        code=item.code,
        name=show.say(item.name),
        module=t(f"module.{item.module}"),
        applicants=item.applicants,
        situations=tuple(desk_item.situation(show, each, item) for each in item.situations if holds(each.when, given)),
        fields=desk_item.fields(show, item, given, cases, founding=desk_item.founds(item)),
        materials=desk_item.materials(terminal, show, item, given, cases, agent=agent),
        needs_project_code=item.project_code,
        limits=desk_item.limits(item.statutory, item.promised),
        fee=desk_item.fee(show, item),
        catalogue=catalogue.version,
    )


def same_open_case(terminal: Terminal, code: str, applicant_id: str) -> Message | None:
    """A warning when the applicant has an open case of the same item here; of a bundle, of any of its items."""
    bundle = terminal.library.current().bundles.get(code)
    codes_ = [member.item for member in bundle.members] if bundle else [code]
    warnings = (terminal.counter.same_open_case(one, applicant_id) for one in codes_)
    return next((warning for warning in warnings if warning is not None), None)


def people(terminal: Terminal, text: str, *, agents: bool = False) -> tuple[desk.Offer, ...]:
    """Known people and firms by initials or characters of their names; people only as lists show them."""
    found = terminal.memory.people_named(text, terminal.memory.limits.people_offered)
    return tuple(
        desk.Offer(party.id, f"{masked(party)}  {identity_of(party)}")
        for party in found
        if party.kind == "person" or not agents
    )


def outcomes(terminal: Terminal, session: Session, form: desk.IntakeForm) -> tuple[desk.ActView, ...]:
    """The outcomes for this form, the one to take when nothing else is said marked as proposed.

    A gate that is shut is said now, while the applicant stands there; its own words serve as the reason (R1, R2).
    """
    catalogue, command = terminal.library.version(form.catalogue), command_of(form)
    if form.item in catalogue.bundles:
        return desk_bundle.outcomes(terminal, session, catalogue.bundles[form.item], command, catalogue)
    item = catalogue.items.get(form.item)
    if item is None:
        return ()
    answers = with_agent(item, normal_answers(item, command.situations), command.agent is not None)
    missing = completeness(item, answers, command.materials, command.agent is not None, mandated(command.agent))
    officer = session.staff.team == "officer"
    may_accept = officer or item.authorised
    gate = desk_item.shut_gate(terminal, item, answers, command.form)
    incomplete = Refusal("incomplete", {"materials": [gap.name.both() for gap in missing]}) if missing else None
    hindered = gate_refusal(gate) if gate else incomplete
    away = gate is not None and gate.effect in TURNS_AWAY
    proposed = "refuse" if away else "accept" if may_accept and not hindered else _proposal(item, bool(missing))
    reason = desk.Field("reason", t("field.reason"), required=not away, help=t("field.reason.help"))
    remark = desk.Field("reason", t("field.reason"), help=t("field.return.help"))
    right = desk.Field("right_organ", t("field.right_organ"), help=t("field.right_organ.help"))
    nothing = None if missing else Refusal("nothing_missing")
    shown: list[tuple[str, Refusal | None, tuple[desk.Field, ...]]] = [("receive", None, ())]
    if may_accept or gate is not None:
        shown.append(("accept", hindered, ()))
    shown.append(("return", nothing, (remark,)) if item.registration else ("supplement", nothing, ()))
    shown.append(("refuse", None, (reason, right)))
    elsewhere = terminal.counter.outlook(session, None).elsewhere(item.module)
    views = (
        act_view(code, elsewhere or off, fields, grave=code in _OFFICERS, proposed=code == proposed)
        for code, off, fields in shown
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
    """Commit the intake; what can be mended names its field where it is known. Raises DayUnknown (S29).

    All cases of one visitor carry the same visit; a prefile goes on under its own id, and who opened it stays
    responsible (R16).
    """
    visit = form.visit or terminal.counter.new_id()
    session = msgspec.structs.replace(session, visit=visit, catalogue=form.catalogue)
    command = command_of(form)
    before = terminal.memory.prefile_of(case_id) if case_id else None
    if before is not None:
        came_from = command.refers_to or before.code
        command = msgspec.structs.replace(command, refers_to=came_from, first_contact=before.opened_by)
    try:
        taken = _taken(terminal, session, command, case_id)
    except DayUnknown:
        raise
    except BadInput as error:
        return desk.Refused(error.message, _blamed(error))
    if isinstance(taken, Refusal):
        return desk.Refused(taken.message)
    return _saved(terminal, show, taken, session.visit)


def _taken(terminal: Terminal, session: Session, command: commands.Intake, case_id: str) -> tuple[Taken, ...] | Refusal:
    if terminal.counter.is_bundle(command.item, session.catalogue):
        return terminal.counter.intake_together(session, command, case_id)
    taken = terminal.counter.intake(session, command, case_id)
    return taken if isinstance(taken, Refusal) else (taken,)


def _saved(terminal: Terminal, show: Shower, taken: tuple[Taken, ...], visit: str) -> desk.Saved:
    first, *others = taken
    words = Message("desk.saved", {"number": numbers.printed(first.number), "state": Message(f"state.{first.state}")})
    also = tuple(
        desk.Also(one.number, _item_of(terminal, show, one), t(f"state.{one.state}"), _paper_refs(papers_of(one.types)))
        for one in others
    )
    papers, places = _paper_refs(papers_of(first.types)), show.places(terminal.counter.case(first.number))
    state = t(f"state.{first.state}")
    return desk.Saved(first.number, first.case, state, papers, words, visit, places, also)


def _item_of(terminal: Terminal, show: Shower, taken: Taken) -> str:
    case = terminal.counter.case(taken.number)
    return f"{case.received.item} {show.item_name(case)}"


def _paper_refs(kinds: tuple[str, ...]) -> tuple[desk.PaperRef, ...]:
    return tuple(desk.PaperRef(kind, t(f"paper.{kind}")) for kind in kinds)


def papers_awaited(types: tuple[str, ...]) -> tuple[str, ...]:
    """The papers that are made of these facts once the hall has confirmed them: a decision, a suspension."""
    return tuple(kind for name in types if EVENTS[name].klass is Klass.NEEDS_HALL and (kind := EVENTS[name].prints))


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
    return _AT.get(error.code, "")


_AT = {
    "intake.project_code": "project_code",
    "intake.name": "applicant.name",
    "code.name.number": "applicant.legal_representative",
}


def command_of(form: desk.IntakeForm) -> commands.Intake:
    """The form as the command of an intake."""
    return commands.Intake(
        item=form.item,
        applicant=party_of(form.applicant),
        agent=party_of(form.agent) if form.agent and form.agent.id else None,
        project_code=form.project_code,
        situations={name: value for name, value in form.situations.items() if value},
        form={name: value for name, value in form.form.items() if value},
        materials={code: have for code, have in form.materials.items() if have not in _NOT_IN_HAND},
        outcome=form.outcome or "receive",
        reason=form.outcome_data.get("reason", ""),
        right_organ=form.outcome_data.get("right_organ", ""),
        refers_to=form.refers_to,
        reused=form.reused,
    )


def party_of(party: desk.Party) -> Party:
    """A party as the trade takes it."""
    return Party(
        party.kind, party.name, party.id, party.phone, party.address, party.legal_representative, party.authority
    )


def shown_party(party: bodies.Party) -> desk.Party:
    """A party as the form shows it."""
    kind: Literal["person", "entity"] = "entity" if party.kind == "entity" else "person"
    return desk.Party(kind, party.id, party.name, party.phone, party.address, party.representative, party.authority)


def guide(terminal: Terminal, show: Shower, code: str) -> str:
    """The service guide of an item as text; of a guide-only item its name and department."""
    catalogue = terminal.library.current()
    if code in catalogue.bundles:
        return desk_bundle.guide(show, catalogue.bundles[code], catalogue)
    item = catalogue.items.get(code)
    if item is None:
        found = terminal.memory.guide_item(code)
        return f"{found.code}\n{found.name}\n{found.kind}\n{found.department}" if found else code
    return to_text(terminal.paperwork.guide(item))


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
