"""The coach beside a window for practice: hears what happens at the desk, and keeps how far the tour is.

`WatchedDesk` is the desk itself: every question goes through unchanged; what an answer means for the tour is told to
the coach. Only what was answered with a yes is something that happened.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from casework import tour
from casework.errors import UNREADABLE
from casework.messages import t
from casework.tour import Happening, Progress
from screens import desk
from screens.tour import LessonLine


class Coach:
    """Implements `screens.tour.Tour`. `file`: where the progress is kept; `facts`: what the lines name."""

    def __init__(self, file: Path, facts: Mapping[str, str]) -> None:
        self._file = file
        self._facts = dict(facts)
        self.progress = tour.resumed(_read(file))
        self._place = ""
        self._kept = True
        """How far she is stands in the file; else it could not be written."""
        self.changed: Callable[[], None] = lambda: None

    def watching(self, watched: Any) -> WatchedDesk:
        """The same desk, with the coach beside it."""
        return WatchedDesk(watched, self)

    # What the screens ask

    @property
    def left(self) -> bool:
        """She has left the tour for now."""
        return self.progress.left

    def line(self) -> tuple[str, str]:
        """How far she is, and what to do now."""
        now = tour.step_of(self.progress)
        if now is None:
            return "", t("tour.is_left" if self.progress.left else "tour.all_done")
        who = "sign_in.again" if self._must_sign_in(now) else f"{self.progress.lesson}.{now.id}"
        at = list(tour.BY_ID).index(self.progress.lesson) + 1
        count = f"{at}/{len(tour.LESSONS)}"
        return count if self._kept else f"{count} {t('tour.not_kept')}", t(f"tour.{who}", **self._facts)

    def _must_sign_in(self, now: tour.Step) -> bool:
        return self._place == "sign_in" and now.wants.what != "signed_in"

    def lessons(self) -> Sequence[LessonLine]:
        """All lessons."""
        return tuple(LessonLine(one.id, t(f"tour.{one.id}"), self._state(one.id)) for one in tour.LESSONS)

    def _state(self, lesson: str) -> str:
        if lesson == self.progress.lesson and not self.progress.left:
            return "now"
        return "done" if lesson in self.progress.done else "open"

    def begin(self, lesson: str) -> None:
        """Take up a lesson from its beginning."""
        self._keep(tour.chosen(self.progress, lesson))

    def leave(self) -> None:
        """Leave it for now."""
        self._keep(msgspec.structs.replace(self.progress, left=True))

    def resume(self) -> None:
        """Go on."""
        self._keep(msgspec.structs.replace(self.progress, left=False))

    def front(self, place: str) -> None:
        """A page has come to the front."""
        self._place = place
        self.heard(Happening("page", {"place": place}))

    # What happens

    def heard(self, happening: Happening) -> None:
        """It happened."""
        self._keep(tour.after(self.progress, happening))

    def _keep(self, progress: Progress) -> None:
        progress = tour.settled(progress, self._place)
        if progress == self.progress:
            return
        self.progress = progress
        try:
            self._file.write_bytes(msgspec.json.encode(progress))
            self._kept = True
        except OSError:  # what she did is done all the same; the line says that the note of it is not
            self._kept = False
        self.changed()


def _read(file: Path) -> Progress:
    """How far she was; where nothing readable is kept, and after an upgrade with other lessons, the beginning."""
    with contextlib.suppress(FileNotFoundError, *UNREADABLE):
        kept = msgspec.json.decode(file.read_bytes(), type=Progress)
        steps = tour.BY_ID[kept.lesson].steps if kept.lesson in tour.BY_ID else ()
        if not kept.lesson or 0 <= kept.step < len(steps):
            return kept
    return Progress()


class WatchedDesk:
    """The desk of a window for practice."""

    def __init__(self, watched: Any, coach: Coach) -> None:
        self._desk = watched
        self._coach = coach
        self._known = ""
        self._from_prefile = False
        self._line = "in"
        self._hears: dict[str, Callable[..., Happening | None]] = {
            "sign_in": self._signed_in,
            "serve": self._serving,
            "item": self._item,
            "known_applicant": self._company,
            "outcomes": self._complete,
            "take_prefile": self._prefile,
            "submit_intake": self._taken_in,
            "paper_preview": self._seen,
            "print_paper": self._printed,
            "act": self._acted,
            "cable": self._cable,
            "status": self._sent,
            "print_day": self._day,
        }

    def __getattr__(self, name: str) -> Any:
        asked, heard = getattr(self._desk, name), self._hears.get(name)
        if heard is None:
            return asked

        async def told(*arguments: Any, **named: Any) -> Any:
            answer = await asked(*arguments, **named)
            happening = heard(answer, *arguments)
            if happening is not None:
                self._coach.heard(happening)
            return answer

        return told

    def _signed_in(self, answer: object, *_: object) -> Happening | None:
        if not isinstance(answer, desk.Person):
            return None
        return Happening("signed_in", {"number": answer.number, "team": answer.team})

    def _serving(self, answer: object, *_: object) -> Happening | None:
        return Happening("serving", {"posts": " ".join(answer.shift)}) if isinstance(answer, desk.Person) else None

    def _item(self, answer: object, code: str, answers: Mapping[str, str], *_: object) -> Happening | None:
        if not isinstance(answer, desk.ItemView):
            return None
        return Happening("answered" if any(answers.values()) else "item_chosen", {"item": code})

    def _company(self, answer: object, identity: str, *_: object) -> Happening | None:
        if not isinstance(answer, desk.Known):
            return None
        self._known = identity
        return Happening("known")

    def _complete(self, answer: Sequence[desk.ActView], form: desk.IntakeForm, *_: object) -> Happening | None:
        whole = any(one.proposed and one.code == "accept" for one in answer)
        return Happening("complete", {"item": form.item}) if whole else None

    def _prefile(self, answer: object, *_: object) -> Happening | None:
        self._from_prefile = isinstance(answer, desk.Draft)
        return Happening("prefile_opened") if self._from_prefile else None

    def _taken_in(self, answer: object, form: desk.IntakeForm, *_: object) -> Happening | None:
        if not isinstance(answer, desk.Saved):
            return None
        prefile, self._from_prefile = self._from_prefile, False
        said = {"known": form.applicant.id == self._known, "visit": bool(form.visit), "prefile": prefile}
        return Happening("taken_in", {"item": form.item, **{name: "yes" for name, so in said.items() if so}})

    def _seen(self, answer: object, *_: object) -> Happening | None:
        return Happening("paper_seen") if isinstance(answer, str) else None

    def _printed(self, answer: object, *_: object) -> Happening | None:
        return Happening("printed", {"cable": self._line}) if isinstance(answer, desk.Done) else None

    def _acted(self, answer: object, number: str, action: str, *_: object) -> Happening | None:
        return Happening("acted", {"action": action}) if isinstance(answer, desk.Done) else None

    def _cable(self, _: object, plugged_in: bool) -> Happening:
        self._line = "in" if plugged_in else "out"
        return Happening("cable", {"is": self._line})

    def _sent(self, answer: desk.Status, *_: object) -> Happening | None:
        sent = answer.cable and answer.link == "online" and not answer.pending
        return Happening("all_sent") if sent else None

    def _day(self, answer: object, *_: object) -> Happening | None:
        return Happening("day_printed") if isinstance(answer, desk.Done) else None
