"""The console's side of the page: Textual's web driver, with two things that a lost tab needs.

A page that comes back is drawn whole (`redraw`), and a console whose server has died ends by itself.
"""

from __future__ import annotations

import asyncio
from typing import Any

from textual import messages
from textual.drivers.web_driver import WebDriver


class BrowserDriver(WebDriver):
    """Named in `TEXTUAL_DRIVER` by `console.browser`."""

    def run_input_thread(self) -> None:
        """Read until the server closes its end: then nobody looks at this console any more."""
        super().run_input_thread()
        if not self.exit_event.is_set():
            asyncio.run_coroutine_threadsafe(self._app._post_message(messages.ExitApp()), self._loop)

    def on_meta(self, packet_type: str, payload: dict[str, object]) -> None:
        """What the server says beside the keys."""
        if packet_type == "redraw":
            self._loop.call_soon_threadsafe(self._redraw)
        else:
            super().on_meta(packet_type, payload)

    def _redraw(self) -> None:
        """A page that comes back is a new terminal: its modes first, then the whole screen."""
        self.write("\x1b[?1049h")
        self._enable_mouse_support()
        self.write("\x1b[?25l")
        self._enable_bracketed_paste()
        app: Any = self._app
        app._display(app.screen, app.screen._compositor.render_update(full=True))
