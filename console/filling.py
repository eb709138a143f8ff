"""What is known of people fills a new form: for an intake, once chosen, and on record (ADR 0030).

A list shows people masked. Whoever is chosen there, or whose number was given, is filled in with telephone and address
from an earlier case: that is a look at its personal data, and stands there as `unmasked`, with the id of the new case.
"""

from __future__ import annotations

import dataclasses

import msgspec

from casework.case import Case
from casework.events import body_of
from casework.messages import t
from casework.rules import Refusal
from console.counter import Session
from console.desk.intake import shown_party
from console.terminal import Terminal
from screens import desk


@dataclasses.dataclass(frozen=True)
class Filling:
    """The form that is being filled: whose hands, for which item, and the id under which its case will be taken in."""

    terminal: Terminal
    session: Session
    item: str
    intake: str

    def applicant(self, identity: str) -> desk.Known | None:
        """An applicant who was here before: the party, how often, and who applied for her the last time."""
        found = self.terminal.memory.known_applicant(identity)
        if found is None:
            return None
        case = found.newest
        note, agent = t("intake.known", count=found.count, last=case.received_at[:10]), case.received.agent
        if agent is not None:
            note = t("intake.known_agent", known=note, name=agent.name)
        party = shown_party(case.received.applicant)
        if not self._on_record(case):
            return desk.Known(_bare(party), note=note)
        return desk.Known(party, note=note, agent=shown_party(agent) if agent else None)

    def agent(self, identity: str, applicant_id: str) -> desk.Party | None:
        """An agent who was here before. What she may do is proposed only where it was this applicant who said so."""
        memory = self.terminal.memory
        for case in memory.of_applicant(applicant_id) if applicant_id else ():
            if case.received.agent is not None and case.received.agent.id == identity:
                party = shown_party(case.received.agent)
                return party if self._on_record(case) else _bare(party)
        found, case_of = memory.known_agent(identity), memory.case_of_agent(identity)
        if found is None:
            return None
        party = msgspec.structs.replace(shown_party(found), authority="")
        return party if case_of is None or self._on_record(case_of) else _bare(party)

    def _on_record(self, case: Case) -> bool:
        """Put the look on record, once for each new case. False: her posts do not allow it, and nothing is shown."""
        told = (line.fact for line in self.terminal.memory.history(case.id).lines if line.fact.type == "unmasked")
        if any(body_of(fact).intake == self.intake for fact in told):
            return True
        reason = t("filling.reason", item=self.item) if self.item else t("filling.reason_open")
        return not isinstance(self.terminal.counter.unmask(self.session, case.number, reason, self.intake), Refusal)


def _bare(party: desk.Party) -> desk.Party:
    return msgspec.structs.replace(party, phone="", address="", legal_representative="", authority="")
