"""How long something has waited, in words: the same in every row of the tray."""

from __future__ import annotations

from casework.climbing import Age, age_of
from casework.messages import t
from console.terminal import Terminal


def age_words(age: Age) -> str:
    """`3小时`, from a working day on `2工作日`."""
    if age.working_days:
        return t("tray.age.days", n=age.working_days)
    return t("tray.age.hours", n=age.hours) if age.hours else t("tray.age.now")


def waited(terminal: Terminal, since: str) -> str:
    """How long something has waited that began at the stamp `since`."""
    return age_words(age_of(since, terminal.clock.now(), terminal.library.calendar()))
