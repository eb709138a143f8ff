"""The commands, one module each: `arguments(parser)` says what it takes, `run(args)` does it and gives the exit code.

This table is all that `yichuang --help` reads: a command's module is loaded when the command is typed.
"""

from __future__ import annotations

COMMANDS = {
    "demo": "demo",
    "console": "console",
    "serve": "serve",
    "hall": "hall",
    "terminal": "terminal",
    "release": "release",
    "fleet": "fleet",
    "prefile": "prefile",
    "intake": "intake",
    "case": "case",
    "receipt": "receipt",
    "printer": "printer",
    "why": "why",
    "tray": "tray",
    "board": "board",
    "post": "post",
    "day": "day",
    "call": "call",
    "closing": "closing",
    "settings": "settings",
    "calendar": "calendar",
    "catalogue": "catalogue",
    "sync": "sync",
    "backup": "backup",
    "restore": "restore",
    "doctor": "doctor",
    "update": "update",
    "self-check": "self_check",
    "simulate": "checkout",
    "bench": "checkout",
}
"""Each command with its module here; the sentence `help.<command>` says what it does."""
