"""An item in the words of the intake screen: its questions, its form, its papers, its limits and its fee."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from casework.ambient import moment
from casework.case import Case
from casework.catalogue.form import asked_fields
from casework.catalogue.gates import shut_gates
from casework.catalogue.materials import material_states
from casework.catalogue.schema import Field, Gate, Item, LimitData, Situation
from casework.clocks import unit_word
from casework.messages import t
from casework.money import yuan
from casework.reuse import Earlier, reusable
from console.desk import about as desk_about
from console.showing import Shower
from console.terminal import Terminal
from screens import desk

_REPRESENTATIVE = "legal_representative"
_PEOPLE = frozenset({_REPRESENTATIVE, "representative"})
"""Fields of the forms in which the name of a person stands."""
_SAME_AS = {
    "premises": "applicant.address",
    _REPRESENTATIVE: "applicant.legal_representative",
    "builder": "applicant.name",
}
_NEW_ENTITY = "company_name"
"""An item that asks for this founds somebody else than the applicant: nothing of the applicant is proposed there."""


def founds(item: Item) -> bool:
    """Whether somebody else than the applicant comes of it."""
    return any(each.id == _NEW_ENTITY for each in item.fields)


def shut_gate(terminal: Terminal, item: Item, answers: Mapping[str, str], form: Mapping[str, str]) -> Gate | None:
    """What of the law lets this application not through today."""
    day = moment(terminal.counter.legal.now().at).date()
    shut = shut_gates(item, answers, form, day, terminal.library.calendar())
    return next((gate for gate in shut if gate.effect != "warn"), None)


def situation(show: Shower, asked: Situation, item: Item | None = None) -> desk.Field:
    """A question that switches papers and steps of `item` (of a bundle: of several items)."""
    kind: desk.FieldKind = "yes_no" if asked.kind == "yes_no" else "choice"
    choices = tuple(desk.Choice(option.code, show.say(option.label)) for option in asked.options)
    about = desk_about.of_situation(show, item, asked) if item else ()
    return desk.Field(asked.code, show.say(asked.question), kind, required=True, choices=choices, about=about)


def fields(
    show: Shower, item: Item, given: dict[str, str], cases: Sequence[Case], *, founding: bool
) -> tuple[desk.Field, ...]:
    """The form that applies; what this applicant said the last time on a form of this item is proposed."""
    earlier: dict[str, str] = next((case.received.form for case in cases if case.received.item == item.code), {})
    return tuple(_field(show, item, each, earlier, founding=founding) for each in asked_fields(item, given))


def _field(show: Shower, item: Item, field: Field, earlier: dict[str, str], *, founding: bool) -> desk.Field:
    kinds: dict[str, desk.FieldKind] = {"number": "number", "choice": "choice", "date": "date"}
    return desk.Field(
        code=field.id,
        name=show.say(field.label) + (f" ({show.say(field.unit)})" if field.unit else ""),
        kind="person_name" if field.id in _PEOPLE else kinds.get(field.kind, "text"),
        required=field.required,
        choices=tuple(desk.Choice(option.code, show.say(option.label)) for option in field.options),
        value=earlier.get(field.id, ""),
        max_chars=field.max if field.kind in {"text", "address"} else 40,
        same_as="" if founding else _SAME_AS.get(field.id, ""),
        example=t("item.example.address") if field.kind == "address" else "",
        about=desk_about.of_field(show, item, field),
    )


def materials(
    terminal: Terminal, show: Shower, item: Item, given: dict[str, str], cases: Sequence[Case], *, agent: bool
) -> tuple[desk.MaterialView, ...]:
    """The papers that apply, each with the earlier case of this applicant that holds it (R33)."""
    known = reusable(item, cases, terminal.library.current().items) if cases else {}
    return tuple(
        desk.MaterialView(
            code=material.code,
            name=show.say(material.name),
            required=True,  # what applies is asked for; the conditional ones apply by the answers above
            may_pledge=material.pledge and not item.pledge_excluded,
            may_defer=material.defer,
            source=show.say(material.source),
            have="pending_check" if material.source else "missing",
            earlier=_earlier(known.get(material.code)),
            earlier_number=known[material.code][0] if material.code in known else "",
            about=desk_about.of_material(show, item, material, _earlier(known.get(material.code))),
        )
        for material, _ in material_states(item, given, {}, agent)
    )


def _earlier(held: Earlier | None) -> str:
    if held is None:
        return ""
    number, received_at, have = held
    return t("intake.earlier", day=received_at[:10], words=t(f"intake.earlier.{have}"), number=number[-6:-2])


def limits(statutory: LimitData | None, promised: LimitData) -> str:
    """Both limits in one line."""
    if statutory is None:
        return t("item.promise", promised=_limit(promised))
    return t("item.limits", statutory=_limit(statutory), promised=_limit(promised))


def _limit(limit: LimitData) -> str:
    return t(f"limit.{unit_word(limit.unit, limit.amount)}", amount=limit.amount, start=t(f"limit.start.{limit.start}"))


def fee(show: Shower, item: Item) -> str:
    """What it costs (R11)."""
    if item.fee is None:
        return t("papers.fee.none")
    return show.say(item.fee.rate) if item.fee.rate else yuan(item.fee.amount)
