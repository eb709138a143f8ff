"""Old cases whose history is at the hall are asked for by themselves, a few at a time (sync.md S21, T68)."""

from __future__ import annotations

import re
from functools import partial

from casework.errors import BadBytes
from casework.seals import unseal
from casework.wire import PURPOSE_CASE, CaseAnswer, CaseProof, case_digest
from sync.contact import Contact
from sync.errors import Busy, Declined, Memory, NotTheHall, OtherHall, TryAgain, Unreachable

_HAS_NONE = "no_case"
_ID = re.compile(r"[0-9A-Za-z-]{1,64}")


class Holes:
    """Fetches single cases. What the hall does not have is asked for once only while the line runs."""

    def __init__(self, contact: Contact) -> None:
        self._contact = contact
        self._last = ""
        self._without: set[str] = set()
        self._later: dict[str, float] = {}

    async def step(self) -> None:
        """Mend at most `limits.holes_at_once` holes; what can't be had now is asked for later.

        Where nobody answers, the next poll says whether that is the line, or something on the way that carries no
        answer as large as this one. Raises AskPerson and Memory.
        """
        contact = self._contact
        found = await contact.memory(contact.store.holes, self._last, contact.limits.holes_at_once)
        self._last = found[-1] if len(found) == contact.limits.holes_at_once else ""
        now = contact.clock.monotonic()
        self._later = {case_id: until for case_id, until in self._later.items() if until > now}
        for case_id in found:
            if case_id in self._without or case_id in self._later or not _ID.fullmatch(case_id):  # of a faulty program
                continue
            try:
                await self._mend(case_id)
            except Memory:
                raise
            except Unreachable:
                self._later[case_id] = now + contact.limits.retry_most
                return
            except TryAgain:
                continue

    async def _mend(self, case_id: str) -> None:
        contact = self._contact
        try:
            answer = await self.ask(case_id)
        except Declined as declined:
            if declined.problem is None or declined.problem.error != _HAS_NONE:
                raise Busy("line.busy", declined.retry_after, status=declined.status) from declined
            await contact.memory(contact.store.no_case, case_id)
        else:
            await contact.memory(contact.store.keep_case, case_id, tuple(map(bytes, answer.entries)))
        if case_id in await contact.memory(contact.store.holes, "", contact.limits.list_rows):
            self._remember(case_id)  # what is missing is not for this terminal: asked again at the next start

    def _remember(self, case_id: str) -> None:
        if len(self._without) >= self._contact.limits.list_rows:
            self._without.clear()
        self._without.add(case_id)

    async def ask(self, case: str) -> CaseAnswer:
        """All that the hall shows of one case, by its id or number, proven. Raises LineError."""
        contact = self._contact
        position = await contact.memory(contact.store.position)
        answer = await contact.question(
            partial(contact.transport.case, case, contact.signer, contact.hall_now()), batch=True
        )
        if answer.proof is None:
            raise NotTheHall("line.not_the_hall", seen="case")
        try:
            proof: CaseProof = unseal(answer.proof, contact.transport.key, PURPOSE_CASE, CaseProof)
        except BadBytes as cause:
            raise NotTheHall("line.not_the_hall", seen="case") from cause
        if proof.hall != position.hall:
            raise OtherHall("line.other_hall", hall=proof.hall)
        shown = case_digest(position.terminal, answer.case, tuple(map(bytes, answer.entries)))
        if (proof.epoch, proof.case, proof.digest) != (position.epoch, answer.case, shown):
            raise NotTheHall("line.not_the_hall", seen="case")
        return answer
