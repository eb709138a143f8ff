"""`yichuang case scan NUMBER MATERIAL`: a scanned paper of a case, fetched from the hall where it is not here (S35)."""

from __future__ import annotations

import argparse
from pathlib import Path

from casework.messages import t
from casework.scans import of_material
from casework.text import clean_code
from console.arguments import Parser
from console.errors import FileTrouble, WrongUse
from console.output import data, reason_of, talk


def arguments(parser: Parser) -> None:
    """What it takes, beside the case."""
    parser.add_argument("material", metavar="MATERIAL", help=t("arguments.scan_material"))
    parser.add_argument("--which", type=int, default=1, metavar="N", help=t("arguments.scan_which"))
    parser.add_argument("-o", dest="file", default="", metavar="FILE", help=t("arguments.scan_file"))


def run(args: argparse.Namespace) -> int:
    """Write it to the file, or open it; 1 when it can't be had now."""
    from console import bootstrap
    from console.files import write_whole
    from console.line_once import sync_once
    from console.signed_in import signed_in

    with signed_in(args) as (terminal, _session):
        case = terminal.counter.case(args.number)
        scans = of_material(case, clean_code(args.material))
        if not 1 <= args.which <= len(scans):
            listing = "".join(f"  {scan.material}  {scan.name}\n" for scan in case.scans)
            raise WrongUse("console.scan.none", listing=listing, material=args.material[:40], n=len(scans))
        scan = scans[args.which - 1]
        path = terminal.counter.scan_file(case.number, scan.sha256)
        if path is None:
            sync_once(terminal, scans=True)
            path = terminal.memory.scan_path(scan.sha256)
        if path is None:
            state = terminal.memory.scan_state(scan.sha256)
            talk(t("console.scan.not_here", held=state.held, size=scan.size))
            return 1
        if args.file:
            try:
                write_whole(Path(args.file), path.read_bytes())
            except OSError as cause:
                raise FileTrouble("console.file.write", file=args.file, reason=reason_of(cause)) from cause
        else:
            bootstrap.view(path)
    data({"number": case.number, "sha256": scan.sha256, "file": args.file or str(path), "bytes": scan.size})
    return 0
