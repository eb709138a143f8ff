"""`yichuang prefile open|check|park|take|close|list|show`: applications before their number, as JSON (预审件).

A form is one line of `yichuang intake` without an outcome; `check` takes `{"lines": [{"material", "right", "defect",
"cure"}], "form": …}`. The preparation list is printed by `yichuang receipt CODE --kind preparation`.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import msgspec

from casework import bodies
from casework.commands import Intake
from casework.errors import BadCommand
from casework.messages import t
from casework.prefile import Prefile
from casework.rules import Refusal
from casework.short_codes import printed_code
from console.arguments import Parser, add_folder, add_person, command, commands
from console.intake.lines import BadLine, lines_of, read_line
from console.output import data, read_file, read_json, said_no, talk


def arguments(parser: Parser) -> None:
    """What it takes."""
    group = commands(parser)
    for name in ("open", "park"):
        one = command(group, name, f"help.prefile.{name}")
        one.add_argument("file", metavar="FILE", help=t("arguments.intake"))
        _as_person(one)
    for name in ("check", "take", "close", "show"):
        one = command(group, name, f"help.prefile.{name}")
        one.add_argument("code", metavar="CODE", help=t("arguments.code"))
        if name == "check":
            one.add_argument("--data", default="{}", metavar="JSON", help=t("arguments.data"))
        if name == "close":
            one.add_argument("--reason", required=True, metavar="TEXT", help=t("arguments.reason"))
        _as_person(one)
    listing = command(group, "list", "help.prefile.list")
    listing.add_argument("text", nargs="?", default="", metavar="TEXT", help=t("arguments.prefile_text"))
    _as_person(listing)


def _as_person(parser: Parser) -> None:
    add_folder(parser)
    add_person(parser)


class Review(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What `check` takes."""

    lines: tuple[bodies.ReviewLine, ...] = ()
    form: bodies.Form | None = None
    note: str = ""


def run(args: argparse.Namespace) -> int:
    """Do it. A refusal of the trade is done, and says so."""
    from console.desk.prefiles import opened
    from console.preparing import Preparing
    from console.signed_in import signed_in

    with signed_in(args) as (terminal, session):
        preparing = Preparing(terminal.counter)
        if args.action == "list":
            for prefile in terminal.memory.prefiles(args.text.strip()):
                data(shown(prefile))
            return 0
        if args.action in {"show", "take", "check", "close"}:
            opened(terminal, preparing.prefile(args.code))
        if args.action == "show":
            data({**shown(preparing.prefile(args.code)), **_whole(preparing.prefile(args.code))})
            return 0
        if args.action == "take":
            done = preparing.take(session, args.code)
        elif args.action == "close":
            done = preparing.close(session, args.code, args.reason)
        elif args.action == "check":
            review = _review(args.data)
            done = preparing.check(session, args.code, review.form, review.lines, review.note)
        else:
            form = _form(args.file)
            done = preparing.open(session, form) if args.action == "open" else preparing.park(session, form)
        if isinstance(done, Refusal):
            talk(done.message)
            data({"refused": said_no(done)})
        else:
            data(shown(done))
    return 0


def _review(text: str) -> Review:
    try:
        return msgspec.convert(read_json(text, "--data"), Review)
    except msgspec.ValidationError as cause:
        raise BadCommand("command.data", action="check", reason=str(cause)) from cause


def _form(file: str) -> bodies.Form:
    """The first line of `file` as a form. Raises BadLine."""
    if file == "-":
        lines = lines_of(sys.stdin.buffer)
    else:
        import io

        lines = lines_of(io.BytesIO(read_file(Path(file))))
    number, line = next(lines, (1, b""))
    if not line:
        raise BadLine("intake.line.object")
    return form_of(read_line(line, number))


def form_of(intake: Intake) -> bodies.Form:
    """What an intake's form holds, before it is one."""
    return bodies.Form(
        intake.item, intake.applicant, intake.agent, intake.project_code,
        {code: str(answer) for code, answer in intake.situations.items()}, intake.form, intake.materials, intake.reused,
    )  # fmt: skip


def shown(prefile: Prefile) -> dict[str, Any]:
    """One line of a list."""
    from console.showing import masked

    who = prefile.form.applicant
    return {
        "code": printed_code(prefile.code),
        "case": prefile.id,
        "item": prefile.form.item,
        "state": prefile.state,
        "applicant": masked(who) if who else None,
        "opened_by": prefile.opened_by,
        "touched": prefile.touched_at or prefile.opened_at,
        "attempts": prefile.attempts,
        "defects": len(prefile.defects),
        "number": prefile.number or None,
        "closed_for": prefile.closed_for or None,
    }


def _whole(prefile: Prefile) -> dict[str, Any]:
    lines: list[Any] = msgspec.to_builtins(prefile.lines)
    form = prefile.form
    return {"situations": form.situations, "form": form.form, "materials": form.materials, "lines": lines}
