"""A scan is attached to a paper of the case (S35); its bytes are in the terminal's keeping before the fact is made."""

from __future__ import annotations

from casework import bodies, commands
from casework.acts.parts import Handler, Step, any_post
from casework.case import Case
from casework.drafting import Context
from casework.errors import BadInput
from casework.rules import Refusal
from casework.text import clean_code, clean_line


def _scan(case: Case, command: commands.Scan, context: Context) -> Step | Refusal:
    if command.pages < 0:
        raise BadInput("command.pages")
    body = bodies.Scanned(
        clean_code(command.material), command.sha256, command.size, command.media, command.pages,
        clean_line(command.name),
    )  # fmt: skip
    return "scanned", body, any_post(case, context, "scanned", "window")


HANDLERS: dict[str, Handler] = {"scan": _scan}
