"""Papers for 80 mm till printers: bytes of ESC/POS, written here because the usual library takes 390 ms to load.

Chinese goes out as GB18030 after `FS &`, the number double high in one line, the bar code as native Code 128 set C
(`GS k 73`), or as dots for cheap printers that have no Code 128. Text can't reach the printer's commands: control
characters are taken out before anything is encoded. Mark: at most 10 ms a paper.
"""

from __future__ import annotations

from casework.cells import roll_cells, wrap
from casework.papers.model import Paper, printable
from casework.papers.text import COLUMNS, Line, lay_out
from console.printing import codes, glyphs
from console.printing.drawing import Drawn

ESC, FS, GS = b"\x1b", b"\x1c", b"\x1d"
START = ESC + b"@" + FS + b"&"
CUT = ESC + b"d\x04" + GS + b"VB\0"
LEFT, CENTRE, RIGHT = ESC + b"a\0", ESC + b"a\x01", ESC + b"a\x02"
BOLD, THIN = ESC + b"E\x01", ESC + b"E\0"

MODULE_DOTS = 3
"""Dots of a bar code's module: 156 modules are 468 of the 576 dots of the line."""
BAR_DOTS = 80
QR_DOTS = 6
GAP = ESC + b"J\x0c"
"""Twelve dots of air, so that the bars stand clear of the title above them."""
_ALIGN = {"left": LEFT, "centre": CENTRE, "right": RIGHT}


def escpos(paper: Paper, *, raster: bool = False, columns: int = COLUMNS["80mm"]) -> Drawn:
    """The bytes that print `paper` and cut the roll. With `raster` both codes are sent as dots.

    The result names the characters that GB18030 writes in four bytes, like 𠮷: many printers have no picture of them,
    so they are also printed by their code. Raises NotDrawn when a code can't be made.
    """
    lines = lay_out(paper, columns, roll_cells)
    rare = list(dict.fromkeys(char for line in lines if line.kind == "text" for char in line.text if four_bytes(char)))
    out = [START]
    for line in lines:
        if line.kind == "rule":
            out.append(LEFT + b"-" * columns + b"\n")
        elif line.kind == "barcode":
            out.append(GAP + CENTRE + (_raster_bars(line.text) if raster else _native_bars(line.text)) + b"\n")
        elif line.kind == "qr":
            out.append(CENTRE + (_raster_qr(line.text) if raster else _native_qr(line.text)) + b"\n")
        else:
            out.append(_ALIGN[line.align] + _sized(line, columns) + b"\n")
    if rare:
        note = f"{paper.captions.missing} {glyphs.described(rare)}"
        out += [LEFT + encoded(piece) + b"\n" for piece in wrap(note, columns, roll_cells)]
    return Drawn(b"".join([*out, CUT]), tuple(rare))


def encoded(text: str) -> bytes:
    """`text` in GB18030 without control characters, so no text is ever a command."""
    return printable(text).replace("\n", " ").encode("gb18030", "replace")


def four_bytes(char: str) -> bool:
    """Whether GB18030 needs four bytes for `char` (all rare Chinese characters, none of the common ones)."""
    return not char.isascii() and len(encoded(char)) == 4


def _sized(line: Line, columns: int) -> bytes:
    """The text with its size and weight switched on before it and off behind it."""
    wide, high = 1, 1
    cells = roll_cells(line.text)
    if line.style == "number":
        wide = max(1, min(4, columns // max(1, cells)))
        high = max(2, wide)
    elif line.style == "title" and cells * 2 <= columns:
        wide = 2
    text = encoded(line.text)
    if line.style == "plain":
        return text
    size = bytes([(wide - 1) << 4 | (high - 1)])
    chinese = bytes([(4 if wide > 1 else 0) | (8 if high > 1 else 0)])
    return BOLD + GS + b"!" + size + FS + b"!" + chinese + text + GS + b"!\0" + FS + b"!\0" + THIN


def _native_bars(digits: str) -> bytes:
    codes.code128(digits)
    pairs = bytes(int(digits[at : at + 2]) for at in range(0, len(digits), 2))
    payload = b"{C" + pairs
    setup = GS + b"h" + bytes([BAR_DOTS]) + GS + b"w" + bytes([MODULE_DOTS]) + GS + b"H\0"
    return setup + GS + b"k" + bytes([73, len(payload)]) + payload


def _native_qr(content: str) -> bytes:
    codes.qr(content)
    data = content.encode()
    store = len(data) + 3
    group = GS + b"(k"
    return (
        group + b"\x04\0\x31\x41\x32\0"
        + group + b"\x03\0\x31\x43" + bytes([QR_DOTS])
        + group + b"\x03\0\x31\x45\x31"
        + group + bytes([store & 0xFF, store >> 8]) + b"\x31\x50\x30" + data
        + group + b"\x03\0\x31\x51\x30"
    )  # fmt: skip


def _raster_bars(digits: str) -> bytes:
    quiet = "0" * codes.QUIET
    row = "".join(module * MODULE_DOTS for module in quiet + codes.code128(digits) + quiet)
    return _raster([row] * BAR_DOTS)


def _raster_qr(content: str) -> bytes:
    rows = []
    for row in codes.qr(content):
        dots = "".join(("1" if dark else "0") * QR_DOTS for dark in row)
        rows += [dots] * QR_DOTS
    return _raster(rows)


def _raster(rows: list[str]) -> bytes:
    """`GS v 0`: rows of dots, eight to a byte."""
    width = (len(rows[0]) + 7) // 8
    body = b"".join(int(row.ljust(width * 8, "0"), 2).to_bytes(width, "big") for row in rows)
    return GS + b"v0\0" + width.to_bytes(2, "little") + len(rows).to_bytes(2, "little") + body
