"""What a closed window leaves behind: nothing."""

from __future__ import annotations

import os
import sys
import threading

_LOOK_SECONDS = 2.0


def end_with_the_window() -> None:
    """A window that was closed leaves no program behind that holds the memory for itself.

    Where the signal of it does not come, what it would do is done here: at once, for everything is saved when it is
    said to be, and writing to a window that is no more can block for ever.
    """
    never = threading.Event()
    while sys.__stdin__ is not None and sys.__stdin__.isatty():
        never.wait(_LOOK_SECONDS)
    os._exit(1)
