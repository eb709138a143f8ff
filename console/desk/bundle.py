"""一件事 and stages at the intake screen: found like items, asked as one form, saved as several cases (R61).

What several members ask is asked once: a question, a field by its id, a paper by what it is (`Material.shares`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from casework import commands
from casework.bundle import members_of
from casework.case import Case
from casework.catalogue.materials import completeness, with_agent
from casework.catalogue.schema import Bundle, Catalogue, Item
from casework.catalogue.search import FinderEntry, fold
from casework.catalogue.situations import holds, normal_answers
from casework.errors import BadInput
from casework.intake import gate_refusal, mandated
from casework.messages import t
from casework.rules import Refusal
from console.counter import Session
from console.desk import item as desk_item
from console.showing import Shower, act_view
from console.terminal import Terminal
from screens import desk


def hit(show: Shower, bundle: Bundle) -> desk.ItemHit:
    """A bundle as the finder shows it."""
    return desk.ItemHit(bundle.code, show.say(bundle.name), t(f"bundle.{bundle.kind}"), bundle=True)


def with_bundles(terminal: Terminal, show: Shower, text: str, hits: Sequence[desk.ItemHit]) -> tuple[desk.ItemHit, ...]:
    """`hits` with the bundles that fit `text`: behind an item that begins so, before all that only contains it."""
    bundles = terminal.library.current().bundles
    found = [hit(show, bundles[one.code]) for one in terminal.library.bundle_finder().find(text) if one.code in bundles]
    if not found or not hits:
        return (*found, *hits)
    needle = fold(text)
    first = hits[0]
    known = terminal.library.finder().find(text, (), 1)
    begins = bool(known) and known[0].code == first.code and _begins(known[0], needle)
    return (first, *found, *hits[1:]) if begins else (*found, *hits)


def _begins(entry: FinderEntry, needle: str) -> bool:
    words = (entry.code, entry.name, entry.initials, entry.pinyin, entry.english)
    return any(fold(word).startswith(needle) for word in words)


def members(bundle: Bundle, answers: dict[str, str], catalogue: Catalogue) -> tuple[Item, ...]:
    """The items that apply under the answers given so far; none while nothing is answered."""
    try:
        return members_of(bundle, answers, catalogue)
    except BadInput:
        return ()


def bundle_view(
    terminal: Terminal, show: Shower, bundle: Bundle, given: dict[str, str], applicant_id: str, catalogue: Catalogue
) -> desk.ItemView:
    """One form for all members that apply."""
    items = members(bundle, given, catalogue)
    agent = given.get("agent") == "yes"
    cases = terminal.memory.of_applicant(applicant_id) if applicant_id else ()
    founding = any(desk_item.founds(item) for item in items)
    fields = [field for item in items for field in desk_item.fields(show, item, given, cases, founding=founding)]
    kinds = [kind for kind in ("person", "entity") if all(kind in item.applicants for item in items)]
    return desk.ItemView(
        code=bundle.code,
        name=show.say(bundle.name),
        module=t(f"bundle.{bundle.kind}"),
        applicants=tuple(kinds) or ("person", "entity"),  # type: ignore[arg-type]  # only kinds stand in the list
        situations=tuple(_situations(show, bundle, items, given)),
        fields=tuple({field.code: field for field in reversed(fields)}.values())[::-1],
        materials=tuple(_materials(terminal, show, items, given, cases, agent=agent)),
        needs_project_code=any(item.project_code for item in items),
        limits=desk_item.limits(bundle.statutory, bundle.promised),
        fee=_fees(show, items),
        members=tuple(f"{item.code} {show.say(item.name)}" for item in items),
        catalogue=catalogue.version,
    )


def _situations(show: Shower, bundle: Bundle, items: Sequence[Item], given: dict[str, str]) -> Iterator[desk.Field]:
    seen: set[str] = set()
    for each in (*bundle.situations, *(one for item in items for one in item.situations)):
        if each.code not in seen and holds(each.when, given):
            seen.add(each.code)
            yield desk_item.situation(show, each)


def _materials(
    terminal: Terminal,
    show: Shower,
    items: Sequence[Item],
    given: dict[str, str],
    cases: Sequence[Case],
    *,
    agent: bool,
) -> Iterator[desk.MaterialView]:
    """The papers of each member; one that was asked for before follows that one."""
    first: dict[str, str] = {}
    for item in items:
        for view in desk_item.materials(terminal, show, item, given, cases, agent=agent):
            material = item.material(view.code)
            word = material.shares if material is not None and not view.source else ""
            same = first.setdefault(word, view.code) if word else view.code
            name = f"{item.code} {view.name}"
            if same == view.code:
                yield msgspec.structs.replace(view, name=name)
            else:
                yield msgspec.structs.replace(view, name=name, shared=same, note=t("bundle.same_paper", code=same))


def _fees(show: Shower, items: Sequence[Item]) -> str:
    fees = [f"{item.code} {desk_item.fee(show, item)}" for item in items if item.fee is not None]
    return "; ".join(fees) or t("papers.fee.none")


def outcomes(
    terminal: Terminal, session: Session, bundle: Bundle, command: commands.Intake, catalogue: Catalogue
) -> tuple[desk.ActView, ...]:
    """A bundle is taken in as a whole; what of it may be accepted at once is (the rest is told case by case)."""
    items = members(bundle, command.situations, catalogue)
    if not items:
        return ()
    officer = session.staff.team == "officer"
    gates = {item.code: desk_item.shut_gate(terminal, item, _answers(item, command), command.form) for item in items}
    open_ = [item for item in items if gates[item.code] is None]
    ready = [item for item in open_ if (officer or item.authorised) and _is_whole(item, command)]
    context = terminal.counter.outlook(session, None)
    elsewhere = next(filter(None, (context.elsewhere(item.module) for item in items)), None)
    shown = [act_view("receive", elsewhere, proposed=not ready)]
    if ready:
        shown.append(act_view("accept", elsewhere, proposed=True))
    shut = [_shut(code, gate_refusal(gate)) for code, gate in gates.items() if gate is not None]
    return (*shown, *shut)


def _shut(code: str, no: Refusal) -> desk.ActView:
    """Which of the items can't be accepted today, and why."""
    view = act_view("accept", no)
    return msgspec.structs.replace(view, code=f"accept.{code}", name=t("bundle.part", item=code, act=view.name))


def _answers(item: Item, command: commands.Intake) -> dict[str, str]:
    said = {code: answer for code, answer in command.situations.items() if item.situation(code)}
    return with_agent(item, normal_answers(item, said), command.agent is not None)


def _is_whole(item: Item, command: commands.Intake) -> bool:
    have = {code: state for code, state in command.materials.items() if item.material(code)}
    agent = command.agent
    return not completeness(item, _answers(item, command), have, agent is not None, mandated(agent))


def guide(show: Shower, bundle: Bundle, catalogue: Catalogue) -> str:
    """What the bundle is, and which items belong to it."""
    names = [
        f"- {item.code} {show.say(item.name)}"
        for item in (catalogue.items.get(member.item) for member in bundle.members)
        if item is not None
    ]
    head = (f"{bundle.code} {show.say(bundle.name)}", "", show.say(bundle.guide), "", show.say(bundle.basis), "")
    return "\n".join((*head, *names))
