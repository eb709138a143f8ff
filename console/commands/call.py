"""`yichuang call to|list|answer`: ask somebody to come to this window, and answer."""

from __future__ import annotations

import argparse

import msgspec

from casework.messages import t
from casework.rules import Refusal
from console.arguments import Parser, add_folder, add_person, command, commands
from console.output import data, said_no, talk


def arguments(parser: Parser) -> None:
    """What it takes."""
    group = commands(parser)
    to = command(group, "to", "help.call.to")
    listing = command(group, "list", "help.call.list")
    answer = command(group, "answer", "help.call.answer")
    for each in (to, listing, answer):
        add_folder(each)
        add_person(each)
    to.add_argument("person", metavar="STAFF", help=t("arguments.call_to"))
    to.add_argument("--case", default="", metavar="NUMBER", help=t("arguments.call_case"))
    answer.add_argument("call", metavar="CALL", help=t("arguments.call"))


def run(args: argparse.Namespace) -> int:
    """Do it."""
    from console.calling import Calling
    from console.signed_in import signed_in

    with signed_in(args) as (terminal, session):
        calling = Calling(terminal.counter)
        if args.action == "list":
            for each in calling.of_today(session):
                data(msgspec.to_builtins(each))
            return 0
        if args.action == "to":
            made = calling.call(session, args.person, args.case)
            _say(made, {"call": made, "to": args.person})
        else:
            _say(calling.answer(session, args.call), {"call": args.call, "answered": True})
        terminal.wake()
    return 0


def _say(done: object, facts: dict[str, object]) -> None:
    """What was done, or why not."""
    if isinstance(done, Refusal):
        data({"refused": said_no(done)})
        talk(done.message)
    else:
        data(facts)
