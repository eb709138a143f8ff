"""`yichuang terminal`: invite, list and revoke at the hall; enrol at the window."""

from __future__ import annotations

import argparse
import asyncio
from typing import TYPE_CHECKING

from casework.messages import t
from console.arguments import Parser, add_folder, command, commands
from console.output import data, talk

if TYPE_CHECKING:
    from console.enrolment import Enrolled

AT_THE_HALL = ("invite", "list", "revoke", "scope")


def arguments(parser: Parser) -> None:
    """What it takes; what is done at the hall is the hall's to read."""
    group = commands(parser)
    for name in AT_THE_HALL:
        there = command(group, name, f"help.terminal.{name}")
        there.add_argument("--dir", metavar="DIR", help=t("arguments.hall_dir"))
        there.add_argument("--staff", metavar=t("arguments.number"), help=t("arguments.staff"))
        there.add_argument("--post", metavar="POST", help=t("arguments.post"))
        if name != "list":
            there.add_argument("number", metavar="NUMBER", help=t("arguments.terminal"))
        if name == "scope":
            there.add_argument("modules", metavar="MODULE[,MODULE]", help=t("arguments.modules"))
        if name == "revoke":
            there.add_argument("--since", metavar="TIME", help=t("arguments.revoke_since"))
    enrol = command(group, "enrol", "help.terminal.enrol")
    add_folder(enrol)
    enrol.add_argument("--hall", required=True, metavar="URL", help=t("arguments.hall"))
    enrol.add_argument("--code", required=True, metavar="CODE", help=t("arguments.invite"))
    enrol.add_argument("--number", default="", metavar="NUMBER", help=t("arguments.terminal"))


def run(args: argparse.Namespace) -> int:
    """Do it."""
    if args.action in AT_THE_HALL:
        return _at_the_hall(args)
    return _enrol(args)


def _at_the_hall(args: argparse.Namespace) -> int:
    from hall import cli

    words = ["terminal", args.action]
    for option in ("dir", "staff", "post", "since"):
        if getattr(args, option, None):
            words += [f"--{option}", getattr(args, option)]
    if args.json:
        words.append("--json")
    if args.action != "list":
        words.append(args.number)
    if args.action == "scope":
        words.append(args.modules)
    code: int = cli.run(words)
    return code


def _enrol(args: argparse.Namespace) -> int:
    from console import bootstrap
    from console.enrolment import read_code
    from console.folders import data_folder
    from console.line_once import sync_once
    from local_db.errors import NotATerminal

    folder = data_folder(args.dir)
    number, code = read_code(args.code, args.number)
    try:
        enrolled = _in_place(args, number, code) if (folder / "terminal.db").exists() else None
    except NotATerminal:  # an enrolment broke off before the memory knew whose it is: it begins anew
        enrolled = None
    if enrolled is None:
        enrolled = asyncio.run(bootstrap.enrolment(folder).enrol(args.hall, number, code))
    talk(
        t("console.enrol.done", terminal=number, hall=enrolled.name, mine=enrolled.fingerprint,
          theirs=enrolled.hall_fingerprint)
    )  # fmt: skip
    with bootstrap.opened(args.dir) as terminal:
        first = sync_once(terminal)
    if first.trouble:
        talk(t("console.enrol.no_pull", reason=first.trouble))
    facts = {
        "terminal": enrolled.terminal,
        "hall": enrolled.hall,
        "name": enrolled.name,
        "fingerprint": enrolled.fingerprint,
        "hall_fingerprint": enrolled.hall_fingerprint,
        "pulled": first.synced.pulled,
    }
    if enrolled.adopted:
        facts |= {"adopted": enrolled.adopted, "again": enrolled.again, "pending": first.synced.pending}
    data(facts)
    return 1 if first.trouble else 0


def _in_place(args: argparse.Namespace, number: str, code: str) -> Enrolled:
    """The folder holds a memory: it goes on under the new number, and nobody else may have it open meanwhile (S27)."""
    from console import bootstrap
    from console.errors import NotEnrolled

    with bootstrap.opened(args.dir) as terminal:
        owner = bootstrap.own_line(terminal)
        if owner is None:
            raise NotEnrolled("console.enrol.in_use", folder=str(terminal.memory.folder))
        with owner:
            who, waits = terminal.memory.identity, terminal.memory.pending()
            talk(t("console.enrol.again", old=who.terminal, hall=who.hall_name, number=number, unsent=waits.unsent))
            enrolled = asyncio.run(
                bootstrap.enrolment(terminal.memory.folder).enrol(args.hall, number, code, terminal.memory)
            )
        if enrolled.adopted:
            talk(t("console.enrol.adopted", old=enrolled.adopted, number=number, again=enrolled.again))
    return enrolled
