"""`yichuang release build|prove`: a release from the project's tree, and the proof without which none is listed."""

from __future__ import annotations

import argparse
import sys
import sysconfig
from pathlib import Path

import msgspec

from casework.ambient import stamp
from casework.messages import t
from hall import cli
from hall.errors import BuildTrouble
from hall.releases.building import Wanted, build
from hall.releases.proving import Prover


def run_build(args: argparse.Namespace) -> int:
    """Build; the exit code. Raises BuildTrouble."""
    notes = {language: _text(file) for language, file in (("zh_CN", args.notes_zh), ("en", args.notes_en)) if file}
    clock = cli.HallClock()
    began = clock.monotonic()
    wanted = Wanted(
        tuple(filter(None, args.platform.split(","))) or (sysconfig.get_platform(),),
        args.python or f"{sys.version_info.major}.{sys.version_info.minor}",
        stamp(clock.now()),
        Path(args.wheels) if args.wheels else None,
        args.schema_from,
        args.min_from,
        notes,
    )
    made = build(Path(args.source), Path(args.out), wanted)
    cli.say(t("build.made", version=made.version, folder=args.out))
    cli.print_row({
        "version": made.version, "schema": made.schema, "schema_from": made.schema_from, "min_from": made.min_from,
        "python": made.python, "wheels": {key: len(wheels) for key, wheels in made.wheels.items()},
        "bytes": sum(wheel.size for wheels in made.wheels.values() for wheel in wheels),
        "seconds": round(clock.monotonic() - began, 2),
    })  # fmt: skip
    return 0


def run_prove(args: argparse.Namespace) -> int:
    """Prove; 1 when something did not come out. Raises BuildTrouble."""
    clock = cli.HallClock()
    if not args.old and not args.first:
        raise BuildTrouble("build.which_old")
    prover = Prover(
        Path(args.build), Path(args.old) if args.old else None, clock.monotonic,
        lambda step: cli.say(t(f"build.step.{step}")),
    )  # fmt: skip
    database = Path(args.database) if args.database else None
    tried = prover.prove(stamp(clock.now()), database, args.days, Path(args.hall) if args.hall else None)
    cli.print_row(msgspec.to_builtins(tried))
    failed = next((step for step in tried.steps if not step.ok), None)
    if failed is None:
        cli.say(t("build.proven", folder=args.build))
        return 0
    cli.say(
        t("build.failed", platform=sysconfig.get_platform(), step=t(f"build.step.{failed.name}"), reason=failed.said)
    )
    return 1


def _text(file: str) -> str:
    try:
        return Path(file).read_text("utf-8").strip()
    except (OSError, ValueError) as cause:
        raise BuildTrouble("build.no_notes", file=file) from cause
