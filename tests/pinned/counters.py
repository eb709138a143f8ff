"""What the counter may do and may not: forms with something wrong, acts out of turn, the tray and its ways out."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import msgspec

from casework import bodies, commands
from casework.bundle import Together, members_of, take_in_together
from casework.calling import answer, call
from casework.case import Case
from casework.decide import ask_refused, print_paper, unmask
from casework.doubles import doubles
from casework.drafting import Context, Decision
from casework.folding import evolve
from casework.prefile import Prefile, fold_prefile
from casework.prefiling import check_prefile, clean_form, module_of, open_prefile, park, take_prefile
from casework.refused import Waits, is_told, papers_out, replaced_by
from casework.reuse import reusable
from casework.rules import Refusal
from casework.scans import arrival_id, media_of, of_material, to_come
from casework.settling import (
    give_up_without_case,
    settle_by_amending,
    settle_by_insisting,
    settle_by_withdrawing,
    ways_out,
)
from casework.wire import Tray
from tests.people import AGENT, CATALOGUE, FIRM, PERSON, PROJECT, STAFF, Office, filled, have_all, right_answers
from tests.pinned.judging import STAGES
from tests.pinned.saying import digested, line, outcome
from tests.pinned.walks import fact_line
from tests.pinned.wrong_data import DATA, WRONG
from tests.walking import stray, variants

ACTORS = ("1001", "1002", "2001", "2002", "3001")


def said(decision: Any) -> str:
    """A decision by its facts; a *no* with its facts; an error by its message."""
    if isinstance(decision, Decision):
        facts = [fact_line(fact) for group in decision.groups for fact in group]
        return f"{', '.join(decision.types)} {digested(facts)[:8]}"
    return line(decision)


# The form


def forms(item: str) -> Iterator[str]:
    """A form with one thing wrong, under each outcome that the counter may want, by a helper and an officer."""
    for name, changes in WRONG.items():
        words: dict[str, list[str]] = {}
        for who, wanted in itertools.product(("1001", "2001"), ("receive", "accept", "supplement", "refuse", "return")):
            office = Office()
            given = dict(changes)
            if isinstance(given.get("materials"), str):
                given["materials"] = dict.fromkeys(
                    have_all(item, right_answers(CATALOGUE.items[item])), given["materials"]
                )
            form = msgspec.structs.replace(office.form(item, agent=given.get("agent")), **{"outcome": wanted, **given})
            decision = outcome(office.take, form, who, online=who == "1001" or wanted != "return")
            words.setdefault(said(decision), []).append(f"{who} {wanted}")
        yield from (f"{name}: {word}: {', '.join(when)}" for word, when in words.items())
    office = Office()
    yield line("no such item", outcome(office.take, msgspec.structs.replace(office.form(item), item="Z99")))
    yield line("elsewhere", outcome(office.take, office.form(item), modules=frozenset({"city"})))
    yield line(
        "no window", outcome(office.take, office.form(item), "2003"), outcome(office.take, office.form(item), "4001")
    )


def together(code: str) -> Iterator[str]:
    """A bundle or a stage, under each way to answer its own questions."""
    bundle = CATALOGUE.bundles[code]
    ways = list(itertools.product(*(each.answers for each in bundle.situations)))
    for way in ways[:: max(1, len(ways) // 12)]:
        office = Office()
        answers = dict(zip((each.code for each in bundle.situations), way, strict=True))
        members = outcome(members_of, bundle, answers, CATALOGUE)
        yield line(answers, [item.code for item in members] if isinstance(members, tuple) else members)
        if not isinstance(members, tuple):
            continue
        situations: dict[str, Any] = dict(answers)
        form: dict[str, str] = {}
        materials: dict[str, str] = {}
        for item in members:
            situations |= {name: value for name, value in right_answers(item).items() if name not in situations}
            own = {name: value for name, value in situations.items() if item.situation(name)}
            form |= filled(item, own, office.day)
            materials |= have_all(item.code, own)
        for applicant, changes in ((FIRM, {}), (PERSON, {}), (FIRM, {"materials": {}, "outcome": "supplement"})):
            command = commands.Intake(
                **{"item": code, "applicant": applicant, "project_code": PROJECT if bundle.kind == "stage" else "",
                   "situations": situations, "form": form, "materials": materials, **changes}  # type: ignore[arg-type]
            )  # fmt: skip
            made = outcome(take_in_together, command, office.context("1001"), office.new_id(), office.number)
            if isinstance(made, Together):
                cases = [(each.number, each.received.item, each.state) for each in made.cases]
                yield line(applicant.kind, list(changes), cases, digested([line(case) for case in made.cases])[:8])
            else:
                yield line(applicant.kind, list(changes), made)


# Acts


def acts(stage: str, start: str) -> Iterator[str]:
    """Every act with data that fits and data that does not, by whoever comes: those with the same answer together."""
    names = [name for name in commands.ACTS if (name < "m") == (start < "m")]
    for action in sorted(names):
        office = Office()
        case = STAGES[stage](office)
        office.day = "2026-12-04"
        given = [*itertools.islice(variants(case, action), 2), *DATA.get(action, [{}])]
        for data in given:
            words: dict[str, list[str]] = {}
            for who in ACTORS:
                word = said(outcome(office.act, case, who, action, data, person_of=STAFF.get, team_of=_team))
                words.setdefault(word, []).append(who)
            yield line(action, data)
            yield from (f"  {word}: {'all' if len(words) == 1 else ' '.join(who)}" for word, who in words.items())


def _team(number: str) -> str:
    return STAFF[number].team if number in STAFF else ""


def asides(stage: str) -> Iterator[str]:
    """Prints and their marks, looks at full data, asks that came too late, off line, waiting for the hall."""
    office = Office()
    case = STAGES[stage](office)
    for kind in ("receipt", "receipt", "decision", "moon"):
        made = outcome(print_paper, case, kind, office.context("1001"), "a" * 64)
        yield line(kind, said(made), [fact_line(fact) for group in getattr(made, "groups", ()) for fact in group])
        case = evolve(case, made.groups[0][0]) or case if isinstance(made, Decision) else case
    yield line(
        said(outcome(unmask, case, "核对", office.context("1001"))),
        said(outcome(unmask, case, " ", office.context("1001"))),
    )
    ask = commands.Supplement((bodies.SupplementLine("z99-01 ", "x", "x"),))
    for code in ("second_notice", "not_listed", "reason"):
        made = ask_refused(case, ask, Refusal(code), office.context("1001"))
        yield line(
            code,
            said(made) if made else "not kept",
            [fact_line(fact) for group in getattr(made, "groups", ()) for fact in group],
        )
    for changes in (
        {"online": False}, {"waiting": frozenset({"decided",
        "nudged"})}, {"writes": {"received": 1}}, {"visit": "v1"},
        {"former": frozenset({"0012"}), "online": False}, {"shift": ()}, {"shift": ("chief",)},
    ):  # fmt: skip
        words = [said(outcome(office.act, case, "2001", action, data, **changes)) for action, data in
                 (("withdraw", {"reason": "x"}), ("decide", {}), ("nudge", {"text": "x"}), ("extend",
                 {"reason": "x", "days": 1}))]  # fmt: skip
        yield line(list(changes), words)
    unread = msgspec.structs.replace(case, unread=2)
    yield line(
        "unread",
        said(outcome(office.act, unread, "2001", "decide", {})),
        said(outcome(office.act, unread, "1001", "nudge", {"text": "x"})),
    )
    yield line(
        "unknown",
        outcome(commands.read_act, "moon", {}),
        outcome(commands.read_act, "pay", {"receipt": 3}),
        outcome(commands.read_act, "pay", []),
    )


# The tray


def _lines(office: Office, case: Case) -> Mapping[str, Waits]:
    made = stray(office, case, "accepted", bodies.Accepted("accept", "某局"), "2001", "single")
    held = stray(office, case, "decided", bodies.Decided("decide", "granted"), "2002", "chief")
    aside = stray(office, case, "inspected", bodies.Inspected("site_check", ("2001", "2002"), "pass"), "1001", "window")
    rows = {
        "stale": (made, "stale", {}, "rejected", True, "g1", "2001"), "group": (held, "group",
        {"code": "stale"}, "rejected", True, "g1", "2002"),
        "same": (held, "same_person", {}, "rejected", True, "", "2001"), "held": (held, "version", {}, "held",
        False, "", "2002"),
        "helper": (aside, "no_right", {}, "rejected", True, "", "1001"), "never": (made, "stale",
        {}, "rejected", False, "", "2001"),
        "nobody": (made, "stale", {}, "rejected", True, "", ""), "far": (None, "stale", {}, "rejected",
        True, "", "2001"),
    }  # fmt: skip
    found = {}
    for name, (fact, code, facts, kind, may, group, maker) in rows.items():
        told = fact or made
        tray = Tray(
            name, told.type, case.id, case.root, case.number, "0013", told.actor, code, dict(facts),
            "2026-11-23T11:00:00.000", kind,
            insistable=may, group=group, made="2026-11-23T09:00:00.000", post=told.post,
        )  # fmt: skip
        found[name] = Waits(tray, fact, STAFF.get(maker))
    return found


def trays(stage: str) -> Iterator[str]:
    """Each line of a tray with its ways out, for each person; and each way taken."""
    office = Office()
    case = STAGES[stage](office)
    for at, paper in enumerate(("acceptance", "decision", "receipt")):
        body = bodies.Printed(paper, 1, "", "a" * 64, "same" if at == 1 else "")
        case = evolve(case, stray(office, case, "printed", body, "1001", "window")) or case
    waiting = _lines(office, case)
    for who in ("1001", "2001", "2002", "3001", "4001"):
        context = office.context(who, refused=waiting)
        for name, each in waiting.items():
            off = [[way, no] for way, no in ways_out(case, each, context)]
            yield line(who, name, off)
            yield line("without a case", [[way, no] for way, no in ways_out(None, each, context)])
    away = office.context("3001", refused=waiting, online=False)
    yield line("off line", [[way, no] for way, no in ways_out(case, waiting["stale"], away)])
    for name, each in waiting.items():
        yield line("papers out", name, papers_out(case, (each,)))
    for who, reason, holder in itertools.product(("3001", "2002"), ("作废", ""), ("张建国", "")):
        context = office.context(who, refused=waiting)
        for refused in (("stale",), ("stale", "group"), ("same",), ("helper",), ("moon",), ()):
            made = outcome(settle_by_withdrawing, case, refused, reason, context, holder)
            after = made.case if isinstance(made, Decision) else None
            recalls = [[each.paper, each.holder, is_told(after, each)] for each in after.open_recalls] if after else []
            replaced = [len(replaced_by(after, kind)) for kind in ("acceptance", "decision", "recall")] if after else []
            yield line(who, reason, holder, refused, "withdraw", said(made), recalls, replaced)
            yield line("  insist", said(outcome(settle_by_insisting, case, refused, reason, context)))
            act = commands.read_act("withdraw", {"reason": "不办了"})
            yield line(
                "  amend", said(outcome(settle_by_amending, case, refused, reason, act, "withdraw", context, holder))
            )
    for online in (True, False):
        context = office.context("3001", refused=waiting, online=online)
        yield line("no case", said(outcome(give_up_without_case, "c", "c", ("stale",), "作废", context)))


# Before the number, calls, doubles, scans


def prefiles() -> Iterator[str]:
    """Opened, looked through, parked, taken; and what of it can't be read."""
    office = Office()
    form = bodies.Form(
        "D01",
        PERSON,
        AGENT,
        "",
        {},
        {"premises": " 关山  大道 "},
        {"D01-01": "original"},
        {"D01-03": "4201182611230012000111"},
    )
    facts: list[Any] = []
    lines = (bodies.ReviewLine("d01-01 "), bodies.ReviewLine("D01-03", right=False, defect="无", cure="补"))
    id_ = "0" * 31 + "7"

    def now() -> Prefile:
        found = fold_prefile(facts)
        assert found is not None
        return found

    ways: tuple[tuple[str, Callable[[Context], Any]], ...] = (
        ("1001", lambda context: open_prefile(form, context, id_, " 周三再来 ")),
        ("1001", lambda context: park(form, context, id_, "area")),
        ("1002", lambda context: check_prefile(now(), form, lines, context, "二")),
        ("1002", lambda context: take_prefile(now(), context)),
        ("1001", lambda context: park(msgspec.structs.replace(form, item="A01"), context, id_)),
        ("1001", lambda context: take_prefile(now(), context)),
        ("2003", lambda context: take_prefile(now(), context)),
    )
    for who, way in ways:
        made = outcome(way, office.context(who))
        new = [fact for group in getattr(made, "groups", ()) for fact in group]
        facts += new
        yield line(who, said(made), [fact_line(fact) for fact in new])
        folded = fold_prefile(facts)
        yield from (line(f"  {name}:", getattr(folded, name)) for name in (folded.__struct_fields__ if folded else ()))
    for changes in (
        {"item": "Z99"}, {"item": ""}, {"materials": {"D01-01": "perhaps"}}, {"materials": {"Z99-01": "original"}},
        {"form": {"moon": "x"}},
        {"form": {"premises": "x" * 400}}, {"applicant": bodies.Party("moon", " 张 ", " 42 ",
        " 138 ")}, {"project_code": " 2611－1 "},
        {"situations": {"agent": "perhaps"}}, {"reused": {"D01-03": " 42 "}},
    ):  # fmt: skip
        yield line(list(changes), outcome(clean_form, msgspec.structs.replace(form, **changes), CATALOGUE))
    yield line([module_of(code, CATALOGUE) for code in ("D01", "A01", "", "Z99", *CATALOGUE.bundles)])


def calls() -> Iterator[str]:
    """Who is called about what, and the answer."""
    office = Office()
    for to, number in (("2001", ""), ("2001", "4201182611230012000111"), ("2001", "42"), ("1001", ""), ("9999", "")):
        made = outcome(call, STAFF.get(to), number, office.context("1001"), "c" * 32)
        yield line(to, number, said(made), [fact_line(fact) for group in getattr(made, "groups", ()) for fact in group])
    gone = msgspec.structs.replace(STAFF["2001"], active=False)
    yield line(
        said(outcome(call, gone, "", office.context("1001"), "c" * 32)), said(answer("c" * 32, office.context("2001")))
    )
    cases = [office.case("D01") for _ in range(3)]
    cases[2] = (
        evolve(
            cases[2],
            stray(office, cases[2], "told_apart", bodies.ToldApart((cases[0].number,), "x"), "3001", "supervisor"),
        )
        or cases[2]
    )
    found = doubles(cases)
    yield line([[each.case.number, each.other.number, [one.number for one in each.older]] for each in found])


def held() -> Iterator[str]:
    """Papers that the hall has already, and scans."""
    office = Office()
    cases = [STAGES[stage](office) for stage in ("A01 received", "D01 closed", "D01 told", "D10 to pay")]
    for code in ("A01", "A07", "D01", "D10", "C07", "B07"):
        yield line(code, reusable(CATALOGUE.items[code], cases, CATALOGUE.items))
    for head in (
        b"%PDF-1.7",
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff\xe0",
        b"II*\x00",
        b"MM\x00*",
        b"GIF89a",
        b"",
        b"PK\x03\x04",
    ):
        yield line(repr(head), outcome(media_of, head))
    case = cases[0]
    first = next(iter(case.materials))
    for material, mark in ((first, "a"), (first, "b"), (first, "a"), (first, "c")):
        case = (
            evolve(
                case,
                stray(office, case, "scanned", bodies.Scanned(material, mark * 64, 7, "application/pdf", 2, "x.pdf")),
            )
            or case
        )
    for mark in "ad":
        case = evolve(case, stray(office, case, "scan.arrived", bodies.ScanArrived(mark * 64), "")) or case
    case = evolve(case, stray(office, case, "scanned", bodies.Scanned(first, "d" * 64, 7, "image/png"))) or case
    yield line(
        [[scan.sha256[0], scan.came, scan.pages] for scan in of_material(case, first)],
        [scan.sha256[0] for scan in to_come(case)],
    )
    yield line(case.arrived, arrival_id("c" * 32, "a" * 64), len(of_material(case, "Z")))


HISTORIES: Mapping[str, Callable[[], Iterator[str]]] = (
    {f"forms of {item}": partial(forms, item) for item in ("A01", "B07", "C07", "C16", "D01", "D10")}
    | {f"together: {code}": partial(together, code) for code in CATALOGUE.bundles}
    | {f"acts on {stage} {start}": partial(acts, stage, start) for stage in
       ("D01 received", "D01 told", "D01 claimed", "D01 site check", "D01 to decide", "D01 decided", "D01 delivered",
       "D10 to decide", "A01 received", "B07 pledged", "C16 to decide")
       for start in ("a", "z")}
    | {f"asides of {stage}": partial(asides, stage) for stage in ("D01 received", "D01 to decide", "D01 closed")}
    | {f"tray of {stage}": partial(trays, stage) for stage in ("D01 received", "D01 to decide", "C07 recused")}
    | {"before the number": prefiles, "calls": calls, "held": held}
)  # fmt: skip
