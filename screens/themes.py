"""The two themes: dark, and one of high contrast. Colours only; every state is also a word or a sign."""

from __future__ import annotations

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
