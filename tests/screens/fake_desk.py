"""A desk without store and line: a small hall in memory with a frozen clock, for the tests of the screens.

It has a control surface: `slow` (seconds that each answer takes), `refuse_next` (the next save or act is refused),
`log` (what was asked), `drafts` (survives, as a file would).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import msgspec

from casework import messages
from casework.codes import check_phone, check_project_code, check_resident_id, check_uscc, mask_id, mask_name
from casework.errors import BadInput
from casework.messages import Message
from casework.text import clean_code, clean_line
from console.messages import translator
from screens.desk import (
    ActView,
    Also,
    BoardView,
    CallView,
    CaseView,
    Checked,
    Choice,
    ClockView,
    Done,
    Draft,
    Field,
    FieldKind,
    HistoryLine,
    IntakeForm,
    ItemHit,
    ItemView,
    Known,
    Light,
    Line,
    MaterialView,
    Offer,
    OtherCase,
    Page,
    PaperRef,
    Party,
    Person,
    PrefileRow,
    QueueFilter,
    QueueRow,
    Refused,
    Saved,
    ScanView,
    Status,
    StepState,
    StepView,
    UpdateView,
)
from screens.post_views import Settings
from tests.screens import fake_board
from tests.screens.fake_counter import FakeCounter
from tests.screens.fake_papers import FakePapers
from tests.screens.fake_prefiles import CODE, COMPANY
from tests.screens.fake_roaming import FakeRoaming
from tests.screens.fake_words import OTHERS, PERSON_ID, TODAY, WORDS, number


@dataclass
class FakeDesk(FakePapers, FakeCounter, FakeRoaming):
    """The desk."""

    language: str = "zh_CN"
    rows_total: int = 12
    fields_total: int = 3
    slow: float = 0.0
    refuse_next: Message | None = None
    log: list[str] = field(default_factory=list)
    drafts: dict[str, Draft] = field(default_factory=dict)
    link: str = "online"
    plugged_in: bool = True
    who: Person | None = None
    batches: list[tuple[int, ...]] = field(default_factory=list)
    saved: list[IntakeForm] = field(default_factory=list)
    acted: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    scans: tuple[ScanView, ...] = ()
    viewed: list[str] = field(default_factory=list)
    unmasked: bool = False
    sitting: tuple[str, ...] = ()
    nudged: bool = False
    calls: tuple[CallView, ...] = ()

    def __post_init__(self) -> None:
        messages.install(translator(self.language))

    def w(self, chinese: str) -> str:
        """A word of the catalogue in the present language."""
        return chinese if self.language == "zh_CN" else WORDS.get(chinese, chinese)

    async def _asked(self, what: str) -> None:
        self.log.append(what)
        if self.slow:
            await asyncio.sleep(self.slow)

    update: UpdateView | None = None
    """A new version that is ready."""
    no_update: Refused | None = None
    """Why it can't begin."""
    printing: bool = False
    settings_wait: bool = False
    settings_held: int = 0
    new_settings: Settings = field(default_factory=Settings)
    """Those of IT that wait."""
    begun = 0
    """How often one was let begin."""

    # Who

    async def sign_in(self, number: str, pin: str) -> Person | Refused:
        await self._asked("sign_in")
        if pin != "135790" or number not in {"1001", "2001"}:
            return Refused(Message("screens.sign_in.hint"))
        names = {"1001": "张敏", "2001": "李国强"}
        posts = (Choice("window", self.w("综合窗口")), Choice("delivery", self.w("出件窗")))
        self.who = Person(
            number,
            names[number],
            "officer" if number == "2001" else "helper",
            posts,
            ("window", "delivery"),
            may_not=frozenset({"received"}) if self.supervises else frozenset(),
            supervises=self.supervises,
        )
        return self.who

    async def sign_out(self) -> None:
        self.log.append("sign_out")

    async def serve(self, posts: tuple[str, ...]) -> Person | Refused:
        assert self.who is not None
        self.who = msgspec.structs.replace(self.who, shift=posts)
        return self.who

    def something_waits(self) -> None:
        """Two forms of hers lie aside, an item was handed to her."""
        zh = self.language == "zh_CN"
        rows = (("7H2K-9QWD", "A02", "公司变更登记", "张*"), ("K3MN-22PX", "D01", "食品经营许可(新办)", "李**"))
        self.put_aside = tuple(
            PrefileRow(code, item, self.w(name), who, "", (), f"11-23 10:42 {'张敏' if zh else 'Zhang Min'}")
            for code, item, name, who in rows
        )
        self.handed = (msgspec.structs.replace(self._row(4), holder="王芳交来" if zh else "from Wang Fang"),)

    async def status(self) -> Status:
        pending = 3 + len(self.saved)
        posts = "综合" if self.language == "zh_CN" else "all"
        return Status(
            "online" if self.plugged_in else "offline",
            pending,
            125,
            0 if self.settled else 1,
            0,
            "07",
            posts,
            "10:42",
            "2026-11-23",
            self.revision,
            self.plugged_in,
            sitting=self.sitting,
            calls=self.calls,
            whole_hall=self.supervises,
            update=self.update,
            printing=self.printing,
            settings_wait=self.settings_wait,
            settings_held=self.settings_held,
        )

    async def cable(self, plugged_in: bool) -> None:
        self.plugged_in = plugged_in

    async def begin_update(self) -> Refused | None:
        self.begun += 1
        return self.no_update

    async def take_settings(self) -> Refused | None:
        self.log.append("take_settings")
        if self.no_update is None:
            self.settings_wait, self.settings_held, self.kept = False, self.settings_held + 1, self.new_settings
        return self.no_update

    async def languages(self) -> tuple[Choice, ...]:
        return (Choice("zh_CN", "中文"), Choice("en", "English"))

    async def switch_language(self, code: str) -> None:
        self.language = code
        messages.install(translator(code))

    # Lists

    def _row(self, n: int) -> QueueRow:
        lights: tuple[Light, ...] = ("black", "red", "yellow", "green", "green", "none")
        items = (("A02", "公司变更登记"), ("D01", "食品经营许可(新办)"), ("A07", "个体工商户设立"))
        code, name = items[n % 3]
        light = lights[min(n, 5)]
        left = ("-1", "0.5", "1", "3", "5", "")[min(n, 5)]
        unit = "工作日" if self.language == "zh_CN" else " days"
        return QueueRow(
            number(n + 1),
            code,
            self.w(name),
            ("张*", "某某餐饮管理有限公司", "李**")[n % 3],
            self.w("已受理" if n % 2 else "已收件"),
            self.w("商事科"),
            light,
            f"2026-12-{1 + n % 28:02d}" if left else "",
            f"{left}{unit}" if left else "",
            n == 1,
            self.w("审核" if n % 2 else "预审"),
            sits=number(n + 1) in self.sitting,
            nudges=2 if n == 1 and self.nudged else 0,
            nudged_by="王帮办" if n == 1 and self.nudged else "",
        )

    async def queue(self, where: QueueFilter, after: str = "", limit: int = 200) -> Page[QueueRow]:
        await self._asked("queue")
        rows = [self._row(n) for n in range(min(self.rows_total, 12))]
        if where.light:
            rows = [row for row in rows if row.light == where.light]
            return Page(tuple(rows), len(rows))
        start = int(after or 0)
        stop = min(start + limit, self.rows_total)
        return Page(
            tuple(self._row(n) for n in range(start, stop)),
            self.rows_total,
            str(stop) if stop < self.rows_total else "",
        )

    async def search(self, text: str, after: str = "", limit: int = 200) -> Page[QueueRow]:
        await self._asked("search")
        rows = [self._row(n) for n in range(12)]
        found = (
            tuple(r for r in rows if text.lower() in f"{r.number} {r.item} {r.item_name} {r.applicant}".lower())
            if text
            else ()
        )
        if text.upper().replace("-", "") == CODE.replace("-", ""):
            found = (QueueRow(CODE, "A02", self.w("公司变更登记"), "张*", "", "", "none", "", "", False, prefile=CODE),)
        return Page(found, len(found))

    async def board(self, days: int) -> BoardView:
        return fake_board.board(days)

    # Intake

    async def find_items(self, text: str) -> tuple[ItemHit, ...]:
        await self._asked(f"find {text}")
        items = (
            ItemHit("A01", self.w("公司设立登记"), self.w("商事登记")),
            ItemHit("A02", self.w("公司变更登记"), self.w("商事登记")),
            ItemHit("A07", self.w("个体工商户设立"), self.w("商事登记")),
            ItemHit("D01", self.w("食品经营许可(新办)"), self.w("单一事项")),
            ItemHit("Y01", self.w("开办餐饮店"), self.w("一件事"), bundle=True),
        )
        initials = {"A01": "gssldj", "A02": "gsbgdj", "A07": "gtgshsl", "D01": "spjyxk", "Y01": "kbcyd"}
        low = text.lower()
        return tuple(
            h for h in items if low in h.code.lower() or low in h.name.lower() or initials[h.code].startswith(low)
        )

    async def item(
        self, code: str, answers: dict[str, str], applicant_id: str = "", catalogue: str = ""
    ) -> ItemView | None:
        await self._asked(f"item {code}")
        hit = next((h for h in await self.find_items("") if h.code == code), None)
        if hit is None:
            return None
        zh = self.language == "zh_CN"
        what = Field(
            "change",
            "变更内容" if zh else "What changes",
            "many",
            True,
            (Choice("name", "名称"), Choice("address", "住所"), Choice("scope", "经营范围"))
            if zh
            else (Choice("name", "name"), Choice("address", "address"), Choice("scope", "scope")),
            help="可多选" if zh else "Several are possible",
            about=(Line("影响材料", "新住所使用证明") if zh else Line("Decides on", "Proof of the new address"),),
        )
        fields = [
            Field(f"f{n}", f"{'内容' if zh else 'Field '}{n}", required=n == 1) for n in range(1, self.fields_total + 1)
        ]
        if "address" in answers.get("change", ""):
            fields.append(Field("address", "新住所" if zh else "New address", required=True))
        materials = [
            MaterialView(
                f"{code}-01",
                "公司变更登记申请书" if zh else "Application for company change",
                True,
                about=(
                    Line("交什么" if zh else "Hand in", "原件 1 份" if zh else "original, copies: 1"),
                    Line(
                        "依据" if zh else "Basis", "《市场主体登记管理条例》第二十四条" if zh else "Regulation, art. 24"
                    ),
                ),
            ),
            MaterialView(f"{code}-02", "股东会决议或者决定" if zh else "Resolution", True, may_defer=True),
            MaterialView(
                f"{code}-04",
                "新住所使用证明" if zh else "Proof of the new address",
                True,
                may_pledge=True,
                source="不动产登记" if zh else "land register",
                have="pending_check",
            ),
            MaterialView(
                f"{code}-09",
                "营业执照正副本" if zh else "Business licence",
                True,
                source="市场监管" if zh else "market regulator",
                have="checked",
                earlier="2026-10-01",
            ),
        ]
        if code == "Y01":
            materials = self._together()
        limits = "法定 3 / 承诺 1 工作日" if zh else "legal 3 / promised 1 working day"
        return ItemView(
            code,
            hit.name,
            hit.module,
            ("entity", "person"),
            (what,) if code == "A02" else (),
            tuple(fields),
            tuple(materials),
            needs_project_code=False,
            limits=limits,
            fee="不收费" if zh else "no fee",
            members=(f"A07 {self.w('个体工商户设立')}", f"D01 {self.w('食品经营许可(新办)')}") if code == "Y01" else (),
        )

    def _together(self) -> list[MaterialView]:
        """The papers of a bundle: the second is the first once more, the third was handed in before."""
        held = "2026-10-01 已交原件 尾号0042" if self.language == "zh_CN" else "2026-10-01 original no. 0042"
        plan = "平面图" if self.language == "zh_CN" else "floor plan"
        rules = "食品安全制度" if self.language == "zh_CN" else "food safety rules"
        same = "与 D01-03 同一份" if self.language == "zh_CN" else "same as D01-03"
        return [
            MaterialView("D01-03", f"D01 {plan}", True),
            MaterialView("D04-02", f"D04 {plan}", True, shared="D01-03", note=same),
            MaterialView("D01-05", f"D01 {rules}", True, may_defer=True, earlier=held, earlier_number=number(42)),
        ]

    async def known_applicant(self, identity: str, item: str = "") -> Known | None:
        if identity == COMPANY:
            party = Party(
                "entity", COMPANY, "武汉光谷某某餐饮管理有限公司", "13812345678", "武汉市东湖开发区关山大道1号", "张三"
            )
            return Known(party, {"f1": "餐饮服务"}, "办过 3 件")
        return None

    async def find_people(self, text: str, *, agents: bool = False) -> tuple[Offer, ...]:
        await self._asked(f"people {text}")
        known = (
            ("gsmg", "武汉光谷某某餐饮管理有限公司", COMPANY, COMPANY),
            ("gghc", "光谷火锅城", "91420100MA4K20900B", "91420100MA4K20900B"),
            ("ldb", "李**", PERSON_ID, "4201**********0017"),
        )
        people = [one for one in known if one[2] == PERSON_ID or not agents]
        return tuple(Offer(i, f"{n}  {s}") for k, n, i, s in people if k.startswith(text.lower()) or text in n)

    async def known_agent(self, identity: str, applicant_id: str, item: str = "") -> Party | None:
        return Party("person", identity, "李代办", "13900139000") if identity == PERSON_ID else None

    async def open_case_warning(self, item: str, applicant_id: str) -> Message | None:
        return None

    async def outcomes(self, form: IntakeForm) -> tuple[ActView, ...]:
        missing = [code for code, have in form.materials.items() if have == "missing"]
        off = Message("screens.act_form.off")
        reason = Field("reason", "理由" if self.language == "zh_CN" else "Reason", required=True)
        return (
            ActView("receive", self.w("接收"), proposed=bool(missing)),
            ActView("accept", self.w("受理"), not missing, off if missing else None, proposed=not missing),
            ActView("supplement", self.w("一次性告知补正"), fields=(reason,)),
        )

    async def submit_intake(self, form: IntakeForm) -> Saved | Refused:
        await self._asked("submit")
        if self.refuse_next is not None:
            refusal, self.refuse_next = self.refuse_next, None
            return Refused(refusal, "applicant.phone")
        self.saved.append(form)
        papers = [PaperRef("receipt", self.w("接收回执"))]
        papers += [PaperRef("acceptance", self.w("受理通知书"))] if form.outcome == "accept" else []
        state = self.w("已受理" if form.outcome == "accept" else "已收件")
        return Saved(
            number(100 + len(self.saved)),
            f"case-{len(self.saved)}",
            state,
            tuple(papers),
            Message("screens.title.saved"),
            "visit-1",
            also=(Also(number(200), f"D01 {self.w('食品经营许可(新办)')}", state, tuple(papers[:1])),)
            if form.item == "Y01"
            else (),
        )

    async def confirm_day(self, day: str) -> Done | Refused:
        await self._asked(f"confirm {day}")
        return Done(Message("screens.title.saved"))

    async def guide(self, item: str) -> str:
        return f"{item}\n材料清单\n办理时限"

    async def save_draft(self, draft: Draft) -> None:
        assert self.who is not None
        self.drafts[self.who.number] = msgspec.structs.replace(draft, saved="10:42")

    async def load_draft(self) -> Draft | None:
        return self.drafts.get(self.who.number) if self.who else None

    async def discard_draft(self) -> None:
        if self.who:
            self.drafts.pop(self.who.number, None)

    # Fields

    def check(self, kind: FieldKind, value: str) -> Checked:
        checks = {"phone": check_phone, "entity_id": check_uscc, "project_code": check_project_code}
        try:
            match kind:
                case "phone" | "entity_id" | "project_code":
                    return Checked(checks[kind](value))
                case "person_id":
                    return Checked(check_resident_id(value, TODAY).number)
                case "any_id":
                    code = clean_code(value)
                    if code.startswith(("9", "5", "1")):
                        return Checked(check_uscc(code))
                    return Checked(check_resident_id(code, TODAY).number)
                case "number" | "staff" | "case_number" | "date":
                    return Checked(clean_code(value))
                case _:
                    return Checked(clean_line(value))
        except BadInput as error:
            return Checked(value, error.message)

    # Cases

    async def case(self, number: str) -> CaseView | Refused:
        await self._asked(f"case {number}")
        steps: tuple[tuple[str, str, StepState, int], ...] = (
            ("receive", "收", "done", 0),
            ("pre-review", "预", "done", 1),
            ("accept", "受", "done", 2),
            ("examine-1", "审", "open", 3),
            ("examine-2", "审", "suspended", 3),
            ("consult", "征", "not_needed", 3),
            ("site", "核", "waiting", 4),
            ("decide", "决", "waiting", 5),
            ("certify", "证", "waiting", 6),
        )
        route = tuple(
            StepView(
                code,
                sign,
                {"审": "审查", "核": "现场核查"}.get(sign, sign),
                self.w("商事科"),
                state,
                rank,
                "待 2 人" if sign == "核" else "",
            )
            for code, sign, state, rank in steps
        )
        reason = Field("reason", "理由" if self.language == "zh_CN" else "Reason", required=True)
        result = Field(
            "result",
            "结果" if self.language == "zh_CN" else "Result",
            "choice",
            True,
            (Choice("granted", "准予"), Choice("refused", "不予")),
        )
        second = Field(
            "second", "另一人" if self.language == "zh_CN" else "Second officer", "staff", True, max_chars=12
        )
        receiver = (
            Field("receiver", "收件人" if self.language == "zh_CN" else "Receiver", required=True),
            Field(
                "how",
                "方式",
                "choice",
                True,
                (Choice("counter", "窗口"), Choice("post", "邮寄"), Choice("agent", "代领")),
            ),
            Field("tracking", "运单号" if self.language == "zh_CN" else "Parcel", required=True, when="how=post"),
        )
        note = "决定后不能再改" if self.language == "zh_CN" else "A decision stays"
        off = Message("screens.act_form.off")
        officer = self.who is not None and self.who.team == "officer"
        history = [
            HistoryLine("11-23 09:12", "张敏", self.w("已收件"), "材料 4 份"),
            HistoryLine("11-23 09:20", "张敏", self.w("已受理"), fate="pending"),
        ] + [HistoryLine(f"11-23 10:{n:02d}", "李国强", "审查", "备注 " * 12) for n in range(6)]
        applicant = (
            "武汉光谷某某餐饮管理有限公司 91110000600037341L"
            if self.unmasked
            else f"{mask_name('张三丰')} {mask_id(PERSON_ID)}"
        )
        return CaseView(
            number,
            "case-1",
            "D01",
            self.w("食品经营许可(新办)"),
            self.w("单一事项"),
            applicant,
            self.w("已受理"),
            "yellow",
            (self.w("商事科"),),
            (
                ClockView("法定时限", "2026-12-07", "剩10工作日", "green", provisional=True),
                ClockView("承诺时限", "2026-11-30", "剩1工作日", "yellow", note="中止: 检测"),
            ),
            route,
            tuple(history),
            (
                MaterialView("D01-01", "食品经营许可申请书", True, have="original", scans=self.scans),
                MaterialView("D01-04", "食品安全制度", True, have="defer", note="11-30 前补交"),
                MaterialView("D01-02", "营业执照", True, source="市场监管", have="not_found"),
                MaterialView("D01-05", "身份证明", True, source="公安人口库", have="overridden"),
            ),
            (Line("经营场所", "关山大道1号"), Line("主体业态", "餐饮服务")),
            (
                PaperRef("receipt", self.w("接收回执"), 1, "11-23 09:12 张敏"),
                PaperRef("acceptance", self.w("受理通知书")),
            ),
            (
                ActView(
                    "decide",
                    self.w("决定"),
                    officer,
                    None if officer else off,
                    (result, reason),
                    grave=True,
                    notes=(note,),
                ),
                ActView("site-check", self.w("现场核查"), fields=(second,)),
                ActView("deliver", self.w("送达"), fields=receiver),
                ActView("check", "联网核验" if self.language == "zh_CN" else "Check"),
                ActView("nudge", "催办" if self.language == "zh_CN" else "Nudge"),
            ),
            unsent=1,
            masked=not self.unmasked,
            others=(
                OtherCase(OTHERS[0], f"A07 {self.w('个体工商户设立')}", self.w("已受理"), "green"),
                OtherCase(OTHERS[1], f"A02 {self.w('公司变更登记')}", self.w("已收件"), why="visit"),
            ),
            facts=(
                Line("联办", "Y01 开办餐饮店  办理中，3 件里还有 2 件"),
                Line("特殊程序", "检测：2026-11-20 起，预计到 2026-11-27"),
            )
            if self.language == "zh_CN"
            else (
                Line("Bundle", "Y01 Opening a restaurant  under way, 2 of 3 open"),
                Line("Procedure", "test: since 2026-11-20, expected until 2026-11-27"),
            ),
        )

    async def take(self, number: str) -> Done | Refused | None:
        self.log.append(f"take {number}")
        return None

    async def let_go(self, number: str) -> None:
        self.log.append(f"let go {number}")

    async def unmask(self, number: str, reason: str) -> CaseView | Refused:
        self.unmasked = True
        return await self.case(number)

    async def open_scan(self, number: str, scan: str) -> Done | Refused | None:
        await self._asked(f"open_scan {scan}")
        if not any(one.id == scan and one.here for one in self.scans):
            return None
        self.viewed.append(scan)
        return Done(Message("scan.opened"))

    async def why(self, number: str) -> str:
        return "2026-11-23 收件, 不计\n2026-11-24 第 1 工作日"
