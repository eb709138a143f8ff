"""What the acts ask of the person at the desk, with proposals filled in: data for the forms of the screens."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from casework.acts.intake import outstanding
from casework.case import AT_APPLICANT, Case, open_steps, paused, post_of, route_of
from casework.catalogue.materials import LACKING, NOT_FOUND, PENDING
from casework.catalogue.schema import Item
from casework.comers import comes_for, fetches
from casework.dating import on_paper
from casework.messages import t
from casework.money import yuan
from casework.rules import Refusal
from casework.rules.course import may_be_spared
from casework.rules.result import GROUNDS
from casework.rules.settling import RECALL_ENDS
from console.desk import scans
from console.desk.act_data import HAVE
from console.desk.defects import defect_fields
from console.desk.fields import choice, reason_field, text
from console.showing import act_view
from console.terminal import Terminal
from screens import desk

GRAVE = frozenset(
    {"refuse", "return", "decide", "withdraw", "send-back", "supplement", "terminate", "transfer", "forward", "void"}
    | {
        "revoke",
        "correct",
        "extend",
        "recuse",
        "consult",
        "suspend",
        "site-check",
        "certify",
        "deliver",
        "post",
        "close",
    }
)
"""Acts that can't be undone: they are read back, and say what will happen."""

_READING = frozenset({"examine", "expert-review", "decide"})
"""Acts that read the papers (casework.rules.scans)."""
_IN_HAND = ("original", "copy", "electronic")

_LAST = (
    "supplement",
    "return",
    "refuse",
    "check",
    "mend",
    "scan",
    "consult",
    "suspend",
    "extend",
    "not-needed",
    "send-back",
    "reassign",
    "recuse",
    "nudge",
    "hand-back",
    "correct",
    "revoke",
    "forward",
    "transfer",
    "terminate",
    "void",
    "withdraw",
    "confirm-date",
    "claim",
    "release",
)  # fmt: skip """Ways aside: they stand behind what moves the case on."""


def in_order(acts: Sequence[tuple[str, Refusal | None]]) -> list[tuple[str, Refusal | None]]:
    """What moves the case on first, then the ways aside."""
    return sorted(acts, key=lambda act: _LAST.index(act[0]) + 1 if act[0] in _LAST else 0)


def offered(action: str, off: Refusal | None, case: Case, terminal: Terminal) -> desk.ActView:
    """`action` as the case screen offers it: what it asks for, what will happen, and why it is off."""
    notes = [t(f"act.note.{action}")] if action in GRAVE else []
    if action == "supplement":
        missing = [name for code, name in names(case, terminal) if case.materials[code] in LACKING]
        notes = [*([t("act.note.missing", names=missing)] if missing else []), *notes]
    if action == "post" and case.posted is not None:
        notes = [t("act.note.posted", carrier=case.posted.carrier, tracking=case.posted.tracking), *notes]
    if action == "extend":
        notes = [t("act.note.extend.most", most=_extension(case)), *notes]
    if action in _READING:
        notes = [*scans.note(case, names(case, terminal)), *notes]
    if off is not None and isinstance(off.facts.get("materials"), str):
        lacking = [name for code, name in names(case, terminal) if code in off.facts["materials"].split(", ")]
        off = Refusal(off.code, {**off.facts, "materials": lacking})
    fields = act_fields(action, case, terminal) if off is None else ()
    return act_view(action, off, fields, grave=action in GRAVE, notes=tuple(notes))


def names(case: Case, terminal: Terminal) -> list[tuple[str, str]]:
    """The materials of the case by their names."""
    item = _item(case, terminal)
    found = [(code, item.material(code) if item else None) for code in case.materials]
    return [(code, one.name.say(terminal.language) if one else code) for code, one in found]


def _item(case: Case, terminal: Terminal) -> Item | None:
    return terminal.library.of(case).items.get(case.received.item)


def act_fields(action: str, case: Case, terminal: Terminal) -> tuple[desk.Field, ...]:
    """What `action` asks for on this case, with proposals filled in."""
    make = _FIELDS.get(action)
    seen = scans.seen_field(case, terminal) if action in _READING else ()
    return (*(make(case, terminal) if make else ()), *seen)


def _officers(case: Case, terminal: Terminal) -> tuple[desk.Choice, ...]:
    """Who may be named at a site check: the read-back says the names."""
    officers = (one for one in terminal.memory.roster() if one.active and one.team == "officer")
    found = (one for one in officers if one.number not in case.recused)
    return tuple(desk.Choice(one.number, f"{one.name} {one.number}") for one in found)


def _supplement(case: Case, terminal: Terminal) -> tuple[desk.Field, ...]:
    """What is wrong with the papers that are here: a digit for what is often wrong, words of her own for the rest.

    Those that are missing are told anyway (R4).
    """
    fields: list[desk.Field] = []
    for code, name in names(case, terminal):
        if case.materials[code] in _IN_HAND:
            fields += defect_fields(code, name)
    return tuple(fields)


def _supplement_received(case: Case, terminal: Terminal) -> tuple[desk.Field, ...]:
    told = case.supplement
    asked = {line.material for line in told.lines if line.material not in told.answered} if told else set()
    asked = asked or set(outstanding(case, _item(case, terminal)))
    choices = tuple(desk.Choice(have, t(f"have.{have}")) for have in (*_IN_HAND, "missing"))
    return tuple(
        desk.Field(f"{HAVE}{code}", name, "choice", required=True, choices=choices, value=_IN_HAND[0])
        for code, name in names(case, terminal)
        if code in asked
    )


def _check(case: Case, terminal: Terminal) -> tuple[desk.Field, ...]:
    """Ask the sources; or go on without one of them, and say why."""
    waiting = [(code, name) for code, name in names(case, terminal) if case.materials[code] in {PENDING, NOT_FOUND}]
    choices = (desk.Choice("", t("act.check.ask")), *(desk.Choice(code, name) for code, name in waiting))
    material = desk.Field("material", t("field.override"), "choice", choices=choices, help=t("field.override.help"))
    reason = desk.Field(
        "reason", t("field.reason"), required=True, help=t("field.reason.kept"),
        when=f"material={','.join(code for code, _ in waiting)}",
    )  # fmt: skip
    return (material, reason)


def _mend(case: Case, terminal: Terminal) -> tuple[desk.Field, ...]:
    item = _item(case, terminal)
    fields = [(field.id, field.label.say(terminal.language)) for field in item.fields] if item else []
    choices = tuple(desk.Choice(code, name) for code, name in (*names(case, terminal), *fields))
    what = desk.Field("material", t("field.material"), "choice", required=True, choices=choices, value=choices[0].code)
    return (what, text("mended", required=True))


def _step_field(case: Case, kinds: frozenset[str], terminal: Terminal) -> tuple[desk.Field, ...]:
    """Which step is meant, where several are open side by side."""
    posts = terminal.library.of(case).posts
    ready = [step for step in open_steps(case) if step.kind in kinds and not paused(case, step.id)]
    if len(ready) < 2:
        return ()
    choices = tuple(
        desk.Choice(
            step.id,
            t("place.step", post=posts[post_of(case, step)].name.say(terminal.language), step=t(f"step.{step.kind}")),
        )
        for step in ready
        if post_of(case, step) in posts
    )
    return (desk.Field("step", t("field.step"), "choice", required=True, choices=choices, value=choices[0].code),)


_WORK = frozenset({"examine", "site_check", "expert_review", "hearing", "consult", "publicity", "decide"})


def _examine(case: Case, terminal: Terminal) -> tuple[desk.Field, ...]:
    fee = (text("fee", kind="money"),) if case.received.fee_assessed else ()
    return (*_step_field(case, frozenset({"examine"}), terminal), text("note"), *fee)


def _send_back(case: Case, terminal: Terminal) -> tuple[desk.Field, ...]:
    done = [step for step in route_of(case) if step.id in case.steps and step.kind not in {"receive", "consult"}]
    choices = tuple(desk.Choice(step.id, t(f"step.{step.kind}")) for step in done)
    to = desk.Field("to", t("field.to"), "choice", required=True, choices=choices, value=done[-1].id if done else "")
    return (to, reason_field())


def _posts(case: Case, terminal: Terminal, kinds: frozenset[str]) -> tuple[desk.Choice, ...]:
    posts = terminal.library.of(case).posts.values()
    fitting = [p for p in posts if case.received.module in p.modules and kinds.intersection(p.kinds)]
    return tuple(desk.Choice(post.id, post.name.say(terminal.language)) for post in fitting)


def _reassign(case: Case, terminal: Terminal) -> tuple[desk.Field, ...]:
    """The post, and the person where one is meant; the same questions for all cases that wait at like steps."""
    kinds = frozenset(step.kind for step in open_steps(case))
    choices = _posts(case, terminal, kinds)
    post = desk.Field("post", t("field.post"), "choice", required=True, choices=choices)
    serve = {choice.code for choice in choices}
    people = tuple(
        desk.Choice(one.number, f"{one.name} {one.number}")
        for one in terminal.memory.roster()
        if one.active and serve.intersection(one.posts)
    )
    names = [one.text for one in people[:_NAMED]] or ["-"]
    person = desk.Field("person", t("field.person"), "staff", choices=people, help=t("field.person.help", names=names))
    return (*_step_field(case, kinds, terminal), post, person, reason_field())


_NAMED = 6
"""People whom the help of a field names."""


def _consult(case: Case, terminal: Terminal) -> tuple[desk.Field, ...]:
    here = {post_of(case, step) for step in open_steps(case)}
    posts = terminal.library.of(case).posts.values()
    asked = [post for post in posts if post.team == "officer" and "consult" in post.kinds and post.id not in here]
    choices = tuple(desk.Choice(post.id, post.name.say(terminal.language)) for post in asked)
    post = desk.Field("post", t("field.asked_post"), "choice", required=True, choices=choices)
    return (*_step_field(case, _WORK, terminal), post, text("question", required=True))


def _not_needed(case: Case, terminal: Terminal) -> tuple[desk.Field, ...]:
    kinds = frozenset(step.kind for step in open_steps(case) if may_be_spared(case, step))
    return (*_step_field(case, kinds, terminal), reason_field())


def _suspend(case: Case, terminal: Terminal) -> tuple[desk.Field, ...]:
    kinds = tuple(stop.kind for stop in case.received.stops)
    bounds = [stop.most for stop in case.received.stops]
    days = msgspec.structs.replace(
        text("days", required=True, kind="number"),
        help=t("field.days.expected"),
        most=max(bounds) if all(bounds) else 0,
    )
    return (
        *_step_field(case, _WORK, terminal),
        choice("kind", "suspension", *kinds),
        days,
        text("held_on", required=True, kind="date", when="kind=hearing"),
        text("asked_on", kind="date", when="kind=hearing"),
        text("reason", required=True),
    )


def _extend(case: Case, _: Terminal) -> tuple[desk.Field, ...]:
    most = _extension(case)
    days = text("days", required=True, kind="number", value=str(most))
    days = msgspec.structs.replace(days, help=t("field.days.most", most=most), most=most)
    return (days, text("reason", required=True))


def _extension(case: Case) -> int:
    """The days by which the law lets its limit be extended."""
    return case.received.statutory.extension if case.received.statutory else 0


def _deliver(case: Case, terminal: Terminal) -> tuple[desk.Field, ...]:
    agent = case.received.agent
    how = "post" if case.posted else "agent" if agent else "counter"
    comes = case.received.applicant.name if case.posted else comes_for(case)
    return (
        choice("how", "deliver", "counter", "post", "agent", value=how),
        text("receiver", required=True, value=comes, kind="person_name", when="how=counter,post"),
        text("agent_name", required=True, value=agent.name if agent else "", kind="person_name", when="how=agent"),
        text("receiver_id", required=True, value=agent.id if agent else "", kind="person_id", when="how=agent"),
        text("tracking", required=True, value=case.posted.tracking if case.posted else "", when="how=post"),
    )


def _terminate(case: Case, _: Terminal) -> tuple[desk.Field, ...]:
    later = "defer" in case.materials.values()
    ground = "deferred_overdue" if later else "nobody_came" if case.state in AT_APPLICANT else "other"
    reason = text("reason")
    given = msgspec.structs.replace(reason, required=True, when="ground=other")
    mended = any(pause.kind == "rectify" and not pause.until for pause in case.pauses)
    waits = {"deferred_overdue": later, "nobody_came": case.state in AT_APPLICANT or mended}
    grounds = tuple(each for each in GROUNDS if waits.get(each, True))
    may = msgspec.structs.replace(reason, when=f"ground={','.join(each for each in grounds if each != 'other')}")
    return (choice("ground", "ground", *grounds, value=ground), may, given)


def _hand_over(case: Case, terminal: Terminal) -> tuple[desk.Field, ...]:
    posts = terminal.library.of(case).posts.values()
    choices = tuple(desk.Choice(post.id, post.name.say(terminal.language)) for post in posts if post.kinds)
    return (desk.Field("to", t("field.to_post"), "choice", required=True, choices=choices), text("papers"))


def _recall(case: Case, _: Terminal) -> tuple[desk.Field, ...]:
    papers = tuple(dict.fromkeys(each.paper for each in case.open_recalls))
    which = (choice("paper", "paper", *papers),) if len(papers) > 1 else ()
    return (*which, choice("how", "recall", *RECALL_ENDS), text("note", required=True, when="how=void"))


def _note(case: Case, _: Terminal) -> tuple[desk.Field, ...]:
    return (text("note"),)


def _confirm_date(case: Case, _: Terminal) -> tuple[desk.Field, ...]:
    first = next(iter(case.doubts), "received")
    day = text("date", required=True, kind="date", value=on_paper(case, first)[:10])
    return (choice("of", "dated", *(case.doubts or (first,))), day, reason_field())


_FIELDS: dict[str, Callable[[Case, Terminal], tuple[desk.Field, ...]]] = {
    "refuse": lambda case, _: (
        choice("ground", "ground", "no_permit_needed", "not_our_power"),
        text("right_organ", required=True, when="ground=not_our_power"),
        text("reason", required=True, value=_proposed(case, "refuse")),
    ),
    "return": lambda case, _: (text("reason", value=_proposed(case, "return")),),
    "supplement": _supplement,
    "supplement-received": _supplement_received,
    "check": _check,
    "scan": lambda case, terminal: scans.fields(case, names(case, terminal)),
    "mend": _mend,
    "hand-back": lambda case, _: (text("receiver", required=True, value=fetches(case), kind="person_name"),),
    "pre-review": _note,
    "examine": _examine,
    "expert-review": _note,
    "hearing": _note,
    "publicity": _note,
    "answer": lambda case, _: (text("note", required=True),),
    "site-check": lambda case, terminal: (
        msgspec.structs.replace(
            text("officers", required=True, kind="staff"), choices=_officers(case, terminal), others=True
        ),
        choice("outcome", "outcome", "pass", "rectify", "fail"),
        text("note", required=True, when="outcome=rectify,fail"),
    ),
    "consult": _consult,
    "not-needed": _not_needed,
    "send-back": _send_back,
    "reassign": _reassign,
    "recuse": lambda case, _: (reason_field(),),
    "suspend": _suspend,
    "resume": _note,
    "extend": _extend,
    "pay": lambda case, _: (
        text("receipt", required=True),
        text("amount", required=True, kind="money", value=yuan(case.fee or 0)),
    ),
    "decide": lambda case, _: (
        choice("outcome", "outcome", "granted", "refused"),
        text("reasons", required=True, when="outcome=refused"),
        text("conditions", when="outcome=granted"),
    ),
    "correct": lambda case, _: (
        text("what", required=True), msgspec.structs.replace(text("wrong", required=True), code="reason"),
    ),
    "revoke": lambda case, _: (text("reason", required=True),),
    "certify": lambda case, _: (text("document"),),
    "post": lambda case, _: (
        text("carrier", required=True), text("tracking", required=True),
        text("address", value=case.received.applicant.address),
    ),
    "deliver": _deliver,
    "pledge-check": lambda case, _: (
        choice("outcome", "outcome", "kept", "false"), text("note", required=True, when="outcome=false"),
    ),
    "withdraw": lambda case, _: (text("reason", required=True),),
    "terminate": _terminate,
    "transfer": lambda case, _: (text("organ", required=True), text("reason", required=True)),
    "forward": lambda case, _: (text("organ", required=True, value=case.received.forward_to), text("opinion")),
    "void": lambda case, _: (reason_field(), text("new_number", kind="case_number")),
    "nudge": lambda case, _: (text("text", required=True, value=t("act.nudge.words")),),
    "hand-over": _hand_over,
    "confirm-date": _confirm_date,
    "recall": _recall,
    "release": lambda case, _: (msgspec.structs.replace(reason_field(), required=False),),
}  # fmt: skip


def _proposed(case: Case, outcome: str) -> str:
    return case.received.proposal_reason if case.received.proposal == outcome else ""
