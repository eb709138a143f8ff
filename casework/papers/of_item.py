"""From an item of the catalogue to its service guide: all of it in words, as the law wants it shown (R8).

Source: 行政许可法 30; what a guide holds follows GB/T 36114.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from casework import bodies
from casework.catalogue.schema import Condition, Fee, Gate, Item, LimitData, Material, Post, Situation, Step
from casework.catalogue.situations import names_in
from casework.money import yuan
from casework.papers.case_clocks import amount_of, limit_of, stop_words
from casework.papers.facts import GuideFacts, GuideMaterial, LimitLine, PaperFacts
from casework.papers.parts import Say

_NO_POSTS: Mapping[str, Post] = {}


def guide_facts(item: Item, hall: str, now: datetime, say: Say, posts: Mapping[str, Post] = _NO_POSTS) -> PaperFacts:
    """What the service guide of `item` says, without a case. `posts`: for the names behind the steps."""
    return PaperFacts(
        hall=hall,
        item=item.name.zh,
        item_code=item.code,
        issued_at=now,
        organ=item.organ.zh,
        statutory=_limit(item.statutory, say),
        promised=_limit(item.promised, say),
        result=item.result.zh,
        guide=guide_of(item, posts, say),
        query=say("papers.query.counter"),
        complaints=item.complaints,
    )


def guide_of(item: Item, posts: Mapping[str, Post], say: Say) -> GuideFacts:
    """All parts of the guide."""
    law = (item.statutory.basis.zh,) if item.statutory else ()
    yes = (("on_spot", item.on_spot), ("joint", item.joint), ("project_code", item.project_code))
    return GuideFacts(
        statutory=_limit(item.statutory, say),
        promised=_limit(item.promised, say),
        basis=tuple(dict.fromkeys((item.basis.zh, *law, item.promised.basis.zh))),
        who=say("papers.list.comma").join(say(f"papers.guide.who.{kind}") for kind in item.applicants),
        conditions=(item.guide.zh,),
        gates=tuple(_gate(gate, say) for gate in item.gates),
        situations=tuple(_situations(item, posts, say)),
        materials=tuple(guide_material(item, material, say) for material in item.materials),
        steps=tuple(_steps(item, posts, say)),
        not_counted=tuple(_not_counted(item, say)),
        fee=fee_words(item, say),
        result=item.result.zh,
        valid=say("papers.valid.years", years=item.result_years) if item.result_years else say("papers.valid.endless"),
        handling=tuple(say(f"papers.guide.{what}") for what, holds in yes if holds),
    )


def _gate(gate: Gate, say: Say) -> str:
    kind = "warn" if gate.effect == "warn" else "stop"
    return say(f"papers.guide.gate.{kind}", text=_open_end(gate.text.zh), basis=_open_end(gate.basis.zh))


def guide_material(item: Item, material: Material, say: Say) -> GuideMaterial:
    """One material: on paper or not, and the ways besides bringing it (R30, R31, R33)."""
    brought = material.form != "none" and not material.source
    ways = (
        say("papers.guide.only_if", when=condition_words(item, material.when, say)) if material.when else "",
        say("papers.guide.source", source=material.source.zh) if material.source else "",
        say("papers.guide.may_follow", days=item.defer_days) if material.defer else "",
        say("papers.guide.may_pledge") if material.pledge and not item.pledge_excluded else "",
        say("papers.guide.sample", sample=_open_end(material.sample.zh)) if material.sample else "",
    )
    return GuideMaterial(
        name=material.name.zh,
        form=say(f"papers.have.{material.form}") if brought else say("papers.guide.nothing_to_bring"),
        copies=str(material.copies) if brought and material.copies else say("papers.dash"),
        ways=tuple(filter(None, ways)),
    )


def condition_words(item: Item, condition: Condition | None, say: Say) -> str:
    """A condition as the guide says it: answers to the situations, by the numbers under which they stand there."""
    if condition is None:
        return ""
    if condition.situation:
        numbers = {each.code: at for at, each in enumerate(item.situations, 1)}
        answer = _answer(item.situation(condition.situation), condition.equals, say)
        return say("papers.condition.answer", number=numbers.get(condition.situation, 0), answer=answer)
    parts, joint = (condition.all, "and") if condition.all else (condition.any, "or")
    words = [_bracketed(item, part, joint, say) for part in parts]
    return say(f"papers.condition.{joint}").join(words)


def _bracketed(item: Item, part: Condition, joint: str, say: Say) -> str:
    """A part of a condition; in brackets where it joins in another way than the whole."""
    words = condition_words(item, part, say)
    own = "" if part.situation else "and" if part.all else "or"
    return say("papers.condition.bracket", words=words) if own and own != joint else words


def _answer(situation: Situation | None, answer: str, say: Say) -> str:
    option = next((each for each in situation.options if each.code == answer), None) if situation else None
    if option is not None:
        return option.label.zh
    return say(f"papers.answer.{answer}") if answer in {"yes", "no"} else answer


def _situations(item: Item, posts: Mapping[str, Post], say: Say) -> Iterator[str]:
    """Each question with its answers, and what an answer brings: materials, steps, gates."""
    for situation in item.situations:
        labels = [_answer(situation, answer, say) for answer in situation.answers]
        brought = (_brought(item, (situation.code, answer), posts, say) for answer in situation.answers)
        added = [
            say("papers.guide.adds", answer=label, what=what)
            for label, what in zip(labels, brought, strict=True)
            if what
        ]
        question = say(
            "papers.guide.answers", question=situation.question.zh, answers=say("papers.list.slash").join(labels)
        )
        yield (
            say("papers.guide.answers.added", question=question, what=say("papers.list.semicolon").join(added))
            if added
            else question
        )


def _brought(item: Item, name: tuple[str, str], posts: Mapping[str, Post], say: Say) -> str:
    """What the answer `name` (situation, answer) brings; nothing where it switches nothing."""
    comma = say("papers.list.comma")
    rows = [str(at) for at, each in enumerate(item.materials, 1) if name in names_in(each.when)]
    steps = [_step(each, posts, say, brief=True) for each in item.route if name in names_in(each.when)]
    gates = [str(at) for at, each in enumerate(item.gates, 1) if name in names_in(each.when)]
    parts = (
        say("papers.guide.adds.materials", rows=comma.join(rows)) if rows else "",
        say("papers.guide.adds.steps", steps=comma.join(steps)) if steps else "",
        say("papers.guide.adds.gates", rows=comma.join(gates)) if gates else "",
    )
    return say("papers.list.pause").join(filter(None, parts))


def _steps(item: Item, posts: Mapping[str, Post], say: Say) -> Iterator[str]:
    """The steps in the order in which they open; those that run side by side stand together."""
    level: dict[str, int] = {}
    for _ in item.route:  # as often as a chain of needs can be long, in whatever order the route is listed
        level |= {each.id: 1 + max((level.get(need, 0) for need in each.needs), default=-1) for each in item.route}
    for depth in sorted(set(level.values())):
        together = [_step(each, posts, say) for each in item.route if level[each.id] == depth]
        if len(together) == 1:
            yield together[0]
        else:
            yield say("papers.guide.side_by_side", steps=say("papers.list.comma").join(together))


def _step(step: Step, posts: Mapping[str, Post], say: Say, *, brief: bool = False) -> str:
    post = posts.get(step.post)
    where = post.name.zh if post else ""
    said = (
        (where,)
        if brief
        else (
            where,
            say("papers.guide.officers", count=step.officers) if step.officers > 1 else "",
            say("papers.guide.within", days=step.days) if step.days else "",
            say("papers.guide.if_needed") if step.when else "",
        )
    )
    more = say("papers.list.comma").join(filter(None, said))
    name = say(f"step.{step.kind}")
    return say("papers.guide.step", step=name, more=more) if more else name


def _not_counted(item: Item, say: Say) -> Iterator[str]:
    for stop in item.stops:
        words = stop_words(bodies.Stop(stop.kind, stop.most), say)
        yield say("papers.guide.stop", what=words, basis=stop.basis.zh)
    if any(step.kind == "site_check" for step in item.route):
        yield say("papers.stop.rectify")


def _limit(limit: LimitData | None, say: Say) -> LimitLine:
    if limit is None:
        return limit_of(None, None, say)
    line = limit_of(bodies.Span(limit.amount, limit.unit, limit.start), None, say)
    if not limit.extension:
        return line
    return LimitLine(line.text, more=say("papers.limit.more", amount=amount_of(limit.extension, limit.unit, say)))


def fee_words(item: Item | None, say: Say) -> str:
    """The fee of an item with its name, basis and condition; none unless a basis is named (R11)."""
    fee = item.fee if item else None
    if item is None or fee is None:
        return say("papers.fee.none")
    when = say("papers.fee.only_if", when=condition_words(item, fee.when, say)) if fee.when else ""
    return _fee(fee, fee.amount, when, say)


def fee_of_case(received: bodies.Received, item: Item | None, assessed: int | None, say: Say) -> str:
    """What one case has to pay: by its answers, and as it was assessed (in fen)."""
    fee = item.fee if item else None
    amount = assessed or received.fee
    if not (received.fee or received.fee_assessed):
        return say("papers.fee.none")
    return _fee(fee, amount, "", say) if fee else say("papers.fee.amount", yuan=yuan(amount))


def _fee(fee: Fee, amount: int, when: str, say: Say) -> str:
    much = say("papers.money", yuan=yuan(amount)) if amount else fee.rate.zh if fee.rate else say("papers.fee.assessed")
    return say("papers.fee.whole", name=fee.name.zh, amount=_open_end(much), basis=_open_end(fee.basis.zh), when=when)


def _open_end(text: str) -> str:
    """`text` without its full stop, to go on behind it."""
    return text.rstrip("。；;. ")
