"""The print queue in the words of the screens."""

from __future__ import annotations

from casework import numbers
from casework.ambient import moment
from casework.messages import Message, t
from casework.rules import Refusal
from console.counter import Session
from console.prints import Prints, Waiting, Way
from console.terminal import Terminal
from screens import desk


def print_rows(terminal: Terminal) -> tuple[desk.PrintRow, ...]:
    """What is not out, oldest first."""
    prints = Prints(terminal)
    printers = prints.printers()
    return tuple(_row(waiting, printers) for waiting in prints.waiting())


def _row(waiting: Waiting, printers: tuple[str, ...]) -> desk.PrintRow:
    job = waiting.job
    return desk.PrintRow(
        id=str(job.id),
        paper=t(f"paper.{job.kind}"),
        number=numbers.printed(job.number) if numbers.is_whole(job.number) else job.number,
        state=t(f"prints.state.{job.state}"),
        trouble=job.state == "unsure" or job.reason is not None,
        since=f"{moment(job.since):%m-%d %H:%M}",
        age_seconds=waiting.age,
        printer=waiting.printer,
        why=str(job.reason) if job.reason else t("prints.first_try"),
        tries=job.attempts,
        ways=tuple(view for way in waiting.ways for view in _views(way, waiting, printers)),
    )


def _views(way: Way, waiting: Waiting, printers: tuple[str, ...]) -> tuple[desk.ActView, ...]:
    if way == "move":
        others = (name for name in printers if name != waiting.printer)
        tip = (t("prints.way.move.tip"),)
        return tuple(desk.ActView(f"move:{name}", t("prints.way.move", printer=name), notes=tip) for name in others)
    if way == "drop":
        reason = desk.Field("reason", t("prints.reason_field"), required=True, help=t("prints.reason_help"))
        return (desk.ActView("drop", t("prints.way.drop"), fields=(reason,), notes=(t("prints.drop_note"),)),)
    name = f"prints.way.{way}.{waiting.job.state}" if way == "again" else f"prints.way.{way}"
    return (desk.ActView(way, t(name), notes=(t(f"{name}.tip"),)),)


def settled(
    terminal: Terminal, session: Session, entry: str, way: str, data: dict[str, str]
) -> desk.Done | desk.Refused:
    """Settle a row. Raises BadInput."""
    name, _, to = way.partition(":")
    said: Message | Refusal = Prints(terminal).settle(session, int(entry), name, to=to, reason=data.get("reason", ""))
    return desk.Refused(said.message) if isinstance(said, Refusal) else desk.Done(said)
