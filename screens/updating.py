"""A new version begins between two cases, never in one (updates.md): when, what announces it, and the key for it.

IT's settings hold from such a moment on, too; they need no start.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from casework.limits import LIMITS
from casework.messages import Message, t
from casework.updating import begins
from screens.canvas import Part
from screens.frame import FrameScreen
from screens.hall_views import UpdateView

if TYPE_CHECKING:
    from screens.app import ConsoleApp

TO_NEW_VERSION = 76
"""The app ended so that another version begins."""
_AT_WORK = frozenset(
    {
        "act", "read_back", "saved", "confirm", "conflict", "twins", "batch", "agent_file", "handover", "preview",
        "printers", "settings",
    }
)  # fmt: skip
"""Places where something is half done, besides a form with an applicant in it."""


def is_busy(app: ConsoleApp) -> bool:
    """Whether something is open that she would have to begin again, or that somebody waits for: a paper, too."""
    if app.status is not None and app.status.printing:
        return True
    stacked = (screen for screen in app.screen_stack if isinstance(screen, FrameScreen))
    return any(app.seat.hers.unfinished.values()) or any(one.occupied or one.PLACE in _AT_WORK for one in stacked)


async def consider(app: ConsoleApp) -> None:
    """Asked with each poll: begin the version that is ready, if this is the moment for it."""
    update = app.status.update if app.status is not None else None
    if update is None:
        return
    busy = is_busy(app)
    if begins(update.urge, idle=not busy, at_work=app.signed_in):
        await begin(app)
        return
    left_alone = update.urge == "now" and app.seat.silent_seconds >= LIMITS.update_quiet_seconds
    if left_alone and await app.frame.leave():  # the form is parked, and is found again under its owner
        await begin(app)


async def settle(app: ConsoleApp) -> None:
    """Asked with each poll: IT's settings that wait hold from now on, if this is the moment for it.

    Those that another console over the same data has taken are followed. Language and look of whoever sits here change
    before her eyes; where nobody sits they are the next one's, at her sign-in.
    """
    from screens.settings import obey, obey_here

    status = app.status
    if status is None or is_busy(app):
        return
    if status.settings_wait:
        refused = await app.desk.take_settings()
        if refused is not None:  # a full disk: said once, and tried again with the next sign-in
            app.settings_refused = True
            app.trouble(refused.message)
            return
        status = await app.desk.status()
    app.status, app.settings_held = status, status.settings_held
    now = await app.desk.settings()
    if app.signed_in:
        await obey(app, now)
    else:
        obey_here(app, now)
        app.settings_unseen = True


async def begin(app: ConsoleApp) -> None:
    """End, so that the new version begins; where that is refused, the sentence is said and work goes on."""
    refused = await app.desk.begin_update()
    if refused is not None:
        app.trouble(refused.message)
        return
    if app.signed_in:
        await app.desk.sign_out()
    app.exit(return_code=TO_NEW_VERSION)


async def update_now(app: ConsoleApp) -> None:
    """The key: at once, after a question that says what becomes of what is open."""
    from screens.confirm import ConfirmScreen

    update = app.status.update if app.status is not None else None
    if update is None:
        app.bell()
        app.frame.say(t("screens.update.none"), "warn")
        return
    if await app.frame.leave():
        await app.show(ConfirmScreen(Message("screens.update.sure", {"version": update.version}), lambda: begin(app)))


def banner(update: UpdateView) -> Part:
    """What the status row says: a word at first, more and louder as the deadline nears."""
    facts = {"version": update.version, "until": update.until}
    if not update.urge:
        return t("screens.update.ready", **facts), "dim"
    return t(f"screens.update.{update.urge}", **facts), "warn" if update.urge == "soon" else "error"
