"""What of an application goes to every window while it has no module yet: no name, number or telephone in clear (S7).

The full bytes stay at the hall and at the window that made them; whoever opens the application asks for them.
"""

from __future__ import annotations

import msgspec

from casework import bodies, codes
from casework.errors import BadBytes
from casework.events import body_of
from casework.facts import Fact, encode_body


def masked_fact(fact: Fact) -> Fact:
    """`fact` as windows may see it that have not opened it. Its id stays; its bytes are not those that were sealed.

    A body that can't be read goes without a word of it.
    """
    try:
        body = body_of(fact)
    except BadBytes:
        return msgspec.structs.replace(fact, body=msgspec.Raw(b"{}"))
    masked = _masked(body)
    return msgspec.structs.replace(fact, body=encode_body(masked) if masked is not None else msgspec.Raw(b"{}"))


def _masked(body: bodies.Body) -> bodies.Body | None:
    """What may be seen of a body; of what has no business before the number nothing."""
    match body:
        case bodies.PrefileOpened(form=form):
            return msgspec.structs.replace(body, form=masked_form(form), note="")
        case bodies.PrefileChecked(form=form):
            return msgspec.structs.replace(body, form=masked_form(form), lines=(), note="")
        case bodies.PrefileParked(form=form):
            return msgspec.structs.replace(body, form=masked_form(form))
        case bodies.PrefileClosed():
            return msgspec.structs.replace(body, reason="")
        case bodies.PrefileTaken() | bodies.Called() | bodies.CallAnswered():
            return body
        case bodies.ResolveWithdraw() | bodies.ResolveAmend():  # of what has no case: every window has to know what
            return msgspec.structs.replace(body, reason="", recalls=())
    return None


def masked_form(form: bodies.Form) -> bodies.Form:
    """The form without what was typed in words: which papers are there says nothing of a person."""
    return msgspec.structs.replace(
        form, applicant=masked_party(form.applicant), agent=masked_party(form.agent), project_code="", form={},
        reused={},
    )  # fmt: skip


def masked_party(party: bodies.Party | None) -> bodies.Party | None:
    """A person or firm, hidden as in lists."""
    if party is None:
        return None
    return bodies.Party(
        kind=party.kind, name=codes.mask_name(party.name), id=codes.mask_id(party.id),
        phone=codes.mask_phone(party.phone) if party.phone else "",
    )  # fmt: skip
