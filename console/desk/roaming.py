"""The desk's half about who sits here: sign-in, posts, forms left behind, handing over at a shift's end."""

from __future__ import annotations

from typing import Any, cast

from casework.errors import BadInput
from casework.events import EVENTS
from casework.messages import Message, Spoken, t
from casework.prefile import Prefile
from casework.rights import post_for
from console.counter import Session
from console.desk import intake
from console.desk.taking import TakingDesk
from console.handing import Handed, Handing
from console.terminal import Terminal
from screens import desk
from screens.actions import MADE
from screens.post_views import HandedOver, HandoverLine, HandoverRow, Locked, PrinterRow, Settings, Waiting


class RoamingDesk(TakingDesk):
    """Who sits here, and what she finds wherever she sits."""

    def __init__(self, terminal: Terminal) -> None:
        super().__init__(terminal)
        self._left: Session | None = None
        """Whoever sat here before the lock: her open form waits for her, or is parked when somebody else signs in."""
        self._handed: tuple[str, str, tuple[Handed, ...]] | None = None

    async def sign_in(self, number: str, pin: str) -> desk.Person | desk.Refused:
        """Badge or staff number, and PIN; works with the cable out. The form of whoever sat here is parked as hers."""

        def work() -> desk.Person:
            session = self._terminal.people.sign_in(number, pin, ())
            left, self._left = self._left, None
            if left is not None and left.staff.number != session.staff.number:
                self._handed = None
                park_left(self._terminal, left)
            self._session = session
            return self._person()

        return await self._answer(work)

    async def sign_out(self) -> None:
        """Nobody sits here; the draft stays with its owner."""
        self._left = self._session or self._left
        self._session, self._draft_id = None, ""

    async def serve(self, posts: tuple[str, ...]) -> desk.Person | desk.Refused:
        """Take over these posts at this window."""

        def work() -> desk.Person:
            self._session = self._terminal.people.serving(self._who, posts)
            return self._person()

        return await self._answer(work)

    def _person(self) -> desk.Person:
        staff = self._who.staff
        names = self._terminal.library.current().posts
        choices = tuple(desk.Choice(post, self._show.say(names[post].name)) for post in staff.posts if post in names)
        team = cast(Any, "helper" if staff.team == "helper" else "officer")
        shift = self._who.shift
        may_not = frozenset(kind for kind in MADE if not post_for(staff, shift, EVENTS[kind].verb, names))
        return desk.Person(staff.number, staff.name, team, choices, shift, may_not, self._supervises())

    async def badge(self, number: str) -> str:
        """Whose badge this is, by name; empty for nobody of the roster."""

        def work() -> str:
            staff = self._terminal.memory.staff(number)
            return staff.name if staff is not None and staff.active else ""

        return await self._do(work)

    async def waiting(self) -> Waiting:
        """Her parked forms, from whatever window, and what others handed over to her."""

        def work() -> Waiting:
            from console.desk import prefiles

            forms = tuple(prefiles.row(self._terminal, self._show, one) for one in parked(self._terminal, self._who))
            me = self._who.staff.number
            handed = Handing(self._terminal.counter).handed_to(self._who)
            rows = tuple(self._show.row(case, unsent=False, me=me) for case in handed)
            return Waiting(forms, rows, self._locked() if self._supervises() else ())

        return await self._do(work)

    def _locked(self) -> tuple[Locked, ...]:
        people = self._terminal.people
        before = {one.staff: f"{one.at[5:16].replace('T', ' ')} {one.name}" for one in people.unlocked()}
        return tuple(
            Locked(staff.number, staff.name, kept.until[11:16], kept.failures, before.get(staff.number, ""))
            for staff, kept in people.locked()
        )

    async def unlock(self, number: str) -> desk.Done | desk.Refused:
        """Let a colleague try her PIN again, for a supervisor."""

        def work() -> desk.Done:
            name = self._terminal.people.unlock(self._who, number)
            return desk.Done(Message("people.unlocked", {"name": name}))

        return await self._answer(work)

    async def settings(self) -> Settings:
        """What she and this window have chosen; where nobody sits, what holds for whoever has chosen nothing."""

        def work() -> Settings:
            from console import settings

            return settings.settings_of(self._terminal, self._session.staff.number if self._session else "")

        return await self._do(work)

    async def keep_settings(self, wanted: Settings) -> desk.Done | desk.Refused:
        """Write them down."""

        def work() -> desk.Done | desk.Refused:
            from console import settings

            settings.keep(self._terminal, self._who.staff.number, wanted)
            return desk.Done(Message("settings.kept"))

        return cast("desk.Done | desk.Refused", await self._answer(work))

    async def printers(self) -> tuple[PrinterRow, ...]:
        """The window's printers."""
        from console.desk import printers as desk_printers

        return await self._do(desk_printers.printer_rows, self._terminal)

    async def new_printer(self) -> desk.ActView:
        """The form of one that is added."""
        from console.desk import printers as desk_printers

        return await self._do(desk_printers.new_printer, self._terminal)

    async def do_printer(self, name: str, act: str, data: dict[str, str]) -> desk.Done | desk.Refused:
        """As the row's ways say."""
        from console.desk import printers as desk_printers

        return await self._answer(lambda: desk_printers.done_with(self._terminal, name, act, data))

    # Handing over

    async def takers(self) -> tuple[desk.Choice, ...]:
        """Who could take something of hers."""

        def work() -> tuple[desk.Choice, ...]:
            found = Handing(self._terminal.counter).takers(self._who)
            names = self._terminal.library.current().posts
            return tuple(desk.Choice(one.number, f"{one.name}  {self._posts(one.posts, names)}") for one in found)

        return await self._do(work)

    def _posts(self, posts: tuple[str, ...], names: Any) -> str:
        return t("words.list", names=[self._show.say(names[post].name) for post in posts if post in names])

    async def handover_items(self) -> tuple[HandoverRow, ...]:
        """What waits at her posts and nobody else has, her own first."""

        def work() -> tuple[HandoverRow, ...]:
            me = self._who.staff.number
            found = Handing(self._terminal.counter).items(self._who)
            return tuple(HandoverRow(self._show.row(one.case, unsent=False, me=me), one.mine) for one in found)

        return await self._do(work)

    async def hand_over(self, to: str, numbers: tuple[str, ...], note: str) -> HandedOver | desk.Refused:
        """Each item in turn; what can't go stays and says why."""

        def work() -> HandedOver | desk.Refused:
            done = Handing(self._terminal.counter).hand_over(self._who, to, numbers, note)
            self._handed = (to, note, done)
            self._terminal.wake()
            return HandedOver(self._terminal.name_of(to), tuple(map(self._line, done)))

        return cast("HandedOver | desk.Refused", await self._answer(work))

    def _line(self, one: Handed) -> HandoverLine:
        if one.case is None:
            return HandoverLine(one.number, "", "", one.refused)
        row = self._show.row(one.case, unsent=False)
        return HandoverLine(one.number, f"{row.item} {row.item_name}", row.applicant, one.refused)

    async def print_handover(self) -> desk.Done | desk.Refused:
        """The sheet of the last hand-over into the queue of the printer."""

        def work() -> desk.Done | desk.Refused:
            if self._handed is None:
                return desk.Refused(Message("handover.nothing"))
            to, note, done = self._handed
            handing = Handing(self._terminal.counter)
            handing.queue_sheet(self._who, handing.sheet(self._who, to, done, note, self._terminal.paperwork.say))
            self._terminal.wake()
            return desk.Done(self._terminal.print_waiting(t("paper.shift"), ""))

        return cast("desk.Done | desk.Refused", await self._answer(work))


def parked(terminal: Terminal, session: Session) -> tuple[Prefile, ...]:
    """The forms that lie aside under her name, touched last first."""
    me = session.staff.number
    return tuple(one for one in terminal.memory.prefiles() if one.state == "parked" and one.touched_by == me)


def park_left(terminal: Terminal, left: Session) -> None:
    """Park the form that `left` had open under her name, so that she finds it at any window.

    What can't be parked yet (neither an item nor a person is known) stays a draft of hers at this window.
    """
    from console.desk import prefiles

    found = intake.load_draft(terminal, left)
    if found is None:
        return
    case_id, draft = found
    try:
        prefiles.park(terminal, left, draft.form, draft.field, case_id)
    except (BadInput, Spoken):
        return
    terminal.wake()
