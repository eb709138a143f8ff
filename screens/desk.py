"""What the screens ask of the clerk's desk, and the values that they get back.

The desk is the only thing a screen talks to: it knows no SQL and no HTTP, and neither do these words. Every answer is
a frozen value in the language of the person (a screen asks again after a change of language); sentences that may be
shown later are `Message`s. Nothing here raises for a business reason: a refusal is a value. All calls answer from the
terminal itself, line or no line.
"""

from __future__ import annotations

from typing import Protocol

from casework.messages import Message
from screens.board_views import BoardFigure, BoardLine, BoardView
from screens.case_views import CaseView, ClockView, OtherCase, StepView
from screens.counter_views import BatchRow, BatchView, CompanyRow, DayView, FileRow, Offer
from screens.hall_views import CallView, ClosingLine, ClosingView, PostCount, UpdateView
from screens.moved_views import Conflict, HistoryLine, Line, Side
from screens.post_views import HandedOver, HandoverRow, PrinterRow, Settings, Waiting
from screens.views import (
    ActView,
    Also,
    Checked,
    Choice,
    Done,
    Draft,
    Field,
    FieldKind,
    Have,
    IntakeForm,
    ItemHit,
    ItemView,
    Known,
    Light,
    Link,
    MaterialView,
    Offered,
    Page,
    PaperRef,
    Party,
    Person,
    PrefileRow,
    PrintRow,
    QueueFilter,
    QueueRow,
    Refused,
    Saved,
    ScanView,
    Status,
    StepState,
    TrayRow,
)

__all__ = [
    "ActView",
    "Also",
    "BoardFigure",
    "BoardLine",
    "BoardView",
    "CallView",
    "CaseView",
    "Checked",
    "Choice",
    "ClockView",
    "ClosingLine",
    "ClosingView",
    "CompanyRow",
    "Conflict",
    "Desk",
    "Done",
    "Draft",
    "Field",
    "FieldKind",
    "Have",
    "HistoryLine",
    "IntakeForm",
    "ItemHit",
    "ItemView",
    "Known",
    "Light",
    "Line",
    "Link",
    "MaterialView",
    "Offer",
    "Offered",
    "OtherCase",
    "Page",
    "PaperRef",
    "Party",
    "Person",
    "PostCount",
    "PrefileRow",
    "PrintRow",
    "QueueFilter",
    "QueueRow",
    "Refused",
    "Saved",
    "ScanView",
    "Side",
    "Status",
    "StepState",
    "StepView",
    "TrayRow",
    "UpdateView",
]


class Desk(Protocol):
    """A clerk's use cases."""

    # Who
    async def sign_in(self, number: str, pin: str) -> Person | Refused: ...
    async def sign_out(self) -> None: ...
    async def serve(self, posts: tuple[str, ...]) -> Person | Refused:
        """Take over these posts at this window."""
        ...

    async def badge(self, number: str) -> str:
        """Whose badge it is, by name; empty for nobody of the roster."""
        ...

    async def waiting(self) -> Waiting:
        """Her parked forms and what was handed over to her."""
        ...

    async def unlock(self, number: str) -> Done | Refused:
        """Let a colleague try her PIN again, for a supervisor."""
        ...

    async def takers(self) -> tuple[Choice, ...]:
        """Who could take over something of hers: number, and `name  posts`."""
        ...

    async def handover_items(self) -> tuple[HandoverRow, ...]: ...
    async def hand_over(self, to: str, numbers: tuple[str, ...], note: str) -> HandedOver | Refused: ...
    async def settings(self) -> Settings: ...
    async def keep_settings(self, wanted: Settings) -> Done | Refused: ...
    async def printers(self) -> tuple[PrinterRow, ...]:
        """The window's printers; the first one takes what no other takes."""
        ...

    async def new_printer(self) -> ActView:
        """The form of one that is added."""
        ...

    async def do_printer(self, name: str, act: str, data: dict[str, str]) -> Done | Refused:
        """Add, change, test, first, remove: as the row's ways say."""
        ...

    async def print_handover(self) -> Done | Refused:
        """The sheet of the hand-over that was just done."""
        ...

    async def status(self) -> Status: ...
    async def cable(self, plugged_in: bool) -> None:
        """The demo's cable; elsewhere nothing happens."""
        ...

    async def begin_update(self) -> Refused | None:
        """Let the version that is ready begin with the next start of this program; None: it will."""
        ...

    async def take_settings(self) -> Refused | None:
        """Let the version of IT's settings that waits hold from now on; None: it does."""
        ...

    async def languages(self) -> tuple[Choice, ...]: ...
    async def switch_language(self, code: str) -> None:
        """Install the translator of `code` ("zh_CN", "en") and keep it as this person's choice."""
        ...

    # What waits, what is found
    async def queue(self, where: QueueFilter, after: str = "", limit: int = 200) -> Page[QueueRow]: ...
    async def search(self, text: str, after: str = "", limit: int = 200) -> Page[QueueRow]: ...
    async def board(self, days: int) -> BoardView:
        """The figures; rates and times over so many days."""
        ...

    async def mine(self) -> Page[QueueRow]:
        """Her own: the prefiles that she opened, then the cases for which she is responsible (R16), newest first."""
        ...

    async def my_companies(self) -> tuple[CompanyRow, ...]:
        """The applicants of her cases, the newest first."""
        ...

    async def cases_of(self, identity: str) -> Page[QueueRow]:
        """All cases of an applicant that are here, newest first."""
        ...

    # The whole hall
    async def waiting_posts(self) -> tuple[PostCount, ...]:
        """Where open steps wait, most first."""
        ...

    async def colleagues(self) -> tuple[Choice, ...]:
        """Officers and supervisors who may be called: number, and name with posts."""
        ...

    async def call(self, to: str, number: str) -> Done | Refused:
        """Ask somebody to come to this window, about a case or none (`number` empty)."""
        ...

    async def answer_call(self) -> Done | Refused | None:
        """She comes: the oldest call to her; None where nobody calls."""
        ...

    async def closing(self) -> ClosingView:
        """What every window still has open at the end of the day; asks the hall."""
        ...

    # Intake
    async def find_items(self, text: str) -> tuple[ItemHit, ...]:
        """By code, name or pinyin initials, best first; with an empty text the recent ones."""
        ...

    async def item(
        self, code: str, answers: dict[str, str], applicant_id: str = "", catalogue: str = ""
    ) -> ItemView | None:
        """What applies to these situation answers; None when the code is unknown or can't be taken in.

        `catalogue`: the version of a form that is open already; the newest without.
        """
        ...

    async def known_applicant(self, identity: str, item: str = "") -> Known | None:
        """What is known of her, to fill the form for `item` with; that it was looked at is put on record."""
        ...

    async def find_people(self, text: str, *, agents: bool = False) -> tuple[Offer, ...]:
        """Who is known here by these initials or characters of a name; `agents`: only people."""
        ...

    async def known_agent(self, identity: str, applicant_id: str, item: str = "") -> Party | None:
        """Who applied for somebody before; with what she may do where it was this applicant."""
        ...

    async def open_case_warning(self, item: str, applicant_id: str) -> Message | None: ...
    async def outcomes(self, form: IntakeForm) -> tuple[ActView, ...]:
        """receive, accept, supplement, refuse, return with rights and completeness considered; one is `proposed`."""
        ...

    async def submit_intake(self, form: IntakeForm) -> Saved | Refused: ...
    async def intake_preview(self, form: IntakeForm) -> str | Refused:
        """The papers that it would print, as text; nothing is saved by that."""
        ...

    async def confirm_day(self, day: str) -> Done | Refused:
        """The clerk says that today is `day` (`Refused.confirm_day`)."""
        ...

    async def guide(self, item: str) -> str:
        """The service guide as text (R8)."""
        ...

    async def save_draft(self, draft: Draft) -> None: ...
    async def load_draft(self) -> Draft | None:
        """The signed-in person's own draft."""
        ...

    async def discard_draft(self) -> None: ...

    # A file of applications
    async def batch_files(self, text: str) -> tuple[FileRow, ...]:
        """Files and folders that fit what was typed."""
        ...

    async def batch_open(self, path: str) -> BatchView | Refused:
        """Read a file; a large one takes a while, and holds up nothing else."""
        ...

    async def batch_look(self) -> tuple[BatchRow, ...] | Refused:
        """Look the next lines of it through, a few at once; none when all of them were."""
        ...

    async def batch_take(self, lines: tuple[int, ...]) -> tuple[BatchRow, ...] | Refused:
        """Take in these lines of the file that was looked through last."""
        ...

    async def batch_end(self) -> Done | Refused:
        """Keep what came of it in files: the result of each line, and the refused lines to be mended."""
        ...

    async def batch_print(self, lines: tuple[int, ...]) -> int | Refused:
        """The papers of what was taken in from these lines; how many."""
        ...

    # The end of the day
    async def day_end(self, day: str = "") -> DayView | Refused:
        """What this window did on `day` (YYYY-MM-DD; today), and what does not agree."""
        ...

    async def day_preview(self, day: str = "") -> str | Refused: ...
    async def print_day(self, day: str = "") -> Done | Refused: ...

    # Applications before their number
    async def park(self, form: IntakeForm, field: str = "") -> Done | Refused:
        """Put the open form aside for any window: it becomes a prefile, and its draft is gone."""
        ...

    async def prefiles(self, text: str = "") -> tuple[PrefileRow, ...]:
        """Those that nobody has taken in yet, touched last first."""
        ...

    async def take_prefile(self, code: str) -> Draft | Refused:
        """Go on with it here: the form as it was put aside."""
        ...

    async def prefile_check(self, code: str) -> ActView | Refused:
        """The form for a look at its papers: one field a paper, empty means that it is right."""
        ...

    async def check_prefile(self, code: str, data: dict[str, str]) -> Done | Refused: ...
    async def prefile_close(self, code: str) -> ActView | Refused:
        """The form in which she says why nobody goes on with it."""
        ...

    async def close_prefile(self, code: str, data: dict[str, str]) -> Done | Refused: ...
    async def preparation_preview(self, code: str) -> str | Refused: ...
    async def print_preparation(self, code: str) -> Done | Refused:
        """The list that the applicant takes home."""
        ...

    # Fields
    def check(self, kind: FieldKind, value: str) -> Checked:
        """Clean and check a typed value of that kind. Pure and quick: called while typing."""
        ...

    # Cases
    async def case(self, number: str) -> CaseView | Refused: ...
    async def take(self, number: str) -> Done | Refused | None:
        """The item is hers from here on; refused: who has it, or why it can only be read. None: nothing to say."""
        ...

    async def let_go(self, number: str) -> None:
        """She leaves it without having done anything: it waits for anybody again."""
        ...

    async def unmask(self, number: str, reason: str) -> CaseView | Refused: ...
    async def act(
        self, number: str, action: str, data: dict[str, str], seen: frozenset[str] = frozenset()
    ) -> Done | Refused:
        """Do an act. `seen`: what the case was made of when it was decided on; refused where it has moved since."""
        ...

    async def offers(self, numbers: tuple[str, ...]) -> tuple[Offered, ...]:
        """What each of these cases offers, for acts on several at once; a case that is gone is left out."""
        ...

    async def conflict(self, number: str) -> Conflict | None:
        """What she saw when she did what the hall has refused, and what the hall has; None where nothing was."""
        ...

    async def act_preview(self, number: str, action: str, data: dict[str, str]) -> str | Refused:
        """The paper that the act would print, as text; nothing is done by that."""
        ...

    async def open_scan(self, number: str, scan: str) -> Done | Refused | None:
        """Show a scan in the system's viewer; None while it is on its way here."""
        ...

    async def why(self, number: str) -> str:
        """The clocks as a ledger, day by day."""
        ...

    # Papers
    async def paper_preview(self, number: str, kind: str) -> str | Refused: ...
    async def print_paper(self, number: str, kind: str) -> Done | Refused: ...
    async def prints(self) -> tuple[PrintRow, ...]:
        """The papers that are not out, oldest first."""
        ...

    async def settle_print(self, entry: str, way: str, data: dict[str, str]) -> Done | Refused: ...

    # What the hall refused
    async def tray(self) -> tuple[TrayRow, ...]: ...
    async def tray_entry(self, entry: str) -> TrayRow | Refused:
        """An entry with what was refused in words, fetched from the hall where it is not here."""
        ...

    async def resolve(self, entry: str, way: str, data: dict[str, str]) -> Done | Refused: ...
