"""Data on standard output, talk on standard error: one line of JSON each, flushed, so that others may act on it."""

from __future__ import annotations

import errno
import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from casework.messages import Message, Spoken
from console.errors import FileTrouble

if TYPE_CHECKING:
    from casework.rules import Refusal  # loads every rule, and most commands need none

Facts = Mapping[str, Any]


def data(facts: Facts) -> None:
    """One line of JSON on standard output, there when this returns."""
    text(json.dumps(facts, ensure_ascii=False))


def said_no(no: Refusal) -> Facts:
    """A refusal in the JSON of every command: its code for machines, its sentence for people."""
    return {"code": no.code, "message": str(no.message)}


def text(lines: str) -> None:
    """Plain text on standard output. Raises FileTrouble where it goes to a file that has no room: no fault of ours."""
    try:
        print(lines, flush=True)
    except BrokenPipeError:  # whoever read it has seen enough
        raise
    except OSError as cause:
        raise FileTrouble("console.file.write", file="-", reason=reason_of(cause)) from cause


def talk(sentence: object) -> None:
    """A sentence for a person, on standard error."""
    print(sentence, file=sys.stderr, flush=True)


def complain(facts: Facts) -> None:
    """One line of JSON on standard error: a bad line among good ones."""
    print(json.dumps(facts, ensure_ascii=False), file=sys.stderr, flush=True)


def sentence_of(error: Exception) -> Message | None:
    """What an error of any room, or of the file system, says to a person; None for what no room has drawn."""
    if isinstance(error, Spoken):
        return error.message
    if isinstance(error, OSError) and error.filename is not None:
        return Message("console.file.trouble", {"file": str(error.filename), "reason": reason_of(error)})
    return None


_REASONS = {
    errno.ENOENT: "console.reason.not_there",
    errno.EISDIR: "console.reason.is_folder",
    errno.ENOTDIR: "console.reason.no_folder",
    errno.EACCES: "console.reason.not_allowed",
    errno.EPERM: "console.reason.not_allowed",
    errno.EROFS: "console.reason.read_only",
    errno.ENOSPC: "console.reason.no_room",
    errno.ENAMETOOLONG: "console.reason.long_name",
    errno.ECONNRESET: "console.reason.broke_off",
    errno.ECONNABORTED: "console.reason.broke_off",
    errno.EPIPE: "console.reason.broke_off",
    errno.ETIMEDOUT: "console.reason.too_slow",
}


def reason_of(error: OSError) -> Message:
    """Why the system said no, in the reader's language; what we have no words for by its number."""
    if isinstance(error, TimeoutError):
        return Message("console.reason.too_slow")
    known = _REASONS.get(error.errno or 0)
    words = error.strerror or str(error)
    return Message(known) if known else Message("console.reason.other", {"number": error.errno or 0, "words": words})


def read_json(argument: str, name: str) -> Any:
    """What stands in an argument as JSON. Raises WrongUse when it is none."""
    from console.errors import WrongUse

    try:
        return json.loads(argument)
    except (ValueError, RecursionError) as cause:
        raise WrongUse("console.not_json", argument=name, reason=str(cause)) from cause


def read_file(path: Path) -> bytes:
    """The bytes of a file of the person's. Raises FileTrouble."""
    try:
        return path.read_bytes()
    except OSError as cause:
        raise FileTrouble("console.file.read", file=str(path), reason=reason_of(cause)) from cause


def write_file(path: Path, content: bytes) -> None:
    """`content` as the file `path`, whole or not at all. Raises FileTrouble."""
    from console.files import write_whole

    try:
        write_whole(path, content)
    except OSError as cause:
        raise FileTrouble("console.file.write", file=str(path), reason=reason_of(cause)) from cause


def write_lines(path: Path, lines: Iterable[bytes]) -> int:
    """`lines` as the file `path`, whole or not at all, never all in memory; how many. Raises FileTrouble."""
    from console.files import write_parts

    try:
        return write_parts(path, (line + b"\n" for line in lines))
    except OSError as cause:
        raise FileTrouble("console.file.write", file=str(path), reason=reason_of(cause)) from cause
