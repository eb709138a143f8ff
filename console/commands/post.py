"""`yichuang post list|hand-over|parked`: what a person has, handing it over at a shift's end, her forms."""

from __future__ import annotations

import argparse
from typing import Any

from casework.messages import t
from console.arguments import Parser, add_folder, add_person, command, commands
from console.output import data, talk


def arguments(parser: Parser) -> None:
    """What it takes."""
    group = commands(parser)
    listing = command(group, "list", "help.post.list")
    over = command(group, "hand-over", "help.post.hand-over")
    parked = command(group, "parked", "help.post.parked")
    for each in (listing, over, parked):
        add_folder(each)
        add_person(each)
    over.add_argument("to", metavar=t("arguments.number"), help=t("arguments.taker"))
    over.add_argument("numbers", nargs="*", metavar="NUMBER", help=t("arguments.handed"))
    over.add_argument("--all", action="store_true", help=t("arguments.hand_all"))
    over.add_argument("--note", default="", metavar=t("arguments.text"), help=t("arguments.hand_note"))
    over.add_argument("--print", action="store_true", help=t("arguments.hand_print"))


def run(args: argparse.Namespace) -> int:
    """Do it. What can't go stays where it is, and says why."""
    from console.signed_in import signed_in

    with signed_in(args) as (terminal, session):
        from console.handing import Handing

        handing = Handing(terminal.counter)
        if args.action == "list":
            for held in handing.items(session):
                data({**_of_case(held.case), "post": held.place.post, "mine": held.mine})
        elif args.action == "parked":
            from console.commands.prefile import shown
            from console.desk import roaming

            for prefile in roaming.parked(terminal, session):
                data(shown(prefile))
        else:
            _hand_over(args, terminal, session, handing)
    return 0


def _hand_over(args: argparse.Namespace, terminal: Any, session: Any, handing: Any) -> None:
    numbers = args.numbers or [held.case.number for held in handing.items(session) if held.mine or args.all]
    done = handing.hand_over(session, args.to, numbers, args.note)
    for one in done:
        refused = None if one.refused is None else {"code": one.refused.id, "message": str(one.refused)}
        data({"number": one.number, "to": args.to, "handed": refused is None, "refused": refused})
    if not done:
        talk(t("handover.nothing"))
    elif args.print:
        paper = handing.sheet(session, args.to, done, args.note, terminal.paperwork.say)
        from console.print_queue import print_waiting

        job = handing.queue_sheet(session, paper)
        files = [receipt.pdf for receipt in print_waiting(terminal) if receipt.number == job]
        data({"paper": paper.kind, "file": files[0] if files else None})


def _of_case(case: Any) -> dict[str, Any]:
    handed = case.handed
    return {
        "number": case.number, "item": case.received.item, "state": case.state,
        "handed": {"to": handed.to, "by": handed.by, "at": handed.at} if handed else None,
    }  # fmt: skip
