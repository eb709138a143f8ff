"""Codes that a stranger's decoder reads, glyphs that are never blanks, and printers that are dead."""

from __future__ import annotations

import re
import struct
import xml.etree.ElementTree as ET

import msgspec
import pypdfium2
import pytest
import zxingcpp
from PIL import Image, ImageDraw

from casework.papers import KINDS, Paper
from casework.papers.facts import MaterialLine, Party, SupplementLine
from casework.papers.model import Reprint
from console.printing import codes, glyphs
from console.printing.drawing import drawing
from console.printing.errors import NotDrawn
from console.printing.escpos import CUT, START, encoded, escpos, four_bytes
from console.printing.pdf import Press
from tests.unit.paper_samples import FACTS, NUMBER, PRINTED, URL, paper

CODED = [kind for kind in KINDS if FACTS[kind].number]


@pytest.fixture(scope="module")
def press() -> Press:
    """One press for all tests, as a terminal has one."""
    return Press()


def decoded(picture: Image.Image) -> dict[str, str]:
    """What the independent decoder finds: format -> text."""
    return {str(found.format).split(".")[-1].replace(" ", ""): found.text for found in zxingcpp.read_barcodes(picture)}


def pages(pdf: bytes, scale: float = 203 / 72) -> list[Image.Image]:
    """The pages of a PDF at the resolution of a till printer."""
    document = pypdfium2.PdfDocument(pdf)
    pictures = [document[at].render(scale=scale).to_pil().convert("L") for at in range(len(document))]
    document.close()
    return pictures


def words(pdf: bytes) -> str:
    """The text of a PDF without blanks."""
    document = pypdfium2.PdfDocument(pdf)
    found = "".join(document[at].get_textpage().get_text_range() for at in range(len(document)))
    document.close()
    return "".join(found.split()).replace("\u200b", "")


# The modules


def test_22_digits_are_11_pairs_of_set_c() -> None:
    modules = codes.code128(NUMBER)
    assert len(modules) == 11 + 11 * 11 + 11 + 13
    assert modules.startswith(codes.START_C)
    picture = Image.new("L", (len(modules) + 40, 60), 255)
    pen = ImageDraw.Draw(picture)
    for left, width in codes.bars(modules):
        pen.rectangle((20 + left, 5, 19 + left + width, 55), fill=0)
    found = zxingcpp.read_barcode(picture.resize((picture.width * 3, picture.height * 3), Image.Resampling.NEAREST))
    assert found is not None
    assert found.text == NUMBER


@pytest.mark.parametrize("content", ["", "123", "12A4", "１２", "4201 18"])
def test_only_pairs_of_digits_become_a_bar_code(content: str) -> None:
    with pytest.raises(NotDrawn):
        codes.code128(content)


def test_blocks_cover_the_dark_modules_and_nothing_else() -> None:
    matrix = codes.qr(URL)
    covered = [[0] * len(matrix) for _ in matrix]
    for left, top, width, height in codes.blocks(matrix):
        for row in range(top, top + height):
            for column in range(left, left + width):
                covered[row][column] += 1
    assert covered == [[int(module) for module in row] for row in matrix]


def test_an_address_too_long_for_a_qr_code_is_said_so() -> None:
    with pytest.raises(NotDrawn):
        codes.qr("x" * 5000)


# PDF


@pytest.mark.parametrize("kind", CODED)
def test_a_scanner_reads_number_and_address_from_the_printed_pdf(press: Press, kind: str) -> None:
    assert decoded(pages(press.pdf(paper(kind)).data)[0]) == {"Code128": NUMBER, "QRCode": URL}


@pytest.mark.parametrize("kind", KINDS)
def test_each_paper_fits_its_page_and_says_in_pdf_what_it_says_in_text(press: Press, kind: str) -> None:
    made = paper(kind)
    drawn = press.pdf(made)
    assert drawn.missing == ()
    assert len(pages(drawn.data, 0.5)) == 1
    whole = words(drawn.data)
    values = [value for _, value in made.fields] + [made.title, made.printed_number, *made.signature_boxes]
    values += [cell for row in (made.table.rows if made.table else ()) for cell in row]
    values += [line for note in made.notes for line in note.lines]
    assert [value for value in values if "".join(value.split()) not in whole] == []


def test_the_number_is_the_biggest_text_on_the_page(press: Press) -> None:
    document = pypdfium2.PdfDocument(press.pdf(paper("receipt")).data)
    page = document[0].get_textpage()
    sizes: dict[float, str] = {}
    for at in range(page.count_chars()):
        size = round(pypdfium2.raw.FPDFText_GetFontSize(page, at), 1)
        sizes[size] = sizes.get(size, "") + page.get_text_range(at, 1)
    page.close()
    document.close()
    assert sizes[max(sizes)].replace(" ", "").strip() == NUMBER


def test_the_same_paper_is_the_same_bytes(press: Press) -> None:
    assert press.pdf(paper("receipt")).data == Press().pdf(paper("receipt")).data


def test_the_fonts_are_in_the_file(press: Press) -> None:
    data = press.pdf(paper("receipt")).data
    assert set(re.findall(rb"/FontName\s*/[A-Z]{6}\+(\w+)", data)) == {b"NotoSansSC", b"NotoSerifSC"}


@pytest.mark.parametrize(
    "name", ["[red]张三[/red]", "*粗*_斜_", "#let x = 1", "\\u{41}\\n", "$x$ `y` <a> @b ~ = / // --"]
)
def test_what_a_person_typed_is_never_read_as_markup(press: Press, name: str) -> None:
    data = press.pdf(paper("receipt", item=name, applicant=Party(name=name, id="420111199003070017"))).data
    assert words(data).count("".join(name.split())) == 2


def test_a_text_of_ten_thousand_characters_goes_over_pages_and_loses_nothing(press: Press) -> None:
    reasons = ("理由" * 5000, "x" * 10_000)
    drawn = press.pdf(paper("decision", reasons=reasons))
    whole = words(drawn.data)
    assert whole.count("理由") >= 5000
    assert whole.count("x") >= 10_000
    assert len(pages(drawn.data, 0.5)) > 3


def test_a_name_without_blanks_stays_inside_its_cell(press: Press) -> None:
    picture = pages(press.pdf(paper("receipt", applicant=Party(name="W" * 600, id="420111199003070017"))).data)[0]
    margin = picture.crop((picture.width - 70, 0, picture.width, picture.height))
    assert margin.getextrema() == (255, 255)


def test_the_seal_never_stands_alone_on_a_page(press: Press) -> None:
    for count in range(1, 40):
        lines = tuple(MaterialLine(f"材料之{at}", "copy") for at in range(count))
        data = press.pdf(paper("receipt", materials=lines)).data
        document = pypdfium2.PdfDocument(data)
        last = document[len(document) - 1].get_textpage().get_text_range()
        document.close()
        assert "请妥善保管" in "".join(last.split()), count


def test_a_second_print_is_marked_on_the_page(press: Press) -> None:
    made = paper("receipt", reprint=Reprint("补打 0012-1", "王敏 1001", "2026-11-23 10:42"))
    assert "补打0012-1王敏10012026-11-2310:42" in words(press.pdf(made).data)


# Rare characters


def test_a_character_that_the_font_lacks_is_named_and_never_a_blank(press: Press) -> None:
    drawn = press.pdf(paper("receipt", applicant=Party(name="𠮷田䶮\U0010fffd", id="420111199003070017")))
    assert drawn.missing == ("𠮷", "\U0010fffd")
    whole = words(drawn.data)
    assert "U+20BB7田䶮U+10FFFD" in whole
    assert "字库缺下列汉字，已印编码，请用笔补写：U+20BB7U+10FFFD" in whole


def test_a_character_of_the_private_area_can_not_play_the_marks_of_the_template(press: Press) -> None:
    drawn = press.pdf(paper("receipt", item="甲\ue000乙\ue001丙"))
    assert drawn.missing == ("\ue000", "\ue001")
    assert "甲U+E000乙U+E001丙" in words(drawn.data)


def test_all_texts_of_our_own_can_be_drawn() -> None:
    for kind in KINDS:
        assert glyphs.missing(msgspec.json.encode(paper(kind)).decode()) == []
    assert glyphs.missing("葛\U000e0100城\ufe00\n") == []


def test_a_long_run_in_a_table_breaks_and_its_break_is_no_missing_character(press: Press) -> None:
    run = "编号XKZ-20261123-0000000000000000000000001号"
    drawn = press.pdf(paper("receipt", materials=(MaterialLine(run, "copy"),)))
    assert drawn.missing == ()
    assert run in words(drawn.data)


def test_a_row_of_a_table_is_never_cut_by_the_end_of_a_page(press: Press) -> None:
    lines = tuple(SupplementLine(f"第{at}项：缺" + "尺寸标注" * at, "请补画" * 9) for at in range(1, 13))
    document = pypdfium2.PdfDocument(press.pdf(paper("supplement", supplements=lines)).data)
    pages_ = ["".join(document[at].get_textpage().get_text_range().split()) for at in range(len(document))]
    document.close()
    assert len(pages_) > 1
    for line in lines:
        assert sum(line.defect in page for page in pages_) == 1, line.defect


@pytest.mark.parametrize(("value", "shape"), [("C11", "even"), ("2611-420118-04-01-100198", "right"), ("长" * 30, "")])
def test_two_short_fields_share_a_row_and_the_longer_gets_the_wider_side(value: str, shape: str) -> None:
    made = msgspec.structs.replace(paper("receipt"), fields=(("事项编码", "C11"), ("项目代码", value)))
    rows = msgspec.json.decode(drawing(made).data)["rows"]
    assert [row["shape"] for row in rows] == ([shape] if shape else ["whole", "whole"])


# SVG


RECTANGLE = re.compile(r"([Mm]) (\S+) ([^\sa-z]+)h ([^\sa-z]+)v ([^\sa-z]+)h [^\sa-z]+(?:v [^\sa-z]+)?Z")


def rasterised(svg: bytes, scale: float = 4) -> Image.Image:
    """The black rectangles of an SVG, which is all that its codes are made of."""
    root = ET.fromstring(svg)
    width, height = (float(root.attrib["viewBox"].split()[at]) for at in (2, 3))
    picture = Image.new("L", (int(width * scale), int(height * scale)), 255)
    pen = ImageDraw.Draw(picture)

    def walk(node: ET.Element, x: float, y: float) -> None:
        if moved := re.fullmatch(r"translate\((\S+) (\S+)\)", node.attrib.get("transform", "")):
            x, y = x + float(moved[1]), y + float(moved[2])
        if node.tag.endswith("path") and node.attrib.get("fill") == "#000000":
            left, top = x, y
            for how, right, down, wide, tall in RECTANGLE.findall(node.attrib["d"]):
                left, top = (x, y) if how == "M" else (left, top)
                left, top = left + float(right), top + float(down)
                corners = (left, top, left + float(wide), top + float(tall))
                box = [round(corner * scale) for corner in corners]
                pen.rectangle((box[0], box[1], box[2] - 1, box[3] - 1), fill=0)
        for child in node:
            walk(child, x, y)

    walk(root, 0, 0)
    return picture


@pytest.mark.parametrize("kind", ["receipt", "pledge"])
def test_a_scanner_reads_the_codes_of_the_svg(press: Press, kind: str) -> None:
    assert decoded(rasterised(press.svg(paper(kind)).data)) == {"Code128": NUMBER, "QRCode": URL}


def test_an_svg_holds_its_text_for_those_who_can_not_see_it(press: Press) -> None:
    svg = press.svg(paper("acceptance", item="<script>&甲")).data
    root = ET.fromstring(svg)
    name = "{http://www.w3.org/2000/svg}"
    assert root.findtext(f"{name}title") == f"受理通知书 {PRINTED}"
    assert "<script>&甲" in (root.findtext(f"{name}desc") or "")
    assert b"<script" not in svg


# The till printer


class Roll:
    """A small till printer: reads the commands, keeps the text, bar codes, QR codes and dots that it was told to print.

    An unknown command fails the test, as it would print rubbish on a real roll.
    """

    FIXED = {b"\x1b@": 0, b"\x1c&": 0, b"\x1ba": 1, b"\x1bE": 1, b"\x1bd": 1, b"\x1bJ": 1, b"\x1d!": 1, b"\x1c!": 1}
    FIXED |= {b"\x1dh": 1, b"\x1dw": 1, b"\x1dH": 1, b"\x1dV": 2}

    def __init__(self, data: bytes) -> None:
        self.text = b""
        self.sizes: list[tuple[int, bytes]] = []
        self.bars: list[bytes] = []
        self.qrs: list[str] = []
        self.dots: list[Image.Image] = []
        self.cuts = 0
        size, at = 0, 0
        while at < len(data):
            head = data[at : at + 2]
            if head in self.FIXED:
                more = self.FIXED[head]
                size = data[at + 2] if head == b"\x1d!" else size
                self.cuts += head == b"\x1dV"
                at += 2 + more
            elif head == b"\x1dk":
                assert data[at + 2] == 73
                end = at + 4 + data[at + 3]
                self.bars.append(data[at + 4 : end])
                at = end
            elif head == b"\x1d(":
                length = struct.unpack("<H", data[at + 3 : at + 5])[0]
                body = data[at + 5 : at + 5 + length]
                if body[:3] == b"1P0":
                    self.qrs.append(body[3:].decode())
                at += 5 + length
            elif head == b"\x1dv":
                width, height = struct.unpack("<HH", data[at + 4 : at + 8])
                end = at + 8 + width * height
                inverse = bytes(byte ^ 0xFF for byte in data[at + 8 : end])
                self.dots.append(Image.frombytes("1", (width * 8, height), inverse).convert("L"))
                at = end
            else:
                assert data[at] not in b"\x1b\x1c\x1d\x10\x00", data[at : at + 8]
                self.text += data[at : at + 1]
                self.sizes.append((size, data[at : at + 1]))
                at += 1

    def lines(self) -> list[str]:
        return self.text.decode("gb18030").split("\n")


@pytest.mark.parametrize("kind", KINDS)
def test_the_till_printer_gets_the_text_and_native_codes(kind: str) -> None:
    made = paper(kind)
    drawn = escpos(made)
    roll = Roll(drawn.data)
    assert drawn.data.startswith(START)
    assert drawn.data.endswith(CUT)
    assert roll.cuts == 1
    assert made.title in roll.lines()
    pairs = bytes(int(NUMBER[at : at + 2]) for at in range(0, 22, 2))
    assert roll.bars == ([b"{C" + pairs] if made.code128 else [])
    assert roll.qrs == ([made.qr] if made.qr else [])
    assert all(len(line.encode("gb18030")) <= 48 for line in roll.lines())


def test_the_number_stands_in_one_line_twice_as_high_as_the_rest() -> None:
    roll = Roll(escpos(paper("receipt")).data)
    assert PRINTED in roll.lines()
    assert b"".join(char for size, char in roll.sizes if size == 0x01).decode() == PRINTED
    called = Roll(escpos(paper("ticket")).data)
    assert b"".join(char for size, char in called.sizes if size == 0x33).decode() == "A042"


def test_a_printer_without_code_128_gets_the_codes_as_dots() -> None:
    roll = Roll(escpos(paper("receipt"), raster=True).data)
    assert (roll.bars, roll.qrs, len(roll.dots)) == ([], [], 2)
    assert all(picture.width <= 576 for picture in roll.dots)
    found: dict[str, str] = {}
    for picture in roll.dots:
        framed = Image.new("L", (picture.width + 80, picture.height + 80), 255)
        framed.paste(picture, (40, 40))
        found |= decoded(framed)
    assert found == {"Code128": NUMBER, "QRCode": URL}


def test_text_can_not_become_a_command_of_the_printer() -> None:
    made = paper("receipt", item="甲\x1b@\x1dV\x00\x10\x04乙", clerk="\x1d(k")
    assert Roll(escpos(made).data).cuts == 1
    raw = msgspec.structs.replace(made, paragraphs=("甲\x1dVA\x00乙",))
    assert Roll(escpos(raw).data).cuts == 1
    assert encoded("甲\x1b@乙\n丙") == "甲@乙 丙".encode("gb18030")


def test_a_rare_character_goes_out_in_four_bytes_and_is_named_below() -> None:
    drawn = escpos(paper("receipt", applicant=Party(name="𠮷田", id="420111199003070017")))
    assert drawn.missing == ("𠮷",)
    assert "𠮷田".encode("gb18030") in drawn.data
    assert "U+20BB7" in "".join(Roll(drawn.data).lines())
    assert (four_bytes("𠮷"), four_bytes("中"), four_bytes("a"), four_bytes("€")) == (True, False, False, False)


def test_a_paper_that_can_not_be_drawn_says_why(press: Press) -> None:
    made: Paper = msgspec.structs.replace(paper("receipt"), code128="12X4")
    with pytest.raises(NotDrawn):
        press.pdf(made)
