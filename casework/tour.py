"""The first-day tour: its lessons as data, and which one comes next given what happened.

A step is done by something that really happened at the desk or on the screen, never by time. A step that *must* be
done is waited for; the others only lead the way there, and are passed over by whoever knows it already. What a step
says stands in the catalogues as `tour.LESSON.STEP`.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec


class Happening(msgspec.Struct, frozen=True):
    """Something that happened, by name, with what is known of it."""

    what: str
    facts: Mapping[str, str] = {}

    def answers(self, wanted: Happening) -> bool:
        """Whether this is what was `wanted`: the same thing, with all facts that are asked for; `a|b` is either."""
        said = (self.facts.get(name, "") in value.split("|") for name, value in wanted.facts.items())
        return self.what == wanted.what and all(said)


class Step(msgspec.Struct, frozen=True):
    """One line of a lesson, and what has to happen for the next one. `must`: the lesson is not done without it."""

    id: str
    wants: Happening
    must: bool = False


class Lesson(msgspec.Struct, frozen=True):
    """A lesson. `place`: where it begins, by the name that screens have in the table of acts."""

    id: str
    place: str
    steps: tuple[Step, ...]


def _page(place: str) -> Happening:
    return Happening("page", {"place": place})


def _done(what: str, **facts: str) -> Happening:
    return Happening(what, facts)


LESSONS: tuple[Lesson, ...] = (
    Lesson("sign_in", "sign_in", (Step("number", _done("signed_in"), must=True),)),
    Lesson(
        "find",
        "queue",
        (Step("begin", _page("intake")), Step("item", _done("item_chosen", item="A02"), must=True)),
    ),
    Lesson(
        "help",
        "intake",
        (Step("ask", _page("help"), must=True), Step("back", _page("intake"), must=True)),
    ),
    Lesson(
        "take_in",
        "intake",
        (
            Step("begin", _page("intake")),
            Step("questions", _done("answered", item="A02")),
            Step("company", _done("known")),
            Step("form", _done("complete", item="A02")),
            Step("read", _page("read_back")),
            Step("save", _done("taken_in", item="A02", known="yes"), must=True),
        ),
    ),
    Lesson(
        "paper",
        "saved",
        (
            Step("case", _page("saved|case")),
            Step("look", _done("paper_seen"), must=True),
            Step("print", _done("printed"), must=True),
        ),
    ),
    Lesson(
        "visit",
        "saved",
        (
            Step("next", _page("intake")),
            Step("item", _done("item_chosen")),
            Step("save", _done("taken_in", visit="yes"), must=True),
        ),
    ),
    Lesson(
        "prefile",
        "prefiles",
        (
            Step("list", _page("prefiles")),
            Step("open", _done("prefile_opened"), must=True),
            Step("save", _done("taken_in", prefile="yes"), must=True),
        ),
    ),
    Lesson(
        "supplement",
        "case",
        (
            Step("case", _page("case")),
            Step("ask", _page("act")),
            Step("tell", _done("acted", action="supplement"), must=True),
        ),
    ),
    Lesson(
        "cable",
        "queue",
        (
            Step("out", Happening("cable", {"is": "out"}), must=True),
            Step("work", _done("printed", cable="out"), must=True),
            Step("in", Happening("cable", {"is": "in"}), must=True),
            Step("sent", _done("all_sent"), must=True),
        ),
    ),
    Lesson(
        "posts",
        "posts",
        (
            Step("open", _page("posts")),
            Step("other", _done("serving", posts="guide"), must=True),
            Step("back", _done("serving", posts="window guide"), must=True),
        ),
    ),
    Lesson(
        "on_spot",
        "case",
        (
            Step("officer", _done("signed_in", team="officer"), must=True),
            Step("case", _page("case")),
            Step("examine", _done("acted", action="examine")),
            Step("decide", _done("acted", action="decide"), must=True),
        ),
    ),
    Lesson(
        "day_end",
        "day_end",
        (
            Step("clerk", _done("signed_in", team="helper"), must=True),
            Step("open", _page("day_end")),
            Step("print", _done("day_printed"), must=True),
        ),
    ),
)
"""The first day, in its order."""

BY_ID: dict[str, Lesson] = {lesson.id: lesson for lesson in LESSONS}


class Progress(msgspec.Struct, frozen=True):
    """How far somebody is. `lesson`: the one under way, empty when all are done; `step`: how many of its steps are."""

    done: tuple[str, ...] = ()
    lesson: str = LESSONS[0].id
    step: int = 0
    left: bool = False
    """The tour was left: nothing is noted until it is taken up again."""


def after(progress: Progress, happening: Happening) -> Progress:
    """Where she is once that has happened.

    The act of a step done otherwise than it is asked for (another item, no visit) shows the way there once more.
    """
    lesson = BY_ID.get(progress.lesson)
    if lesson is None or progress.left:
        return progress
    for at, step in enumerate(lesson.steps[progress.step :], progress.step):
        if happening.answers(step.wants):
            return _past(progress, lesson, at + 1)
        if step.must:
            other = happening.what == step.wants.what != "page"
            return resumed(progress) if other else progress
    return progress


def _past(progress: Progress, lesson: Lesson, step: int) -> Progress:
    if step < len(lesson.steps):
        return msgspec.structs.replace(progress, step=step)
    done = tuple(each.id for each in LESSONS if each.id in {*progress.done, lesson.id})
    return msgspec.structs.replace(progress, done=done, lesson=_next(lesson, done), step=0)


def _next(lesson: Lesson, done: tuple[str, ...]) -> str:
    """The next one that is not done, first among those behind `lesson`; empty when none is left."""
    at = LESSONS.index(lesson) + 1
    return next((each.id for each in (*LESSONS[at:], *LESSONS[:at]) if each.id not in done), "")


def settled(progress: Progress, place: str) -> Progress:
    """The same, past the steps that only lead to the page on which she is already."""
    here = Happening("page", {"place": place})
    lesson = BY_ID.get(progress.lesson)
    while lesson is not None and not progress.left:
        step = lesson.steps[progress.step]
        if step.must or not here.answers(step.wants):
            break
        progress = msgspec.structs.replace(progress, step=progress.step + 1)
    return progress


def resumed(progress: Progress) -> Progress:
    """After a new start: the way to the next act is shown once more, from the last act that was done."""
    lesson = BY_ID.get(progress.lesson)
    step = progress.step if lesson is not None else 0
    while lesson is not None and step and not lesson.steps[step - 1].must:
        step -= 1
    return msgspec.structs.replace(progress, step=step)


def chosen(progress: Progress, lesson: str) -> Progress:
    """She takes up `lesson`, for the first time or once more, from its beginning."""
    return msgspec.structs.replace(progress, lesson=lesson, step=0, left=False)


def step_of(progress: Progress) -> Step | None:
    """What is to be done now; None when all are done or the tour was left."""
    lesson = BY_ID.get(progress.lesson)
    if lesson is None or progress.left:
        return None
    return lesson.steps[progress.step]
