"""Print preview: the papers of a case as text, one after the other; Enter prints the one in sight."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textual.widget import Widget

from casework.messages import t
from screens.desk import PaperRef, Refused
from screens.frame import FrameScreen
from screens.page import Page


class PreviewScreen(FrameScreen):
    """F7 shows the next paper."""

    PLACE = "preview"
    PASSING = True

    def __init__(
        self, number: str, papers: Sequence[PaperRef], first: str = "", fates: dict[str, str] | None = None
    ) -> None:
        """`first`: the kind of the paper to begin with. `fates`: where is noted what was printed, by kind."""
        super().__init__()
        self.number = number
        self.papers = tuple(papers)
        self.fates = {} if fates is None else fates
        self.at = next((place for place, paper in enumerate(self.papers) if paper.kind == first), 0)
        self.page = Page()

    def body(self) -> Iterator[Widget]:
        """The paper."""
        yield self.page

    def heading(self) -> str:
        """The paper's name and which of how many."""
        if not self.papers:
            return t("screens.title.preview")
        return f"{t('screens.title.preview')}: {self.papers[self.at].name} ({self.at + 1}/{len(self.papers)})"

    async def arrive(self) -> None:
        """Draw the paper."""
        self.dress()
        if not self.papers:
            self.page.show([])
            self.say(t("screens.preview.none"), "warn")
            return
        text = await self.desk.paper_preview(self.number, self.papers[self.at].kind)
        if isinstance(text, Refused):
            self.page.show([])
            self.say(text.message, "error")
            return
        self.page.show([[(f" {line}", "")] for line in text.splitlines()])
        paper = self.papers[self.at]
        said = [t("screens.preview.count", n=paper.count, last=paper.last)] if paper.count else []
        if len(self.papers) > 1:
            said.append(t("screens.preview.more", name=self.papers[(self.at + 1) % len(self.papers)].name))
        self.say(" | ".join(said), "dim")

    freshen = arrive

    async def act_preview(self) -> None:
        """The next paper."""
        if self.papers:
            self.at = (self.at + 1) % len(self.papers)
            await self.arrive()

    async def act_print_here(self) -> None:
        """Print it, and back. A second Enter must not print a second time."""
        if not self.papers:
            return
        answer = await self.desk.print_paper(self.number, self.papers[self.at].kind)
        if isinstance(answer, Refused):
            self.answer(answer)
            return
        self.fates[self.papers[self.at].kind] = str(answer.message)
        self.console_app.close(self)
        await self.console_app.frame.freshen()
        self.console_app.frame.say(answer.message, "good")
