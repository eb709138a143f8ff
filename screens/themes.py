"""The two themes: dark, and one of high contrast. Colours only; every state is also a word or a sign.

The inks are made here once for each theme and not by component classes of the style sheet: those would be matched
anew for every widget of every screen, which took a quarter of the time to the first frame.
"""

from __future__ import annotations

from functools import cache

from rich.style import Style
from textual.color import Color
from textual.theme import Theme

DARK = Theme(
    name="yichuang-dark",
    primary="#4f8fd0",
    secondary="#7aa2c8",
    warning="#e0b040",
    error="#f07070",
    success="#70c080",
    accent="#60b0e0",
    foreground="#d8dee6",
    background="#14181e",
    surface="#1c222a",
    panel="#252d38",
    dark=True,
    variables={"ink-dim": "#8a96a4", "ink-field": "#283240", "ink-bar": "#22405e"},
)
CONTRAST = Theme(
    name="yichuang-contrast",
    primary="#00afff",
    secondary="#ffffff",
    warning="#ffff00",
    error="#ff5f5f",
    success="#00ff5f",
    accent="#00ffff",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#1c1c1c",
    dark=True,
    variables={"ink-dim": "#d0d0d0", "ink-field": "#303030", "ink-bar": "#00005f"},
)
THEMES = (DARK, CONTRAST)


@cache
def inks(name: str) -> dict[str, Style]:
    """The inks of a theme by name; an unknown theme has those of the dark one."""
    theme = next((one for one in THEMES if one.name == name), DARK)
    dim, field = theme.variables["ink-dim"], theme.variables["ink-field"]
    fresh = Color.parse(theme.background or "#000000").blend(Color.parse(theme.primary), 0.4).hex
    return {
        "plain": Style(color=theme.foreground),
        "dim": Style(color=dim),
        "label": Style(color=theme.secondary),
        "heading": Style(color=theme.accent, bold=True),
        "strong": Style(bold=True),
        "field": Style(bgcolor=field),
        "fresh": Style(bgcolor=fresh, underline=True),
        "jump": Style(color=theme.background, bgcolor=theme.warning, bold=True),
        "focus": Style(bold=True, reverse=True),
        "on": Style(color=theme.success, bold=True),
        "row": Style(bgcolor=theme.panel, bold=True),
        "error": Style(color=theme.error, bold=True),
        "warn": Style(color=theme.warning),
        "good": Style(color=theme.success),
        "key": Style(color=theme.warning, bold=True),
        "green": Style(color=theme.success),
        "yellow": Style(color=theme.warning),
        "red": Style(color=theme.error, bold=True),
        "black": Style(color=theme.error, bold=True, reverse=True),
        "none": Style(color=dim),
    }
