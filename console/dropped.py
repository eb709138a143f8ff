"""A file that was named at the keyboard, or dropped onto the terminal: that arrives as a paste, quoted in its own way.

Terminals paste `'/a/b c.pdf'`, `"C:\\a\\b c.pdf"`, `/a/b\\ c.pdf` or `file:///a/b%20c.pdf`.
"""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from casework.errors import BadScan

_DRIVE = re.compile(r"[A-Za-z]:[\\/]|\\\\")
_ESCAPED = re.compile(r"\\(.)")
_URL_DRIVE = re.compile(r"/[A-Za-z]:/")


def file_of(text: str) -> Path:
    """The file that `text` names, however it was quoted. Raises BadScan when it names none."""
    named = text.strip()
    if len(named) > 1 and named[0] == named[-1] and named[0] in "'\"":
        named = named[1:-1].replace("'\\''", "'") if named[0] == "'" else named[1:-1]
    elif not named.startswith("file:") and not _DRIVE.match(named):
        named = _ESCAPED.sub(r"\1", named)
    if named.startswith("file:"):
        named = _of_url(named)
    if not named or "\0" in named:
        raise BadScan("scan.no_file")
    path = Path(named)
    try:
        return path.expanduser()
    except RuntimeError:  # `~someone` whom this machine does not know
        return path


def _of_url(text: str) -> str:
    """The path in a `file:` address: with a host, a share of that host; a drive's letter stands behind its slash."""
    parts = urlsplit(text)
    path = unquote(parts.path)
    if _URL_DRIVE.match(path):
        path = path[1:]
    return path if parts.netloc in {"", "localhost"} else f"//{parts.netloc}{path}"
