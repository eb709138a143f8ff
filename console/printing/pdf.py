"""Papers as PDF, by one reused typst compiler and one template; the fonts are the shipped ones alone.

The bytes depend on the paper alone: no date, no system font. Mark: p95 of a receipt at most 50 ms.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from casework.papers.model import Paper
from console.printing import glyphs, svg
from console.printing.drawing import Drawing, Drawn, drawing
from console.printing.errors import NotDrawn

TEMPLATE = Path(__file__).with_name("templates") / "paper.typ"


class Press:
    """Draws papers. Building one reads the fonts (tens of milliseconds), so a terminal keeps one; not for two threads
    at once."""

    def __init__(self) -> None:
        import typst

        self._failure = typst.TypstError
        self._compiler = typst.Compiler(
            TEMPLATE,
            root=TEMPLATE.parent,
            font_paths=typst.Fonts(
                include_system_fonts=False, include_embedded_fonts=False, font_paths=[glyphs.font_folder()]
            ),
            ignore_system_fonts=True,
        )

    def pdf(self, paper: Paper) -> Drawn:
        """`paper` as one PDF file. Raises NotDrawn."""
        drawn = drawing(paper)
        return Drawn(self._compile(drawn, "pdf", endless=False)[0], drawn.missing)

    def svg(self, paper: Paper) -> Drawn:
        """`paper` as one SVG picture of endless height, its glyphs drawn as paths. Raises NotDrawn."""
        drawn = drawing(paper)
        return Drawn(svg.with_text(self._compile(drawn, "svg", endless=True)[0], paper), drawn.missing)

    def png(self, paper: Paper, dots_per_inch: float = 203) -> list[bytes]:
        """`paper` as pictures, one a page, for a preview where no PDF viewer is. Raises NotDrawn."""
        return self._compile(drawing(paper), "png", endless=False, dots_per_inch=dots_per_inch)

    def _compile(
        self, drawn: Drawing, form: Literal["pdf", "svg", "png"], *, endless: bool, dots_per_inch: float | None = None
    ) -> list[bytes]:
        inputs = {"paper": drawn.data.decode(), "endless": "yes" if endless else "no"}
        try:
            made = self._compiler.compile(format=form, sys_inputs=inputs, ppi=dots_per_inch, pdf_tags=False)
        except (self._failure, RuntimeError, ValueError) as error:
            raise NotDrawn("papers.error.draw", reason=str(error)) from error
        if not made:
            raise NotDrawn("papers.error.draw", reason=form)
        return made if isinstance(made, list) else [made]
