"""Scanned papers by keys on the real desk (S35): a file dropped onto the form, where each scan is, the viewer."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from textual import events

from console import bootstrap
from console.demo import demo
from console.errors import FileTrouble
from console.line_once import sync_once
from screens.case import CaseScreen
from screens.menu import MenuScreen
from screens.sheet import Sheet
from tests.screens.real_window import REGULAR, Window, at_window_12

AGAIN = f"nd01<enter>1<enter>{REGULAR}<enter><f6><f6>a<f2><enter><enter>"
PDF = b"%PDF-1.7 " + bytes(2000)


async def drops(window: Window, text: str) -> None:
    """A file is dropped onto the terminal: that arrives as a paste."""
    event = events.Paste(text)
    event.set_sender(window.app)
    window.app.post_message(event)
    await window.pilot.pause()
    await window.types("")


async def attaches(window: Window, file: str) -> None:
    """+, the proposed paper, the file, save."""
    await window.types("+<enter>")
    await drops(window, file)
    await window.types("<f2>")


def viewing(window: Window) -> list[Path]:
    """Put a viewer behind the window that notes what it is shown."""
    seen: list[Path] = []
    window.terminal.view = seen.append
    return seen


def test_s35_a_dropped_file_is_attached_shown_and_opened_by_one_key(place: demo.Place, tmp_path: Path) -> None:
    file = tmp_path / "申请 表.pdf"
    file.write_bytes(PDF)

    async def walk(window: Window) -> None:
        seen = viewing(window)
        await window.types(AGAIN + "o")
        assert isinstance(window.app.screen, CaseScreen)
        await window.types("*")
        assert "还没有扫描件" in window.said
        await attaches(window, f"'{file}'")
        case = window.newest()
        assert [(scan.name, scan.size) for scan in case.scans] == [("申请 表.pdf", len(PDF))], window.said
        await window.types("<f6><f6><f6>")
        assert "申请 表.pdf" in window.shown
        assert "传往中心" in window.shown
        await window.types("*")
        assert [path.read_bytes() for path in seen] == [PDF]
        await asyncio.to_thread(sync_once, window.terminal, scans=True)
        await asyncio.to_thread(sync_once, window.terminal)
        await window.app.screen.freshen()
        assert "中心已收" in window.shown

    at_window_12(place, "1001", walk)


def test_s35_a_wrong_file_is_told_at_its_field_and_the_form_stays(place: demo.Place, tmp_path: Path) -> None:
    wrong = tmp_path / "a.txt"
    wrong.write_text("no scan")

    async def walk(window: Window) -> None:
        await window.types(AGAIN + "o")
        await attaches(window, str(tmp_path / "gone.pdf"))
        assert "没有这个文件" in window.said
        sheet = window.app.screen.query_one(Sheet)
        assert sheet.key == "file"
        await window.types("<ctrl+u>")
        await drops(window, wrong.as_uri())
        await window.types("<f2>")
        assert "不是扫描件" in window.said
        assert window.newest().scans == ()

    at_window_12(place, "1001", walk)


def test_s35_a_viewer_that_is_not_there_is_a_sentence(place: demo.Place, tmp_path: Path) -> None:
    file = tmp_path / "a.pdf"
    file.write_bytes(PDF)

    async def walk(window: Window) -> None:
        def none(path: Path) -> None:
            raise FileTrouble("console.viewer.none", file=str(path))

        window.terminal.view = none
        await window.types(AGAIN + "o")
        await attaches(window, str(file))
        await window.types("*")
        assert "没有打开文件的程序" in window.said

    at_window_12(place, "1001", walk)


def test_s35_the_examiner_is_told_what_is_to_come_and_says_how_she_read_it(place: demo.Place, tmp_path: Path) -> None:
    file, second = tmp_path / "a.pdf", tmp_path / "b.pdf"
    file.write_bytes(PDF)
    second.write_bytes(PDF + b"2")

    async def walk(window: Window) -> None:
        await window.types(AGAIN + "o")
        await attaches(window, str(file))
        await attaches(window, str(second))
        number = window.newest().number
        await window.types("*")
        assert isinstance(window.app.screen, MenuScreen)
        await window.types("<escape>p<f2>")
        await window.becomes("2001")
        await window.types(f"{number}<enter>a<enter><escape>{number}<enter>e")
        assert "路上" in window.shown, window.shown
        values = window.app.screen.query_one(Sheet).values()
        assert values["seen"] == "已在本窗口阅看扫描件"
        await window.types("<f2>")
        assert "examine" in window.newest().steps or window.newest().number != number, window.said

    at_window_12(place, "1001", walk)


def test_s35_a_scan_of_another_window_is_fetched_and_opens_when_it_is_here(place: demo.Place, tmp_path: Path) -> None:
    file = tmp_path / "a.pdf"
    file.write_bytes(PDF + b"other window")
    with bootstrap.opened(str(place.terminal("0007"))) as terminal:
        sync_once(terminal)
        session = terminal.people.sign_in("1001", demo.PIN)
        number = terminal.memory.cases(limit=1)[0].number
        material = next(iter(terminal.counter.case(number).materials))
        done = terminal.counter.act(session, number, "scan", {"material": material, "file": str(file)})
        assert getattr(done, "types", ()) == ("scanned",)
        sync_once(terminal, scans=True)

    async def walk(window: Window) -> None:
        seen = viewing(window)
        await asyncio.to_thread(sync_once, window.terminal)
        await window.types(f"{number}<enter>")
        screen = window.app.screen
        assert isinstance(screen, CaseScreen)
        assert screen.case is not None
        mine = [scan for one in screen.case.materials for scan in one.scans if not scan.here]
        assert len(mine) == 1
        await screen._open_scan(mine[0].id)
        assert "到了就打开" in window.said
        assert seen == []
        await asyncio.to_thread(sync_once, window.terminal, scans=True)
        await screen.freshen()
        assert [path.read_bytes() for path in seen] == [PDF + b"other window"]

    at_window_12(place, "1001", walk)


@pytest.mark.parametrize(
    ("typed", "path"),
    [
        ("'/a/b c.pdf'", "/a/b c.pdf"),
        ('"/a/b c.pdf"', "/a/b c.pdf"),
        ("/a/b\\ c\\'s.pdf ", "/a/b c's.pdf"),
        ("'/a/it'\\''s.pdf'", "/a/it's.pdf"),
        ("file:///a/b%20c.pdf", "/a/b c.pdf"),
        ("file://localhost/a/%E7%85%A7.pdf", "/a/照.pdf"),
        ("file:///C:/a/b.pdf", "C:/a/b.pdf"),
        ("C:\\a\\b c.pdf", "C:\\a\\b c.pdf"),
        ("file://server/share/a.pdf", "//server/share/a.pdf"),
    ],
)
def test_s35_a_dropped_path_is_read_however_the_terminal_quotes_it(typed: str, path: str) -> None:
    from console.dropped import file_of

    assert file_of(typed) == Path(path)
