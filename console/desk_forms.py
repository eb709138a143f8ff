"""What the acts ask of the clerk, and how what she types is checked: data for the screens' forms."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from casework import codes, numbers
from casework.case import Case, open_steps, post_of
from casework.errors import BadInput
from casework.messages import Message, t
from casework.rules import Refusal
from casework.text import clean_code, clean_line
from console.showing import act_view
from console.terminal import Terminal
from screens import desk

GRAVE = frozenset({"refuse", "return", "decide", "withdraw", "send-back", "supplement"})
"""Acts that ask *sure?* before, and say what will happen."""

_LINE, _HAVE = "line.", "have."
_IN_HAND = ("original", "copy", "electronic")


def check(kind: desk.FieldKind, value: str, today: date) -> desk.Checked:
    """`value` cleaned and checked as its kind wants. Pure and quick: called while typing."""
    if not value.strip():
        return desk.Checked("")
    try:
        return _CHECKS.get(kind, _line)(value, today)
    except BadInput as error:
        return desk.Checked(value, error=error.message)


def _line(value: str, today: date) -> desk.Checked:
    return desk.Checked(clean_line(value))


def _identity(kind: codes.IdentityKind) -> Callable[[str, date], desk.Checked]:
    def checked(value: str, today: date) -> desk.Checked:
        found = codes.check_identity(kind, value, today)
        return desk.Checked(found.number, warning=Message(found.warning) if found.warning else None)

    return checked


def _any_identity(value: str, today: date) -> desk.Checked:
    entity = len(clean_code(value)) == 18 and _is_entity(value)
    return _identity("entity" if entity else "person")(value, today)


def _is_entity(value: str) -> bool:
    try:
        codes.check_uscc(value)
    except BadInput:
        return not clean_code(value)[:17].isdigit()
    return True


def _simple(rule: Callable[[str], str]) -> Callable[[str, date], desk.Checked]:
    return lambda value, today: desk.Checked(rule(value))


def _date(value: str, today: date) -> desk.Checked:
    text = clean_code(value)
    try:
        return desk.Checked(date.fromisoformat(text).isoformat())
    except ValueError:
        return desk.Checked(value, error=Message("field.bad_date"))


_CHECKS: dict[str, Callable[[str, date], desk.Checked]] = {
    "person_id": _identity("person"),
    "entity_id": _identity("entity"),
    "any_id": _any_identity,
    "phone": _simple(codes.check_phone),
    "project_code": _simple(codes.check_project_code),
    "case_number": _simple(lambda value: numbers.parse(value).number),
    "date": _date,
    "staff": _simple(clean_code),
    "secret": _simple(lambda value: value),
}


def _choice(code: str, words: str, *codes_: str, value: str = "") -> desk.Field:
    choices = tuple(desk.Choice(each, t(f"{words}.{each}")) for each in codes_)
    return desk.Field(code, t(f"field.{code}"), "choice", required=True, choices=choices, value=value or codes_[0])


def _text(
    code: str, *, required: bool = False, value: str = "", kind: desk.FieldKind = "text", when: str = ""
) -> desk.Field:
    words, help_ = t(f"field.{code}"), t(f"field.{code}.help")
    return desk.Field(code, words, kind, required=required, value=value, help=help_, when=when)


_LAST = ("supplement", "return", "refuse", "send-back", "reassign", "withdraw")
"""Ways aside: they stand behind what moves the case on."""


def in_order(acts: Sequence[tuple[str, Refusal | None]]) -> list[tuple[str, Refusal | None]]:
    """What moves the case on first, then the ways aside."""
    return sorted(acts, key=lambda act: _LAST.index(act[0]) + 1 if act[0] in _LAST else 0)


def offered(action: str, off: Refusal | None, case: Case, terminal: Terminal) -> desk.ActView:
    """`action` as the case screen offers it: what it asks for, what will happen, and why it is off."""
    notes = [t(f"act.note.{action}")] if action in GRAVE else []
    if action == "supplement":
        missing = [name for code, name in _names(case, terminal) if case.materials[code] == "missing"]
        notes = [*([t("act.note.missing", names=missing)] if missing else []), *notes]
    if off is not None and off.code == "incomplete":
        names = [name for code, name in _names(case, terminal) if code in off.facts["materials"].split(", ")]
        off = Refusal("incomplete", {"materials": names})
    fields = act_fields(action, case, terminal) if off is None else ()
    return act_view(action, off, fields, grave=action in GRAVE, notes=tuple(notes))


def _names(case: Case, terminal: Terminal) -> list[tuple[str, str]]:
    """The materials of the case by their names."""
    item = terminal.library.of(case).items.get(case.received.item)
    found = [(code, item.material(code) if item else None) for code in case.materials]
    return [(code, one.name.say(terminal.language) if one else code) for code, one in found]


def reason_field() -> desk.Field:
    """Why: a must."""
    return _text("reason", required=True)


def act_fields(action: str, case: Case, terminal: Terminal) -> tuple[desk.Field, ...]:
    """What `action` asks for on this case, with proposals filled in."""
    make = _FIELDS.get(action)
    return make(case, terminal) if make else ()


def _supplement(case: Case, terminal: Terminal) -> tuple[desk.Field, ...]:
    """What is wrong with the papers that are here; those that are missing are told anyway (R4)."""
    return tuple(
        desk.Field(f"{_LINE}{code}", name, help=t("field.defect.help", name=name))
        for code, name in _names(case, terminal)
        if case.materials[code] in _IN_HAND
    )


def _supplement_received(case: Case, terminal: Terminal) -> tuple[desk.Field, ...]:
    told = case.supplement
    asked = {line.material for line in told.lines if line.material not in told.answered} if told else set()
    asked = asked or {code for code, have in case.materials.items() if have in {"missing", "defer"}}
    choices = tuple(desk.Choice(have, t(f"have.{have}")) for have in (*_IN_HAND, "missing"))
    return tuple(
        desk.Field(f"{_HAVE}{code}", name, "choice", required=True, choices=choices, value=_IN_HAND[0])
        for code, name in _names(case, terminal)
        if code in asked
    )


def _send_back(case: Case, terminal: Terminal) -> tuple[desk.Field, ...]:
    done = [step for step in case.received.route if step.id in case.steps and step.kind != "receive"]
    choices = tuple(desk.Choice(step.id, t(f"step.{step.kind}")) for step in done)
    to = desk.Field("to", t("field.to"), "choice", required=True, choices=choices, value=done[-1].id if done else "")
    return (to, _text("reason", required=True))


def _reassign(case: Case, terminal: Terminal) -> tuple[desk.Field, ...]:
    steps = open_steps(case)
    kinds, here = {step.kind for step in steps}, {post_of(case, step) for step in steps}
    posts = terminal.library.of(case).posts.values()
    fitting = [p for p in posts if case.received.module in p.modules and kinds.intersection(p.kinds)]
    choices = tuple(desk.Choice(post.id, post.name.say(terminal.language)) for post in fitting if post.id not in here)
    post = desk.Field("post", t("field.post"), "choice", required=True, choices=choices)
    return (post, _text("reason", required=True))


def _deliver(case: Case, terminal: Terminal) -> tuple[desk.Field, ...]:
    agent = case.received.agent
    return (
        _choice("how", "deliver", "counter", "post", "agent", value="agent" if agent else "counter"),
        _text("receiver", required=True, value=case.received.applicant.name, when="how=counter,post"),
        _text("agent_name", required=True, value=agent.name if agent else "", when="how=agent"),
        _text("receiver_id", required=True, value=agent.id if agent else "", kind="person_id", when="how=agent"),
        _text("tracking", required=True, when="how=post"),
    )


def _hand_over(case: Case, terminal: Terminal) -> tuple[desk.Field, ...]:
    posts = terminal.library.of(case).posts.values()
    choices = tuple(desk.Choice(post.id, post.name.say(terminal.language)) for post in posts if post.kinds)
    return (desk.Field("to", t("field.to_post"), "choice", required=True, choices=choices), _text("papers"))


_FIELDS: dict[str, Callable[[Case, Terminal], tuple[desk.Field, ...]]] = {
    "refuse": lambda case, _: (
        _choice("ground", "ground", "no_permit_needed", "not_our_power"),
        _text("right_organ", required=True, when="ground=not_our_power"),
        _text("reason", required=True, value=_proposed(case, "refuse")),
    ),
    "return": lambda case, _: (_text("reason", value=_proposed(case, "return")),),
    "supplement": _supplement,
    "supplement-received": _supplement_received,
    "pre-review": lambda case, _: (_text("note"),),
    "examine": lambda case, _: (_text("note"),),
    "site-check": lambda case, _: (
        _text("officers", required=True, kind="staff"),
        _choice("outcome", "outcome", "pass", "rectify", "fail"),
        _text("note"),
    ),
    "send-back": _send_back,
    "reassign": _reassign,
    "decide": lambda case, _: (
        _choice("outcome", "outcome", "granted", "refused"),
        _text("reasons", required=True, when="outcome=refused"),
    ),
    "certify": lambda case, _: (_text("document"),),
    "deliver": _deliver,
    "withdraw": lambda case, _: (_text("reason", required=True),),
    "hand-over": _hand_over,
}


def _proposed(case: Case, outcome: str) -> str:
    return case.received.proposal_reason if case.received.proposal == outcome else ""


def act_data(action: str, data: dict[str, str], terminal: Terminal) -> dict[str, Any]:
    """The form's fields as the command's data: several staff numbers are a list; empty fields are left out."""
    made: dict[str, Any] = {name: value for name, value in data.items() if value.strip()}
    if "officers" in made:
        made["officers"] = [part for part in made["officers"].replace("，", ",").replace(" ", ",").split(",") if part]
    if "agent_name" in made:
        made["receiver"] = made.pop("agent_name")
    if action == "supplement":
        made = {"lines": [_line_of(name[len(_LINE) :], made[name], terminal) for name in made]}
    if action == "supplement-received":
        came = {name[len(_HAVE) :]: have for name, have in made.items() if have != "missing"}
        if not came:
            raise BadInput("act.nothing_came")
        made = {"materials": came}
    return made


def _line_of(code: str, defect: str, terminal: Terminal) -> dict[str, str]:
    """A line of the notice with the item's own words on how to mend it."""
    items = terminal.library.current().items.values()
    material = next((found for found in (item.material(code) for item in items) if found is not None), None)
    cure = material.cure.say(terminal.language) if material and material.cure else t("act.cure")
    return {"material": code, "defect": defect, "cure": cure}


_BLAMED = {
    "reason": "reason",
    "reason_and_remedies": "reasons",
    "right_organ": "right_organ",
    "two_officers": "officers",
    "receiver": "receiver",
    "agent_id": "receiver_id",
    "no_such_post": "post",
    "not_done_yet": "to",
}


def blamed(refusal: Refusal) -> str:
    """The field of an act's form that a refusal is about; empty when none is to blame."""
    return _BLAMED.get(refusal.code, "")
