"""The last net under every command: what no room has drawn becomes a sentence, and a file for who mends the program.

Nobody at a counter can read a stack trace, and it must not carry what people typed (security.md): the file names the
kinds of the errors and where they came from, without their words.
"""

from __future__ import annotations

import traceback
from pathlib import Path

from casework.messages import Message

FILE = "fault.txt"


def fault(error: BaseException, folder: Path, when: str) -> Message:
    """The sentence for an error that nobody expected, its trace kept as `folder / FILE`.

    Args:
        error: what was raised.
        folder: the user's state folder.
        when: the time now, for the file.
    """
    kind = type(error).__name__
    file = folder / FILE
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{when}\n{trace(error)}", encoding="utf-8")
    except OSError:
        return Message("console.fault.unwritten", {"kind": kind})
    return Message("console.fault", {"kind": kind, "file": str(file)})


def trace(error: BaseException) -> str:
    """Where `error` and its causes came from, the newest last; no values, no words of the errors."""
    lines: list[str] = []
    seen: BaseException | None = error
    while seen is not None:
        lines.append(type(seen).__qualname__)
        frames = traceback.extract_tb(seen.__traceback__)
        lines += [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in reversed(frames)]
        seen = seen.__cause__ or seen.__context__
    return "\n".join(lines) + "\n"
