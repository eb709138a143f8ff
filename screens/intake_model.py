"""What the intake form holds, and the rows that show it: from the item to the outcome, each part only when it applies.

The values of rows are kept by key, also of rows that do not apply for the moment: an answer that is taken back and
given again finds what was typed. Rule R7 is kept by having no way to add a material.
"""

from __future__ import annotations

from casework.messages import t
from screens.canvas import wrap
from screens.counter_views import Offer
from screens.desk import ActView, Choice, Field, Have, IntakeForm, ItemHit, ItemView, MaterialView, Party
from screens.field import Heading, InputRow, MaterialRow, Note, Pick, Row, input_row
from screens.form import answers_of

PICKS = 12
_MEMBERS = 76
"""Cells of a line that names the items of a bundle: it fits 80."""
_PARTY = ("id", "name", "phone", "address", "legal_representative", "authority")


def _party_fields(who: str, kind: str) -> list[Field]:
    required = {"id", "name"} | ({"authority"} if who == "agent" else set())
    shown = ["id", "name", "phone"]
    shown += ["authority"] if who == "agent" else ["address"]
    shown += ["legal_representative"] if who == "applicant" and kind == "entity" else []
    kinds = {"id": "any_id", "phone": "phone", "legal_representative": "person_name"}
    kinds |= {"name": "person_name"} if who == "agent" else {}
    return [
        Field(
            code,
            t(f"screens.intake.{who}.{code}"),
            kinds.get(code, "text"),  # type: ignore[arg-type]  # only kinds stand in the table above
            required=code in required,
            help=t(f"screens.intake.help.{code}"),
            max_chars=32 if code in {"id", "phone"} else 200,
            example="" if code in {"id", "phone"} else t(f"screens.intake.example.{code}"),
        )
        for code in shown
    ]


class IntakeModel:
    """The state of one intake."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        self.have: dict[str, Have] = {}
        self.reused: dict[str, str] = {}
        self.item: ItemView | None = None
        self.hits: tuple[ItemHit, ...] = ()
        self.kind: str = "person"
        self.outcomes: tuple[ActView, ...] = ()
        self.filled: dict[str, str] = {}
        self.identities: dict[str, str] = {}
        """The numbers for which something was looked up, of applicant and agent."""
        self.note = ""
        """What is known of the applicant, for the heading of her part of the form."""
        self.visit = ""
        self.catalogue = ""
        """The version under which the item was chosen: a newer one comes with the next case."""
        self.offered: dict[str, tuple[Offer, ...]] = {}
        """Known people or firms that are proposed below a field, by its key."""

    # Rows -> state

    def take(self, rows: list[Row]) -> None:
        """Remember what stands in the rows."""
        for row in rows:
            if isinstance(row, InputRow):
                self.values[row.key] = row.value
            elif isinstance(row, MaterialRow):
                self._take_material(row)

    def _take_material(self, row: MaterialRow) -> None:
        code = row.material.code
        if row.material.shared and row.have == self._shared(row.material):
            self.have.pop(code, None)  # it goes on following the paper that it is
        else:
            self.have[code] = row.have
        if row.reused:
            self.reused[code] = row.reused
        else:
            self.reused.pop(code, None)

    @property
    def answers(self) -> dict[str, str]:
        """The situation answers given so far."""
        return self._under("situations.")

    def _under(self, prefix: str) -> dict[str, str]:
        return {key[len(prefix) :]: value for key, value in self.values.items() if key.startswith(prefix) and value}

    def fill(self, key: str, value: str) -> None:
        """Put in what is known, unless the clerk has typed something else there."""
        if value and self.values.get(key, "") in {"", self.filled.get(key, "")}:
            self.values[key] = self.filled[key] = value

    def fill_party(self, who: str, party: Party) -> None:
        """Put in what is known of the applicant or the agent."""
        for code in _PARTY[1:]:
            self.fill(f"{who}.{code}", getattr(party, code))

    def carried(self) -> None:
        """The people were taken over from another case: whoever gets another number loses what belongs to this one."""
        for who in ("applicant", "agent"):
            self.filled |= {key: self.values[key] for key in (f"{who}.{code}" for code in _PARTY) if self.values[key]}
            self.identities[who] = self.values[f"{who}.id"]

    def forget(self, *prefixes: str) -> None:
        """Take out what was filled in for somebody else and that nobody has changed since."""
        for key in [key for key in self.filled if key.startswith(prefixes)]:
            if self.values.get(key) == self.filled.pop(key):
                self.values[key] = ""

    def propose(self) -> None:
        """Put into the application form what was said before or stands above: nobody types the same thing twice."""
        person = {"applicant.legal_representative": "applicant.name"} if self.kind == "person" else {}
        for field in self.item.fields if self.item else ():
            above = self.values.get(person.get(field.same_as, field.same_as), "")
            self.fill(f"form.{field.code}", field.value or above)

    @property
    def _asks_for_agent(self) -> bool:
        """The item itself asks whether an agent comes (its situation `agent`)."""
        return self.item is not None and any(field.code == "agent" for field in self.item.situations)

    @property
    def with_agent(self) -> bool:
        """An agent stands at the counter."""
        return self.values.get("situations.agent" if self._asks_for_agent else "agent") == "yes"

    def have_of(self, material: MaterialView) -> Have:
        """How a material stands; one that is checked over the network is never missing (R33)."""
        proposed = self._shared(material) if material.shared else material.have
        have = self.have.get(material.code, proposed)
        return "pending_check" if have == "missing" and material.source else have

    def _shared(self, material: MaterialView) -> Have:
        """A paper that is another one of the form as well: with that in hand, so is this."""
        return "electronic" if self.have.get(material.shared) in {"original", "copy", "electronic"} else "missing"

    def follow(self) -> None:
        """After a form came back: what stands as the paper that it is goes on following it."""
        for one in self.item.materials if self.item else ():
            if one.shared and self.have.get(one.code) == self._shared(one):
                del self.have[one.code]

    # State -> rows

    def rows(self) -> list[Row]:
        """All rows that apply now."""
        item = self.item
        code = Field("code", t("screens.intake.item"), required=True, help=t("screens.intake.help.item"), max_chars=60)
        rows: list[Row] = [input_row(code, "item", "item", self.values.get("item", ""))]
        if item is None:
            return [*rows, *self._picks()]
        facts = " | ".join(one for one in (item.module, item.fee) if one)
        rows.append(Note("item.facts", "item", f" {item.code} {item.name} | {facts}"))
        rows += [Note("item.limits", "item", f" {item.limits}")] if item.limits else []
        if item.members:
            members = t("screens.intake.members", names=list(item.members))
            rows += [Note(f"item.members.{i}", "item", f" {line}") for i, line in enumerate(wrap(members, _MEMBERS))]
        if item.situations:
            rows += self._section("situations", item.situations)
        rows += self._parties(item)
        if item.fields:
            rows += self._section("form", item.fields)
        if item.materials:
            rows.append(Heading("h.materials", "materials", t("screens.intake.section.materials")))
            rows += [self._material_row(one) for one in item.materials]
        return [*rows, *self._outcome()]

    def _material_row(self, one: MaterialView) -> MaterialRow:
        reused = self.reused.get(one.code, "")
        return MaterialRow(f"materials.{one.code}", "materials", one.name, one, self.have_of(one), reused)

    def _picks(self) -> list[Row]:
        if not self.hits:
            empty = "screens.intake.no_item" if self.values.get("item") else "screens.intake.type_item"
            return [Note("item.none", "item", f" {t(empty)}")]
        return [
            Pick(f"pick.{hit.code}", "item", f"{hit.code}  {hit.name}  [{hit.module}]", hit.code)
            for hit in self.hits[:PICKS]
        ]

    def _section(self, name: str, fields: tuple[Field, ...]) -> list[Row]:
        rows: list[Row] = [Heading(f"h.{name}", name, t(f"screens.intake.section.{name}"))]
        for field in fields:
            key = f"{name}.{field.code}"
            rows.append(input_row(answers_of(field), name, key, self.values.get(key)))
        return rows

    def _parties(self, item: ItemView) -> list[Row]:
        title = t("screens.intake.section.applicant")
        rows: list[Row] = [Heading("h.applicant", "applicant", f"{title}  {self.note}".rstrip())]
        rows += self._party("applicant")
        if not self._asks_for_agent:
            agent = answers_of(Field("agent", t("screens.intake.with_agent"), "yes_no", value="no"))
            rows.append(input_row(agent, "applicant", "agent", self.values.get("agent")))
        if self.with_agent:
            rows += self._party("agent")
        if item.needs_project_code:
            field = Field(
                "project_code",
                t("screens.intake.project_code"),
                "project_code",
                required=True,
                help=t("screens.intake.help.project_code"),
                max_chars=24,
            )
            rows.append(input_row(field, "applicant", "project_code", self.values.get("project_code", "")))
        return rows

    def _party(self, who: str) -> list[Row]:
        rows: list[Row] = []
        for field in _party_fields(who, self.kind):
            key = f"{who}.{field.code}"
            rows.append(input_row(field, "applicant", key, self.values.get(key, "")))
            rows += [
                Pick(f"offer.{key}.{n}", "applicant", f"  {n} {offer.text}", key, offer.value)
                for n, offer in enumerate(self._offers(key), 1)
            ]
        return rows

    def _offers(self, key: str) -> tuple[Offer, ...]:
        """Below a field: who was looked for; and what an agent may usually do, while nothing is said of it."""
        if key != "agent.authority" or self.values.get(key) or self.item is None:
            return self.offered.get(key, ())
        names = ("screens.intake.authority.item", "screens.intake.authority.papers")
        words = (t(name, item=self.item.name) for name in names)
        return tuple(Offer(one, one) for one in words)

    def bring_agent(self) -> None:
        """An agent stands at the counter."""
        self.values["situations.agent" if self._asks_for_agent else "agent"] = "yes"

    def _outcome(self) -> list[Row]:
        possible = [act for act in self.outcomes if act.allowed]
        if not possible:
            return []
        field = Field(
            "outcome",
            t("screens.intake.outcome"),
            "choice",
            required=True,
            choices=tuple(Choice(act.code, act.name) for act in possible),
            help=t("screens.intake.help.outcome"),
        )
        rows: list[Row] = [Heading("h.outcome", "outcome", t("screens.intake.section.outcome"))]
        rows.append(input_row(field, "outcome", "outcome", self.outcome_code))
        chosen = next((act for act in possible if act.code == self.outcome_code), None)
        for one in chosen.fields if chosen else ():
            key = f"outcome_data.{one.code}"
            rows.append(input_row(answers_of(one), "outcome", key, self.values.get(key)))
        off = [act for act in self.outcomes if not act.allowed and act.reason is not None]
        return [*rows, *(Note(f"off.{act.code}", "outcome", f" - {act.name}: {act.reason}") for act in off)]

    @property
    def outcome_code(self) -> str:
        """The outcome that is chosen, else the proposed one."""
        allowed = [act.code for act in self.outcomes if act.allowed]
        chosen = self.values.get("outcome", "")
        if chosen in allowed:
            return chosen
        return next((act.code for act in self.outcomes if act.allowed and act.proposed), allowed[0] if allowed else "")

    # Form <-> state

    def party(self, who: str) -> Party:
        """The applicant or the agent as typed."""
        typed = {code: self.values.get(f"{who}.{code}", "") for code in _PARTY}
        kind = self.kind if who == "applicant" else "person"
        return Party(kind="entity" if kind == "entity" else "person", **typed)

    def _reused(self, held: dict[str, Have]) -> dict[str, str]:
        """Which earlier case holds a paper, also for those of the form that are the same paper."""
        same = {one.code: one.shared for one in self.item.materials if one.shared} if self.item else {}
        numbers = {code: self.reused.get(code) or self.reused.get(same.get(code, ""), "") for code in held}
        return {code: number for code, number in numbers.items() if number and held[code] == "electronic"}

    def looked_up(self, item: ItemView | None) -> None:
        """What applies now; the version that says so is kept while the form is open."""
        self.item, self.catalogue = item, item.catalogue if item else ""

    def form(self) -> IntakeForm:
        """All that was gathered, as the desk takes it."""
        item = self.item
        shown = {field.code for field in item.fields} if item else set()
        proposals = {field.code: field.value for field in item.fields if field.value} if item else {}
        form = {**proposals, **self._under("form.")}
        asked = {field.code for field in item.situations} if item else set(self.answers)
        held = {one.code: self.have_of(one) for one in item.materials} if item else {}
        return IntakeForm(
            item=item.code if item else "",
            situations={code: answer for code, answer in self.answers.items() if code in asked},
            applicant=self.party("applicant"),
            agent=self.party("agent") if self.with_agent else None,
            project_code=self.values.get("project_code", ""),
            form={code: value for code, value in form.items() if not item or code in shown},
            materials=held,
            refers_to=self.values.get("refers_to", ""),
            outcome=self.outcome_code,
            outcome_data=self._under("outcome_data."),
            visit=self.visit,
            reused=self._reused(held),
            catalogue=self.catalogue if item else "",
        )


def restored(form: IntakeForm) -> IntakeModel:
    """The state that a draft had; the item's view is asked for afterwards."""
    model = IntakeModel()
    values = {"item": form.item, "project_code": form.project_code, "refers_to": form.refers_to}
    values |= {f"situations.{code}": value for code, value in form.situations.items()}
    values |= {f"form.{code}": value for code, value in form.form.items()}
    values |= {f"outcome_data.{code}": value for code, value in form.outcome_data.items()}
    values["agent"] = "yes" if form.agent else "no"
    if form.agent:
        values.setdefault("situations.agent", "yes")
    for who, party in (("applicant", form.applicant), ("agent", form.agent or Party())):
        values |= {f"{who}.{code}": getattr(party, code) for code in _PARTY}
    if form.outcome:
        values["outcome"] = form.outcome
    model.values = values
    model.kind, model.have, model.reused = form.applicant.kind, dict(form.materials), dict(form.reused)
    model.visit, model.catalogue = form.visit, form.catalogue
    return model
