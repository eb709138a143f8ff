"""From a prefile, or a registration that was sent home, to the list of what to bring (准备清单; R8, R16)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from casework.case import Case
from casework.catalogue.materials import applicable
from casework.catalogue.schema import Item
from casework.papers.facts import PaperFacts, Party, PreparedLine
from casework.papers.of_item import fee_words, guide_facts, guide_material
from casework.papers.parts import Say
from casework.prefile import Prefile
from casework.short_codes import printed_code

_RIGHT = frozenset({"original", "copy", "electronic", "checked"})


def preparation_facts(prefile: Prefile, item: Item, hall: str, now: datetime, say: Say) -> PaperFacts:
    """What the list of `prefile` says: each paper that applies under its answers, with what the last look found."""
    form, who = prefile.form, prefile.form.applicant
    looked = {line.material: line for line in prefile.lines}
    words = {code: _looked(line.right, line.defect, line.cure, say) for code, line in looked.items()}
    for code, number in form.reused.items():
        words.setdefault(code, say("papers.note.reused", number=number))
    shared = guide_facts(item, hall, now, say)
    return PaperFacts(
        hall=hall,
        item=item.name.zh,
        item_code=item.code,
        issued_at=now,
        organ=item.organ.zh,
        short_code=printed_code(prefile.code),
        applicant=Party(who.name, who.id, "entity" if who.kind == "entity" else "person") if who else None,
        statutory=shared.statutory,
        promised=shared.promised,
        prepared=_prepared(item, form.situations, form.agent is not None, words, say),
        reasons=(prefile.note,) if prefile.note else (),
        fee=fee_words(item, say),
        query=say("papers.query.counter"),
        complaints=item.complaints,
    )


def prepared_again(case: Case, item: Item | None, say: Say) -> tuple[PreparedLine, ...]:
    """What a returned registration needs when it comes again (R41): with what was wrong, and what was right."""
    if item is None or case.state != "returned":
        return ()
    words = {code: say("papers.prepared.right") for code, have in case.materials.items() if have in _RIGHT}
    words |= {line.material: _looked(False, line.defect, line.cure, say) for line in case.lines}
    return _prepared(item, case.received.situations, case.received.agent is not None, words, say)


def _looked(right: bool, defect: str, cure: str, say: Say) -> str:
    if right:
        return say("papers.prepared.right")
    return say("papers.prepared.wrong", defect=defect.rstrip("。；"), cure=cure.rstrip("。；"))


def _prepared(
    item: Item, situations: Mapping[str, str], agent: bool, words: Mapping[str, str], say: Say
) -> tuple[PreparedLine, ...]:
    lines = []
    for material in applicable(item, situations, agent):
        told = guide_material(item, material, say)
        ways = told.ways[1:] if material.when else told.ways  # it applies: its condition is met
        said = (words.get(material.code, "" if material.source else say("papers.prepared.to_bring")), *ways)
        text = say("papers.list.semicolon").join(filter(None, said))
        lines.append(PreparedLine(told.name, told.form, told.copies, text))
    return tuple(lines)
