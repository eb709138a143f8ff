"""What an item of the catalogue says: its materials, situations, form, route, limits and organ.

All of it is data that IT pushes (architecture, third idea); nothing here is computed at a desk. Keeps R6 to R8 (what
may be asked is listed), R11 (a fee has a basis), R20 to R22 (limits with unit, start and basis, and what may stop
them), R30, R31 and R33 (the flags of a material), R41 and R51 (flags of an item), R61 (stages).
"""

from __future__ import annotations

from typing import Literal

import msgspec

from casework.clocks import Start, Unit

Module = Literal["business", "investment", "construction", "single"]
Team = Literal["helper", "officer", "supervisor", "it"]
StepKind = Literal[
    "receive",
    "pre_review",
    "accept",
    "examine",
    "site_check",
    "expert_review",
    "hearing",
    "consult",
    "publicity",
    "decide",
    "pay",
    "certify",
    "deliver",
]

MODULES: tuple[Module, ...] = ("business", "investment", "construction", "single")

StopKind = Literal[
    "hearing",
    "tender",
    "auction",
    "inspection",
    "test",
    "quarantine",
    "appraisal",
    "expert_review",
    "publicity",
    "evaluation",
    "consult",
]
"""What may stop a clock by law (R22): art. 45 of 行政许可法, and publicity or evaluation where the item's own law says
so."""


class Part(
    msgspec.Struct,
    frozen=True,
    omit_defaults=True,
    forbid_unknown_fields=True,
):
    """Base of all catalogue values: a default is not written, so that a new field leaves old hashes alone."""


class Text(Part, frozen=True):
    """A text in both languages of the screen; neither may be empty."""

    zh: str
    en: str

    def say(self, language: str) -> str:
        """The text in `language` (`en…` is English, everything else Chinese)."""
        return self.en if language.lower().startswith("en") else self.zh

    def both(self) -> dict[str, str]:
        """Both languages as a fact of a message; the translator picks the reader's."""
        return {"zh": self.zh, "en": self.en}


class Condition(Part, frozen=True):
    """When something applies: an answer (`{situation, is}`), or all or any of several conditions."""

    situation: str = ""
    equals: str = msgspec.field(default="", name="is")
    all: tuple[Condition, ...] = ()
    any: tuple[Condition, ...] = ()


class Option(Part, frozen=True):
    """One answer that can be chosen: the `code` is stored, the `label` shown."""

    code: str
    label: Text


class Situation(Part, frozen=True):
    """情形: a question to the applicant that switches materials, steps and fields."""

    code: str
    question: Text
    kind: Literal["yes_no", "choice"] = "yes_no"
    options: tuple[Option, ...] = ()
    when: Condition | None = None

    @property
    def answers(self) -> tuple[str, ...]:
        """The codes of all possible answers."""
        return ("yes", "no") if self.kind == "yes_no" else tuple(option.code for option in self.options)


class Material(Part, frozen=True):
    """材料: one paper or datum that the law allows to ask for (R7).

    `pledge` 可告知承诺 (R30), `defer` 可容缺 (R31). A material with a `source` is checked over the network and never
    asked for on paper (R33): its form is `none` and its copies are 0. `authority` marks the paper that empowers an
    agent. `shares` names the paper itself, the same word at every item that asks for it (`planning_permit`): what was
    handed in once for one of them serves the others.
    """

    code: str
    name: Text
    kind: Literal["mandatory", "conditional"]
    basis: Text
    shares: str = ""
    when: Condition | None = None
    pledge: bool = False
    defer: bool = False
    authority: bool = False
    source: Text | None = None
    form: Literal["original", "copy", "none"] = "original"
    copies: int = 1
    sample: Text | None = None
    cure: Text | None = None


class Field(Part, frozen=True):
    """A field of the application form. `max` counts characters (text, address) or is the largest number (number)."""

    id: str
    label: Text
    kind: Literal["text", "number", "choice", "address", "date"] = "text"
    required: bool = False
    when: Condition | None = None
    max: int = 200
    unit: Text | None = None
    options: tuple[Option, ...] = ()


class Step(Part, frozen=True):
    """环节: one step of the route. It opens when all of `needs` are done; it belongs to one post.

    `days` are the working days that the post has for it (0: none set); `officers` is how many different people must
    sign (two for a site check, R9); `always`: a law demands it, so it can't be declared not needed.
    """

    id: str
    kind: StepKind
    post: str
    needs: tuple[str, ...] = ()
    when: Condition | None = None
    days: int = 0
    officers: int = 1
    always: bool = False


class LimitData(Part, frozen=True):
    """时限: `amount` of `unit`, counted from `start`. `extension` is the most that may be added once, in the same unit.

    Half a working day is 195 minutes of office time (09:00-12:00, 13:30-17:00 is 390).
    """

    amount: int
    unit: Unit
    start: Start
    basis: Text
    extension: int = 0


class Stop(Part, frozen=True):
    """特殊程序: what may stop the clocks of this item (R22), for `most` working days (0: as told)."""

    kind: StopKind
    basis: Text
    most: int = 0


class Fee(Part, frozen=True):
    """收费 (R11): none without its basis. `amount` in fen; 0 where an officer assesses it by `rate`."""

    name: Text
    basis: Text
    amount: int = 0
    rate: Text | None = None
    when: Condition | None = None


class Gate(Part, frozen=True):
    """What the law wants beside papers; `text` says to the applicant why the gate is shut.

    It is shut under the answers `when`; or where the day of the application is not from `least` to `most` days (in
    `unit`, negative: before) after the date in the form's `field`. `effect`: no permit is needed (R1), the power is
    another organ's (R2: then `organ` is named), it can't be accepted while shut, or a warning only.
    """

    code: str
    text: Text
    basis: Text
    effect: Literal["no_permit", "not_our_power", "stop", "warn"]
    when: Condition | None = None
    organ: Text | None = None
    field: str = ""
    least: int | None = None
    most: int | None = None
    unit: Literal["working_days", "calendar_days"] = "calendar_days"


class Track(Part, frozen=True):
    """Other limits under some answers: a pledge is decided at once, the ordinary way takes its days (R32)."""

    when: Condition
    promised: LimitData
    statutory: LimitData | None = None


class Authorisation(Part, frozen=True):
    """授权受理 (R15): the organ's recorded permission to accept in its name.

    Dates as YYYY-MM-DD, `until` inclusive.
    """

    number: str
    seal: Text
    since: str
    until: str


class Item(Part, frozen=True):
    """事项: all that is known of what is applied for.

    `statutory` is None where no law sets a limit; the first of `tracks` whose answers hold sets other limits.
    `registration`: incomplete papers are returned, not supplemented (R41). `on_spot`: may be decided while the
    applicant sits (即办). `one_person`: acceptor and decider may be the same (审核合一). `project_code`: no case
    without one (R51). `pledge_excluded`: no pledge may stand for any material (R30). `joint`: several posts or organs
    handle it together (R21: 45 + 15). `ticks`: of these yes-or-no situations at least one is yes (C11: which permits
    are wanted). `gives` names the result as other items ask for it (`Material.shares`). `result_years`: how long the
    result is valid, 0 without end. `forward_to`: the upper organ that decides (R56).

    In working days: `defer_days` in which a deferred material must follow (R31), `pledge_check_days` in which a pledge
    is checked afterwards (R30), `supplement_days` in which what a notice asks for is waited for.
    """

    code: str
    module: Module
    name: Text
    basis: Text
    applicants: tuple[Literal["person", "entity"], ...]
    organ: Text
    promised: LimitData
    result: Text
    result_paper: Literal["licence", "filing", "permit", "approval", "notice"]
    complaints: str
    guide: Text
    materials: tuple[Material, ...]
    route: tuple[Step, ...]
    statutory: LimitData | None = None
    tracks: tuple[Track, ...] = ()
    situations: tuple[Situation, ...] = ()
    fields: tuple[Field, ...] = ()
    authorised: bool = False
    authorisation: Authorisation | None = None
    on_spot: bool = False
    one_person: bool = False
    project_code: bool = False
    registration: bool = False
    pledge_excluded: bool = False
    joint: bool = False
    ticks: tuple[str, ...] = ()
    stops: tuple[Stop, ...] = ()
    gates: tuple[Gate, ...] = ()
    gives: str = ""
    result_years: int = 0
    forward_to: Text | None = None
    defer_days: int = 5
    pledge_check_days: int = 30
    supplement_days: int = 30
    fee: Fee | None = None

    def material(self, code: str) -> Material | None:
        """The material `code`, or None."""
        return next((material for material in self.materials if material.code == code), None)

    def step(self, step_id: str) -> Step | None:
        """The step `step_id` of the route, or None."""
        return next((step for step in self.route if step.id == step_id), None)

    def situation(self, code: str) -> Situation | None:
        """The situation `code`, or None."""
        return next((situation for situation in self.situations if situation.code == code), None)


class Post(Part, frozen=True):
    """岗位: its name, its team, the modules and kinds of steps that it serves.

    `verbs` are what it may do beyond the steps (`extend`).
    """

    id: str
    name: Text
    team: Team
    modules: tuple[Module, ...] = ()
    kinds: tuple[StepKind, ...] = ()
    verbs: tuple[str, ...] = ()


class Member(Part, frozen=True):
    """An item of a bundle; it belongs to it under the answers `when`."""

    item: str
    when: Condition | None = None


class Bundle(Part, frozen=True):
    """一件事 or 阶段: several items that are applied for at once, each a case of its own under one root.

    They share papers (`Material.shares`) and what the form asks under the same id. A stage (R61) has a `lead` post
    whose limit is the stage's; it ends when all its cases have ended.
    """

    code: str
    kind: Literal["bundle", "stage"]
    name: Text
    basis: Text
    guide: Text
    lead: str
    members: tuple[Member, ...]
    promised: LimitData
    statutory: LimitData | None = None
    situations: tuple[Situation, ...] = ()


class Catalogue(msgspec.Struct, frozen=True):
    """One immutable version of the catalogue. `version` is the SHA-256 (hex) of its canonical bytes."""

    version: str
    items: dict[str, Item]
    posts: dict[str, Post]
    bundles: dict[str, Bundle] = {}
