"""`yichuang catalogue check|diff|import|show`: the linter of the law, what changed, a district's list, the items."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from casework.catalogue.diff import condition_in_words
from casework.catalogue.schema import Catalogue, Fee, Gate, Item, LimitData, Material, Stop, Text, Track
from casework.messages import Message, t
from casework.money import yuan
from console.arguments import Parser, add_folder, add_person, command, commands
from console.errors import ConsoleError, FileTrouble, WrongUse
from console.output import complain, data, read_file, talk, text


def arguments(parser: Parser) -> None:
    """What it takes."""
    group = commands(parser)
    check = command(group, "check", "help.catalogue.check")
    check.add_argument("folder", nargs="?", default="", metavar="FOLDER", help=t("arguments.catalogue"))
    differing = command(group, "diff", "help.catalogue.diff")
    differing.add_argument("old", nargs="?", default="", metavar="OLD", help=t("arguments.old_catalogue"))
    differing.add_argument("new", metavar="NEW", help=t("arguments.new_catalogue"))
    importing = command(group, "import", "help.catalogue.import")
    importing.add_argument("file", metavar="FILE", help=t("arguments.csv"))
    show = command(group, "show", "help.catalogue.show")
    show.add_argument("item", nargs="?", default="", metavar="ITEM", help=t("arguments.item"))
    show.add_argument("--guide", action="store_true", help=t("arguments.guide"))
    for each in (check, importing, show):
        add_folder(each)
        add_person(each, required=each is not check)  # files are read by whoever may read them


def run(args: argparse.Namespace) -> int:
    """Do it; `check` gives 1 when there are mistakes."""
    if args.action == "check":
        return _check(args)
    if args.action == "diff":
        return _diff(args)
    return _import(args) if args.action == "import" else _show(args)


def _check(args: argparse.Namespace) -> int:
    from casework.catalogue.check import check

    files = _files(Path(args.folder)) if args.folder else _shipped()
    findings = check(files)
    for finding in findings:
        if args.json:
            data({
                "file": finding.file, "line": finding.line, "code": finding.code, "rule": finding.reason.id,
                "message": str(finding.reason),
            })  # fmt: skip
        else:
            text(str(finding))
    talk(t("console.catalogue.checked", files=len(files), findings=len(findings)))
    return 1 if findings else 0


def _diff(args: argparse.Namespace) -> int:
    from casework.catalogue.diff import diff

    changes = diff(_catalogue(args.old), _catalogue(args.new))
    for change in changes:
        if args.json:
            kind = change.what.id.rpartition(".")[2]
            data({"code": change.code, "change": kind, "message": str(change.what)})
        else:
            text(f"{change.code}  {change.what}")
    talk(t("catalogue.diff.counted", changes=len(changes)))
    return 0


def _catalogue(folder: str) -> Catalogue:
    """The catalogue in `folder`, or the shipped one. Raises BadCatalogue, FileTrouble."""
    from casework.catalogue.parse import parse

    return parse(_files(Path(folder)) if folder else _shipped())


def _shipped() -> dict[str, bytes]:
    from local_db.shipped import shipped_catalogue_files

    return shipped_catalogue_files()


def _files(folder: Path) -> dict[str, bytes]:
    """`posts.toml`, `bundles.toml` and `items/*.toml` of `folder`. Raises FileTrouble when there are none."""
    named = (folder / "posts.toml", folder / "bundles.toml", *sorted((folder / "items").glob("*.toml")))
    paths = [path for path in named if path.is_file()]
    if not paths:
        raise FileTrouble("console.catalogue.no_files", folder=str(folder))
    return {path.relative_to(folder).as_posix(): read_file(path) for path in paths}


def _import(args: argparse.Namespace) -> int:
    from casework.catalogue.district import read_csv
    from casework.catalogue.search import guide_entries
    from console.library import GUIDE_LAYER
    from console.signed_in import signed_in

    with signed_in(args) as (terminal, session):
        if session.staff.team == "helper":
            raise ConsoleError("console.catalogue.helper", name=session.staff.name)
        found = read_csv(read_file(Path(args.file)), terminal.memory.limits)
        for row in found.refused:
            complain({"line": row.line, "error": row.reason.id, "message": str(row.reason)})
        terminal.memory.replace_guide_items(found.items)
        terminal.memory.keep_finder_entries(GUIDE_LAYER, guide_entries(found.items))
    data({"imported": len(found.items), "refused": len(found.refused)})
    return 0


def _show(args: argparse.Namespace) -> int:
    from console.signed_in import signed_in

    with signed_in(args) as (terminal, _):
        items = terminal.library.current().items
        if args.guide:
            for row in terminal.memory.guide_items():
                data({"item": row.code, "module": None, "name": row.name, "department": row.department})
        elif not args.item:
            for _, item in sorted(items.items()):
                data({"item": item.code, "module": item.module, "name": _say(item.name)})
        else:
            item_ = items.get(args.item.strip().upper())
            if item_ is None:
                listing = "".join(f"  {code}  {_say(each.name)}\n" for code, each in sorted(items.items()))
                raise WrongUse("console.catalogue.no_item", listing=listing, item=args.item[:40])
            if args.json:
                data(whole(item_))
            else:
                text(_in_words(item_))
    return 0


def _say(words: Text) -> str:
    """A text of the catalogue in the reader's language."""
    return t("console.text", text=words.both())


def whole(item: Item) -> dict[str, Any]:
    """All that an intake line may name of an item: materials, situations, fields; its way, its limits, what it costs.

    A limit that no law sets, and a fee where there is none, are null. `amount` of a fee is in fen.
    """
    return {
        "item": item.code,
        "module": item.module,
        "name": _say(item.name),
        "applicants": list(item.applicants),
        "project_code": item.project_code,
        "materials": [_material(material) for material in item.materials],
        "situations": [
            {"code": situation.code, "question": _say(situation.question), "answers": list(situation.answers)}
            for situation in item.situations
        ],
        "ticks": list(item.ticks),
        "form": [
            {"code": field.id, "name": _say(field.label), "kind": field.kind, "required": field.required}
            for field in item.fields
        ],
        "route": [{"step": step.id, "kind": step.kind, "post": step.post} for step in item.route],
        "statutory": _limit(item.statutory),
        "promised": _limit(item.promised),
        "tracks": [
            {
                "when": condition_in_words(each.when),
                "statutory": _limit(each.statutory),
                "promised": _limit(each.promised),
            }
            for each in item.tracks
        ],
        "stops": [{"kind": stop.kind, "most": stop.most, "basis": _say(stop.basis)} for stop in item.stops],
        "gates": [_gate(gate) for gate in item.gates],
        "fee": _fee(item.fee),
        "gives": item.gives or None,
    }


def _material(material: Material) -> dict[str, Any]:
    return {
        "code": material.code, "name": _say(material.name), "kind": material.kind, "form": material.form,
        "copies": material.copies, "pledge": material.pledge, "defer": material.defer,
        "source": _say(material.source) if material.source else None, "shares": material.shares or None,
    }  # fmt: skip


def _limit(limit: LimitData | None) -> dict[str, Any] | None:
    if limit is None:
        return None
    return {"amount": limit.amount, "unit": limit.unit, "start": limit.start, "extension": limit.extension}


def _gate(gate: Gate) -> dict[str, Any]:
    return {
        "code": gate.code, "effect": gate.effect, "text": _say(gate.text), "basis": _say(gate.basis),
        "organ": _say(gate.organ) if gate.organ else None, "field": gate.field or None,
        "least": gate.least, "most": gate.most, "unit": gate.unit,
    }  # fmt: skip


def _fee(fee: Fee | None) -> dict[str, Any] | None:
    if fee is None:
        return None
    rate = _say(fee.rate) if fee.rate else None
    return {"name": _say(fee.name), "amount": fee.amount, "rate": rate, "basis": _say(fee.basis)}


def _in_words(item: Item) -> str:
    lines = [f"{item.code}  {_say(item.name)}", "", _say(item.guide)]
    lines += _part("catalogue.show.limits", _limits_in_words(item))
    for track in item.tracks:
        lines += [f"  {t('catalogue.show.track', when=condition_in_words(track.when))}"]
        lines += [f"    {line}" for line in _limits_in_words(track)]
    lines += _part("catalogue.show.fee", [_fee_in_words(item.fee)] if item.fee else [])
    lines += _part("catalogue.show.gates", [_gate_in_words(gate) for gate in item.gates])
    lines += _part("catalogue.show.stops", [_stop_in_words(stop) for stop in item.stops])
    lines += _part("console.catalogue.materials", [f"{each.code}  {_say(each.name)}" for each in item.materials])
    asked = [f"{each.code} ({'/'.join(each.answers)})  {_say(each.question)}" for each in item.situations]
    lines += _part("console.catalogue.situations", asked)
    lines += _part("catalogue.show.ticks", list(item.ticks))
    lines += _part("console.catalogue.form", [f"{field.id}  {_say(field.label)}" for field in item.fields])
    return "\n".join(lines)


def _part(heading: str, entries: list[str]) -> list[str]:
    return ["", t(heading), *(f"  {entry}" for entry in entries)] if entries else []


def _limits_in_words(limits: Item | Track) -> list[str]:
    return [_limit_in_words("statutory", limits.statutory), _limit_in_words("promised", limits.promised)]


def _limit_in_words(name: str, limit: LimitData | None) -> str:
    if limit is None:
        return t("catalogue.show.no_statutory")
    start = Message(f"catalogue.word.{limit.start}")
    said = t(f"catalogue.show.{name}", limit=_amount(limit.amount, limit.unit), start=start, basis=limit.basis.both())
    if not limit.extension:
        return said
    return t("catalogue.show.extension", limited=said, limit=_amount(limit.extension, limit.unit))


def _amount(amount: int, unit: str) -> Message:
    return Message(f"catalogue.limit.{unit}", {"amount": amount})


def _fee_in_words(fee: Fee) -> str:
    facts = {"name": fee.name.both(), "basis": fee.basis.both()}
    if fee.rate is not None and not fee.amount:
        return t("catalogue.show.fee_rate", rate=fee.rate.both(), **facts)
    return t("catalogue.show.fee_amount", amount=Message("catalogue.fen", {"yuan": yuan(fee.amount)}), **facts)


def _gate_in_words(gate: Gate) -> str:
    effect = Message(f"catalogue.word.{gate.effect}")
    said = t("catalogue.show.gate", effect=effect, text=gate.text.both(), basis=gate.basis.both())
    return t("catalogue.show.organ", gate=said, organ=gate.organ.both()) if gate.organ else said


def _stop_in_words(stop: Stop) -> str:
    facts = {"kind": Message(f"suspension.{stop.kind}"), "basis": stop.basis.both()}
    if not stop.most:
        return t("catalogue.show.stop", **facts)
    return t("catalogue.show.stop_most", limit=_amount(stop.most, "working_days"), **facts)
