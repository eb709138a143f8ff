"""Applications before their number (预审件) in the words of the screens: put aside, listed, checked, taken up."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from casework import bodies
from casework.catalogue.materials import applicable, with_agent
from casework.catalogue.schema import Item, Material
from casework.errors import BadInput
from casework.messages import Message, t
from casework.once import cure_of
from casework.papers.model import Paper
from casework.papers.text import to_text
from casework.prefile import Prefile
from casework.rules import Refusal
from casework.short_codes import printed_code, read_code
from console.counter import Session
from console.desk import bundle as desk_bundle
from console.desk.defects import defect_fields, defect_of
from console.desk.fields import reason_field
from console.desk.intake import party_of, shown_party
from console.fetching import fetch_case
from console.preparing import Preparing
from console.showing import Shower, masked
from console.terminal import Terminal
from screens import desk

_FOUND = 20
"""Prefiles that a search by name shows beside the cases."""
_SHORTEST = 2
_ELSEWHERE = "no_case"
"""What the hall says of a case in no scope of this terminal."""


def park(
    terminal: Terminal, session: Session, form: desk.IntakeForm, field: str, case_id: str
) -> desk.Done | desk.Refused:
    """Put the form aside; its draft goes with it. Raises BadInput."""
    done = Preparing(terminal.counter).park(session, _body(form), field, case_id)
    if isinstance(done, Refusal):
        return desk.Refused(done.message)
    return desk.Done(Message("desk.parked", {"code": printed_code(done.code)}))


def _body(form: desk.IntakeForm) -> bodies.Form:
    who = form.applicant
    return bodies.Form(
        item=form.item,
        applicant=party_of(who) if who.id or who.name else None,
        agent=party_of(form.agent) if form.agent and (form.agent.id or form.agent.name) else None,
        project_code=form.project_code,
        situations={name: value for name, value in form.situations.items() if value},
        form={name: value for name, value in form.form.items() if value},
        materials=dict(form.materials),
        reused=form.reused,
    )


def _form(prefile: Prefile) -> desk.IntakeForm:
    held = prefile.form
    return desk.IntakeForm(
        item=held.item,
        situations=held.situations,
        applicant=shown_party(held.applicant) if held.applicant else desk.Party(),
        agent=shown_party(held.agent) if held.agent else None,
        project_code=held.project_code,
        form=held.form,
        materials=held.materials,  # type: ignore[arg-type]  # states of the trade and of the screen have one name
        reused=held.reused,
    )


def rows(terminal: Terminal, show: Shower, text: str) -> tuple[desk.PrefileRow, ...]:
    """Those that wait, touched last first."""
    return tuple(row(terminal, show, one) for one in terminal.memory.prefiles(text.strip()))


def row(terminal: Terminal, show: Shower, prefile: Prefile) -> desk.PrefileRow:
    """One line of a list."""
    who, at = prefile.form.applicant, prefile.touched_at or prefile.opened_at
    return desk.PrefileRow(
        code=printed_code(prefile.code),
        item=prefile.form.item,
        item_name=_name(terminal, show, prefile.form.item),
        applicant=masked(who) if who else "",
        state=t(f"prefile.state.{prefile.state}"),
        defects=tuple(line.defect for line in prefile.defects),
        touched=f"{at[5:16].replace('T', ' ')} {terminal.name_of(prefile.touched_by or prefile.opened_by)}",
    )


def _name(terminal: Terminal, show: Shower, code: str) -> str:
    catalogue = terminal.library.current()
    found = catalogue.bundles.get(code) or catalogue.items.get(code)
    return show.say(found.name) if found else code or t("prefile.no_item_yet")


def found(terminal: Terminal, show: Shower, text: str) -> tuple[desk.QueueRow, ...]:
    """The prefiles that a search finds: by short code, by name or identity number."""
    words = text.strip()
    code = read_code(words)
    prefiles = _with_code(terminal, code) if code else []
    if len(words) >= _SHORTEST:
        prefiles += terminal.memory.prefiles(words, _FOUND)
    return as_rows(terminal, show, tuple({one.id: one for one in prefiles}.values()))


def _with_code(terminal: Terminal, code: str) -> list[Prefile]:
    """That with this code, also where it was closed."""
    try:
        one = Preparing(terminal.counter).prefile(code)
    except BadInput:  # no such code here
        return []
    return [] if one.is_over else [one]


def as_rows(terminal: Terminal, show: Shower, prefiles: tuple[Prefile, ...]) -> tuple[desk.QueueRow, ...]:
    """Prefiles as lines of a list of cases; Enter takes them."""
    shown = (row(terminal, show, one) for one in prefiles)
    return tuple(
        desk.QueueRow(
            number=row.code,
            item=row.item,
            item_name=row.item_name,
            applicant=row.applicant,
            state=row.state,
            place=row.touched,
            light="none",
            due="",
            left="",
            unsent=False,
            prefile=row.code,
            todo=t("screens.prefiles.defects", n=len(row.defects)) if row.defects else "",
        )
        for row in shown
    )


def opened(terminal: Terminal, prefile: Prefile) -> Prefile:
    """The prefile in full: what another window made before it had a module is fetched when somebody opens it (S7).

    Raises BadInput where it can't be had.
    """
    if not prefile.masked:
        return prefile
    trouble = fetch_case(terminal, prefile.id)
    found = terminal.memory.prefile_of(prefile.id) or prefile
    if found.masked and trouble is not None and trouble.facts.get("error") == _ELSEWHERE:
        terminal.memory.let_go_prefile(prefile.id)  # its item is of a module that this window does not hold (S7)
        raise BadInput("desk.prefile_elsewhere", code=printed_code(prefile.code))
    if found.masked:
        raise BadInput("desk.prefile_masked", code=printed_code(prefile.code), reason=trouble or "")
    return found


def take(terminal: Terminal, session: Session, code: str) -> tuple[str, desk.Draft] | Refusal:
    """Go on with it here: its id, and the form with the field where the caret stood. Raises BadInput."""
    preparing = Preparing(terminal.counter)
    known = opened(terminal, preparing.prefile(code))
    preparing.must_wait(known)
    done = preparing.take(session, known.code)
    if isinstance(done, Refusal):
        return done
    return done.id, desk.Draft(_form(done), done.field, done.touched_at[11:16])


def check_form(terminal: Terminal, show: Shower, code: str) -> desk.ActView:
    """The look at its papers: one field a paper, with what was wrong the last time. Raises BadInput."""
    prefile = opened(terminal, Preparing(terminal.counter).prefile(code))
    before = {line.material: line.defect for line in prefile.defects}
    fields = tuple(
        field
        for _, material in _papers(terminal, prefile)
        for field in defect_fields(material.code, show.say(material.name), before.get(material.code, ""))
    )
    return desk.ActView("check-prefile", t("event.prefile.checked"), fields=fields, notes=(t("desk.prefile_note"),))


def _papers(terminal: Terminal, prefile: Prefile) -> Iterator[tuple[Item, Material]]:
    """The papers that apply, of a bundle those of each of its items; each once."""
    catalogue, form = terminal.library.current(), prefile.form
    bundle = catalogue.bundles.get(form.item)
    single = catalogue.items.get(form.item)
    items = desk_bundle.members(bundle, form.situations, catalogue) if bundle else (single,) if single else ()
    agent = form.agent is not None
    for item in items:
        for material in applicable(item, with_agent(item, form.situations, agent), agent):
            yield item, material


def check(terminal: Terminal, session: Session, code: str, data: dict[str, str]) -> desk.Done | desk.Refused:
    """Put the look on record; a cure that nobody typed is the item's own. Raises BadInput."""
    preparing = Preparing(terminal.counter)
    prefile = preparing.prefile(code)
    lines = tuple(
        bodies.ReviewLine(material.code, not defect, defect, cure_of(item, material.code) if defect else "")
        for item, material in _papers(terminal, prefile)
        for defect in [defect_of(material.code, data)]
    )
    done = preparing.check(session, prefile.code, None, lines)
    if isinstance(done, Refusal):
        return desk.Refused(done.message)
    words = "desk.prefile_defects" if done.defects else "desk.prefile_right"
    return desk.Done(Message(words, {"code": printed_code(done.code), "n": len(done.defects)}))


def close_form(terminal: Terminal, code: str) -> desk.ActView:
    """Why nobody goes on with it. Raises BadInput."""
    Preparing(terminal.counter).prefile(code)
    name, notes = t("event.prefile.closed"), (t("desk.prefile_close_note"),)
    return desk.ActView("close-prefile", name, fields=(reason_field(),), notes=notes)


def close(terminal: Terminal, session: Session, code: str, data: dict[str, str]) -> desk.Done | desk.Refused:
    """Take it off the list. Raises BadInput."""
    done = Preparing(terminal.counter).close(session, code, data.get("reason", ""))
    if isinstance(done, Refusal):
        return desk.Refused(done.message)
    return desk.Done(Message("desk.prefile_closed", {"code": printed_code(done.code)}))


def preview(terminal: Terminal, session: Session, code: str) -> str:
    """The preparation list as text. Raises BadInput, BadPaper."""
    return "\n\n".join(to_text(paper) for paper in _lists(terminal, session, code))


def _lists(terminal: Terminal, session: Session, code: str) -> tuple[Paper, ...]:
    papers = Preparing(terminal.counter).preparation(session, code)
    if not papers:
        raise BadInput("desk.prefile_nothing", code=code)
    return papers


def print_list(terminal: Terminal, session: Session, code: str) -> desk.Done:
    """The preparation list into the queue of the printer; of a bundle one for each item. Raises BadInput, BadPaper."""
    prefile = Preparing(terminal.counter).prefile(code)
    papers = _lists(terminal, session, code)
    with terminal.memory.writing() as tx:
        for count, paper in enumerate(papers, 1):
            tx.queue_print(prefile.id, prefile.code, "preparation", count, msgspec.json.encode(paper))
    return desk.Done(terminal.print_waiting(t("paper.preparation"), ""))
