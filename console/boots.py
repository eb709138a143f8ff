"""Which boot of this machine it is, as the system names it.

No clock tells that: where the battery is empty both begin with each boot as they began with the one before (S29, T57).
"""

from __future__ import annotations

import sys
from pathlib import Path

LINUX = Path("/proc/sys/kernel/random/boot_id")
"""A new name with each boot."""
WINDOWS = r"SYSTEM\CurrentControlSet\Control\Session Manager\Memory Management\PrefetchParameters"
"""Where Windows counts its boots (`BootId`), under HKEY_LOCAL_MACHINE."""


def this_boot(file: Path = LINUX) -> str:
    """The same text to every process of one boot, and another one in the next; empty where the system names none."""
    try:
        if sys.platform == "win32":
            import winreg

            with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, WINDOWS) as key:
                return str(winreg.QueryValueEx(key, "BootId")[0])
        return file.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""
