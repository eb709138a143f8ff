"""The user's own keys: checked against doubles and keys that are not ours, then obeyed by bindings, key row and help.

A wrong map changes nothing: the first thing that is wrong is said, and the program's own keys hold.
"""

from __future__ import annotations

from collections.abc import Mapping

from casework.errors import BadInput
from screens.actions import ACTS, ANY, BY_ID, CASE_KEYS, FORBIDDEN, USER, Act, acts_of, shown_key

_KEPT = frozenset({"help", "menu", "back", "open", "confirm", "next_field", "previous_field", "serve_post"})
"""Whoever is shown another window by a colleague finds these where they are everywhere."""
_WRITES = frozenset({"sign_in", "intake", "act", "search", "menu", "key_sheet", "settings"})
"""Places where text is typed: a key that types a character belongs to the text."""
_NAMED = frozenset(
    {"insert", "delete", "home", "end", "pageup", "pagedown", "space", "backspace", *(f"f{n}" for n in range(1, 13))}
    | {"question_mark", "comma", "full_stop", "semicolon", "apostrophe", "plus", "slash", "backslash", "minus"}
    | {"equals_sign", "left_square_bracket", "right_square_bracket", "grave_accent", "circumflex_accent", "asterisk"}
    | {"exclamation_mark"}
)
_CONTROL = frozenset(f"ctrl+{letter}" for letter in "abcdefghijklmnopqrstuvwxyz")
_LIKE_OTHERS = frozenset({"ctrl+h", "ctrl+i", "ctrl+j", "ctrl+m", "ctrl+s", "ctrl+z"})
"""What a terminal sends for Backspace, Tab and Enter, or keeps for itself."""


def read_keymap(wanted: Mapping[str, object]) -> dict[str, tuple[str, ...]]:
    """The keys by act from `{act: key or list of keys}`; `case.ACT` names an act on a case.

    Raises BadInput: no such act, one whose key is the same everywhere, a key that is not ours, or two acts on one key.
    """
    found: dict[str, tuple[str, ...]] = {}
    for name, value in wanted.items():
        keys = (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else ()
        if not keys or not all(isinstance(key, str) for key in keys):
            raise BadInput("keymap.value", act=name[:40])
        _expect_act(name)
        found[name] = tuple(_checked(name, key.strip().lower()) for key in keys)
    _expect_no_doubles(found)
    return found


def _expect_act(name: str) -> None:
    case_act = name.startswith("case.") and name[5:] in CASE_KEYS
    if name not in BY_ID and not case_act:
        raise BadInput("keymap.act", act=name[:40])
    if name in _KEPT:
        raise BadInput("keymap.kept", act=name, key=BY_ID[name].key)


def _checked(name: str, key: str) -> str:
    if key in FORBIDDEN or key in _LIKE_OTHERS or key.startswith(("ctrl+shift+", "alt")):
        raise BadInput("keymap.forbidden", act=name, key=shown_key(key) if key else key)
    types = (len(key) == 1 and key.isalnum()) or (key in _NAMED and key in _TYPING)
    if not types and key not in _NAMED and key not in _CONTROL:
        raise BadInput("keymap.key", act=name, key=key[:40])
    where = BY_ID[name].where if name in BY_ID else ("case",)
    if types and (ANY in where or _WRITES & set(where)):
        raise BadInput("keymap.types", act=name, key=shown_key(key))
    return key


_TYPING = _NAMED - {"insert", "delete", "home", "end", "pageup", "pagedown", "backspace"} - {
    f"f{n}" for n in range(1, 13)
}  # fmt: skip


def _expect_no_doubles(found: Mapping[str, tuple[str, ...]]) -> None:
    places = {place for act in ACTS for place in act.where} - {ANY}
    for place in sorted(places):
        taken: dict[str, str] = {}
        pairs = [(act.id, found.get(act.id, act.keys)) for act in _acts(place)]
        if place in {"case", "batch"}:
            pairs += [(f"case.{code}", found.get(f"case.{code}", (key,))) for code, key in CASE_KEYS.items()]
        for name, keys in pairs:
            for key in keys:
                if taken.setdefault(key, name) != name:
                    raise BadInput("keymap.double", key=shown_key(key), one=taken[key], other=name)


def _acts(place: str) -> tuple[Act, ...]:
    return tuple(act for act in acts_of(place) if place == "materials" or "materials" not in act.where)


def obey_keys(keys: Mapping[str, tuple[str, ...]]) -> None:
    """From here on these hold, in bindings that are made, key row, help and menu."""
    USER.clear()
    USER.update(keys)
