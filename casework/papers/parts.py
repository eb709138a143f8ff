"""The pieces that papers share: words, dates, the applicant's lines, the list of materials, seal and signatures."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Protocol

from casework.catalogue.materials import STATES
from casework.errors import BadPaper
from casework.papers.facts import LimitLine, MaterialLine, PaperFacts
from casework.papers.model import Captions, SealBox, Table

Fields = tuple[tuple[str, str], ...]


class Say(Protocol):
    """Looks a message up in the language of the paper; `casework.messages.t` is one."""

    def __call__(self, message_id: str, /, **facts: Any) -> str: ...


class Words:
    """The texts of the papers: ids without the `papers.` before them, dates and lists in the paper's language."""

    def __init__(self, say: Say) -> None:
        self._say = say

    def __call__(self, name: str, /, **facts: Any) -> str:
        return self._say(f"papers.{name}", **facts)

    def of(self, nature: str, name: str, /, **facts: Any) -> str:
        """`name` in the words of the law that the item stands under; the plain one is of the licensing law."""
        return self(name if nature == "licence" else f"{name}.{nature}", **facts)

    def day(self, day: date | None) -> str:
        """`2026年11月23日`, or nothing."""
        return "" if day is None else self("day", year=day.year, month=day.month, day=day.day)

    def moment(self, at: datetime | None) -> str:
        """`2026年11月23日 09:05`, or nothing."""
        return "" if at is None else self("moment", day=self.day(at), time=f"{at.hour:02d}:{at.minute:02d}")

    def due(self, due: date | None, provisional: bool) -> str:
        """The due date, with 暂定 behind it while the calendar ends before it (R24)."""
        return self("due.provisional", day=self.day(due)) if provisional and due else self.day(due)

    def until(self, due: date | None, provisional: bool) -> str:
        """The same within a sentence: `2027年1月5日（暂定）`."""
        return self("until.provisional", day=self.day(due)) if provisional and due else self.day(due)

    def limit(self, limit: LimitLine | None) -> str:
        """`20个工作日，至2026年12月21日（暂定）`, or nothing."""
        if limit is None:
            return ""
        due = " ".join(filter(None, (self.day(limit.due), limit.time)))
        until = self("until.provisional", day=due) if limit.provisional else due
        text = self("limit", text=limit.text, due=until) if due else limit.text
        return self("list.semicolon").join(filter(None, (text, limit.more)))

    def join(self, parts: tuple[str, ...]) -> str:
        """Names in a row with the list comma of the language."""
        return self("list.comma").join(part for part in parts if part)


def need(value: str, what: str, kind: str) -> str:
    """`value`, or BadPaper that names what the paper of `kind` can't be printed without."""
    if not value.strip():
        raise BadPaper(f"papers.error.{what}", kind=kind)
    return value


def present(*pairs: tuple[str, str]) -> Fields:
    """The pairs that have a value."""
    return tuple(pair for pair in pairs if pair[1].strip())


def captions(w: Words) -> Captions:
    """What the renderers say themselves."""
    return Captions(page=w("page", page="{page}", pages="{pages}"), missing=w("missing_glyphs"))


def applicant_name(facts: PaperFacts) -> str:
    """The applicant's name, or nothing (a guide has none)."""
    return facts.applicant.name if facts.applicant else ""


def applicant_fields(facts: PaperFacts, w: Words, brief: bool = False) -> Fields:
    """Who applies, and who acts for them. A person has a name and an ID, an entity its code and representative."""
    who = facts.applicant
    if who is None:
        return ()
    entity = who.kind == "entity"
    fields = present(
        (w("field.entity" if entity else "field.person"), who.name),
        (w("field.uscc" if entity else "field.id"), who.id),
    )
    if brief:
        return fields
    fields += present(
        (w("field.legal_representative"), who.legal_representative if entity else ""),
        (w("field.address"), who.address),
        (w("field.phone"), who.phone),
    )
    if facts.agent:
        fields += present(
            (w("field.agent"), facts.agent.name),
            (w("field.agent_id"), facts.agent.id),
            (w("field.agent_phone"), facts.agent.phone),
            (w("field.agent_authority"), facts.agent.authority),
        )
    return fields


def item_fields(facts: PaperFacts, w: Words) -> Fields:
    """Which item, under which codes."""
    return present(
        (w("field.item"), facts.item),
        (w("field.item_code"), facts.item_code),
        (w("field.project_code"), facts.project_code),
        (w("field.bundle"), facts.bundle),
        (w("field.handling"), w("handling.joint") if facts.joint else ""),
    )


def counter_fields(facts: PaperFacts, w: Words, accepted: bool = False) -> Fields:
    """In whose power and under which authorisation (R15); when it came in and was accepted, by whom, where; the fee,
    which is none unless a basis is named (R11)."""
    clerk = w("person", name=facts.clerk, number=facts.clerk_number) if facts.clerk_number else facts.clerk
    return present(
        (w("field.organ"), facts.organ),
        (w("field.authorisation"), facts.authorisation),
        (w("field.received_at"), w.moment(facts.received_at or facts.issued_at)),
        (w("field.accepted_at"), w.moment(facts.accepted_at or facts.issued_at) if accepted else ""),
        (w("field.clerk"), clerk),
        (w("field.window"), facts.window),
        (w("field.counter_phone"), facts.phone),
        (w("field.fee"), facts.fee or w("fee.none")),
    )


def clock_fields(facts: PaperFacts, w: Words) -> Fields:
    """Both limits with their due dates, and what is not counted (R22)."""
    return present(
        (w("field.statutory"), w.limit(facts.statutory)),
        (w("field.promised"), w.limit(facts.promised)),
        (w("field.not_counted"), w.join(facts.not_counted)),
    )


def service_fields(facts: PaperFacts, w: Words) -> Fields:
    """How the result comes, how to ask."""
    return present(
        (w("field.delivery_way"), facts.delivery_way),
        (w("field.query"), facts.query),
    )


def material_state(line: MaterialLine, w: Words) -> str:
    """The state of one material in words; a text that is no word of the contract is printed as it is."""
    return w(f"have.{line.have}") if line.have in STATES else line.have


def material_table(lines: tuple[MaterialLine, ...], w: Words) -> Table | None:
    """The list of materials: name, copies, form; a column of remarks only when there is one."""
    if not lines:
        return None
    noted = any(line.note for line in lines)
    header = (w("column.no"), w("column.material"), w("column.copies"), w("column.form"))
    rows = tuple(
        (str(at), line.name, str(line.copies) if line.copies else w("dash"), material_state(line, w))
        + ((line.note,) if noted else ())
        for at, line in enumerate(lines, 1)
    )
    if noted:
        return Table(header=(*header, w("column.note")), rows=rows, weights=(5, 19, 5, 9, 14))
    return Table(header=header, rows=rows, weights=(5, 30, 6, 11))


def seal(facts: PaperFacts, w: Words, which: str) -> SealBox:
    """The seal box with its date (R6); the organ's name, or the hall's where none is named."""
    return SealBox(label=w(f"seal.{which}"), organ=facts.organ or facts.hall, date=w.day(facts.issued_at.date()))


def ask(facts: PaperFacts, w: Words) -> tuple[str, ...]:
    """Whom to ask, where a telephone is named."""
    return (w("letter.ask", window=facts.window or facts.hall, phone=facts.phone),) if facts.phone else ()


def footer(facts: PaperFacts, w: Words) -> tuple[str, ...]:
    """The last lines of every paper: the complaints line, where one is named."""
    return (w("footer.complaints", line=facts.complaints),) if facts.complaints else ()
