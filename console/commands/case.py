"""`yichuang case list|show|act`: what the screens show, as JSON, and every act of the action table."""

from __future__ import annotations

import argparse
from datetime import date
from typing import TYPE_CHECKING, Any

import msgspec

from casework.case import AT_APPLICANT, ENDED_STATES, OPEN_STATES
from casework.catalogue.schema import MODULES
from casework.messages import t
from console.arguments import Parser, add_folder, add_person, command, commands
from console.commands import case_scan
from console.errors import WrongUse
from console.output import data, read_json, said_no, talk

if TYPE_CHECKING:
    from casework.case import Case
    from console.terminal import Terminal

STATES = tuple(sorted(OPEN_STATES | ENDED_STATES))
_HELD_BY_NO_POST = AT_APPLICANT | {"forwarded"} | ENDED_STATES


def arguments(parser: Parser) -> None:
    """What it takes."""
    group = commands(parser)
    listing = command(group, "list", "help.case.list")
    add_folder(listing)
    add_person(listing, post="arguments.post_queue")
    listing.add_argument("--state", choices=STATES, default="", help=t("arguments.state"))
    listing.add_argument("--module", choices=MODULES, default="", help=t("arguments.module"))
    listing.add_argument("--since", type=_day, default=None, metavar="DATE", help=t("arguments.since"))
    listing.add_argument("--limit", type=_count, default=0, metavar="N", help=t("arguments.limit"))
    listing.add_argument("--mine", action="store_true", help=t("arguments.mine"))
    show = command(group, "show", "help.case.show")
    act = command(group, "act", "help.case.act")
    scan = command(group, "scan", "help.case.scan")
    for each in (show, act, scan):
        add_folder(each)
        add_person(each)
        each.add_argument("number", metavar="NUMBER", help=t("arguments.case"))
    case_scan.arguments(scan)
    act.add_argument("act", metavar="ACTION", help=t("arguments.act"))
    act.add_argument("--data", default="{}", metavar="JSON", help=t("arguments.data"))


def run(args: argparse.Namespace) -> int:
    """Do it. A refusal of the trade is done, and says so."""
    from console.signed_in import signed_in

    if args.action == "act":
        return _act(args)
    if args.action == "scan":
        return case_scan.run(args)
    with signed_in(args) as (terminal, session):
        from console import case_facts

        if args.action == "show":
            case = _found(terminal, args.number)
            data(case_facts.shown(terminal, case))
            for sentence in case_facts.about_number(terminal, args.number):
                talk(sentence)
            return 0
        if args.mine:
            for row in terminal.memory.cases_of_clerk(session.staff.number)[: args.limit or None]:
                if args.state in {"", row.state} and args.module in {"", row.module}:
                    data(case_facts.row(terminal, row.case))
            return 0
        posts = case_facts.queues(terminal, session.shift) if args.post and args.state not in _HELD_BY_NO_POST else ()
        for case in case_facts.listed(terminal, args.state, posts, args.module, args.since or "", args.limit):
            data(case_facts.row(terminal, case))
    return 0


def _found(terminal: Terminal, number: str) -> Case:
    """The case here, or fetched from the hall; the sentence of a BadInput says why it is neither."""
    from casework import numbers
    from casework.errors import BadInput
    from console.fetching import fetch_number

    try:
        return terminal.counter.case(number)
    except BadInput as unknown:
        if unknown.code != "case.unknown":
            raise
        trouble = fetch_number(terminal, numbers.parse(number).number)
        if trouble is not None:
            raise BadInput(trouble.id, **trouble.facts) from unknown
    return terminal.counter.case(number)


def _act(args: argparse.Namespace) -> int:
    from casework.commands import ACTS, read_act
    from casework.errors import BadCommand
    from casework.rules import Refusal
    from console.acting import acted
    from console.claiming import Claiming
    from console.counter import Acted
    from console.signed_in import signed_in

    given = read_json(args.data, "--data")
    try:
        read_act(args.act, given)
    except BadCommand as wrong:
        raise WrongUse(wrong.code, listing="  " + " ".join(ACTS), **wrong.message.facts) from wrong
    with signed_in(args) as (terminal, session):

        def act() -> Acted | Refusal:
            if args.act == "check" and not given:  # ask the sources
                return terminal.counter.check(session, args.number)
            return terminal.counter.act(session, args.number, args.act, given)

        answer = acted(terminal, act)
        answer = msgspec.structs.replace(answer, done=Claiming(terminal.counter).answered(session, answer.done))
        return report(terminal.counter.case(args.number).number, terminal.counter.case(args.number).state, answer)


def report(number: str, state: str, answer: Any) -> int:
    """Print what became of an act; the reason of a refusal is a sentence, too."""
    from casework.rules import Refusal

    done = answer.done
    if isinstance(done, Refusal):
        data({
            "number": number, "state": state, "events": [],
            "refused": said_no(done),
        })  # fmt: skip
        talk(done.message)
        return 0
    facts: dict[str, Any] = {"number": done.number, "state": done.state, "events": list(done.types)}
    if done.waits:
        facts["waits"] = True
    data(facts)
    if answer.remark:
        talk(answer.remark)
    return 0


def _day(words: str) -> str:
    return date.fromisoformat(words).isoformat()


def _count(words: str) -> int:
    count = int(words)
    if count < 1:
        raise ValueError(words)
    return count


_day.__name__, _count.__name__ = "DATE", "N"  # argparse names them in its sentences
