"""`yichuang terminal`: invite, list and revoke at the hall; enrol at the window."""

from __future__ import annotations

import argparse
import asyncio

from casework.messages import t
from console.arguments import Parser, add_folder, command, commands
from console.output import data, talk

AT_THE_HALL = ("invite", "list", "revoke")


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
    enrol = command(group, "enrol", "help.terminal.enrol")
    add_folder(enrol)
    enrol.add_argument("--hall", required=True, metavar="URL", help=t("arguments.hall"))
    enrol.add_argument("--code", required=True, metavar="CODE", help=t("arguments.code"))
    enrol.add_argument("--number", default="", metavar="NUMBER", help=t("arguments.terminal"))


def run(args: argparse.Namespace) -> int:
    """Do it."""
    if args.action in AT_THE_HALL:
        return _at_the_hall(args)
    return _enrol(args)


def _at_the_hall(args: argparse.Namespace) -> int:
    from hall import cli

    words = ["terminal", args.action]
    for option in ("dir", "staff", "post"):
        if getattr(args, option):
            words += [f"--{option}", getattr(args, option)]
    if args.json:
        words.append("--json")
    if args.action != "list":
        words.append(args.number)
    code: int = cli.run(words)
    return code


def _enrol(args: argparse.Namespace) -> int:
    from console import bootstrap
    from console.enrolment import read_code
    from console.folders import data_folder
    from console.line_once import sync_once

    folder = data_folder(args.dir)
    number, code = read_code(args.code, args.number)
    enrolled = asyncio.run(bootstrap.enrolment(folder).enrol(args.hall, number, code))
    talk(
        t("console.enrol.done", terminal=number, hall=enrolled.name, mine=enrolled.fingerprint,
          theirs=enrolled.hall_fingerprint)
    )  # fmt: skip
    with bootstrap.opened(args.dir) as terminal:
        first = sync_once(terminal)
    if first.trouble:
        talk(t("console.enrol.no_pull", reason=first.trouble))
    data(
        {
            "terminal": enrolled.terminal,
            "hall": enrolled.hall,
            "name": enrolled.name,
            "fingerprint": enrolled.fingerprint,
            "hall_fingerprint": enrolled.hall_fingerprint,
            "pulled": first.synced.pulled,
        }
    )
    return 1 if first.trouble else 0
