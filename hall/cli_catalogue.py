"""`yichuang release catalogue|calendar|config …`: a version checked, compared, proposed, approved, published."""

from __future__ import annotations

import argparse
from pathlib import Path

from casework.messages import t
from hall import cli, cli_release
from hall.cli_person import proven_person
from hall.errors import ReleaseTrouble
from hall.ownership import changing
from hall.releases.acts import Act, record
from hall.releases.catalogues import APPROVED, Numbered, Proposal
from hall.releases.drafting import as_version, differences, read_draft
from hall.releases.in_force import expect_cases, in_force, number_in_force


def run_version(args: argparse.Namespace) -> int:
    """Do what `yichuang release catalogue|calendar|config` was asked; the exit code. Raises HallError."""
    if args.step == "check":
        return _check(args)
    with cli.open_hall(cli.hall_folder(args.dir)) as here:
        versions = Numbered(cli_release.releases_of(here), args.action)
        if args.step in {"diff", "list"}:
            return _diff(args, here, versions) if args.step == "diff" else _list(args, here, versions)
        with changing(here.folder, here.limits.busy_seconds):
            return {"propose": _propose, "approve": _approve, "publish": _publish}[args.step](args, here, versions)


def _check(args: argparse.Namespace) -> int:
    """Every mistake with file, line and reason; 1 when there is one."""
    findings = read_draft(args.action, Path(args.file)).findings
    for each in findings:
        facts = {"file": each.file, "line": each.line, "code": each.code, "rule": each.reason.id}
        if args.json:
            cli.print_row({**facts, "message": str(each.reason)})
        else:
            print(each, flush=True)
    cli.say(t("version.checked", file=args.file, findings=len(findings)))
    return 1 if findings else 0


def _diff(args: argparse.Namespace, here: cli.HallHere, versions: Numbered) -> int:
    """From what counts to what waits, unless two versions are named: a number, or a file that is not proposed yet."""
    names = [args.old, args.new] if args.new else [args.old] if args.old else []
    new = _bytes(versions, names.pop()) if names else versions.content(_waiting(versions))
    old = _bytes(versions, names.pop()) if names else _counts(here, versions)
    changes = differences(versions.kind, old, new)
    for change in changes:
        if args.json:
            cli.print_row({"code": change.code, "change": change.what.id, "message": str(change.what)})
        else:
            print(f"{change.code}  {change.what}".strip(), flush=True)
    cli.say(t("catalogue.diff.counted", changes=len(changes)))
    return 0


def _bytes(versions: Numbered, name: str) -> bytes:
    if name.isascii() and name.isdigit():
        return versions.content(int(name))
    return _fine(versions.kind, Path(name))


def _fine(kind: str, place: Path) -> bytes:
    draft = read_draft(kind, place)
    if draft.findings:
        raise ReleaseTrouble("version.mistakes", findings=len(draft.findings), first=str(draft.findings[0]))
    return draft.data


def _waiting(versions: Numbered) -> int:
    """The version that is to be looked at. Raises ReleaseTrouble where none waits."""
    number = versions.waiting()
    if not number:
        raise ReleaseTrouble("version.none", kind=versions.kind)
    return number


def _counts(here: cli.HallHere, versions: Numbered) -> bytes:
    """What the windows go by now."""
    if versions.kind not in APPROVED:
        newest = versions.newest()
        return versions.content(newest) if newest else b"{}"
    with here.store.reading() as reading:
        return reading.blob(reading.head(versions.kind)) or b""


def _propose(args: argparse.Namespace, here: cli.HallHere, versions: Numbered) -> int:
    data = _fine(versions.kind, Path(args.file))
    by = proven_person(here, args.staff)
    if not differences(versions.kind, _counts(here, versions), data):
        raise ReleaseTrouble("version.no_change", kind=versions.kind)
    _expect_cases(here, versions, data)
    proposal = versions.propose(as_version(versions.kind, data, versions.next_number()), by, here.hall.now)
    pending = cli_release.releases_of(here).folder / "pending" / f"{versions.role}.json"
    _show(here, versions, proposal)
    cli.say(t("version.proposed", number=proposal.number, file=str(pending)))
    return 0


def _approve(args: argparse.Namespace, here: cli.HallHere, versions: Numbered) -> int:
    by = proven_person(here, args.staff)
    proposal = versions.approve(args.number, by, here.hall.now)
    _show(here, versions, proposal)
    cli.say(t("version.approved", number=proposal.number, by=by))
    return 0


def _publish(args: argparse.Namespace, here: cli.HallHere, versions: Numbered) -> int:
    """Public with its signatures, and only then a fact of the log: so every window has it at the same place."""
    waits = versions.waiting()
    number = args.number or waits or (versions.newest() if versions.kind in APPROVED else 0)
    if not number:
        raise ReleaseTrouble("version.none", kind=versions.kind)
    proposal = versions.expect_approved(number)
    if versions.kind in APPROVED:
        with here.store.reading() as reading:
            if number <= number_in_force(reading, versions.kind):
                raise ReleaseTrouble("version.counts_already", kind=versions.kind, number=number)
    _expect_cases(here, versions, versions.content(number))
    if number == waits:
        by = proposal.approved_by or proposal.by
        act = Act(here.hall.now, by, "published", what=f"{versions.kind} {number}", proven=True)
        releases = cli_release.releases_of(here)
        releases.publish((versions.role,), before=lambda _: record(releases.folder, act))
    data = versions.proven(number)
    if versions.kind in APPROVED:
        here.hall.change(lambda reading, now, ids: in_force(reading, versions.kind, data, proposal, now, ids))
    _show(here, versions, proposal)
    cli.say(t(f"version.published.{versions.kind}", number=number))
    return 0


def _expect_cases(here: cli.HallHere, versions: Numbered, data: bytes) -> None:
    if versions.kind in APPROVED:
        with here.store.reading() as reading:
            expect_cases(reading, versions.kind, data)


def _list(args: argparse.Namespace, here: cli.HallHere, versions: Numbered) -> int:
    for proposal in versions.proposals():
        _show(here, versions, proposal)
    return 0


def _show(here: cli.HallHere, versions: Numbered, proposal: Proposal) -> None:
    number, public = proposal.number, versions.public()
    with here.store.reading() as reading:
        counts = number_in_force(reading, versions.kind) if versions.kind in APPROVED else max(public, default=0)
    state = "waiting" if number == versions.waiting() else "public" if number in public else "given_up"
    cli.print_row({
        "kind": versions.kind, "number": number, "sha256": proposal.sha256, "proposed_by": proposal.by,
        "proposed_at": proposal.at, "approved_by": proposal.approved_by, "approved_at": proposal.approved_at,
        "state": "in_force" if number == counts else state,
    })  # fmt: skip
