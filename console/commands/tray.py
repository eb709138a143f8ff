"""`yichuang tray list|resolve`: what the hall refused or held, and how a person settles it (S15, S16)."""

from __future__ import annotations

import argparse

from casework.messages import t
from console.arguments import Parser, add_folder, add_person, command, commands
from console.output import data, read_json

WAYS = ("withdraw", "amend")


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
    resolve.add_argument("--data", default="{}", metavar="JSON", help=t("arguments.data"))


def run(args: argparse.Namespace) -> int:
    """Do it."""
    from casework.rules import sentence
    from console.acting import acted
    from console.commands.case import report
    from console.signed_in import signed_in

    given = read_json(args.data, "--data") if args.action == "resolve" else None
    with signed_in(args) as (terminal, session):
        if args.action == "list":
            for row in terminal.memory.tray():
                data({
                    "fact": row.fact, "type": row.type, "case": row.case, "number": row.number, "kind": row.kind,
                    "code": row.code, "message": str(sentence(row.code, row.facts)), "since": row.since,
                    "actor": row.actor, "terminal": row.terminal, "insistable": row.insistable,
                })  # fmt: skip
            return 0
        number = next((row.number for row in terminal.memory.tray() if row.fact == args.fact), "")
        answer = acted(
            terminal,
            lambda: terminal.counter.settle(session, args.fact, args.way, args.reason, args.act, given),
        )
        return report(number, terminal.counter.case(number).state if number else "", answer)
