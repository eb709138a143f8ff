"""What the screens ask of the clerk's desk, and the values that they get back.

The desk is the only thing a screen talks to: it knows no SQL and no HTTP, and neither do these words. Every answer is
a frozen value in the language of the person (a screen asks again after a change of language); sentences that may be
shown later are `Message`s. Nothing here raises for a business reason: a refusal is a value. All calls answer from the
terminal itself, line or no line.
"""

from __future__ import annotations

from typing import Generic, Literal, Protocol, TypeVar

from msgspec import Struct

from casework.messages import Message

Link = Literal["online", "connecting", "offline", "stopped"]
Light = Literal["none", "green", "yellow", "red", "black"]
Have = Literal["original", "copy", "electronic", "missing", "pledge", "defer", "checked"]
StepState = Literal["done", "open", "waiting", "not_needed", "suspended"]
FieldKind = Literal[
    "text",  # one line, names keep their rare characters
    "choice",  # one of `choices`
    "yes_no",  # "yes" or "no"
    "many",  # codes of `choices`, joined by commas
    "date",  # YYYY-MM-DD
    "number",
    "person_id",  # 居民身份证 and its kin
    "entity_id",  # 统一社会信用代码
    "any_id",  # either of the two: the kind of applicant follows from it
    "phone",
    "project_code",
    "case_number",  # 22 digits; a scan stays in the field
    "staff",  # a staff number
    "secret",  # never shown, never saved in a draft
]

T = TypeVar("T")


class Choice(Struct, frozen=True):
    """One of several answers."""

    code: str
    text: str


class Refused(Struct, frozen=True):
    """Not done, and why. `field` names what to go back to, empty when nothing of the form is to blame.

    In the intake form: `item`, `situations.CODE`, `applicant.id` (`.name`, `.phone`, `.address`,
    `.legal_representative`), `agent.id` (likewise, and `agent.authority`), `project_code`, `refers_to`, `form.CODE`,
    `materials.CODE`, `outcome`, `outcome_data.CODE`; in the form of an act: the field's code.
    """

    message: Message
    field: str = ""


class Checked(Struct, frozen=True):
    """A typed value after the checks of its kind: `value` cleaned, `error` blocks, `warning` does not."""

    value: str
    error: Message | None = None
    warning: Message | None = None


class Person(Struct, frozen=True):
    """Who sits at the desk; `posts` are those she may serve, `shift` those she serves now (codes)."""

    number: str
    name: str
    team: Literal["helper", "officer"]
    posts: tuple[Choice, ...]
    shift: tuple[str, ...]


class Status(Struct, frozen=True):
    """The status line. Cheap: asked once a second. `revision` grows when anything that a list shows has changed."""

    link: Link
    pending: int  # facts not yet acknowledged
    oldest_seconds: int  # age of the oldest of them
    rejected: int  # in the tray: refused by the hall
    held: int  # in the tray: held back
    window: str  # "07"
    posts: str  # "综合"
    clock: str  # "10:42", local time to the minute
    day: str  # "2026-11-23"
    revision: int
    cable: bool | None = None  # the demo's cable: True plugged in, False out, None no demo
    prints_waiting: int = 0


class Field(Struct, frozen=True):
    """One thing to fill in. `help` says what belongs here; `value` is the proposal that is there at first."""

    code: str
    name: str
    kind: FieldKind = "text"
    required: bool = False
    choices: tuple[Choice, ...] = ()
    value: str = ""
    help: str = ""
    max_chars: int = 200


class QueueFilter(Struct, frozen=True):
    """Which cases: codes of `post`, `module`, `state`, `light`; empty means all at my posts."""

    post: str = ""
    module: str = ""
    state: str = ""
    light: str = ""


class QueueRow(Struct, frozen=True):
    """One line of a list of cases; the applicant is masked."""

    number: str  # 22 digits
    item: str  # "A02"
    item_name: str
    applicant: str
    state: str  # in words
    place: str  # where it waits, in words
    light: Light
    due: str  # "2026-12-01", empty when no clock runs
    left: str  # "剩3工作日", "暂定" included
    unsent: bool  # something of it is not yet acknowledged


class Page(Struct, Generic[T], frozen=True):
    """Some rows of `total`; `next` is the key to ask for those after, empty at the end."""

    rows: tuple[T, ...]
    total: int
    next: str = ""


class ItemHit(Struct, frozen=True):
    """An item found by code, name or pinyin initials."""

    code: str
    name: str
    module: str  # in words
    guide_only: bool = False  # may be shown and printed, no case can be opened on it


class MaterialView(Struct, frozen=True):
    """One material that applies, as the check list and the case show it."""

    code: str  # "A02-01"
    name: str
    required: bool
    may_pledge: bool = False
    may_defer: bool = False
    source: str = ""  # where it can be checked over the network, in words; empty: nowhere
    have: Have = "missing"  # what is proposed or recorded
    earlier: str = ""  # "2026-10-01 已交原件": handed in before
    note: str = ""  # "待核验", "逾期" …


class ItemView(Struct, frozen=True):
    """An item with what applies to the given answers."""

    code: str
    name: str
    module: str
    applicants: tuple[Literal["person", "entity"], ...]
    situations: tuple[Field, ...]  # kinds yes_no, choice, many
    fields: tuple[Field, ...]  # of the application form, those that apply
    materials: tuple[MaterialView, ...]
    needs_project_code: bool = False
    limits: str = ""  # "法定 3 / 承诺 1 工作日"
    fee: str = ""


class Party(Struct, frozen=True):
    """An applicant or an agent. `authority` (agents): what the agent may do."""

    kind: Literal["person", "entity"] = "person"
    id: str = ""
    name: str = ""
    phone: str = ""
    address: str = ""
    legal_representative: str = ""
    authority: str = ""


class Known(Struct, frozen=True):
    """What the terminal knows of an applicant: the party, and values for form fields by their code."""

    party: Party
    form: dict[str, str] = {}
    note: str = ""  # "办过 3 件, 最近 2026-10-01"


class IntakeForm(Struct, frozen=True):
    """All that the intake screen has gathered; also the content of a draft and of a prefile."""

    item: str = ""
    situations: dict[str, str] = {}
    applicant: Party = Party()
    agent: Party | None = None
    project_code: str = ""
    form: dict[str, str] = {}
    materials: dict[str, Have] = {}
    refers_to: str = ""
    prefile: str = ""
    outcome: str = ""
    outcome_data: dict[str, str] = {}
    visit: str = ""  # of the case before, when it is the same visitor


class Draft(Struct, frozen=True):
    """An unfinished form with the field where the caret stood (named as in `Refused`)."""

    form: IntakeForm
    field: str = ""
    saved: str = ""  # "10:42"


class ActView(Struct, frozen=True):
    """An act that is possible in principle: on a case, an intake or a tray entry.

    `fields` is what it needs; when not `allowed`, `reason` says why and the key is shown as off.
    """

    code: str  # "accept"
    name: str
    allowed: bool = True
    reason: Message | None = None
    fields: tuple[Field, ...] = ()
    grave: bool = False  # asks *sure?* before
    proposed: bool = False  # the one to take when nothing else is said


class PaperRef(Struct, frozen=True):
    """A paper of a case: `kind` as on the command line, printed `count` times from here."""

    kind: str
    name: str
    count: int = 0
    last: str = ""  # "11-23 10:42 张敏"


class Saved(Struct, frozen=True):
    """An intake that is committed to this terminal."""

    number: str
    case: str
    state: str
    papers: tuple[PaperRef, ...]
    message: Message
    visit: str = ""


class Done(Struct, frozen=True):
    """An act that is committed to this terminal, with the papers it calls for."""

    message: Message
    papers: tuple[PaperRef, ...] = ()


class ClockView(Struct, frozen=True):
    """One of the two clocks."""

    name: str  # "承诺时限"
    due: str
    left: str
    light: Light
    provisional: bool = False
    note: str = ""  # "中止: 检测, 2026-11-20 起"


class StepView(Struct, frozen=True):
    """One step of the route. Steps of the same `rank` stand side by side (0 is the first)."""

    id: str
    sign: str  # "收", "审", "核"
    name: str
    post: str
    state: StepState
    rank: int
    note: str = ""  # "11-23 10:42 张敏", "待 2 人"


class HistoryLine(Struct, frozen=True):
    """One fact of the case."""

    when: str
    who: str
    what: str
    detail: str = ""
    fate: Literal["sent", "pending", "held", "refused"] = "sent"


class Line(Struct, frozen=True):
    """A name and its value."""

    name: str
    value: str


class CaseView(Struct, frozen=True):
    """The whole case."""

    number: str
    case: str
    item: str
    item_name: str
    module: str
    applicant: str
    state: str
    light: Light
    places: tuple[str, ...]
    clocks: tuple[ClockView, ...]
    route: tuple[StepView, ...]
    history: tuple[HistoryLine, ...]
    materials: tuple[MaterialView, ...]
    form: tuple[Line, ...]
    papers: tuple[PaperRef, ...]
    acts: tuple[ActView, ...]
    unsent: int = 0
    masked: bool = True  # personal values are masked until `unmask`


class TrayRow(Struct, frozen=True):
    """Something that a person must settle, with the ways out of it."""

    entry: str
    number: str
    kind: Literal["refused", "held", "duplicate", "print"]
    what: str
    why: str
    since: str
    ways: tuple[ActView, ...]


class BoardRow(Struct, frozen=True):
    """One figure of the day, under the heading `group`."""

    group: str
    name: str
    value: str
    light: Light = "none"


class Desk(Protocol):
    """A clerk's use cases."""

    # Who
    async def sign_in(self, number: str, pin: str) -> Person | Refused: ...
    async def sign_out(self) -> None: ...
    async def serve(self, posts: tuple[str, ...]) -> Person | Refused:
        """Take over these posts at this window."""
        ...

    async def status(self) -> Status: ...
    async def cable(self, plugged_in: bool) -> None:
        """The demo's cable; elsewhere nothing happens."""
        ...

    async def languages(self) -> tuple[Choice, ...]: ...
    async def switch_language(self, code: str) -> None:
        """Install the translator of `code` ("zh_CN", "en") and keep it as this person's choice."""
        ...

    # What waits, what is found
    async def queue(self, where: QueueFilter, after: str = "", limit: int = 200) -> Page[QueueRow]: ...
    async def search(self, text: str, after: str = "", limit: int = 200) -> Page[QueueRow]: ...
    async def board(self) -> tuple[BoardRow, ...]: ...

    # Intake
    async def find_items(self, text: str) -> tuple[ItemHit, ...]:
        """By code, name or pinyin initials, best first; with an empty text the recent ones."""
        ...

    async def item(self, code: str, answers: dict[str, str], applicant_id: str = "") -> ItemView | None:
        """What applies to these situation answers; None when the code is unknown or can't be taken in."""
        ...

    async def known_applicant(self, identity: str) -> Known | None: ...
    async def open_case_warning(self, item: str, applicant_id: str) -> Message | None: ...
    async def outcomes(self, form: IntakeForm) -> tuple[ActView, ...]:
        """receive, accept, supplement, refuse, return with rights and completeness considered; one is `proposed`."""
        ...

    async def submit_intake(self, form: IntakeForm) -> Saved | Refused: ...
    async def guide(self, item: str) -> str:
        """The service guide as text (R8)."""
        ...

    async def save_draft(self, draft: Draft) -> None: ...
    async def load_draft(self) -> Draft | None:
        """The signed-in person's own draft."""
        ...

    async def discard_draft(self) -> None: ...
    async def park(self, form: IntakeForm) -> Saved | Refused:
        """Make the draft a prefile: `Saved.number` is its short code."""
        ...

    async def prefile(self, code: str) -> IntakeForm | None: ...
    def check(self, kind: FieldKind, value: str) -> Checked:
        """Clean and check a typed value of that kind. Pure and quick: called while typing."""
        ...

    # Cases
    async def case(self, number: str) -> CaseView | Refused: ...
    async def unmask(self, number: str, reason: str) -> CaseView | Refused: ...
    async def act(self, number: str, action: str, data: dict[str, str]) -> Done | Refused: ...
    async def why(self, number: str) -> str:
        """The clocks as a ledger, day by day."""
        ...

    # Papers
    async def paper_preview(self, number: str, kind: str) -> str | Refused: ...
    async def print_paper(self, number: str, kind: str) -> Done | Refused: ...

    # What the hall refused
    async def tray(self) -> tuple[TrayRow, ...]: ...
    async def resolve(self, entry: str, way: str, data: dict[str, str]) -> Done | Refused: ...
