"""Draws `docs/console.svg`, the picture of the README: the real console on the demo's own hall.

python -m tests.picture
"""

from __future__ import annotations

import asyncio
import os
import re
import tempfile
from pathlib import Path

from console import bootstrap
from console.demo import demo
from console.desk.counter_desk import CounterDesk
from console.line_once import sync_once
from screens.app import ConsoleApp

PICTURE = Path(__file__).parents[1] / "docs" / "console.svg"
SIZE = (100, 26)


async def _drawn(folder: Path) -> str:
    terminal = bootstrap.open_terminal(folder)
    terminal.link = lambda: "online"
    terminal.speak("zh_CN")
    app = ConsoleApp(CounterDesk(terminal), poll_seconds=0)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press(*"2001", "enter", *demo.PIN, "enter")
        await pilot.pause()
        await pilot.press("down", "down", "down", "enter")
        await pilot.pause()
        svg = app.export_screenshot(title="一窗 Yichuang")
    terminal.memory.close()
    return svg


def main() -> None:
    """Draw it."""
    with tempfile.TemporaryDirectory() as name:
        os.environ["YICHUANG_STATE"] = f"{name}/state"
        place = demo.Place(Path(name) / "demo")
        place.folder.mkdir()
        with demo.hall_with_a_past(place):
            with bootstrap.opened(str(place.terminal("0012"))) as terminal:
                sync_once(terminal)
            svg = asyncio.run(_drawn(place.terminal("0012")))
    # The stock picture loads its font from the web; the reader's own fixed-width font does as well.
    svg = re.sub(r"<!--.*?-->", "", svg, flags=re.DOTALL)
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    PICTURE.write_text(svg.replace("Fira Code, monospace", "monospace"), encoding="utf-8")


if __name__ == "__main__":
    main()
