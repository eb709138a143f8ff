"""`yichuang catalogue check|import|show`: the linter of the law, a district's own list, and what can be applied for."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from casework.catalogue.schema import Item, Text
from casework.messages import t
from console.arguments import Parser, add_folder, add_person, command, commands
from console.errors import ConsoleError, FileTrouble, WrongUse
from console.output import complain, data, read_file, talk, text


def arguments(parser: Parser) -> None:
    """What it takes."""
    group = commands(parser)
    check = command(group, "check", "help.catalogue.check")
    check.add_argument("folder", nargs="?", default="", metavar="FOLDER", help=t("arguments.catalogue"))
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


def _shipped() -> dict[str, bytes]:
    from local_db.shipped import shipped_catalogue_files

    return shipped_catalogue_files()


def _files(folder: Path) -> dict[str, bytes]:
    """`posts.toml` and `items/*.toml` of `folder`. Raises FileTrouble when there are none."""
    paths = [path for path in (folder / "posts.toml", *sorted((folder / "items").glob("*.toml"))) if path.is_file()]
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
    """All that an intake line may name of an item: materials, situations, fields; and its way."""
    return {
        "item": item.code,
        "module": item.module,
        "name": _say(item.name),
        "applicants": list(item.applicants),
        "project_code": item.project_code,
        "materials": [
            {
                "code": material.code, "name": _say(material.name), "kind": material.kind, "form": material.form,
                "copies": material.copies, "pledge": material.pledge, "defer": material.defer,
                "source": _say(material.source) if material.source else None,
            }
            for material in item.materials
        ],
        "situations": [
            {"code": situation.code, "question": _say(situation.question), "answers": list(situation.answers)}
            for situation in item.situations
        ],
        "form": [
            {"code": field.id, "name": _say(field.label), "kind": field.kind, "required": field.required}
            for field in item.fields
        ],
        "route": [{"step": step.id, "kind": step.kind, "post": step.post} for step in item.route],
        "statutory": {"amount": item.statutory.amount, "unit": item.statutory.unit, "start": item.statutory.start},
        "promised": {"amount": item.promised.amount, "unit": item.promised.unit, "start": item.promised.start},
    }  # fmt: skip


def _in_words(item: Item) -> str:
    lines = [f"{item.code}  {_say(item.name)}", "", _say(item.guide), "", t("console.catalogue.materials")]
    lines += [f"  {material.code}  {_say(material.name)}" for material in item.materials]
    if item.situations:
        lines += ["", t("console.catalogue.situations")]
        lines += [f"  {each.code} ({'/'.join(each.answers)})  {_say(each.question)}" for each in item.situations]
    if item.fields:
        lines += ["", t("console.catalogue.form")]
        lines += [f"  {field.id}  {_say(field.label)}" for field in item.fields]
    return "\n".join(lines)
