"""`yichuang printer`: the window's printers, and the papers that are not out."""

from __future__ import annotations

import argparse

import msgspec

from casework.errors import BadInput
from casework.messages import t
from casework.rules import Refusal
from console.arguments import Parser, add_folder, add_person, command, commands
from console.output import data, talk
from console.terminal import Terminal


def arguments(parser: Parser) -> None:
    """What it takes."""
    group = commands(parser)
    for name in ("list", "set", "remove", "test", "queue", "settle"):
        each = command(group, name, f"help.printer.{name}")
        add_folder(each)
        if name in {"set", "remove", "test"}:
            each.add_argument("name", metavar="NAME", help=t("arguments.printer"))
        if name == "set":
            each.add_argument("address", metavar="ADDRESS", help=t("arguments.printer_address"))
            each.add_argument("--takes", default="", metavar="A5,receipt", help=t("arguments.printer_takes"))
        if name == "settle":
            from console.prints import WAYS

            add_person(each)
            each.add_argument("id", metavar="ID", type=int, help=t("arguments.print"))
            each.add_argument("way", metavar="WAY", choices=WAYS, help=t("arguments.print_way"))
            each.add_argument("--to", default="", metavar="NAME", help=t("arguments.printer"))
            each.add_argument("--reason", default="", metavar=t("arguments.text"), help=t("arguments.reason"))


def run(args: argparse.Namespace) -> int:
    """Do it."""
    if args.action == "settle":
        return _settle(args)
    from console import bootstrap

    with bootstrap.opened(args.dir) as terminal:
        match args.action:
            case "list":
                _list(terminal)
            case "set":
                _set(terminal, args)
            case "remove":
                _remove(terminal, args.name)
            case "test":
                _test(terminal, args.name)
            case _:
                _queue(terminal)
    return 0


def _list(terminal: Terminal) -> None:
    from console.print_queue import slots_of

    for slot in slots_of(terminal):
        data(msgspec.to_builtins(slot))


def _set(terminal: Terminal, args: argparse.Namespace) -> None:
    from console.print_queue import keep_slots, slots_of
    from console.printing.slots import Slot, checked, default_slots

    takes = tuple(filter(None, (word.strip() for word in args.takes.split(","))))
    before = slots_of(terminal)
    before = () if before == default_slots() else before  # the first printer that is named takes the folder's place
    keep_slots(terminal, checked(before, Slot(args.name, args.address, takes), terminal.memory.limits.printers))
    talk(t("printer.kept", name=args.name))


def _remove(terminal: Terminal, name: str) -> None:
    from console.print_queue import keep_slots, slots_of

    slots = slots_of(terminal)
    rest = tuple(slot for slot in slots if slot.name != name)
    if len(rest) == len(slots):
        raise BadInput("printer.unknown", name=name[:40], possible=", ".join(slot.name for slot in slots))
    keep_slots(terminal, rest)
    talk(t("printer.removed", name=name))


def _test(terminal: Terminal, name: str) -> None:
    """A page that is no paper of a case: nothing is counted. Raises PrinterDown, MaybePrinted."""
    from console.print_queue import print_test, slots_of

    slot = next((slot for slot in slots_of(terminal) if slot.name == name), None)
    if slot is None:
        raise BadInput("printer.unknown", name=name[:40], possible=", ".join(each.name for each in slots_of(terminal)))
    print_test(terminal, slot)
    talk(t("printer.tested", name=name))


def _queue(terminal: Terminal) -> None:
    from console.prints import Prints

    for waiting in Prints(terminal).waiting():
        job = waiting.job
        data({
            "id": job.id, "number": job.number, "kind": job.kind, "count": job.count, "state": job.state,
            "since": job.since, "age_seconds": waiting.age, "printer": waiting.printer, "tries": job.attempts,
            "error": job.reason.id if job.reason else None, "message": str(job.reason) if job.reason else None,
            "ways": list(waiting.ways),
        })  # fmt: skip


def _settle(args: argparse.Namespace) -> int:
    from console.print_queue import PrintQueue
    from console.prints import Prints
    from console.signed_in import signed_in

    with signed_in(args) as (terminal, session):
        said = Prints(terminal).settle(session, args.id, args.way, to=args.to, reason=args.reason)
        if isinstance(said, Refusal):
            talk(said.message)
            return 0
        printed = PrintQueue(terminal).print_waiting()
        talk(said)
        data({"id": args.id, "way": args.way, "printed": [receipt.number for receipt in printed]})
    return 0
