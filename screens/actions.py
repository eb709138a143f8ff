"""The one table of named acts: what a key does, where, and under which words people find it.

Bindings, the key row, help, the palette and the menu are all made from `ACTS`; a test fails on doubles, on acts without
words and on keys that a browser or a terminal takes for itself. The words of an act are the messages
`screens.act.ID` and `screens.act.ID.tip`.
"""

from __future__ import annotations

import msgspec
from textual.binding import Binding

from casework.messages import t

ANY = "any"
"""The place of acts that work on every screen."""

FORBIDDEN = frozenset(
    {"f5", "f11", "f12", "ctrl+c", "ctrl+w", "ctrl+t", "ctrl+n", "ctrl+tab", "ctrl+enter", "alt+f4", "alt+enter", "alt"}
)
"""Keys that the browser, the window system or the terminal keeps for itself; so is every Ctrl-Shift-something."""

_SHOWN = {
    "escape": "Esc",
    "enter": "Enter",
    "space": "Space",
    "insert": "Ins",
    "pagedown": "PgDn",
    "pageup": "PgUp",
    "question_mark": "?",
    "comma": ",",
    "full_stop": ".",
    "semicolon": ";",
    "apostrophe": "'",
    "plus": "+",
    "asterisk": "*",
    "exclamation_mark": "!",
    "slash": "/",
    "backslash": "\\",
    "grave_accent": "`",
    "circumflex_accent": "^",
    "minus": "-",
    "equals_sign": "=",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "tab": "Tab",
    "shift+tab": "Shift-Tab",
    "up": "Up",
    "down": "Down",
}


USER: dict[str, tuple[str, ...]] = {}
"""The keys that the user has chosen instead, by act (`screens.keymap`); `case.ACT` for the acts on a case."""


class Act(msgspec.Struct, frozen=True):
    """A named act. `row` is its place in the key row (0: not shown there); `typed` acts are handled by the form."""

    id: str
    keys: tuple[str, ...]
    """Its keys; none: another way leads there, and the user may give it one."""
    where: tuple[str, ...] = (ANY,)
    row: int = 0
    typed: bool = False

    @property
    def name(self) -> str:
        """Its name in the present language."""
        return t(f"screens.act.{self.id}")

    @property
    def tip(self) -> str:
        """What it is good for, one sentence."""
        return t(f"screens.act.{self.id}.tip")

    @property
    def bound(self) -> tuple[str, ...]:
        """Its keys: the user's, else the program's."""
        return USER.get(self.id, self.keys)

    @property
    def ways(self) -> str:
        """All its keys as they are printed on a keyboard; of one without a key the way that leads there."""
        return " ".join(shown_key(key) for key in self.bound) or t(f"screens.keys.way.{self.id}")

    @property
    def key(self) -> str:
        """Its first key as it is printed on a keyboard."""
        return shown_key(self.bound[0]) if self.bound else ""


def shown_key(key: str) -> str:
    """A key as people read it: `ctrl+g` is `Ctrl-G`."""
    if key in _SHOWN:
        return _SHOWN[key]
    if key.startswith("ctrl+"):
        return f"Ctrl-{key[5:].upper()}"
    return key.upper() if key[0] == "f" and key[1:].isdigit() else key


_FORMS = ("sign_in", "intake", "act", "settings")
_NO_TEXT = (
    "queue", "tray", "prefiles", "case", "text", "saved", "board", "preview", "batch", "prints", "conflict", "posts",
    "handover", "agent_file", "day_end", "mine", "companies", "twins", "printers", "fleet",
)  # fmt: skip
"""Where no text is typed: `?` is help there."""
_LISTS = ("queue", "search", "tray", "prefiles", "prints", "agent_files", "day_end", "mine", "companies", "printers")

ACTS: tuple[Act, ...] = (
    # Everywhere
    Act("help", ("f1",), row=40),
    Act(
        "save",
        ("f2",),
        ("intake", "act", "read_back", "saved", "confirm", "handover", "agent_file", "settings"),
        row=10,
    ),
    Act("go_queue", ("f3",), row=60),
    Act("go_search", ("f4",), row=70),
    Act("pane", ("f6",), ("intake", "case"), row=20),
    Act("preview", ("f7",), ("case", "saved", "preview", "act", "read_back"), row=30),
    Act("go_board", ("f8",)),
    Act("posts", ("f9",), row=75),
    Act("menu", ("f10", "ctrl+p"), row=41),
    Act("back", ("escape",), row=42),
    Act("go_intake", ("insert",), row=65),
    Act("cable", ("ctrl+g",)),
    Act("lock", ("ctrl+l",)),
    Act("call", ("ctrl+e",)),
    Act("answer_call", ("ctrl+b",)),
    Act("go_tray", ("ctrl+r",)),
    Act("go_prints", ("f7",), ("queue", "search", "tray", "board")),
    Act("printers", ("f7",), ("settings", "prints"), row=3),
    Act("go_prefiles", ("ctrl+f",)),
    Act("language", ("ctrl+y",)),
    Act("settings", ("ctrl+x",)),
    Act("jump", ("ctrl+o",)),
    Act("quit", ("ctrl+q",)),
    Act("key_sheet", ()),
    Act("tour", ()),
    Act("update_now", ("u",), ("queue", "board")),
    # In lists and texts (no text field has the focus there)
    Act("open", ("enter",), (*_LISTS, "menu", "posts"), row=1),
    Act("confirm", ("enter",), ("read_back", "confirm"), row=1),
    Act("go_on", ("enter",), ("saved",), row=1),
    Act("print_here", ("enter",), ("preview",), row=1),
    Act("pick_act", ("enter",), ("case",), row=1),
    Act("close_text", ("enter",), ("text", "key_sheet"), row=1),
    Act("anyway", ("f2",), ("conflict",), row=2),
    Act("settle", ("enter",), ("twins",), row=1),
    Act("look", ("enter",), ("conflict", "batch"), row=1),
    Act("new", ("n",), ("queue", "saved"), row=2),
    Act("tray", ("t",), ("queue",), row=3),
    Act("prefiles", ("f",), ("queue",), row=6),
    Act("mine", ("m",), ("queue",), row=9),
    Act("companies", ("f6",), ("mine",), row=2),
    Act("urge", ("full_stop",), ("mine",), row=3),
    Act("for_company", ("n",), ("companies",), row=2),
    Act("hint", ("question_mark",), _NO_TEXT),
    Act("filter_post", ("p",), ("queue",), row=4),
    Act("filter_light", ("l",), ("queue",), row=5),
    Act("mark", ("space",), ("queue", "batch", "handover"), row=7),
    Act("mark_all", ("a",), ("queue", "handover")),
    Act("batch", ("d",), ("queue",), row=8),
    Act("print_batch", ("f7",), ("batch",), row=3),
    Act("reload", ("r",), ("queue", "board", "prefiles", "mine", "companies", "closing")),
    Act("close_day", ("c",), ("board",), row=3),
    Act("define", ("enter",), ("board",), row=1),
    Act("period", ("d",), ("board",), row=2),
    Act("look_through", ("c",), ("prefiles",), row=2),
    Act("again_all", ("a",), ("prints",), row=2),
    Act("printer_new", ("n",), ("printers",), row=2),
    Act("printer_test", ("t",), ("printers",), row=3),
    Act("print_list", ("p",), ("prefiles",), row=3),
    Act("show_list", ("f7",), ("prefiles",), row=4),
    Act("close_file", ("x",), ("prefiles",), row=5),
    # Who sits here, and handing over
    Act("serve_post", tuple("1234567890abcdefg"), ("posts",), typed=True),
    Act("hand_over", ("h",), ("posts",), row=2),
    Act("another", ("u",), ("posts",), row=3),
    Act("print_sheet", ("p",), ("handover",), row=11),
    # A file of applications
    Act("agent_files", ("b",), ("queue",), row=9),
    Act("day_end", ("e",), ("queue",), row=10),
    Act("print_day", ("p",), ("day_end",), row=2),
    Act("show_day", ("f7",), ("day_end",), row=3),
    Act("take_in", ("enter",), ("agent_file",), row=1),
    Act("next_wrong", ("w",), ("agent_file",), row=2),
    Act("print_taken", ("p",), ("agent_file",), row=3),
    # The fleet, at the hall's machine
    Act("fleet_look", ("enter",), ("fleet",), row=8),
    Act("fleet_halt", ("h",), ("fleet",), row=1),
    Act("fleet_resume", ("r",), ("fleet",), row=2),
    Act("fleet_open", ("p",), ("fleet",), row=3),
    Act("fleet_approve", ("a",), ("fleet",), row=4),
    Act("fleet_block", ("b",), ("fleet",), row=9),
    Act("fleet_acts", ("w",), ("fleet",), row=10),
    # On a case
    Act("papers", ("0",), ("case",)),
    Act("why", ("1",), ("case",), row=31),
    Act("unmask", ("2",), ("case",), row=32),
    Act("guide", ("3",), ("case",)),
    Act("others", ("9",), ("case",), row=33),
    Act("open_scan", ("asterisk",), ("case",), row=34),
    Act("compare", ("exclamation_mark",), ("case",), row=35),
    Act("visit_next", ("v",), ("saved", "queue"), row=5),
    Act("print_all", ("p",), ("saved",), row=4),
    Act("open_case", ("o",), ("saved",), row=6),
    # In the material rows of the intake form
    Act("have_original", ("space", "o"), ("materials",), typed=True),
    Act("have_copy", ("c",), ("materials",), typed=True),
    Act("have_electronic", ("e",), ("materials",), typed=True),
    Act("have_missing", ("m",), ("materials",), typed=True),
    Act("have_pledge", ("p",), ("materials",), typed=True),
    Act("have_defer", ("d",), ("materials",), typed=True),
    Act("have_checked", ("n",), ("materials",), typed=True),
    Act("have_earlier", ("r",), ("materials",), typed=True),
    Act("have_all_earlier", ("t",), ("materials",), typed=True),
    Act("have_all", ("a",), ("materials",), typed=True),
    # In the fields of a form
    Act("next_field", ("enter", "tab", "down"), _FORMS, typed=True),
    Act("previous_field", ("shift+tab", "up"), _FORMS, typed=True),
    Act("rest_no", ("0",), _FORMS, typed=True),
    Act("hint_row", ("question_mark",), _FORMS, typed=True),
    Act("clear_field", ("ctrl+u",), _FORMS, typed=True),
    Act("forget", ("ctrl+d",), ("intake",)),
    Act("with_agent", ("ctrl+a",), ("intake",)),
    Act("park", ("ctrl+k",), ("intake",), row=21),
)

BY_ID = {act.id: act for act in ACTS}

CASE_KEYS: dict[str, str] = {
    "accept": "a",
    "return": "b",
    "consult": "c",
    "decide": "d",
    "examine": "e",
    "pay": "f",
    "forward": "g",
    "deliver": "h",
    "post": "i",
    "send-back": "j",
    "site-check": "k",
    "extend": "l",
    "certify": "m",
    "terminate": "n",
    "correct": "o",
    "pre-review": "p",
    "revoke": "q",
    "reassign": "r",
    "supplement": "s",
    "transfer": "t",
    "supplement-received": "u",
    "recuse": "v",
    "withdraw": "w",
    "refuse": "x",
    "resume": "y",
    "suspend": "z",
    "check": "4",
    "close": "5",
    "void": "6",
    "answer": "7",
    "mend": "8",
    "hand-back": "comma",
    "nudge": "full_stop",
    "hand-over": "semicolon",
    "confirm-date": "apostrophe",
    "expert-review": "slash",
    "not-needed": "minus",
    "pledge-check": "equals_sign",
    "hearing": "left_square_bracket",
    "publicity": "right_square_bracket",
    "scan": "plus",
    "recall": "backslash",
    "claim": "grave_accent",
    "release": "circumflex_accent",
}
"""The key of each act on a case; the same everywhere, so that fingers learn them."""


def case_key(code: str) -> str:
    """The key of an act on a case as people read it; empty where it has none."""
    key = USER.get(f"case.{code}", (CASE_KEYS.get(code, ""),))[0]
    return key if len(key) < 2 else shown_key(key)


def acts_of(place: str) -> tuple[Act, ...]:
    """The acts of `place`, its own first, then those of every screen."""
    own = tuple(act for act in ACTS if place in act.where)
    return (*own, *(act for act in ACTS if ANY in act.where and act not in own))


def bindings(place: str) -> list[Binding]:
    """The priority bindings of `place` (its own acts only; those of `ANY` belong to the app)."""
    found = [
        Binding(",".join(act.bound), f"do('{act.id}')", act.id, show=False, priority=True, id=f"{place}.{act.id}")
        for act in ACTS
        if place in act.where and act.bound and not act.typed
    ]
    if place in {"case", "batch"}:
        found += [
            Binding(
                ",".join(USER.get(f"case.{code}", (key,))),
                f"case_act('{code}')",
                code,
                show=False,
                priority=True,
                id=f"{place}.act.{code}",
            )
            for code, key in CASE_KEYS.items()
        ]
    return found


def typed_act(place: str, key: str) -> str | None:
    """The id of the act that `key` means in the rows of a form, or None."""
    for act in ACTS:
        if act.typed and place in act.where and key in act.bound:
            return act.id
    return None


_ALWAYS = ("help", "menu", "back")


BEFORE_SIGN_IN = (
    "help", "key_sheet", "menu", "language", "cable", "tour", "quit", "back", "open", "close_text", "confirm",
)  # fmt: skip
"""What works while nobody has signed in: help and the menu, what takes and closes them, and the way out."""


MAKES: dict[str, str] = {
    **dict.fromkeys(("new", "go_intake", "agent_files", "for_company"), "received"),
    "park": "prefile.parked",
    "look_through": "prefile.checked",
    "close_file": "prefile.closed",
    "hand_over": "handed_over",
    "unmask": "unmasked",
}
"""The event that an act makes in the end. Whose posts do not allow it is offered no key for it, and told so at once."""

MADE = frozenset(MAKES.values()) | {"prefile.taken"}
"""All of them; a prefile is taken by Enter, which is no act of its own."""


def is_refused(act: str, refused: frozenset[str]) -> bool:
    """Whether the act ends in an event that is `refused`."""
    return MAKES.get(act, "") in refused


def key_row(
    place: str, most: int = 7, *, refused: frozenset[str] = frozenset(), signed_in: bool = True
) -> tuple[Act, ...]:
    """Up to `most` acts for the key row of `place`: its own, then always help, menu and back, then ways elsewhere.

    `refused`: types of events that her posts do not allow.
    """
    if not signed_in and place != "sign_in":
        return tuple(act for act in key_row(place, most) if act.id in BEFORE_SIGN_IN)
    shown = [act for act in acts_of(place) if act.row and not act.typed and not is_refused(act.id, refused)]
    shown.sort(key=lambda act: act.row)
    if place == "sign_in":
        return tuple(BY_ID[name] for name in ("help", "menu", "language", "quit"))
    always = [BY_ID[name] for name in _ALWAYS]
    own = [act for act in shown if ANY not in act.where][: most - len(always)]
    others = [act for act in shown if ANY in act.where and act not in always]
    return tuple([*own, *always, *others][:most])
