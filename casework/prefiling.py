"""Acts on an application before it has a number: opened by a helper, looked through, put aside, taken up at a window,
closed.

Nothing of a form is checked here beyond its codes: a prefile may be as unfinished as the applicant's folder is.
"""

from __future__ import annotations

import msgspec

from casework import bodies
from casework.catalogue.materials import STATES
from casework.catalogue.schema import Catalogue, Item
from casework.drafting import Context, Decision, Drafting, drafted
from casework.errors import BadInput
from casework.events import EVENTS
from casework.prefile import Prefile
from casework.rights import post_for
from casework.rules import Refusal
from casework.rules.refusing import reason as no_reason
from casework.short_codes import printed_code, short_code
from casework.text import clean_code, clean_line, clean_name, clean_text


def open_prefile(form: bodies.Form, context: Context, case_id: str, note: str = "") -> Decision | Refusal:
    """A file is opened; its code follows from its id. Raises BadInput."""
    form = clean_form(form, context.catalogue)
    module = module_of(form.item, context.catalogue)
    body = bodies.PrefileOpened(short_code(case_id), module, form, clean_text(note))
    return context.elsewhere(module) or _said(context, case_id, "prefile.opened", body)


def check_prefile(
    prefile: Prefile, form: bodies.Form, lines: tuple[bodies.ReviewLine, ...], context: Context, note: str = ""
) -> Decision | Refusal:
    """Its papers were looked at one by one. Raises BadInput."""
    if prefile.masked:
        return Refusal("prefile_masked", {"code": printed_code(prefile.code)})
    if not form.item:
        raise BadInput("prefile.no_item", code=printed_code(prefile.code))
    form = clean_form(form, context.catalogue)
    said = tuple(_line(line) for line in lines)
    known = [material.code for item in _items(form.item, context.catalogue) for material in item.materials]
    strange = next((line.material for line in said if line.material not in known), None)
    if strange is not None:
        raise BadInput("material.unknown", item=form.item, material=strange[:40], known=", ".join(known))
    if module_of(form.item, context.catalogue) != prefile.module:
        raise BadInput("prefile.other_module", code=printed_code(prefile.code), item=form.item)
    right = {line.material for line in said if line.right}
    have = {code: state for code, state in form.materials.items() if not (state == "missing" and code in right)}
    have |= {line.material: "missing" for line in said if not line.right}
    body = bodies.PrefileChecked(msgspec.structs.replace(form, materials=have), said, clean_text(note))
    return _said(context, prefile.id, "prefile.checked", body)


def park(form: bodies.Form, context: Context, case_id: str, field: str = "") -> Decision | Refusal:
    """A half-filled form is put aside for any window, also before anybody knows its item. Raises BadInput."""
    form = clean_form(form, context.catalogue)
    module = module_of(form.item, context.catalogue)
    body = bodies.PrefileParked(short_code(case_id), module, form, clean_line(field))
    return context.elsewhere(module) or _said(context, case_id, "prefile.parked", body)


def take_prefile(prefile: Prefile, context: Context) -> Decision | Refusal:
    """This window goes on with it; not with what it sees masked."""
    if prefile.masked:
        return Refusal("prefile_masked", {"code": printed_code(prefile.code)})
    return _said(context, prefile.id, "prefile.taken", bodies.PrefileTaken(context.terminal))


def close_prefile(prefile: Prefile, reason: str, context: Context) -> Decision | Refusal:
    """Nobody goes on with it: it leaves the list, and is found by its code."""
    body = bodies.PrefileClosed(clean_text(reason))
    return no_reason(body) or _said(context, prefile.id, "prefile.closed", body)


def leave_module(prefile: Prefile, module: str, context: Context) -> Decision | Refusal | None:
    """The file ends in its module, for it goes on with an item of another one; None where it does not.

    Said before it goes on, while it is still of the module of before: whoever holds that alone, or saw the file before
    it had one, hears nothing of the other (S7).
    """
    if prefile.is_over or prefile.module == module:
        return None
    return _said(context, prefile.id, "prefile.closed", bodies.PrefileClosed("", module))


def clean_form(form: bodies.Form, catalogue: Catalogue) -> bodies.Form:
    """The form as a fact may keep it: its item known, or a person for whom there is none yet; its texts clean.

    Its materials are in states that exist.

    Answers of an item that was chosen before are left out, for a form may be put aside at any moment. Raises BadInput.
    """
    code = clean_code(form.item)
    known_by = form.applicant is not None and bool(form.applicant.name.strip() or form.applicant.id.strip())
    if not (known_by and not code) and code not in catalogue.items and code not in catalogue.bundles:
        known = ", ".join(sorted((*catalogue.items, *catalogue.bundles)))
        raise BadInput("intake.no_item", item=form.item[:40], known=known)
    for material, have in form.materials.items():
        if have not in STATES:
            raise BadInput("material.state", material=material[:40], state=have[:40], known=", ".join(STATES))
    cleaned = {name: clean_text(str(value)) for name, value in form.form.items()}
    fields = {field.id for item in _items(code, catalogue) for field in item.fields}
    return msgspec.structs.replace(
        form, item=code, applicant=_party(form.applicant), agent=_party(form.agent),
        project_code=clean_line(form.project_code),
        form={name: text for name, text in cleaned.items() if name in fields},
    )  # fmt: skip


def _items(code: str, catalogue: Catalogue) -> list[Item]:
    bundle = catalogue.bundles.get(code)
    codes = [member.item for member in bundle.members] if bundle else [code]
    return [catalogue.items[each] for each in codes if each in catalogue.items]


def _party(party: bodies.Party | None) -> bodies.Party | None:
    """Names and lines cleaned; whether the numbers are right is asked at the intake."""
    if party is None:
        return None
    return bodies.Party(
        kind=party.kind, name=clean_name(party.name), id=clean_line(party.id), phone=clean_line(party.phone),
        address=clean_line(party.address), representative=clean_name(party.representative),
        authority=clean_line(party.authority),
    )  # fmt: skip


def module_of(code: str, catalogue: Catalogue) -> str:
    """The module of an item; of a bundle that of its first item."""
    bundle = catalogue.bundles.get(code)
    item = catalogue.items.get(bundle.members[0].item if bundle else code)
    return item.module if item else ""


def _line(line: bodies.ReviewLine) -> bodies.ReviewLine:
    if not line.right and not line.defect.strip():
        raise BadInput("prefile.defect", material=line.material[:40])
    return bodies.ReviewLine(clean_code(line.material), line.right, clean_text(line.defect), clean_text(line.cure))


def _said(context: Context, case_id: str, type_: str, body: bodies.Body) -> Decision | Refusal:
    post = post_for(context.staff, context.shift, EVENTS[type_].verb, context.catalogue.posts)
    drafting = Drafting(context, case_id, case_id, None)
    return drafted(drafting, (type_, body, post or next(iter(context.shift), "")))
