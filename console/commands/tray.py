"""`yichuang tray list|resolve`: what the hall refused or held, and how a person settles it (S15, S16)."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

import msgspec

from casework.messages import t
from casework.numbers import printed
from console.arguments import Parser, add_folder, add_person, command, commands
from console.output import data, read_json, said_no, talk

if TYPE_CHECKING:
    from console.settling import Line

WAYS = ("withdraw", "amend", "insist")


def arguments(parser: Parser) -> None:
    """What it takes."""
    group = commands(parser)
    listing = command(group, "list", "help.tray.list")
    resolve = command(group, "resolve", "help.tray.resolve")
    for each in (listing, resolve):
        add_folder(each)
        add_person(each)
    resolve.add_argument("fact", metavar="FACT", help=t("arguments.fact"))
    resolve.add_argument("way", metavar="WAY", choices=WAYS, help=t("arguments.way"))
    resolve.add_argument("--reason", required=True, metavar=t("arguments.text"), help=t("arguments.reason"))
    resolve.add_argument("--act", default="", metavar="ACTION", help=t("arguments.amend_act"))
    resolve.add_argument("--recall", default="", metavar=t("arguments.text"), help=t("arguments.recall"))
    resolve.add_argument("--data", default="{}", metavar="JSON", help=t("arguments.data"))


def run(args: argparse.Namespace) -> int:
    """Do it."""
    from console.acting import acted
    from console.commands.case import report
    from console.desk.doubles import looks_after
    from console.fetching import fetch_case
    from console.settling import Settlement, Settling
    from console.signed_in import signed_in

    given = read_json(args.data, "--data") if args.action == "resolve" else None
    with signed_in(args) as (terminal, session):
        settling = Settling(terminal.counter)
        if args.action == "list":
            for line in settling.lines(session):
                data(_facts(line))
            for case in terminal.memory.with_recalls():
                for recall in case.open_recalls:
                    data({"kind": "recall", "number": case.number, "case": case.id, **msgspec.to_builtins(recall)})
            for again in terminal.memory.reprints():
                old = again.case.former_numbers[-1]
                data({
                    "kind": "reprint", "number": again.number, "case": again.case_id, "former": old,
                    "message": t("tray.reprint", old=printed(old), number=printed(again.number)),
                })  # fmt: skip
            for double in terminal.memory.doubles() if looks_after(terminal, session) else ():
                others = [one.number for one in double.older]
                data({
                    "kind": "duplicate", "number": double.case.number, "case": double.case.id,
                    "other": double.other.number, "older": others,
                })  # fmt: skip
            return 0
        row = next((row for row in terminal.memory.tray() if row.fact == args.fact), None)
        if row is not None and row.case and not terminal.memory.to_settle(row.case)[row.fact].fact:
            trouble = fetch_case(terminal, row.case)  # what somebody settles, she has before her
            if trouble is not None:
                talk(trouble)
        wanted = Settlement(args.way, args.reason, args.act, given, args.recall)
        answer = acted(terminal, lambda: settling.settle(session, args.fact, wanted))
        number = row.number if row else ""
        return report(number, terminal.counter.case(number).state if number else "", answer)


def _facts(line: Line) -> dict[str, Any]:
    """One line as JSON."""
    from console.settling import reason_of

    row = line.tray
    return {
        "fact": row.fact, "type": row.type, "case": row.case, "number": row.number, "kind": row.kind,
        "code": row.code, "message": str(reason_of(line)), "since": row.since,
        "actor": row.actor, "terminal": row.terminal, "insistable": row.insistable,
        "level": str(line.age.level), "age": {"working_days": line.age.working_days, "hours": line.age.hours},
        "ways": [
            {"way": way, "off": None if off is None else said_no(off)}
            for way, off in line.ways
        ],
        "papers": [{"kind": paper.paper, "count": paper.count, "at": paper.at} for paper in line.papers],
        "here": line.here,
    }  # fmt: skip
