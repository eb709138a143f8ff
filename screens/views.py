"""The values that pass between the desk and the screens.

Frozen, in the language of the person (a screen asks again after a change of language); sentences that may be shown
later are `Message`s. A refusal is a value like any other.
"""

from __future__ import annotations

from typing import Generic, Literal, TypeVar

from msgspec import Struct

from casework.messages import Message
from screens.hall_views import CallView, UpdateView
from screens.moved_views import Conflict, Line, Side

Link = Literal["online", "connecting", "offline", "stopped"]
Light = Literal["none", "green", "yellow", "red", "black"]
Have = Literal[
    "original", "copy", "electronic", "missing", "pledge", "defer", "checked",
    "pending_check",  # checked over the network later; nobody has to hand it in (R33)
    "not_found",  # the source does not know it
    "overridden",  # a person went on without the check
]  # fmt: skip
StepState = Literal["done", "open", "waiting", "not_needed", "suspended"]
FieldKind = Literal[
    "text",  # one line, names keep their rare characters
    "person_name",  # as text; a credit code or an identity number is none
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
    "file",  # where a file lies, typed or dropped
    "money",  # yuan with at most two decimals
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
    confirm_day: str = ""  # the day (YYYY-MM-DD) that the clerk must confirm before it can be done (S29)
    conflict: Conflict | None = None  # of an act: the case had moved under her hands


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
    may_not: frozenset[str] = frozenset()  # types of events that no post of the shift allows, of those acts end in
    supervises: bool = False  # sees every post's queue, and the hall's tray in the status line

    @property
    def takes_in(self) -> bool:
        """Whether a post of the shift may take in applications."""
        return "received" not in self.may_not


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
    prints_waiting: int = 0  # papers that are not out
    prints_seconds: int = 0  # age of the oldest of them
    prints_unsure: int = 0  # papers of which nobody knows whether they came out
    beginning: int | None = None  # percent of the hall's snapshot that is here; None when none is on its way
    whole_hall: bool = False  # `rejected` and `held` are of the whole hall
    calls: tuple[CallView, ...] = ()  # who asks for me, and who has answered mine
    update: UpdateView | None = None  # a new version is ready to begin here
    printing: bool = False  # a paper is on its way to a printer this moment
    settings_wait: bool = False  # a version of IT's settings is here and does not hold yet
    settings_held: int = 0  # the number of the version that holds
    sitting: tuple[str, ...] = ()  # numbers of the cases at the shift's posts whose applicants sit and wait


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
    most: int = 0
    """Of a number: a whole one from 1 up to this is wanted, another is refused at the field; 0: any."""
    when: str = ""
    """`how=agent,post`: asked only while the field `how` has one of these values; empty: always."""
    same_as: str = ""
    """The field of the form (`applicant.address`) whose value is proposed here: nobody types the same thing twice."""
    example: str = ""
    """Something that could stand here, for the help; empty: the example of its kind, if that has one."""
    about: tuple[Line, ...] = ()
    """What else the declaration knows of it (article, what the answer switches), in words."""
    others: bool = False
    """Of staff numbers: somebody beside the person who fills it in."""


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
    todo: str = ""  # the step that it waits for, in words; empty once it has ended
    sits: bool = False  # decided on the spot: the applicant sits and waits
    sits_left: str = ""  # what is left of the minutes that she was promised, in words
    holder: str = ""  # who has it, in words
    nudges: int = 0  # how often somebody has asked to hurry while it waited where it waits
    nudged_by: str = ""  # who did last, in words
    recalls: int = 0  # papers of it that are called back and not yet here
    prefile: str = ""  # not a case yet: the short code of a prefile, which Enter takes


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
    bundle: bool = False  # 一件事 or a stage: opens several cases at once


class ScanView(Struct, frozen=True):
    """One scan of a paper: `text` says what it is and where; `here` it can be opened at once."""

    id: str
    text: str
    here: bool = False
    warn: bool = False  # something of it is still to come, or in the way


class MaterialView(Struct, frozen=True):
    """One material that applies, as the check list and the case show it."""

    code: str  # "A02-01"
    name: str
    required: bool
    may_pledge: bool = False
    may_defer: bool = False
    source: str = ""  # where it can be checked over the network, in words; empty: nowhere
    have: Have = "missing"  # what is proposed or recorded
    earlier: str = ""  # "2026-10-01 已交原件 尾号0042": handed in before
    earlier_number: str = ""  # the case that holds it
    shared: str = ""  # the material of the same bundle that is the same paper: with it in hand, so is this one
    note: str = ""  # "待核验", "逾期" …
    scans: tuple[ScanView, ...] = ()
    about: tuple[Line, ...] = ()  # what the catalogue asks of it: copies, article, sample …, for the help


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
    members: tuple[str, ...] = ()  # of a bundle or stage: the items that apply now, "A07 个体工商户设立"
    catalogue: str = ""  # the version that says so


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
    agent: Party | None = None  # who applied for this applicant the last time


class IntakeForm(Struct, frozen=True):
    """All that the intake screen has gathered; also the content of a draft."""

    item: str = ""
    situations: dict[str, str] = {}
    applicant: Party = Party()
    agent: Party | None = None
    project_code: str = ""
    form: dict[str, str] = {}
    materials: dict[str, Have] = {}
    refers_to: str = ""
    outcome: str = ""
    outcome_data: dict[str, str] = {}
    visit: str = ""  # of the case before, when it is the same visitor
    reused: dict[str, str] = {}  # materials that an earlier case holds, with its number
    catalogue: str = ""  # the version under which it was begun: it keeps that while it is open


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
    notes: tuple[str, ...] = ()  # what will happen, told in the form and in the question
    proposed: bool = False  # the one to take when nothing else is said
    prints: bool = False  # a paper may come of it


class Offered(Struct, frozen=True):
    """What a case of a list offers to this person; `seen` as in `CaseView`."""

    number: str
    acts: tuple[ActView, ...]
    seen: frozenset[str] = frozenset()


class PaperRef(Struct, frozen=True):
    """A paper of a case: `kind` as on the command line, printed `count` times from here."""

    kind: str
    name: str
    count: int = 0
    last: str = ""  # "11-23 10:42 张敏"


class Also(Struct, frozen=True):
    """Another case of the same intake: a bundle or stage opens several."""

    number: str
    item: str  # "D01 食品经营许可"
    state: str
    papers: tuple[PaperRef, ...] = ()


class Saved(Struct, frozen=True):
    """An intake that is committed to this terminal; `also`: the other cases of the same bundle or stage."""

    number: str
    case: str
    state: str
    papers: tuple[PaperRef, ...]
    message: Message
    visit: str = ""
    places: tuple[str, ...] = ()  # where it waits now, in words
    also: tuple[Also, ...] = ()


class Done(Struct, frozen=True):
    """An act that is committed to this terminal, with the papers it calls for."""

    message: Message
    papers: tuple[PaperRef, ...] = ()
    waits: bool = False  # it counts only after the hall's word, which is still to come


class PrefileRow(Struct, frozen=True):
    """An application before its number; the applicant is masked."""

    code: str  # "7H2K-9QWD"
    item: str
    item_name: str
    applicant: str
    state: str  # in words
    defects: tuple[str, ...] = ()  # of the last look, one a paper
    touched: str = ""  # "11-23 10:42 张敏"


class TrayRow(Struct, frozen=True):
    """Something that a person must settle, with the ways out of it."""

    entry: str
    number: str
    kind: Literal["refused", "held", "flagged", "duplicate", "print", "recall"]
    what: str
    why: str
    since: str
    ways: tuple[ActView, ...]
    age: str = ""  # "3小时", "2工作日"
    level: str = ""  # who sees to it now, in words: window, post, supervisor
    here: bool = True  # its bytes are here; else they are asked for when it is opened
    told: tuple[str, ...] = ()  # what was refused, in words; known once it was opened
    other: str = ""  # of a duplicate the number of the earlier case
    sides: tuple[Side, ...] = ()  # of a duplicate both cases beside each other: the earlier one, this one
    window: str = ""  # "07": where it was made


class PrintRow(Struct, frozen=True):
    """A paper that is not out, or of which nobody knows, with what can be done about it."""

    id: str
    paper: str  # "接收回执"
    number: str  # as printed on paper
    state: str  # in words
    trouble: bool  # a try has failed, or nobody knows whether it is out
    since: str
    age_seconds: int
    printer: str
    why: str
    tries: int
    ways: tuple[ActView, ...] = ()
