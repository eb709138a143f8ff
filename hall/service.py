"""What the hall does for a request, without HTTP: short, synchronous, each in one transaction or one snapshot.

Keeps S8 (digest and signature before the lock), S18 (pull from one snapshot), S24 (`diverged`: nothing stored),
S29 (the hall's time in every answer). Its parts stand one noun a module: pushing, pulling, upkeep.
"""

from __future__ import annotations

from casework.seals import Signed
from casework.wire import PURPOSE_ENROL, EnrolAnswer, EnrolRequest
from hall.enrol import enrol
from hall.importing import Importing
from hall.proving import read_body, taking_in, unsealed
from hall.upkeep import Upkeep


class Hall(Importing, Upkeep):
    """The hall's use cases."""

    def enrol(self, body: bytes) -> tuple[EnrolAnswer, frozenset[str]]:
        """Take a terminal in; the answer, and the scopes that got something new.

        Raises BadRequest, Unproven, EnrolRefused, StorageTrouble.
        """
        signed = read_body(body, Signed)
        stated = read_body(bytes(signed.body), EnrolRequest)
        request: EnrolRequest = unsealed(signed, stated.key, PURPOSE_ENROL, EnrolRequest)
        with self._store.writing() as tx:
            taking_in(tx.hall())  # a number that was given in a lost epoch must not be given again (S27)
            changes, refused = enrol(tx, request, self.now, self._new_id, self._limits)
            self._save(tx, changes)
            hall = tx.hall()
        if refused is not None:
            raise refused
        answer = EnrolAnswer(hall.id, hall.region, hall.name, hall.key, hall.epoch, request.number, self.now)
        return answer, changes.scopes
