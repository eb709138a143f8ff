"""After saving: the number, large and alone, the papers, and one key for each way on."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable, Iterator
from typing import TYPE_CHECKING, Protocol

from textual.widget import Widget

from casework.messages import t
from casework.numbers import printed
from screens.canvas import Part
from screens.desk import Done, IntakeForm, PaperRef, Saved
from screens.frame import FrameScreen
from screens.page import Page

if TYPE_CHECKING:
    from screens.app import ConsoleApp


@dataclasses.dataclass
class Visit:
    """The visitor who is here: what was saved for her last, from which form, and what became of its papers."""

    saved: Saved
    form: IntakeForm
    fates: dict[str, str] = dataclasses.field(default_factory=dict)


class Begin(Protocol):
    """Starts the form anew; for the same visit with the people of the form before."""

    def __call__(self, visit: str = "", before: IntakeForm | None = None) -> Awaitable[None]: ...


class SavedScreen(FrameScreen):
    """Enter prints all papers; after that Enter starts the next case."""

    PLACE = "saved"
    PASSING = True

    def __init__(self, visit: Visit, begin: Begin | Callable[..., Awaitable[None]]) -> None:
        super().__init__()
        self.visit = visit
        self.saved, self.form, self.fates = visit.saved, visit.form, visit.fates
        self.begin = begin
        self.page = Page()

    def body(self) -> Iterator[Widget]:
        """The text."""
        yield self.page

    async def arrive(self) -> None:
        """Write it out."""
        self.page.show(self._lines(), keep=True)
        self.say(self.saved.message, "good")

    async def freshen(self) -> None:
        """Another language."""
        self.page.show(self._lines(), keep=True)

    def _lines(self) -> list[list[Part]]:
        saved = self.saved
        lines: list[list[Part]] = [
            [],
            [(f"   {t('screens.saved.number')}", "label")],
            [(f"   {printed(saved.number) if len(saved.number) == 22 else saved.number}", "strong")],
            [],
            [(f"   {self.form.item}  {self.form.applicant.name}  ", ""), (saved.state, "good")],
            [(f"   {t('screens.saved.next', places=saved.places)}" if saved.places else "", "")],
            [],
            [(f"   {t('screens.saved.papers')}", "heading")],
        ]
        for paper in saved.papers:
            fate = self.fates.get(paper.kind, t("screens.saved.not_printed"))
            lines.append([(f"   - {paper.name}  ", ""), (fate, "good" if paper.kind in self.fates else "dim")])
        lines += self._also()
        lines.append([])
        hints = ("print_all", "preview", "visit_next", "new", "open_case", "queue")
        lines += [[(f"   {t(f'screens.saved.keys.{hint}')}", "dim")] for hint in hints]
        return lines

    def _also(self) -> list[list[Part]]:
        """The other cases of a bundle or stage, each with its number and papers."""
        lines: list[list[Part]] = []
        for one in self.saved.also:
            lines += [[], [(f"   {printed(one.number)}  ", "strong"), (one.state, "good"), (f"  {one.item}", "")]]
            for paper in one.papers:
                done = f"{one.number}.{paper.kind}" in self.fates
                fate = self.fates.get(f"{one.number}.{paper.kind}", t("screens.saved.not_printed"))
                lines.append([(f"   - {paper.name}  ", ""), (fate, "good" if done else "dim")])
        return lines

    async def act_print_all(self) -> None:
        """Print what the outcome calls for, of all cases; a dead printer holds nothing up."""
        jobs = [(self.saved.number, paper, paper.kind) for paper in self.saved.papers]
        jobs += [(one.number, paper, f"{one.number}.{paper.kind}") for one in self.saved.also for paper in one.papers]
        for number, paper, place in jobs:
            answer = await self.desk.print_paper(number, paper.kind)
            self.fates[place] = str(answer.message)
            self.say(answer.message, "good" if isinstance(answer, Done) else "error")
        self.page.show(self._lines(), keep=True)

    async def act_go_on(self) -> None:
        """Enter: print; printed already: the next case of the same visit."""
        if self.fates or not papers_of(self.saved):
            await self.act_visit_next()
        else:
            await self.act_print_all()

    async def act_save(self) -> None:
        """F2: as Enter; a second F2 that came too fast must not skip the papers."""
        await self.act_go_on()

    async def act_visit_next(self) -> None:
        """The same visitor, the next case."""
        self.console_app.close(self)
        await self.begin(self.saved.visit, self.form)
        tell_unprinted(self.console_app, self.visit)

    async def act_new(self) -> None:
        """Another visitor; until she is in the form, the one before may come back."""
        self.console_app.close(self)
        await self.begin()
        tell_unprinted(self.console_app, self.visit)

    async def act_open_case(self) -> None:
        """The case itself, to go on with its next step; Esc comes back here."""
        app = self.console_app
        app.close(self)
        await self.begin()
        await app.open_case(self.saved.number)

        async def back() -> None:
            await app.show(SavedScreen(self.visit, self.begin))

        app.seat.hers.way_back = back

    async def act_preview(self) -> None:
        """Look at the papers."""
        from screens.preview import PreviewScreen

        await self.console_app.show(PreviewScreen(self.saved.number, self.saved.papers, fates=self.fates))


def papers_of(saved: Saved) -> list[PaperRef]:
    """Of all cases of the intake."""
    return [*saved.papers, *(paper for one in saved.also for paper in one.papers)]


def tell_unprinted(app: ConsoleApp, visit: Visit) -> None:
    """Say what of it was not printed."""
    papers = papers_of(visit.saved)
    if papers and not visit.fates:
        names = [paper.name for paper in papers]
        app.frame.say(t("screens.saved.left", number=printed(visit.saved.number), names=names), "warn")


async def next_of_visit(app: ConsoleApp) -> None:
    """From anywhere: the next case of whoever is here; a form that is under way is not pushed aside."""
    from screens.intake import empty_form

    visit = app.seat.hers.visit
    if visit is None:
        app.bell()
        app.frame.say(t("screens.queue.no_visit"), "warn")
        return
    form = await empty_form(app)
    if form is not None:
        await form.begin(visit.saved.visit, visit.form)
        tell_unprinted(app, visit)
