"""In a real terminal: no key is lost, none lands in another field, at no pace and over no change of screen."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.screens.fake_prefiles import COMPANY
from tests.screens.fake_words import number
from tests.screens.terminal import Terminal

FAKE = Path(__file__).with_name("run_fake.py")
PACES = (0, 0.2, 1, 2, 5)


class Console:
    """The console on a fake desk in a terminal, and the file that the desk keeps."""

    def __init__(self, kept: Path) -> None:
        self.kept = kept
        self.terminals: list[Terminal] = []

    def start(self, *words: str, columns: int = 80, rows: int = 24) -> Terminal:
        terminal = Terminal([sys.executable, FAKE, "--keep", self.kept, *words], columns, rows)
        self.terminals.append(terminal)
        return terminal

    def draft(self) -> dict[str, Any]:
        """The draft as it lies in the file."""
        try:
            kept: dict[str, Any] = json.loads(self.kept.read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return {}
        form: dict[str, Any] = kept["drafts"].get("1001", {})
        return form

    def form_has(self, terminal: Terminal, **wanted: Any) -> None:
        """Wait until the draft holds these values."""

        def held() -> bool:
            form = self.draft().get("form", {})
            return all(form.get(name) == value for name, value in wanted.items())

        try:
            terminal.until(held, 10)
        except AssertionError as error:
            raise AssertionError(f"wanted {wanted}, the draft is {self.draft()}\n{error}") from error


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Console]:
    made = Console(tmp_path / "kept.json")
    yield made
    for terminal in made.terminals:
        terminal.close()


@pytest.mark.parametrize("pace", PACES)
def test_a_whole_form_typed_without_looking_lands_field_by_field(console: Console, pace: float) -> None:
    terminal = console.start("--signed-in", "1001", "--fields", "10")
    terminal.wait_for("新收件")
    values = {f"f{n}": f"B{n:03d}" for n in range(1, 11)}
    terminal.type("nA01<enter>420111199003070017<enter>王小二<enter>13812345678<tab>关山大道<down>2<enter>", pace)
    terminal.type("".join(f"{value}<enter>" for value in values.values()), pace)
    console.form_has(terminal, item="A01", form=values)
    assert console.draft()["form"]["applicant"]["name"] == "王小二"
    assert console.draft()["form"]["applicant"]["address"] == "关山大道"


@pytest.mark.parametrize("pace", PACES)
def test_from_the_sign_in_on_nothing_typed_ahead_is_lost(console: Console, pace: float) -> None:
    terminal = console.start()
    terminal.wait_for("工号")
    terminal.type(f"1001<enter>135790<enter>nA01<enter>{COMPANY}<enter>", pace)
    console.form_has(terminal, item="A01")
    terminal.until(lambda: console.draft()["form"]["applicant"]["phone"] == "13812345678")


@pytest.mark.parametrize("pace", PACES)
def test_a_look_at_other_screens_in_the_middle_of_a_word_splits_nothing(console: Console, pace: float) -> None:
    terminal = console.start("--signed-in", "1001", "--fields", "3")
    terminal.wait_for("新收件")
    terminal.type("nA01<enter>420111199003070017<enter>王<f3><ins>小<f4><ins>二<f10>", pace)
    terminal.wait_for("一窗 | 菜单")
    terminal.type("<esc>")  # by itself: with a key right behind it no terminal can tell it from Alt and that key
    terminal.until(lambda: terminal.sees("王小二") and terminal.sees("一窗 | 收件"))
    terminal.type("三<tab><f1>", pace)
    terminal.wait_for("一窗 | 帮助")
    terminal.type("<enter>13812345678<enter>", pace)
    terminal.until(lambda: console.draft().get("form", {}).get("applicant", {}).get("phone") == "13812345678")
    assert console.draft()["form"]["applicant"]["name"] == "王小二三"


def test_a_slow_desk_delays_keys_and_loses_none(console: Console) -> None:
    terminal = console.start("--signed-in", "1001", "--fields", "3", "--slow", "0.03")
    terminal.wait_for("新收件")
    terminal.type(
        "nA01<enter>420111199003070017<enter>王小二<enter><enter><enter><enter>A001<enter>B002<enter>C003<enter>"
    )
    console.form_has(terminal, form={"f1": "A001", "f2": "B002", "f3": "C003"})


@pytest.mark.parametrize("pace", PACES)
def test_a_scan_in_the_middle_of_a_field_opens_the_case_and_types_nothing(console: Console, pace: float) -> None:
    terminal = console.start("--signed-in", "1001")
    terminal.wait_for("新收件")
    terminal.type("nA01<enter>420111199003070017<enter>王小二", pace)
    terminal.type(f"{number(7)}<enter>", pace)
    terminal.wait_for("420118 261123 0012 0007")
    terminal.type("<ins>三<enter>", pace)
    terminal.until(lambda: console.draft().get("form", {}).get("applicant", {}).get("name") == "王小二三")


def test_pasted_lines_fill_the_fields_or_are_refused_whole(console: Console) -> None:
    terminal = console.start("--signed-in", "1001", "--fields", "3")
    terminal.wait_for("新收件")
    terminal.type("nA01<enter>420111199003070017<enter>王<enter><enter><enter><enter>")
    terminal.type("<paste:甲\r\n乙\u200b\u00a0丙\n>")
    console.form_has(terminal, form={"f1": "甲", "f2": "乙 丙"})
    terminal.type("<paste:一\n二\n三>")
    terminal.wait_for("粘贴的内容有 3 行")
    console.form_has(terminal, form={"f1": "甲", "f2": "乙 丙"})


def test_rare_characters_and_full_width_digits_arrive_as_they_should(console: Console) -> None:
    terminal = console.start("--signed-in", "1001")
    terminal.wait_for("新收件")
    terminal.type(
        "nＡ０１<enter>４２０１１１１９９００３０７００１７<enter>𠮷䶮[b]<enter>１３８１２３４５６７８<enter>"
    )
    terminal.until(lambda: console.draft().get("form", {}).get("applicant", {}).get("phone") == "13812345678")
    applicant = console.draft()["form"]["applicant"]
    assert (applicant["name"], applicant["id"]) == ("𠮷䶮[b]", "420111199003070017")


def test_the_input_method_finds_the_caret(console: Console) -> None:
    terminal = console.start("--signed-in", "1001")
    terminal.wait_for("新收件")
    terminal.type("nA01<enter>420111199003070017<enter>𠮷a")
    terminal.wait_for("𠮷a")
    row = next(y for y, line in enumerate(terminal.lines()) if "名称" in line.replace(" ", ""))
    terminal.until(lambda: (terminal.screen.cursor.x, terminal.screen.cursor.y) == (15, row), 5)
    terminal.type("<left>")
    terminal.until(lambda: terminal.screen.cursor.x == 14, 5)


@pytest.mark.parametrize("key", ["<f3>", "<f4>", "<f8>", "<ctrl+r>", "<ctrl+f>"])
@pytest.mark.parametrize("pace", PACES)
def test_every_other_screen_in_the_middle_of_a_word_takes_none_of_its_letters(
    console: Console, pace: float, key: str
) -> None:
    terminal = console.start("--signed-in", "1001", "--fields", "3")
    terminal.wait_for("新收件")
    terminal.type(f"nA01<enter>420111199003070017<enter>王{key}<ins>小{key}<ins>二<enter>13812345678<enter>", pace)
    terminal.until(lambda: console.draft().get("form", {}).get("applicant", {}).get("phone") == "13812345678")
    assert console.draft()["form"]["applicant"]["name"] == "王小二"


def anchored(terminal: Terminal, letters: str) -> bool:
    """Does the caret stand right behind `letters`, where an input method opens its window?"""
    cursor = terminal.screen.cursor
    line = terminal.lines()[cursor.y]
    left = "".join(terminal.screen.buffer[cursor.y][x].data for x in range(cursor.x))
    return left.endswith(letters) and line.strip() != ""


def test_the_input_method_finds_the_caret_after_a_message_a_scroll_and_another_size(console: Console) -> None:
    terminal = console.start("--signed-in", "1001", "--fields", "40")
    terminal.wait_for("新收件")
    terminal.type("nA01<enter>420111199003070017<enter>王小二<enter>138")
    terminal.until(lambda: anchored(terminal, "138"), 10)
    terminal.type("<f2>")  # refused with a message: the caret goes to the field that it speaks of, and back
    terminal.type("<up><down>")
    terminal.type("<enter>" * 3)
    for nth in range(1, 31):
        terminal.type(f"v{nth:02d}")
        terminal.until(lambda wanted=f"v{nth:02d}": anchored(terminal, wanted), 10)  # type: ignore[misc]
        assert terminal.screen.cursor.y < 20, terminal.text()  # above the last two rows of the body
        terminal.type("<enter>")
    terminal.type("here")
    terminal.until(lambda: anchored(terminal, "here"), 10)
    for size in ((120, 40), (80, 24), (100, 30)):
        terminal.resize(*size)
        terminal.until(lambda: "F10" in terminal.lines()[-1] and anchored(terminal, "here"), 10)
    terminal.type("x<enter>")
    console.form_has(terminal, form={**{f"f{n}": f"v{n:02d}" for n in range(1, 31)}, "f31": "herex"})


def test_a_window_that_is_pulled_larger_and_smaller_while_somebody_types_loses_no_letter(console: Console) -> None:
    terminal = console.start("--signed-in", "1001", "--fields", "10")
    terminal.wait_for("新收件")
    terminal.type("nA01<enter>420111199003070017<enter>王小二<enter><enter><enter><enter>")
    for nth, size in enumerate(((120, 40), (80, 24), (100, 30), (80, 24)), start=1):
        terminal.type(f"B{nth}")
        terminal.resize(*size)
        terminal.type(f"{nth}<enter>")
    console.form_has(terminal, form={f"f{n}": f"B{n}{n}" for n in range(1, 5)})


def test_after_a_power_cut_the_form_is_back_at_the_same_field(console: Console) -> None:
    terminal = console.start("--signed-in", "1001")
    terminal.wait_for("新收件")
    terminal.type("nA01<enter>420111199003070017<enter>王小二<enter>138")
    terminal.wait_for("138")
    terminal.until(lambda: console.draft().get("form", {}).get("applicant", {}).get("phone") == "138", 5)
    terminal.kill()
    again = console.start("--signed-in", "1001")
    again.wait_for("新收件")
    again.type("n<end>12345678<enter>")
    again.until(lambda: console.draft()["form"]["applicant"]["phone"] == "13812345678")
    assert console.draft()["form"]["applicant"]["name"] == "王小二"


@pytest.mark.parametrize("pace", PACES)
def test_a_form_is_put_aside_and_taken_up_again_without_looking(console: Console, pace: float) -> None:
    terminal = console.start("--signed-in", "1001", "--fields", "3")
    terminal.wait_for("新收件")
    terminal.type(f"nA02<enter>2<enter>{COMPANY}<enter><ctrl+k><ctrl+f><enter>", pace)
    terminal.type("<end>9<enter>高新大道<enter>", pace)
    terminal.until(lambda: console.draft().get("form", {}).get("applicant", {}).get("phone") == "138123456789")
    terminal.until(lambda: "高新大道" in console.draft()["form"]["applicant"]["address"])


def test_the_acts_behind_punctuation_are_done_in_a_terminal_too(console: Console) -> None:
    terminal = console.start("--signed-in", "1001")
    terminal.wait_for("新收件")
    terminal.type("<enter>")
    terminal.wait_for("催办")
    terminal.type(".")
    terminal.wait_for("现在服务：nudge")
    for sign, name in (
        (";", "移交"),
        ("[", "听证"),
        ("]", "公示"),
        ("/", "专家评审"),
        ("=", "承诺核查"),
        ("-", "无需办理"),
    ):
        terminal.type(sign)
        terminal.wait_for(f"“{name}”")


DEAF = "import os, signal, sys; signal.signal(signal.SIGHUP, signal.SIG_IGN); os.execv(sys.argv[1], sys.argv[1:])"
"""Runs a program that the closing of its window does not reach."""


def test_a_window_that_is_closed_leaves_no_program_behind(tmp_path: Path) -> None:
    program: list[str | Path] = [sys.executable, FAKE, "--keep", tmp_path / "kept.json"]
    terminal = Terminal([sys.executable, "-c", DEAF, *program])
    try:
        terminal.wait_for("工号")
        terminal.hang_up(20)
    finally:
        terminal.close()
