"""A person's own lists in the words of the screens: her cases and prefiles, and the applicants she works for."""

from __future__ import annotations

from casework import codes
from console.counter import Session
from console.desk import prefiles as desk_prefiles
from console.showing import Shower
from console.terminal import Terminal
from local_db.mine import Client
from screens import desk


def mine(terminal: Terminal, show: Shower, session: Session) -> desk.Page[desk.QueueRow]:
    """Her prefiles, then her cases."""
    me = session.staff.number
    prefiles = desk_prefiles.as_rows(terminal, show, terminal.memory.prefiles_of_clerk(me))
    cases = tuple(show.row(row.case, row.unsent, me=me) for row in terminal.memory.cases_of_clerk(me))
    return desk.Page((*prefiles, *cases), len(prefiles) + len(cases))


def companies(terminal: Terminal, session: Session) -> tuple[desk.CompanyRow, ...]:
    """The applicants of her cases."""
    return tuple(_company(client) for client in terminal.memory.clients_of(session.staff.number))


def _company(client: Client) -> desk.CompanyRow:
    person = client.kind != "entity"
    return desk.CompanyRow(
        id=client.applicant_id,
        name=codes.mask_name(client.name) if person else client.name,
        shown_id=codes.mask_id(client.applicant_id) if person else client.applicant_id,
        cases=client.count,
        open=client.open,
        last=client.last[:10],
    )


def cases_of(terminal: Terminal, show: Shower, session: Session, identity: str) -> desk.Page[desk.QueueRow]:
    """An applicant's cases."""
    me = session.staff.number
    found = (terminal.memory.case_row(case.id) for case in terminal.memory.of_applicant(identity))
    rows = tuple(show.row(row.case, row.unsent, me=me) for row in found if row is not None)
    return desk.Page(rows, len(rows))
