"""Opens a file in the system's own viewer, without waiting for it; what goes wrong is a sentence."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from console.errors import FileTrouble
from console.output import reason_of


def view(file: Path) -> None:
    """Show `file` as this machine shows files of its kind. Raises FileTrouble."""
    try:
        if sys.platform == "win32":
            os.startfile(file)  # noqa: S606 - that is how a file is opened there
            return
        program = "open" if sys.platform == "darwin" else "xdg-open"
        subprocess.Popen(
            [program, str(file)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
    except FileNotFoundError as cause:
        raise FileTrouble("console.viewer.none", file=str(file)) from cause
    except OSError as cause:
        raise FileTrouble("console.viewer.failed", file=str(file), reason=reason_of(cause)) from cause
