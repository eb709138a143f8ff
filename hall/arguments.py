"""What `yichuang hall` and `yichuang terminal invite|list|revoke` take: parsers only, nothing is done here."""

from __future__ import annotations

import argparse
from typing import Any, NoReturn

from casework.manifest import is_version
from casework.messages import t

REGION = "420118"
PORT = 8118
_MOST = 1_000_000
_LONGEST = 200
"""Characters of a reason."""
TEAMS = ("helper", "officer", "supervisor", "it")


class Parser(argparse.ArgumentParser):
    """Wrong use ends with exit code 2 and the list of what is possible; `hall.option.NAME` has an option's words."""

    def add_argument(self, *names: str, **how: Any) -> argparse.Action:
        """As argparse does, with the sentence of the catalogue."""
        if "help" not in how:
            how["help"] = t(f"hall.option.{names[-1].lstrip('-').replace('-', '_')}")
        return super().add_argument(*names, **how)

    def error(self, message: str) -> NoReturn:
        """Never comes back."""
        self.exit(2, f"{self.prog}: {message}\n{self.format_help()}")


def parser_of(command: str) -> Parser:
    """The parser of `hall` or `terminal`."""
    parser = Parser(prog=f"yichuang {command}", allow_abbrev=False)
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    {"terminal": _terminal, "release": _release}.get(command, _hall)(actions)
    return parser


def _hall(actions: Any) -> None:
    init = _action(actions, "init")
    init.add_argument("--staff", metavar="NUMBER", default="")
    init.add_argument("--staff-name", metavar="NAME", default="")
    init.add_argument("--sample", action="store_true")
    init.add_argument("--region", default=REGION)
    init.add_argument("--name", default="")
    serve = _action(actions, "serve")
    serve.add_argument("--database", metavar="URL", default="")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=PORT)
    serve.add_argument("--backups", metavar="DIR", default="")
    _action(actions, "backup").add_argument("file", metavar="FILE")
    again = _action(actions, "restore")
    again.add_argument("source", metavar="DIR|FILE")
    again.add_argument("--segments", metavar="DIR", default="")
    _action(actions, "epoch").add_argument("--open", metavar="REASON", default="")
    stick = _action(actions, "import")
    stick.add_argument("file", metavar="FILE", help=t("hall.option.import_file"))
    stick.add_argument("--staff", metavar="NUMBER", required=True, help=t("hall.option.actor"))
    stick.add_argument("--vouch", action="store_true")
    stick.add_argument("--answer", metavar="FILE", default="")
    word = _action(actions, "write-version")
    word.add_argument("type")
    word.add_argument("version", type=int)
    _action(actions, "snapshot")
    _action(actions, "doctor")
    steps = _action(actions, "staff").add_subparsers(dest="step", required=True, metavar="STEP")
    for step in ("add", "set"):
        one = _action(steps, step, "staff_")
        one.add_argument("number")
        one.add_argument("--name", default=None)
        one.add_argument("--team", choices=TEAMS, default=None)
        one.add_argument("--post", metavar="POST[,POST]", default=None)
        one.add_argument("--delegate", metavar="VERB:BY:DOCUMENT:SINCE:UNTIL", action="append", default=None)
        one.add_argument("--active", choices=("yes", "no"), default=None)
    _action(steps, "list", "staff_")


def _terminal(actions: Any) -> None:
    for name in ("invite", "revoke", "list", "scope"):
        one = _action(actions, name)
        one.add_argument("--staff", metavar="NUMBER", default="", help=t("hall.option.actor"))
        one.add_argument("--post", metavar="POST", default="", help=t("hall.option.actor_post"))
        if name != "list":
            one.add_argument("number", metavar="NUMBER", help=t("hall.option.terminal"))
        if name == "scope":
            one.add_argument("modules", metavar="MODULE[,MODULE]")
        if name == "revoke":
            one.add_argument("--since", metavar="TIME", default="")


def _action(group: Any, name: str, kind: str = "") -> argparse.ArgumentParser:
    sentence = t(f"hall.help.{kind}{name}")
    parser: argparse.ArgumentParser = group.add_parser(name, help=sentence, description=sentence, allow_abbrev=False)
    parser.add_argument("--dir", metavar="DIR", default=argparse.SUPPRESS if kind else None)
    parser.add_argument("--json", action="store_true", default=argparse.SUPPRESS if kind else False)
    parser.add_argument("--lang", choices=("zh_CN", "en"), default=argparse.SUPPRESS)
    return parser


def count(text: str) -> int:
    """A number of minutes or of KiB: none is below nothing, and no year is meant. Raises ValueError."""
    if not 0 <= int(text) <= _MOST:
        raise ValueError
    return int(text)


def positive(text: str) -> int:
    """At least one. Raises ValueError."""
    if not count(text):
        raise ValueError
    return count(text)


def version(text: str) -> str:
    """A version of the application, or none. Raises ValueError."""
    if text and not is_version(text):
        raise ValueError
    return text


def _release(actions: Any) -> None:
    keys = _action(actions, "keys")
    keys.add_argument("folder", metavar="DIR", help=t("hall.option.key_folder"))
    keys.add_argument("--small", action="store_true")
    signing = _action(actions, "sign")
    signing.add_argument("file", metavar="FILE", help=t("hall.option.pending"))
    signing.add_argument("--key", metavar="FILE", required=True)
    _action(actions, "init").add_argument("source", metavar="DIR", help=t("hall.option.ceremony"))
    _action(actions, "add").add_argument("build", metavar="DIR")
    _action(actions, "take").add_argument("file", metavar="FILE", help=t("hall.option.pending"))
    _by_hand(_action(actions, "publish"))
    _action(actions, "who")
    _action(actions, "key").add_argument("file", metavar="FILE", help=t("hall.option.new_key"))
    for name in ("renew", "replace"):
        role = _action(actions, name)
        role.add_argument("role", metavar="ROLE", help=t("hall.option.role"))
        if name == "replace":
            role.add_argument("--old", metavar="KEYID", default="", help=t("hall.option.old_key"))
            role.add_argument("--new", metavar="FILE.pub", default="", help=t("hall.option.new_public"))
    begin = _action(actions, "rollout")
    for kind in ("app", "catalogue", "config"):
        begin.add_argument(f"--{kind}", metavar="VERSION", default="", help=t("hall.option.of_kind"))
    begin.add_argument("--before", metavar="VERSION", default="")
    begin.add_argument("--lab", metavar="NUMBER,...", default="")
    begin.add_argument("--first", metavar="NUMBER", default="")
    begin.add_argument("--deadline", metavar="TIME", default="")
    begin.add_argument("--soak", metavar="MINUTES", type=count, default=24 * 60)
    begin.add_argument("--not-before", metavar="TIME", default="")
    begin.add_argument("--window", metavar="HH:MM-HH:MM", default="")
    begin.add_argument("--jitter", metavar="MINUTES", type=count, default=15)
    begin.add_argument("--rate", metavar="KIB", type=positive, default=512)
    begin.add_argument("--min-app", metavar="VERSION", type=version, default="")
    begin.add_argument("--staff", metavar="NUMBER", required=True, help=t("hall.option.actor"))
    for name in ("promote", "approve"):
        ring = _by_hand(_action(actions, name), reason=True)
        ring.add_argument("ring", metavar="RING", choices=("lab", "first", "tenth", "half", "all"))
    for name in ("halt", "resume"):
        _by_hand(_action(actions, name), reason=True)
    _action(actions, "status")
    blocking = _by_hand(_action(actions, "block"), reason=True)
    blocking.add_argument("version", metavar="VERSION", help=t("hall.option.of_kind"))
    _building(actions)
    for kind in ("catalogue", "calendar", "config"):
        _versions(_action(actions, kind).add_subparsers(dest="step", required=True, metavar="STEP"), kind)


def _by_hand(parser: argparse.ArgumentParser, *, reason: bool = False) -> argparse.ArgumentParser:
    """Who does it, and why: both stand in the record of acts."""
    parser.add_argument("--staff", metavar="NUMBER", required=True, help=t("hall.option.actor"))
    if reason:
        parser.add_argument("--reason", metavar="TEXT", default="", type=_line)
    return parser


def _line(text: str) -> str:
    """One line, as long as a record shows it. Raises ValueError."""
    if not text.isprintable() or len(text) > _LONGEST:
        raise ValueError
    return text.strip()


def _versions(steps: Any, kind: str) -> None:
    """The steps of a catalogue, a calendar or settings on their way to the windows."""
    draft = "FOLDER" if kind == "catalogue" else "FILE"
    words = t(f"hall.option.draft_{kind}")
    _action(steps, "check", "version_").add_argument("file", metavar=draft, help=words)
    differing = _action(steps, "diff", "version_")
    differing.add_argument("old", metavar="A", nargs="?", default="", help=t("hall.option.version_or_file"))
    differing.add_argument("new", metavar="B", nargs="?", default="", help=t("hall.option.version_or_file"))
    proposing = _action(steps, "propose", "version_")
    proposing.add_argument("file", metavar=draft, help=words)
    proposing.add_argument("--staff", metavar="NUMBER", required=True, help=t("hall.option.proposer"))
    if kind != "config":
        approving = _action(steps, "approve", "version_")
        approving.add_argument("number", metavar="N", type=int, help=t("hall.option.version_number"))
        approving.add_argument("--staff", metavar="NUMBER", required=True, help=t("hall.option.approver"))
    publishing = _action(steps, "publish", "version_")
    publishing.add_argument("number", metavar="N", type=int, nargs="?", default=0, help=t("hall.option.version_number"))
    _action(steps, "list", "version_")


def _building(actions: Any) -> None:
    build = _action(actions, "build")
    build.add_argument("out", metavar="DIR")
    build.add_argument("--source", metavar="DIR", default=".", help=t("hall.option.tree"))
    build.add_argument("--platform", metavar="NAME,...", default="")
    build.add_argument("--python", metavar="3.NN", default="")
    build.add_argument("--wheels", metavar="DIR", default="")
    build.add_argument("--schema-from", metavar="N", type=int, default=None)
    build.add_argument("--min-from", metavar="VERSION", default=None)
    build.add_argument("--notes-zh", metavar="FILE", default="", help=t("hall.option.notes"))
    build.add_argument("--notes-en", metavar="FILE", default="", help=t("hall.option.notes"))
    prove = _action(actions, "prove")
    prove.add_argument("build", metavar="DIR")
    prove.add_argument("--database", metavar="FILE", default="", help=t("hall.option.memory"))
    prove.add_argument("--hall", metavar="FILE", default="", help=t("hall.option.hall_database"))
    prove.add_argument("--days", metavar="N", type=int, default=1)
    old = prove.add_mutually_exclusive_group()
    old.add_argument("--old", metavar="DIR", default="")
    old.add_argument("--first", action="store_true", help=t("hall.option.no_old"))
    writing = _action(actions, "export")
    writing.add_argument("folder", metavar="DIR", help=t("hall.option.stick"))
    writing.add_argument("--platform", metavar="NAME,...", default="", help=t("hall.option.stick_platform"))
    taking = _action(actions, "import", "stick_")
    taking.add_argument("folder", metavar="DIR", help=t("hall.option.stick"))
    taking.add_argument("--staff", metavar="NUMBER", required=True, help=t("hall.option.actor"))
    taking.add_argument("--vouch", action="store_true")
    taking.set_defaults(dir=None, json=False)
