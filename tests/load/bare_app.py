"""The floor of the console's speed rows: a bare Textual app with one Input."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import Input


class Bare(App[None]):
    """One field."""

    def compose(self) -> ComposeResult:
        yield Input(placeholder="READY")


if __name__ == "__main__":
    Bare().run()
