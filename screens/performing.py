"""Doing an act: with its form, after a question, or at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from casework.messages import Message
from screens.act import ActScreen, After, Preview, Submit
from screens.desk import ActView, Done

if TYPE_CHECKING:
    from screens.app import ConsoleApp


async def perform(
    app: ConsoleApp,
    subject: str,
    act: ActView,
    submit: Submit,
    after: After,
    about: str = "",
    preview: Preview | None = None,
) -> None:
    """Do an act with its form; without one at once, after a question where it is grave.

    `about`: the case or entry it is about; a form that was left for it comes back as it was.
    `preview`: the paper that it would print with these answers.
    """
    if not act.allowed:
        app.bell()
        app.frame.say(act.reason or Message("screens.act_form.off"), "warn")
        return
    if act.fields:
        kept = app.seat.hers.unfinished.setdefault((about or subject, act.code), {})
        await app.show(ActScreen(subject, act, submit, after, kept, preview))
        return

    async def do() -> None:
        answer = await submit({})
        if isinstance(answer, Done):
            await after(answer)
        elif answer.conflict is not None:
            from screens.conflict import ConflictScreen

            app.bell()
            await app.show(ConflictScreen(answer.conflict, app.frame.freshen, do))
        else:
            app.frame.answer(answer)

    if not act.grave:
        await do()
        return
    from screens.confirm import ConfirmScreen

    question = Message("screens.act_form.sure", {"act": act.name, "subject": subject})
    await app.show(ConfirmScreen(question, do, notes=act.notes))
