"""Looks for updates on a thread of its own beside the console, and says what is ready (updates.md, *Terminal*)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Self

import msgspec

from casework.ambient import moment
from casework.limits import LIMITS
from casework.messages import Message
from console.configured import limits_of
from console.terminal import Terminal
from console.updating.looking import Looker
from console.updating.trial import why_failed
from screens.hall_views import UpdateView
from sync.errors import UpdateRefused
from sync.updates.staging import switch

_JITTER = 0.2


class Updater:
    """One thread that looks every quarter of an hour. What goes wrong there is noted for IT and never reaches a clerk.

    Args:
        looker: looks, fetches and stages.
        dice: a number from 0 to 1.
        sentence: what an error says to a person.
    """

    def __init__(self, looker: Looker, dice: Callable[[], float], sentence: Callable[[Exception], Message]) -> None:
        self.looker = looker
        self._dice = dice
        self._sentence = sentence
        self._woken = threading.Event()
        self._ended = False
        self._not_now = ""
        self.trouble: Message | None = None
        """What stopped the last look."""
        self._thread = threading.Thread(target=self._run, name="updates", daemon=True)

    @classmethod
    def of(cls, terminal: Terminal) -> Self | None:
        """The updater of a terminal; None where no launcher has started this program: nothing can be changed there."""
        from console import bootstrap

        home = bootstrap.installation()
        if home is None:
            return None
        made = cls(bootstrap.looker(terminal, home), bootstrap.dice, bootstrap.sentence)
        made.remember()
        terminal.update, terminal.begin_update = made.view, made.begin
        return made

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more. A download that is under way ends with the program, and goes on another time."""
        self._ended = True
        self._woken.set()

    def look(self, *, at_once: bool = False) -> None:
        """Look once, here. Raises UpdateError."""
        self._not_now = ""
        self.looker.look(at_once=at_once)

    def remember(self) -> None:
        """Right after a start: a version that did not stand here is told, and what is ready is known without asking."""
        home, notes = self.looker.home, self.looker.notes
        self.looker.note_failures()
        (version, error), pointer = why_failed(home), home.pointer()
        failed = pointer.get("failed")
        began = notes.standing.state != "returned"  # a kept one may have fallen again and again
        if isinstance(failed, list) and began and notes.standing.version in failed:
            gone = notes.standing.version
            said = error if version == gone else "update.fell"
            self.looker.say("returned", gone, said)
        elif notes.standing.version == home.version and not home.on_trial():
            notes.say(msgspec.structs.replace(notes.standing, app=home.version, state="healthy", error=""))

    def view(self) -> UpdateView | None:
        """What is ready to begin; the banner's words. Cheap: asked once a second."""
        plan, rollout, home = self.looker.plan(), self.looker.notes.rollout, self.looker.home
        if follows := home.follows():  # another window here has begun it, and it stands
            return UpdateView(follows, plan.urge if plan.version == follows else "")
        if plan.step != "offer" or rollout is None or plan.version in {self._not_now, home.pointer().get("version")}:
            return None  # or another window here tries it just now
        until = f"{moment(rollout.deadline):%m-%d %H:%M}" if rollout.deadline else ""
        return UpdateView(plan.version, plan.urge, until)

    def begin(self) -> None:
        """Let the version that is ready begin with the next start. Raises UpdateRefused where it can't."""
        plan, home, notes = self.looker.plan(), self.looker.home, self.looker.notes
        if home.follows():
            return
        if plan.step != "offer":
            raise UpdateRefused("update.nothing_ready")
        try:
            begins = switch(home.folder, plan.version)
        except (OSError, ValueError) as cause:
            self._not_now = plan.version
            raise UpdateRefused("update.disk", what=plan.version, reason=str(cause)) from cause
        if not begins:
            self._not_now = plan.version  # not every second; the next look may think otherwise
            raise UpdateRefused("update.not_ready", what=plan.version)
        notes.say(msgspec.structs.replace(notes.standing, state="trial", version=plan.version, error=""))

    def _run(self) -> None:
        seconds = LIMITS.update_poll_seconds
        while not self._ended:
            try:
                self.look()
                self.trouble = None
                seconds = limits_of(self.looker.memory).update_poll_seconds
            except Exception as error:  # offline, refused or a full disk: noted for IT, and tried again
                self.trouble = self._sentence(error)
            spread = 1 + _JITTER * (2 * self._dice() - 1)
            self._woken.wait(seconds * spread)
