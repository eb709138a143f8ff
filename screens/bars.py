"""The four fixed rows around every body: title, message, status, keys. They are always there and never move."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from rich.cells import cell_len

from casework.limits import LIMITS
from casework.messages import t
from screens.actions import Act
from screens.canvas import Canvas, Part, fit, width_of
from screens.views import Person, Status

KEYS_SHOWN = 7


def age(seconds: int) -> str:
    """An age in the coarsest whole unit: seconds, minutes, hours, days."""
    for unit, size in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= size:
            return t(f"screens.age.{unit}", n=seconds // size)
    return t("screens.age.seconds", n=seconds)


def status_parts(status: Status, width: int) -> list[Part]:
    """Link, pending and its age, rejected, window and post, time: the same places on every screen.

    Where they don't fit, the papers and then the post are said shorter: window and time are always there.
    """
    clock = f"{status.clock} "
    room = width - cell_len(clock)
    no_post = msgspec.structs.replace(status, posts="")
    ways = ((status, 0), (status, 1), (no_post, 1), (no_post, 2))
    tries = (_status(told, brief) for told, brief in ways)
    parts = next((one for one in tries if width_of(one) <= room), None)
    if parts is None:
        parts = [("|" if text == " | " else text, ink) for text, ink in _status(no_post, 2)]
    if width_of(parts) > room:
        text, ink = parts[-2]
        parts[-2] = (fit(text, max(room - width_of(parts[:-2]) - 3, 0)), ink)
    return [*parts, (clock, "strong")]


def _status(status: Status, brief: int) -> list[Part]:
    """All but the time. `brief`: 1 leaves out since when papers wait, 2 says by a sign that somebody must look."""
    pending = t("screens.status.pending", n=status.pending)
    if status.pending:
        pending += f" ({age(status.oldest_seconds)})"
    troubled = status.rejected + status.held
    link = {"online": "good", "connecting": "warn", "offline": "error", "stopped": "error"}[status.link]
    parts: list[Part] = [
        (f" {t(f'screens.status.link.{status.link}')}", link),
        (" | ", "dim"),
        (pending, "warn" if status.pending else ""),
        (" | ", "dim"),
        (
            t("screens.status.rejected_hall" if status.whole_hall else "screens.status.rejected", n=status.rejected),
            "error" if troubled else "",
        ),
    ]
    if status.held:
        parts.append((f" {t('screens.status.held', n=status.held)}", "error"))
    come = next((call.text for call in status.calls if call.kind == "come"), "")
    if come:
        parts += [(" | ", "dim"), (f"{come} Ctrl-B", "error")]
    elif status.calls:
        parts += [(" | ", "dim"), (status.calls[-1].text, "good")]
    if status.sitting:
        parts += [(" | ", "dim"), (t("screens.status.sitting", n=len(status.sitting)), "error")]
    if status.beginning is not None:
        parts += [(" | ", "dim"), (t("screens.status.beginning", n=status.beginning), "warn")]
    if status.prints_waiting:
        parts += [(" | ", "dim"), *_prints(status, brief)]
    if status.update is not None:
        from screens.updating import banner

        parts += [(" | ", "dim"), banner(status.update)]
    parts += [(" | ", "dim"), (t("screens.status.window", window=status.window, posts=status.posts).rstrip(), "")]
    if status.cable is False:
        parts += [(" | ", "dim"), (t("screens.status.cable_out"), "error")]
    parts.append((" | ", "dim"))
    return parts


def _prints(status: Status, brief: int) -> list[Part]:
    """Papers that are not out: how many, since when once that is long; and how many of them somebody must look at."""
    old = status.prints_seconds >= LIMITS.print_old_seconds
    waits = t("screens.status.prints", n=status.prints_waiting)
    since = f" ({age(status.prints_seconds)})" if old and not brief else ""
    sign = "!" if status.prints_unsure and brief > 1 else ""
    parts: list[Part] = [(f"{waits}{since}{sign}", "error" if old or sign else "warn")]
    if status.prints_unsure and not sign:
        parts.append((f" {t('screens.status.prints_unsure', n=status.prints_unsure)}", "error"))
    return parts


class TitleBar(Canvas):
    """Row 1: the product, the screen's title, the person and her posts."""

    def __init__(self) -> None:
        super().__init__()
        self.title = ""
        self.person: Person | None = None

    def tell(self, title: str, person: Person | None) -> None:
        """Show another title."""
        self.title, self.person = title, person
        self.refresh()

    def parts(self, y: int) -> Sequence[Part]:
        """The row."""
        left = f" {t('screens.product')} | {self.title}"
        right = ""
        if self.person is not None:
            names = [post.text for post in self.person.posts if post.code in self.person.shift]
            right = f"{t('screens.names.separator').join(names)} | {self.person.name} {self.person.number} "
        width = self.size.width
        room = max(width - cell_len(left) - 2, 0)
        if cell_len(right) > room:
            right = f"{self.person.name} {self.person.number} " if self.person else ""
        return [(fit(left, width - min(cell_len(right), room)), "strong"), (fit(right, min(cell_len(right), room)), "")]


class MessageBar(Canvas):
    """Row 22: what was just done or refused, or the help of the field."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.tone = ""

    def tell(self, text: str, tone: str = "") -> None:
        """Show a sentence; tones: good, warn, error, dim."""
        if (text, tone) != (self.text, self.tone):
            self.text, self.tone = text, tone
            self.refresh()

    @property
    def cut(self) -> bool:
        """Is the sentence longer than the row? Help shows it whole."""
        return cell_len(self.text) + 2 > self.size.width

    def parts(self, y: int) -> Sequence[Part]:
        """The row."""
        sign = {"error": "! ", "warn": "? ", "good": "+ "}.get(self.tone, "  ")
        width, ink = self.size.width, self.tone or "plain"
        if not self.cut:
            return [(fit(sign + self.text if self.text else "", width), ink)]
        more = f" {t('screens.message.more')}"
        room = max(width - cell_len(more), 0)
        return [(fit(sign + self.text, room), ink), (more, "key")]


class StatusBar(Canvas):
    """Row 23."""

    def __init__(self) -> None:
        super().__init__()
        self.status: Status | None = None

    def tell(self, status: Status) -> None:
        """Show another state."""
        if status != self.status:
            self.status = status
            self.refresh()

    def parts(self, y: int) -> Sequence[Part]:
        """The row."""
        return status_parts(self.status, self.size.width) if self.status else ()


class KeyBar(Canvas):
    """Row 24: up to seven keys."""

    def __init__(self) -> None:
        super().__init__()
        self.acts: tuple[Act, ...] = ()

    def tell(self, acts: Sequence[Act]) -> None:
        """Show these acts."""
        self.acts = tuple(acts)[:KEYS_SHOWN]
        self.refresh()

    def parts(self, y: int) -> Sequence[Part]:
        """The row, as many keys as fit."""
        parts: list[Part] = []
        for act in self.acts:
            piece: list[Part] = [(f" {act.key}", "key"), (f" {act.name} ", "")]
            if width_of(parts) + width_of(piece) > self.size.width:
                break
            parts += piece
        return parts
