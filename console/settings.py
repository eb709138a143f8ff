"""What a person and a window have chosen (设置), kept in the window's own memory; none of it is ever sent to the hall.

Language, theme and lines belong to the person: she finds them whenever she sits down here. The minutes of the idle
lock, the badge's first character, the telephone on the papers and the printer belong to the window.
"""

from __future__ import annotations

import msgspec

from casework.limits import LIMITS
from casework.text import clean_text
from console.errors import ConsoleError
from console.messages import LANGUAGES
from console.paperwork import PHONE
from console.print_queue import keep_slots, slots_of
from console.terminal import Terminal
from screens.post_views import Settings
from screens.views import Choice

PHONE_CHARS = 24
THEMES = ("yichuang-dark", "yichuang-contrast")
_WINDOW = "console"


class Own(msgspec.Struct, frozen=True, omit_defaults=True):
    """A person's own."""

    language: str = ""
    theme: str = ""
    borders: bool = True


class OfWindow(msgspec.Struct, frozen=True, omit_defaults=True):
    """The window's."""

    idle_minutes: int = 0
    badge: str = "%"


def settings_of(terminal: Terminal, staff: str) -> Settings:
    """What holds for `staff` at this window."""
    own = msgspec.json.decode(terminal.memory.setting(f"{_WINDOW}/{staff}") or b"{}", type=Own)
    window = msgspec.json.decode(terminal.memory.setting(_WINDOW) or b"{}", type=OfWindow)
    slots = slots_of(terminal)
    return Settings(
        language=own.language, theme=own.theme, borders=own.borders, idle_minutes=window.idle_minutes,
        badge=window.badge, phone=terminal.memory.setting(PHONE) or "", printer=slots[0].name if slots else "",
        printers=tuple(Choice(slot.name, slot.name) for slot in slots),
    )  # fmt: skip


def keep(terminal: Terminal, staff: str, wanted: Settings) -> None:
    """Write them down. Raises ConsoleError for what is none of the possible values, and then nothing is written."""
    least, most = LIMITS.idle_lock_least // 60, LIMITS.idle_lock_most // 60
    if wanted.language not in {"", *LANGUAGES}:
        raise ConsoleError("settings.language", possible=", ".join(LANGUAGES))
    if wanted.theme not in {"", *THEMES}:
        raise ConsoleError("settings.theme", possible=", ".join(THEMES))
    if wanted.idle_minutes and not least <= wanted.idle_minutes <= most:
        raise ConsoleError("settings.idle", least=least, most=most)
    if len(wanted.badge) != 1 or wanted.badge.isalnum() or not wanted.badge.isprintable() or wanted.badge == " ":
        raise ConsoleError("settings.badge", badge=wanted.badge[:10])
    phone = clean_text(wanted.phone)
    if len(phone) > PHONE_CHARS or not set(phone) <= set("0123456789-+() "):
        raise ConsoleError("settings.phone", phone=phone[:40])
    slots = slots_of(terminal)
    first = next((slot for slot in slots if slot.name == wanted.printer), None)
    if wanted.printer and first is None:
        raise ConsoleError("settings.printer", printer=wanted.printer[:40], possible=", ".join(s.name for s in slots))
    own = Own(wanted.language, wanted.theme, wanted.borders)
    terminal.memory.keep_setting(f"{_WINDOW}/{staff}", msgspec.json.encode(own).decode())
    window = OfWindow(wanted.idle_minutes, wanted.badge)
    terminal.memory.keep_setting(_WINDOW, msgspec.json.encode(window).decode())
    terminal.memory.keep_setting(PHONE, phone)
    if first is not None and first != slots[0]:
        keep_slots(terminal, (first, *(slot for slot in slots if slot != first)))
