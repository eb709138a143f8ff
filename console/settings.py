"""What a person and a window have chosen (设置), kept in the window's own memory; none of it is ever sent to the hall.

Language, theme and lines belong to the person: she finds them whenever she sits down here, and where she has chosen
nothing IT's settings say what holds (`console.configured`). The minutes of the idle lock, the badge's first character,
the telephone on the papers and the printer belong to the window.
"""

from __future__ import annotations

import msgspec

from casework.limits import LIMITS
from casework.text import clean_text
from casework.window_settings import THEMES, is_badge, is_phone
from console.configured import WINDOW, OfWindow, keep_window, of_window, taken
from console.errors import ConsoleError
from console.messages import LANGUAGES
from console.paperwork import PHONE
from console.print_queue import keep_slots, slots_of
from console.terminal import Terminal
from screens.post_views import Settings
from screens.views import Choice


class Own(msgspec.Struct, frozen=True, omit_defaults=True):
    """A person's own; empty and None: nothing chosen."""

    language: str = ""
    theme: str = ""
    borders: bool | None = None


def settings_of(terminal: Terminal, staff: str) -> Settings:
    """What holds for `staff` at this window."""
    own, window, layer = _own(terminal, staff), of_window(terminal), taken(terminal.memory).layer
    slots = slots_of(terminal)
    set_here = True if layer.borders is None else layer.borders
    return Settings(
        language=own.language or layer.language or "", theme=own.theme or layer.theme or "",
        borders=set_here if own.borders is None else own.borders, idle_minutes=window.idle_minutes,
        badge=window.badge, phone=terminal.memory.setting(PHONE) or "", printer=slots[0].name if slots else "",
        printers=tuple(Choice(slot.name, slot.name) for slot in slots),
    )  # fmt: skip


def _own(terminal: Terminal, staff: str) -> Own:
    return msgspec.json.decode(terminal.memory.setting(f"{WINDOW}/{staff}") or b"{}", type=Own)


def keep(terminal: Terminal, staff: str, wanted: Settings) -> None:
    """Write them down. Raises ConsoleError for what is none of the possible values, and then nothing is written.

    What she leaves as it is shown does not become a choice of hers: the next version of IT's settings may change it.
    """
    least, most = LIMITS.idle_lock_least // 60, LIMITS.idle_lock_most // 60
    if wanted.language not in {"", *LANGUAGES}:
        raise ConsoleError("settings.language", possible=", ".join(LANGUAGES))
    if wanted.theme not in {"", *THEMES}:
        raise ConsoleError("settings.theme", possible=", ".join(THEMES))
    if wanted.idle_minutes and not least <= wanted.idle_minutes <= most:
        raise ConsoleError("settings.idle", least=least, most=most)
    if not is_badge(wanted.badge):
        raise ConsoleError("settings.badge", badge=wanted.badge[:10])
    phone = clean_text(wanted.phone)
    if not is_phone(phone):
        raise ConsoleError("settings.phone", phone=phone[:40])
    slots = slots_of(terminal)
    first = next((slot for slot in slots if slot.name == wanted.printer), None)
    if wanted.printer and first is None:
        raise ConsoleError("settings.printer", printer=wanted.printer[:40], possible=", ".join(s.name for s in slots))
    shown, before = settings_of(terminal, staff), _own(terminal, staff)
    own = Own(
        before.language if wanted.language == shown.language else wanted.language,
        before.theme if wanted.theme == shown.theme else wanted.theme,
        before.borders if wanted.borders == shown.borders else wanted.borders,
    )
    terminal.memory.keep_setting(f"{WINDOW}/{staff}", msgspec.json.encode(own).decode())
    keep_window(terminal, OfWindow(wanted.idle_minutes, wanted.badge))
    terminal.memory.keep_setting(PHONE, phone)
    if first is not None and first != slots[0]:
        keep_slots(terminal, (first, *(slot for slot in slots if slot != first)))
