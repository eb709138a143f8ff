"""The window for practice: made-up applicants, a small hall of its own on loopback, a folder that is nobody else's.

    DIR/hall/            the hall of practice
    DIR/terminal-0099/   window 99
    DIR/tour.json        how far the tour is

What is done here reaches no hall, no database and no queue but its own. Its case numbers bear a region that does not
exist, so that a practice paper under the scanner of a real window opens nothing, and every paper says what it is.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from pathlib import Path

import msgspec

from casework.bodies import Party
from casework.catalogue.pinyin import initials_of
from casework.limits import LIMITS
from casework.messages import t
from console.demo import demo
from console.demo.day_intake import prefile_checked_again, prefile_opened
from console.demo.sample import application
from console.demo.story import CLERK, OFFICER, done, session
from console.errors import ConsoleError
from console.output import talk
from console.paperwork import PRACTICE
from console.terminal import Terminal

REGION = "000000"
"""No place on earth has this code, so no real case has such a number."""
FOLDER = "practice"
"""The folder within that of a window, where its practice lies."""
TOUR_FILE = "tour.json"
WINDOW = "0099"
HALL_NAME = "练习大厅"
COMPANY = Party("entity", "练习商贸有限公司", "91420100MA4K99990U", "13800000000", "武汉市洪山区练习路1号", "王练习")
"""The known company of the lessons; made up."""
INITIALS = "lxsm"
"""By these letters it is found."""
_SEED = 99


def place_in(folder: Path) -> demo.Place:
    """Where practice lives."""
    return demo.Place(folder, HALL_NAME, REGION, (WINDOW,))


def facts() -> dict[str, str]:
    """What the lines of the lessons name."""
    return {"clerk": CLERK, "officer": OFFICER, "pin": demo.PIN, "company": INITIALS, "name": COMPANY.name}


@contextlib.contextmanager
def open_practice(place: demo.Place) -> Iterator[Path]:
    """The hall of practice, running; gives the folder of its window, with people to practise on.

    Raises ConsoleError where the folder holds a window of a real hall.
    """
    own = place.terminal(WINDOW)
    with contextlib.ExitStack() as stack:
        undo = stack.enter_context(contextlib.ExitStack())
        if not place.hall.exists():
            undo.callback(demo.remove, place)  # what was begun and not finished is begun anew at the next start
            talk(t("practice.preparing"))
            place.folder.mkdir(parents=True, exist_ok=True)
            demo.set_up(place)
        stack.enter_context(demo.hall_running(place))
        with demo.window(place, WINDOW) as terminal:
            mark(terminal)
            provide(terminal)
        undo.pop_all()
        yield own


def practise(folder: Path, language: str) -> int:
    """The console at the window for practice, with the tour, until it is left."""
    from console.coach import Coach
    from console.window import open_console

    with open_practice(place_in(folder)) as window:
        return open_console(window, demo=True, language=language, coach=Coach(folder / TOUR_FILE, facts()))


def mark(terminal: Terminal) -> None:
    """The window is one for practice from its first moment on. Raises ConsoleError for any other one."""
    if terminal.memory.identity.region != REGION:
        raise ConsoleError("practice.not_practice", folder=str(terminal.memory.folder))
    terminal.memory.keep_setting(PRACTICE, "yes")


def provide(terminal: Terminal) -> None:
    """Whatever the lessons use up is there once more: a known company, prefiles, cases to look at and to decide."""
    cases = [row.case for row in terminal.memory.cases()]
    serial = itertools.count(len(cases) + len(terminal.memory.prefiles("")) + 1)
    if not terminal.memory.known_applicant(COMPANY.id):
        _take_in(terminal, "A01", next(serial), COMPANY)
        while terminal.memory.spell_names(
            lambda names: [initials_of(name) for name in names]
        ):  # the fourth lesson looks for her by these letters
            pass
    for _ in range(LIMITS.practice_stock - sum(case.state == "accepted" for case in cases)):
        _take_in(terminal, "A01", next(serial))
    for _ in range(LIMITS.practice_stock - sum(case.state == "received" for case in cases)):
        _take_in(terminal, "D01", next(serial))
    for _ in range(LIMITS.practice_stock - len(terminal.memory.prefiles(""))):
        prefile_checked_again(terminal, prefile_opened(terminal, "D01", _SEED, next(serial)).code)


def _take_in(terminal: Terminal, item: str, serial: int, applicant: Party | None = None) -> None:
    known = terminal.library.current().items[item]
    command = application(known, _SEED, serial, terminal.legal.day())
    if applicant is not None:
        command = msgspec.structs.replace(command, applicant=applicant)
    clerk = session(terminal, CLERK)
    taken = done(terminal.counter.intake(clerk, command), item)
    paper = "acceptance" if taken.state == "accepted" else "receipt"
    done(terminal.counter.print(clerk, taken.number, paper, queue=False), paper)
