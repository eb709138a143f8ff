"""The counter of the sample day: applications are taken in as the stories say, with the paper that each calls for."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import msgspec

from casework.bodies import Form, ReviewLine
from casework.commands import Intake
from casework.prefile import Prefile
from casework.short_codes import printed_code
from console.counter import Taken
from console.demo.sample import person
from console.demo.stories import intake_of, refiled
from console.demo.story import CLERK, Run, Story, done, session
from console.preparing import Preparing
from console.terminal import Terminal

_PAPERS = {
    "accepted": "acceptance",
    "supplement.told": "supplement",
    "refused_at_intake": "refusal",
    "returned": "return",
}


@dataclasses.dataclass
class Reception:
    """Takes stories in. `seed`: which people come; `queue`: whether their papers are printed too."""

    seed: int
    queue: bool = True
    began: Callable[[Run], None] = lambda run: None
    """Told of each case that was taken in."""

    def take_in(self, terminal: Terminal, story: Story, serial: int) -> list[Run]:
        """All cases of one story."""
        catalogue, day = terminal.library.current(), terminal.legal.day()
        command = intake_of(story, catalogue, self.seed, serial, day)
        return self.received(terminal, story, serial, command)

    def received(self, terminal: Terminal, story: Story, serial: int, command: Intake, case_id: str = "") -> list[Run]:
        """What `command` makes, under the id of its prefile where it has one."""
        counter, clerk = terminal.counter, session(terminal, story.by)
        if counter.is_bundle(command.item):
            taken = done(counter.intake_together(clerk, command, case_id), story.item)
        else:
            taken = (done(counter.intake(clerk, command, case_id), f"{story.item} {story.way}"),)
        return [self._begun(terminal, story, serial, one) for one in taken]

    def _begun(self, terminal: Terminal, story: Story, serial: int, taken: Taken) -> Run:
        run = Run(story, serial, taken.number, terminal, self._again, self.queue)
        run.done += 1
        kind = next((paper for type_, paper in _PAPERS.items() if type_ in taken.types), "receipt")
        run.print(kind)
        self.began(run)
        return run

    def _again(self, run: Run) -> Taken:
        """The applicant comes again with everything: a new case, linked to the one before (R41)."""
        terminal = run.terminal
        catalogue, day = terminal.library.current(), terminal.legal.day()
        command = refiled(run.story, catalogue, self.seed, run.serial, day, run.number)
        clerk = session(terminal, CLERK)
        taken = done(terminal.counter.intake(clerk, command), run.story.item)
        self._begun(terminal, Story(run.story.item, age=run.story.age), run.serial, taken)
        return taken


# Before the number


def prefile_opened(terminal: Terminal, item: str, seed: int, serial: int) -> Prefile:
    """The guide desk opens a file and looks at its papers, of which one is not right."""
    form = form_of(intake_of(Story(item), terminal.library.current(), seed, serial, terminal.legal.day()))
    preparing, clerk = Preparing(terminal.counter), session(terminal, CLERK)
    prefile = done(preparing.open(clerk, form, "下周一前备齐材料"), item)
    return done(preparing.check(clerk, prefile.code, None, _lines(form, right=False)), item)


def prefile_checked_again(terminal: Terminal, code: str) -> Prefile:
    """The applicant has come back: now all papers are right."""
    preparing = Preparing(terminal.counter)
    form = preparing.prefile(code).form
    whole = msgspec.structs.replace(form, materials=dict.fromkeys(form.materials, "original"))
    return done(preparing.check(session(terminal, CLERK), code, whole, _lines(form, right=True)), code)


def prefile_parked(terminal: Terminal, item: str, seed: int, serial: int, field: str = "applicant.name") -> Prefile:
    """A half-filled form is put aside, for any window."""
    whole = intake_of(Story(item), terminal.library.current(), seed, serial, terminal.legal.day())
    form = Form(item, whole.applicant, situations={code: str(said) for code, said in whole.situations.items()})
    return done(Preparing(terminal.counter).park(session(terminal, CLERK), form, field), item)


def prefile_taken(reception: Reception, terminal: Terminal, code: str, serial: int) -> list[Run]:
    """Another window goes on with it, and makes it a case with a number."""
    preparing, clerk = Preparing(terminal.counter), session(terminal, CLERK)
    prefile = done(preparing.take(clerk, code), code)
    form = prefile.form
    whole = Intake(
        item=form.item,
        applicant=form.applicant or person(reception.seed, serial),
        project_code=form.project_code,
        situations=dict(form.situations),
        form=form.form,
        materials=form.materials,
        refers_to=printed_code(prefile.code),
        first_contact=prefile.opened_by,
    )
    return reception.received(terminal, Story(form.item), serial, whole, prefile.id)


def form_of(command: Intake) -> Form:
    """What an application holds, before it is one."""
    return Form(
        item=command.item,
        applicant=command.applicant,
        project_code=command.project_code,
        situations={code: str(said) for code, said in command.situations.items()},
        form=command.form,
        materials=command.materials,
    )


def _lines(form: Form, *, right: bool) -> tuple[ReviewLine, ...]:
    first = next(iter(form.materials), "")
    wrong = ReviewLine(first, False, "缺少签字页", "请法定代表人签字后提交")
    others = tuple(ReviewLine(code, True) for code in form.materials if code != first)
    return (ReviewLine(first, True) if right else wrong, *others)
