"""The user's key map: `keys.toml` in the settings folder, read before the first screen is made.

[keys]
go_board = "ctrl+b"
lock = ["ctrl+l", "ctrl+k"]

[case]
accept = "j"
"""

from __future__ import annotations

from casework.errors import BadInput
from casework.messages import Message
from console.folders import settings_folder

FILE = "keys.toml"


def load() -> Message | None:
    """Obey the file if there is one; gives what is wrong with it, and then the program's own keys hold."""
    file = settings_folder() / FILE
    if not file.is_file():
        return None
    import tomllib

    from screens.keymap import obey_keys, read_keymap

    try:
        told = tomllib.loads(file.read_text(encoding="utf-8"))
        wanted = {**told.get("keys", {}), **{f"case.{act}": key for act, key in told.get("case", {}).items()}}
        obey_keys(read_keymap(wanted))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError, AttributeError, TypeError) as cause:
        return Message("keymap.file", {"file": str(file), "reason": str(cause)})
    except BadInput as wrong:
        return Message("keymap.wrong", {"file": str(file), "reason": wrong.message})
    return None
