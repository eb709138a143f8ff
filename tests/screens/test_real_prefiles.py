"""An application before its number, by keys on the real desk: put aside, looked through, found by code, taken in."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from casework.bodies import Form, Party
from casework.messages import Message
from casework.prefile import Prefile
from console import bootstrap
from console.demo import demo
from console.desk import prefiles as desk_prefiles
from console.preparing import Preparing
from screens.intake import IntakeScreen
from screens.sheet import Sheet
from screens.table import Table
from screens.views import Draft, Refused
from tests.screens.real_window import COMPANY, Window, at_window_12, waiting_prints

HALF = f"nd01<enter>2<enter>{COMPANY}<enter>光谷面馆公司<enter>13812345678<enter>"


def test_a_half_filled_form_is_put_aside_and_any_window_goes_on_with_it(place: demo.Place) -> None:
    async def walk(window: Window) -> None:
        await window.types(HALF + "<ctrl+k>")
        prefile = window.terminal.memory.prefiles()[0]
        assert prefile.code[:4] in window.said
        assert window.terminal.memory.drafts("1001") == ()
        assert window.app.screen.query_one(Sheet).values()["item"] == ""
        await window.becomes("1002")
        await window.types(f"<f4>{prefile.code.lower()}<enter>")
        sheet = window.app.screen.query_one(Sheet)
        assert sheet.values()["applicant.name"] == "光谷面馆公司"
        assert sheet.key == "applicant.address"
        await window.types("关山大道1号<enter>王大力<enter>2<enter><enter>2<enter>面食<enter>80<enter><f6>a<f2><enter>")
        case = window.newest()
        assert case.id == prefile.id
        assert (case.received.refers_to, case.received.first_contact) == (prefile.code, "1001")
        assert prefile.id not in {one.id for one in window.terminal.memory.prefiles()}
        refused = await window.desk.take_prefile(prefile.code)
        assert isinstance(refused, Refused)
        assert "已经收件" in str(refused.message)

    at_window_12(place, "1001", walk)


def test_the_helper_looks_at_the_papers_and_prints_what_to_bring(place: demo.Place) -> None:
    async def walk(window: Window) -> None:
        await window.types(HALF + "<ctrl+k><ctrl+f>")
        before = window.terminal.memory.prefiles()[0]
        assert window.app.screen.query_one(Table).row.code.replace("-", "") == before.code
        await window.types("c<down>1<enter>6<enter>少一页<f2>")
        prefile = window.terminal.memory.prefiles()[0]
        assert prefile.id == before.id
        assert (prefile.state, prefile.attempts, len(prefile.defects)) == ("checked", 1, 2)
        assert [line.defect for line in prefile.defects] == ["没有签字或者盖章", "少一页"]
        assert all(line.cure for line in prefile.defects)
        await window.types("c<f2>")
        assert window.terminal.memory.prefiles()[0].defects == prefile.defects
        await window.types("p")
        assert waiting_prints(window)[-1] == "preparation"
        said = window.said
        assert "准备清单已送打印" in said
        await window.app.frame.freshen()
        assert window.said == said
        await window.types("<f7>")
        assert "材料准备清单" in window.shown
        await window.types("<escape><enter>")
        assert isinstance(window.app.screen, IntakeScreen)
        await window.types("<ctrl+k>")
        assert window.terminal.memory.prefiles()[0].code == prefile.code

    at_window_12(place, "1001", walk)


def test_a_file_with_which_nobody_goes_on_is_closed_by_x_and_found_by_its_code(place: demo.Place) -> None:
    async def walk(window: Window) -> None:
        await window.types(HALF + "<ctrl+k><ctrl+f>")
        made = window.terminal.memory.prefiles()[0]
        waiting = len(window.terminal.memory.prefiles())
        await window.types("x<f2>")
        assert len(window.terminal.memory.prefiles()) == waiting, "no reason was given"
        await window.types("申请人不再办理<f2>")
        assert made.id not in {one.id for one in window.terminal.memory.prefiles()}
        assert "已了结" in window.said
        await window.types(f"<f4>{made.code.lower()}<enter>")
        assert window.app.screen.query_one(Sheet).values()["applicant.name"] == "光谷面馆公司"
        assert made.id in {one.id for one in window.terminal.memory.prefiles()}

    at_window_12(place, "1001", walk)


def test_a_prefile_does_not_push_an_open_form_aside(place: demo.Place) -> None:
    async def walk(window: Window) -> None:
        await window.types(HALF + "<ctrl+k>a01<enter>2<enter><ctrl+f><enter>")
        assert "还没办完" in window.said
        assert window.app.screen.query_one(Sheet).values()["item"] == "A01"
        await window.types("<ctrl+d><enter><ctrl+f><enter>")
        assert window.app.screen.query_one(Sheet).values()["item"] == "D01"
        await window.types("<ctrl+k>")

    at_window_12(place, "1001", walk)


def test_t53_a_file_whose_beginning_broke_on_the_disk_is_not_gone_on_with_and_says_what_to_do(
    place: demo.Place,
) -> None:
    async def walk(window: Window) -> None:
        await window.types(HALF + "<ctrl+k><ctrl+f>")
        before = window.terminal.memory.prefiles()[0]
        with window.terminal.memory.transaction() as db:  # behind the program's back
            db.execute("drop trigger fact_is_never_changed")
            broken = "cast(substr(bytes, 1, 20) || x'00' || substr(bytes, 22) as blob)"
            db.execute(f"update fact set bytes = {broken} where n = (select max(n) from fact)")
        facts = window.terminal.memory.pending().unsent
        await window.types("c<enter>没有签字<f2>")
        assert "请重新登记" in window.said
        assert window.terminal.memory.pending().unsent == facts
        assert window.terminal.memory.prefiles()[0] == before

    at_window_12(place, "1001", walk)


def test_s7_a_file_without_an_item_is_masked_elsewhere_and_comes_in_full_when_somebody_opens_it(
    place: demo.Place,
) -> None:
    who = Party("person", "欧阳建国", "420111199003070017", "13812345678")

    def at_the_guide_desk() -> Prefile:
        with bootstrap.opened(str(place.terminal("0007"))) as theirs:
            session = theirs.people.sign_in("1002", demo.PIN)
            made = Preparing(theirs.counter).park(session, Form("", applicant=who))
            assert isinstance(made, Prefile)
            demo.Cables(set()).sync(theirs)
            own = theirs.memory.prefile_of(made.id)
            assert own is not None
            assert (own.masked, own.form.applicant) == (False, who), "at its own window it is there"
            return made

    async def walk(window: Window) -> None:
        made = await asyncio.to_thread(at_the_guide_desk)
        await window.syncs()
        seen = window.terminal.memory.prefile_of(made.id)
        assert seen is not None
        assert seen.masked
        assert seen.form.applicant is not None
        assert (seen.form.applicant.name, seen.form.applicant.id) == ("欧*", "420111********0017")
        await window.types("<ctrl+g>")
        await window.syncs()
        refused = await window.desk.take_prefile(made.code)
        assert isinstance(refused, Refused)
        assert "完整内容在大厅" in str(refused.message)
        await window.types("<ctrl+g>")
        await window.syncs()
        draft = await window.desk.take_prefile(made.code)
        assert isinstance(draft, Draft)
        assert draft.form.applicant.name == "欧阳建国"

    at_window_12(place, "1001", walk)


def test_s7_a_file_whose_item_is_done_elsewhere_goes_off_the_list_when_somebody_opens_it(
    place: demo.Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = Party("person", "欧阳建军", "420111199003070017", "13812345678")

    def at_the_guide_desk() -> Prefile:
        with bootstrap.opened(str(place.terminal("0007"))) as theirs:
            made = Preparing(theirs.counter).park(theirs.people.sign_in("1002", demo.PIN), Form("", applicant=who))
            assert isinstance(made, Prefile)
            demo.Cables(set()).sync(theirs)
            return made

    async def walk(window: Window) -> None:
        made = await asyncio.to_thread(at_the_guide_desk)
        await window.syncs()
        assert window.terminal.memory.prefile_of(made.id) is not None
        answer = Message("line.declined", {"status": 404, "error": "no_case"})  # of a scope that it does not hold
        monkeypatch.setattr(desk_prefiles, "fetch_case", lambda *_: answer)
        refused = await window.desk.take_prefile(made.code)
        assert isinstance(refused, Refused)
        assert "已从本窗口的列表中移出" in str(refused.message)
        assert window.terminal.memory.prefile_of(made.id) is None

    at_window_12(place, "1001", walk)


def test_a_file_whose_item_went_out_of_the_catalogue_says_so_and_breaks_no_screen(place: demo.Place) -> None:
    async def walk(window: Window) -> None:
        await window.types(HALF + "<ctrl+k>")
        made = window.terminal.memory.prefiles()[0]
        library, catalogue = window.terminal.library, window.terminal.library.current()
        items = {code: item for code, item in catalogue.items.items() if code != "D01"}
        library._catalogues[catalogue.version] = msgspec.structs.replace(catalogue, items=items)
        for answer in (
            await window.desk.preparation_preview(made.code), await window.desk.print_preparation(made.code),
        ):  # fmt: skip
            assert isinstance(answer, Refused)
            assert answer.message.id == "intake.no_item"
        library._catalogues[catalogue.version] = catalogue

    at_window_12(place, "1001", walk)
