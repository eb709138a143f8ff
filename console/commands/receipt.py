"""`yichuang receipt NUMBER`: prints a paper of a case, again if need be; each print is counted and on record."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from casework.case import Case
from casework.messages import t
from casework.papers import Paper
from casework.papers.of_case import PRINTED_WITH
from casework.printer_slots import Form
from casework.rules import Refusal
from casework.short_codes import read_code
from console.arguments import Parser, add_folder, add_person, add_shared
from console.counter import PrintedNow, Session
from console.errors import FileTrouble, WrongUse
from console.output import data, said_no, talk, write_file
from console.terminal import Terminal

FORMS: tuple[Form, ...] = ("pdf", "svg", "txt", "escpos")
STANDARD_OUTPUT = "-"

_NEWEST = {
    "awaiting_supplement": "supplement",
    "supplement_partly": "supplement",
    "accepted": "acceptance",
    "suspended": "suspension",
    "forwarded": "referral",
    "transferred": "referral",
    "withdrawn": "return",
    "terminated": "return",
    "revoked": "decision",
    "refused_at_intake": "refusal",
    "returned": "return",
    "decided": "decision",
    "certified": "decision",
    "delivered": "delivery",
    "closed": "delivery",
}


def newest_kind(case: Case) -> str:
    """The paper that the case calls for now: that of the last thing which was handed out or told."""
    return _NEWEST.get(case.state, "receipt")


def arguments(parser: Parser) -> None:
    """What it takes."""
    add_shared(parser)
    add_folder(parser)
    add_person(parser)
    parser.add_argument("number", metavar="NUMBER", help=t("arguments.printed"))
    parser.add_argument("--kind", choices=tuple(PRINTED_WITH), default="", help=t("arguments.kind"))
    parser.add_argument("--format", choices=FORMS, default="", dest="form", help=t("arguments.format"))
    parser.add_argument("-o", "--output", default=STANDARD_OUTPUT, metavar="FILE", help=t("arguments.output"))


def run(args: argparse.Namespace) -> int:
    """Print it. A refusal (no such paper yet) is done, and says so."""
    from console.print_queue import render
    from console.signed_in import signed_in

    form = form_of(args.form, args.output)
    with signed_in(args) as (terminal, session):
        beside = _without_a_case(terminal, session, args)
        if beside:
            return _written(beside, form, args)
        case = terminal.counter.case(args.number)
        kind = args.kind or newest_kind(case)
        preview = terminal.counter.preview(session, case.number, kind)
        if isinstance(preview, Refusal):
            return _refused(case, kind, preview, args.output)
        render(preview, form)  # what can't be drawn or written is not counted as printed
        _expect_writable(args.output)
        printed = terminal.counter.print(session, case.number, kind, queue=False)
        if isinstance(printed, Refusal):
            return _refused(case, kind, printed, args.output)
        drawn = render(printed.paper, form)
    if args.output == STANDARD_OUTPUT:
        sys.stdout.buffer.write(drawn.data)
        sys.stdout.buffer.flush()
    else:
        write_file(Path(args.output), drawn.data)
    _tell(case, kind, printed, args, drawn.missing)
    return 0


def _without_a_case(terminal: Terminal, session: Session, args: argparse.Namespace) -> tuple[Paper, ...]:
    """The guide of an item, or the preparation list of a prefile: papers that count on no case. Raises BadInput."""
    from console.preparing import Preparing

    if args.kind == "preparation" and read_code(args.number):
        return Preparing(terminal.counter).preparation(session, args.number)
    item = terminal.library.current().items.get(args.number.strip().upper()) if args.kind == "guide" else None
    return (terminal.paperwork.guide(item),) if item else ()


def _written(papers: tuple[Paper, ...], form: Form, args: argparse.Namespace) -> int:
    from console.print_queue import render

    _expect_writable(args.output)
    for count, paper in enumerate(papers):
        data_ = render(paper, form).data
        if args.output == STANDARD_OUTPUT:
            sys.stdout.buffer.write(data_)
            continue
        whole = Path(args.output)
        target = whole if not count else whole.with_stem(f"{whole.stem}-{count + 1}")
        write_file(target, data_)
    sys.stdout.buffer.flush()
    return 0


def _tell(case: Case, kind: str, printed: PrintedNow, args: argparse.Namespace, missing: tuple[str, ...]) -> None:
    words = "console.receipt.again" if printed.mark else "console.receipt.printed"
    talk(t(words, paper=t(f"paper.{kind}"), count=printed.count, mark=printed.mark, file=args.output))
    if missing:
        talk(t("console.receipt.missing", characters="".join(missing)))
    if args.json and args.output != STANDARD_OUTPUT:
        data({
            "number": case.number, "kind": kind, "count": printed.count, "mark": printed.mark, "file": args.output,
        })  # fmt: skip


def _refused(case: Case, kind: str, no: Refusal, output: str) -> int:
    talk(no.message)
    if output == STANDARD_OUTPUT:  # where the paper was meant to be
        return 0
    data({"number": case.number, "kind": kind, "refused": said_no(no)})
    return 0


def form_of(form: str, output: str) -> Form:
    """The form that was asked for, else that of the file's ending; text on standard output. Raises WrongUse."""
    ending = Path(output).suffix.lower().lstrip(".")
    found = form or ("txt" if output == STANDARD_OUTPUT else {"bin": "escpos", "": "pdf"}.get(ending, ending))
    if found not in FORMS:
        raise WrongUse("console.receipt.form", listing="  " + " ".join(FORMS), file=output)
    return found


def _expect_writable(output: str) -> None:
    if output != STANDARD_OUTPUT and (Path(output).is_dir() or not Path(output).absolute().parent.is_dir()):
        raise FileTrouble("console.file.write", file=output, reason=t("console.file.no_folder"))
