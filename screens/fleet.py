"""The fleet: every terminal with its versions and troubles, the rollout ring by ring, and IT's hand on it (updates.md).

It is shown at the hall's own machine; nobody signs in, and whoever changes something gives her number. It sees a
`FleetDesk`, no hall.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any, Protocol, cast

from textual.widget import Widget

from casework.fleet import (
    GRADES,
    Fleet,
    FleetRing,
    FleetRow,
    acts_text,
    day_and_time,
    ring_words,
    versions_words,
    words,
)
from casework.messages import t
from screens.bars import StatusBar
from screens.canvas import Canvas, Part, fit
from screens.desk import ActView, Choice, Done, Field, Page, Refused
from screens.listing import ListScreen, whole_page
from screens.table import Column, Table

COLUMNS = (
    Column("fleet.column.terminal", 6),
    Column("fleet.column.grade", 6),
    Column("fleet.column.ring", 6),
    Column("fleet.column.app", 8),
    Column("fleet.column.state", 14, room=18),
    Column("fleet.column.catalogue", 6, wide=True),
    Column("fleet.column.calendar", 6, wide=True),
    Column("fleet.column.config", 6, wide=True),
    Column("fleet.column.unsent", 6),
    Column("fleet.column.heard", 11),
    Column("fleet.column.wrong", 8, grows=True),
)
INKS = {"bad": "error", "look": "warn", "waits": "", "fine": "good"}
_BAR = 24


class FleetDesk(Protocol):
    """What the fleet screen asks of the hall."""

    async def fleet(self) -> Fleet:
        """All of it, as it is now."""
        ...

    async def halt(self, number: str, reason: str) -> Done | Refused:
        """Stand still; a number is enough, so that nobody waits for a PIN."""
        ...

    async def resume(self, number: str, pin: str) -> Done | Refused: ...
    async def open_next(self, ring: str, number: str, pin: str) -> Done | Refused:
        """Open this ring, whose turn it is."""
        ...

    async def approve(self, ring: str, number: str, pin: str) -> Done | Refused:
        """The yes of a second person, who gives number and PIN."""
        ...

    async def block(self, version: str, number: str, pin: str, reason: str) -> Done | Refused:
        """Take a version out of service."""
        ...


class FleetBars(Canvas):
    """The rollout: what, ring by ring, and what comes next."""

    ROWS = 9

    def __init__(self) -> None:
        super().__init__()
        self.fleet: Fleet | None = None
        self.styles.height = self.ROWS

    def tell(self, fleet: Fleet) -> None:
        """Show another state."""
        self.fleet = fleet
        self.refresh()

    def parts(self, y: int) -> Sequence[Part]:
        """One row."""
        lines = self._lines()
        return lines[y] if y < len(lines) else ()

    def _lines(self) -> list[list[Part]]:
        if self.fleet is None:
            return []
        now, width = self.fleet.rollout, max(self.size.width - 1, 20)
        if now is None:
            lines: list[list[Part]] = [[(f" {t('fleet.no_rollout')}", "dim")]]
        else:
            titled = t("fleet.rollout", number=now.number, versions=versions_words(now.target))
            ink = "error" if now.halted else "warn" if now.step == "ask" else "dim"
            lines = [[(fit(f" {titled}", width), "heading")], *(_bar(ring, now.halted) for ring in now.rings)]
            lines.append([(fit(f" {now.why}", width), ink)])
        newest = next(iter(self.fleet.acts), None)
        if newest is not None:
            lines.append([(fit(f" {day_and_time(newest.at)}  {newest.words}", width), "dim")])
        trouble = next(iter((*self.fleet.troubles, *self.fleet.waits)), None)
        if trouble is not None:
            lines.append([(fit(f" ! {trouble}", width), "error" if self.fleet.troubles else "warn")])
        return lines


def _bar(ring: FleetRing, halted: bool) -> list[Part]:
    done = _BAR * ring.healthy // ring.of if ring.of else 0
    ink = "dim" if not ring.since else "error" if halted else "good"
    name = fit(t(f"fleet.ring.{ring.name}"), 12)
    counts = fit(f"{ring.healthy}/{ring.of}", 9)
    return [
        (f" {name} ", "" if ring.since else "dim"), (f"[{'#' * done}{'.' * (_BAR - done)}]", ink), (f" {counts} ", ""),
        (ring_words(ring), "dim"),
    ]  # fmt: skip


class FleetStatus(StatusBar):
    """How many terminals, how many of them need somebody, and when the hall was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.fleet: Fleet | None = None

    def hear(self, fleet: Fleet) -> None:
        """Show another state."""
        self.fleet = fleet
        self.refresh()

    def parts(self, y: int) -> Sequence[Part]:
        """The row."""
        if self.fleet is None:
            return ()
        clock = f" {self.fleet.at[11:16]} "
        bad, look = self.fleet.count("bad"), self.fleet.count("look")
        ink = "error" if bad else "warn" if look else "good"
        room = max(self.size.width - len(clock), 0)
        return [(fit(f" {self.fleet.summary}", room), ink), (clock, "strong")]


class FleetScreen(ListScreen):
    """Enter on a terminal shows all that is known of it."""

    PLACE = "fleet"
    PANEL = False

    def __init__(self) -> None:
        super().__init__()
        self.bars = FleetBars()
        self.status_bar: FleetStatus = FleetStatus()
        self.table = Table(COLUMNS, lambda row: str(row.number), _cells, empty="fleet.empty", moved=self._moved)
        self.fleet: Fleet | None = None

    @property
    def hall(self) -> FleetDesk:
        """The desk, as this screen knows it."""
        return cast("FleetDesk", self.console_app.desk)

    def body(self) -> Iterator[Widget]:
        """The rollout above the terminals."""
        yield self.bars
        yield self.table

    async def rows_after(self, after: str) -> Page[Any]:
        """All of them, the worst first."""
        self.fleet = await self.hall.fleet()
        self.bars.tell(self.fleet)
        self.status_bar.hear(self.fleet)
        return whole_page(self.fleet.rows)

    def _moved(self, row: FleetRow | None) -> None:
        if row is not None:
            self.murmur(f"{row.number}: {row.trouble_words or row.state_words}", again=self.table.reading)

    async def act_fleet_look(self) -> None:
        """Enter: all that is known of the terminal."""
        row: FleetRow | None = self.table.row
        if row is not None:
            await self.show_text("fleet.terminal", terminal_text(row))

    async def act_fleet_acts(self) -> None:
        """W: who did what."""
        if self.fleet is not None:
            await self.show_text("fleet.acts", acts_text(self.fleet))

    # The rollout

    async def act_fleet_halt(self) -> None:
        """H: stand still."""

        async def submit(values: dict[str, str]) -> Done | Refused:
            return await self.hall.halt(values["number"], values["reason"])

        await self._sign("halt", (_number(), _reason()), submit)

    async def act_fleet_resume(self) -> None:
        """R: go on."""

        async def submit(values: dict[str, str]) -> Done | Refused:
            return await self.hall.resume(values["number"], values["pin"])

        await self._sign("resume", (_number(), _pin()), submit)

    async def act_fleet_open(self) -> None:
        """P: open the next ring before its time."""
        ring = await self._next_ring()

        async def submit(values: dict[str, str]) -> Done | Refused:
            return await self.hall.open_next(ring, values["number"], values["pin"])

        if ring:
            await self._sign("open", (_number(), _pin()), submit, t(f"fleet.ring.{ring}"))

    async def act_fleet_approve(self) -> None:
        """A: another person says yes to the next ring."""
        ring = await self._next_ring()

        async def submit(values: dict[str, str]) -> Done | Refused:
            return await self.hall.approve(ring, values["number"], values["pin"])

        if ring:
            await self._sign("approve", (_number(), _pin()), submit, t(f"fleet.ring.{ring}"))

    async def act_fleet_block(self) -> None:
        """B: nobody starts that version any more."""
        fleet = self.fleet
        if fleet is None or fleet.rollout is None:
            self._no_rollout()
            return
        now = fleet.rollout
        versions = dict.fromkeys(filter(None, (now.target.app, *(row.app for row in fleet.rows))))
        usable = [one for one in versions if one not in {now.before.app, *now.blocked}]
        choices = tuple(Choice(one, one) for one in usable)
        version = Field("version", t("fleet.column.app"), "choice", required=True, choices=choices)
        fields = (version, _number(), _pin(), _reason())
        running = ", ".join(f"{one} {sum(row.app == one for row in fleet.rows)}" for one in versions)
        note = t("fleet.block.note", before=now.before.app or "-", running=running)

        async def submit(values: dict[str, str]) -> Done | Refused:
            return await self.hall.block(values["version"], values["number"], values["pin"], values["reason"])

        await self._form("block", fields, submit, "", note, grave=True)

    async def _next_ring(self) -> str:
        """The ring whose turn it is; says so where there is none."""
        await self.arrive()
        now = self.fleet.rollout if self.fleet is not None else None
        if now is None:
            self._no_rollout()
            return ""
        closed = [ring.name for ring in now.rings if not ring.since]
        if not closed:
            self.say(t("rollout.complete"), "warn")
        return closed[0] if closed else ""

    def _no_rollout(self) -> None:
        self.app.bell()
        self.say(t("release.no_rollout"), "warn")

    async def _sign(
        self, act: str, fields: tuple[Field, ...], submit: Callable[[dict[str, str]], Awaitable[Done | Refused]],
        subject: str = "",
    ) -> None:  # fmt: skip
        """Ask who does it: she stands in the record."""
        if self.fleet is None or self.fleet.rollout is None:
            self._no_rollout()
            return
        now = self.fleet.rollout
        note = t(f"fleet.{act}.note", before=now.before.app or "-")
        await self._form(act, fields, submit, subject or t("fleet.number", number=now.number), note)

    async def _form(
        self, act: str, fields: tuple[Field, ...], submit: Callable[[dict[str, str]], Awaitable[Done | Refused]],
        subject: str, note: str, *, grave: bool = False,
    ) -> None:  # fmt: skip
        from screens.act import ActScreen

        view = ActView(f"fleet_{act}", t(f"screens.act.fleet_{act}"), True, fields=fields, notes=(note,), grave=grave)
        await self.console_app.show(ActScreen(subject, view, submit, self._done, {}))

    async def _done(self, answer: Done | Refused) -> None:
        await self.arrive()
        if isinstance(answer, Refused):
            self.app.bell()
        self.answer(answer)


def _number() -> Field:
    return Field("number", t("screens.sign_in.number"), "text", required=True, max_chars=12)


def _pin() -> Field:
    return Field("pin", t("screens.sign_in.pin"), "secret", required=True, max_chars=64)


def _reason() -> Field:
    return Field("reason", t("fleet.reason"), "text", max_chars=100)


def _cells(row: FleetRow) -> Sequence[Part]:
    ink = INKS[row.grade]
    unsent = "" if row.unsent < 0 else str(row.unsent)
    return (
        (row.number, "strong" if row.grade in GRADES[:2] else ""),
        (t(f"fleet.grade.{row.grade}"), ink),
        (t(f"fleet.ring.{row.ring}") if row.ring else "", "dim"),
        (row.app or "-", ""),
        (row.state_words, ink if row.grade == "bad" else ""),
        (row.catalogue or "-", "dim"),
        (row.calendar or "-", "dim"),
        (row.config or "-", "dim"),
        (unsent, "warn" if row.unsent > 0 else "dim"),
        (day_and_time(row.heard) or "-", "dim"),
        (row.trouble_words, ink),
    )


def _unsent(row: FleetRow) -> str:
    if row.unsent <= 0:
        return "-" if row.unsent < 0 else "0"
    return t("fleet.unsent", count=row.unsent, minutes=row.oldest_seconds // 60)


def terminal_text(row: FleetRow) -> str:
    """All that is known of one terminal."""
    told = (
        ("terminal", row.number),
        ("grade", t(f"fleet.grade.{row.grade}")),
        ("ring", t(f"fleet.ring.{row.ring}") if row.ring else "-"),
        ("app", row.app or "-"),
        ("wanted", row.wanted or "-"),
        ("state", row.state_words),
        ("catalogue", row.catalogue or "-"),
        ("calendar", row.calendar or "-"),
        ("config", row.config or "-"),
        ("launcher", str(row.launcher or "-")),
        ("heard", day_and_time(row.heard) or "-"),
        ("unsent", _unsent(row)),
        ("offset", t("fleet.seconds", seconds=round(row.offset_ms / 1000, 1))),
        ("free", "-" if row.free_mb < 0 else f"{row.free_mb} MB"),
    )
    lines = [f"{fit(t(f'fleet.column.{name}'), 14)} {value}" for name, value in told]
    return "\n".join([*lines, "", *(f"! {words(one)}" for one in row.troubles)])
