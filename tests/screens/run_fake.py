"""The console on a fake desk, as a program of its own: for the tests in a real terminal, and to look at.

    python tests/screens/run_fake.py [--language en] [--signed-in] [--fields N] [--slow SECONDS] [--keep FILE]

`--keep` writes what was saved, and the draft, as JSON after each change, so that another process can look at it.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import msgspec

from screens.app import ConsoleApp
from screens.desk import Draft, IntakeForm, Person, Refused, Saved
from tests.screens.fake_desk import FakeDesk


class KeptDesk(FakeDesk):
    """Writes drafts and saved forms to a file."""

    file: Path | None = None

    def keep(self) -> None:
        if self.file is not None:
            kept = {"drafts": msgspec.to_builtins(self.drafts), "saved": msgspec.to_builtins(self.saved)}
            self.file.write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")

    async def save_draft(self, draft: Draft) -> None:
        await super().save_draft(draft)
        self.keep()

    async def submit_intake(self, form: IntakeForm) -> Saved | Refused:
        answer = await super().submit_intake(form)
        self.keep()
        return answer


class FakeApp(ConsoleApp):
    """Signs in by itself where a test is not about that."""

    signed: str = ""

    async def on_mount(self) -> None:
        await super().on_mount()
        if self.signed:
            answer = await self.desk.sign_in(self.signed, "135790")
            assert isinstance(answer, Person)
            await self.sit_down(answer)


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--language", default="zh_CN")
    words.add_argument("--signed-in", default="")
    words.add_argument("--fields", type=int, default=3)
    words.add_argument("--rows", type=int, default=12)
    words.add_argument("--slow", type=float, default=0.0)
    words.add_argument("--keep", type=Path)
    given = words.parse_args()
    desk = KeptDesk(language=given.language, fields_total=given.fields, rows_total=given.rows, slow=given.slow)
    desk.file = given.keep
    if given.keep and given.keep.exists():
        kept = json.loads(given.keep.read_text(encoding="utf-8"))
        desk.drafts = msgspec.convert(kept["drafts"], dict[str, Draft])
    app = FakeApp(desk)
    app.signed = given.signed_in
    app.language = given.language
    app.run()


if __name__ == "__main__":
    main()
