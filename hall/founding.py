"""How a hall begins: its row, its catalogue and calendar, its first people; and the sample people (contract.md)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from casework.ambient import NewId
from casework.bodies import Delegation, StaffSet
from casework.facts import NO_HASH
from casework.folding import fold_mark
from casework.seals import key_id
from hall.errors import Stop
from hall.office import own_facts, publish
from hall.rows import HallRow
from hall.store import Reading, Store

_OFFICER = (
    "business", "investment", "construction", "single", "planning", "fire", "civil_defence", "city", "drainage",
    "survey", "chief",
)  # fmt: skip

SAMPLE_PIN = "135790"
SAMPLE = (
    ("1001", "王芳", "helper", ("window", "guide")),
    ("1002", "刘洋", "helper", ("window", "delivery")),
    ("2001", "陈建国", "officer", _OFFICER),
    ("2002", "赵敏", "officer", _OFFICER),
    ("2003", "周强", "officer", ("survey", "fire")),
    ("3001", "孙丽", "supervisor", ("supervisor",)),
    ("4001", "吴磊", "it", ("it",)),
    ("4002", "郑洁", "it", ("it",)),
)
"""Number, name, team and posts of the sample people; made up."""


def sample_staff(verifier: Callable[[str], str]) -> tuple[StaffSet, ...]:
    """The sample people. `verifier` makes the argon2id string of a PIN, each with its own salt."""
    return tuple(StaffSet(number, name, team, posts, verifier(SAMPLE_PIN)) for number, name, team, posts in SAMPLE)


def found(
    store: Store,
    hall: HallRow,
    catalogue: bytes,
    calendar: bytes,
    people: Sequence[StaffSet],
    now: str,
    new_id: NewId,
) -> None:
    """Begin a hall in an empty memory, in one transaction.

    Raises Stop when there is a hall already.
    """
    with store.writing() as tx:
        if tx.hall().id:
            raise Stop("hall.is_there", name=tx.hall().name)
        tx.found(hall)
        changes = publish(tx, catalogue, calendar, now, new_id)
        changes.fold = fold_mark()  # what is folded from here on is folded by this program
        tx.save(own_facts(tx, people, now, new_id, changes))


def hall_row(public: str, region: str, name: str) -> HallRow:
    """The row of a new hall: its id is the short name of its key, so no two halls have the same."""
    return HallRow(key_id(public), region, name, public, 1, 0, NO_HASH)


def staff_change(reading: Reading, person: StaffSet, *, new: bool) -> StaffSet:
    """`person` as she may be written down.

    Raises Stop: a new one whose number is taken, or a change of nobody.
    """
    there = person.number in reading.staff((person.number,))
    if new and there:
        raise Stop("hall.staff_there", number=person.number)
    if not new and not there:
        raise Stop("hall.no_staff", number=person.number)
    return person


DELEGATED = frozenset({"case.extend", "case.decide"})
"""The rights that a head may delegate (R15, R21)."""


def delegations_of(texts: Sequence[str]) -> tuple[Delegation, ...]:
    """`case.extend:2002:DOCUMENT:2026-01-01:2026-12-31` as delegations; an empty text takes all of them back.

    Raises Stop with the form that is wanted.
    """
    return tuple(_delegation(text) for text in texts if text)


def _delegation(text: str) -> Delegation:
    parts = text.split(":")
    try:
        verb, by, document, since, until = parts
        in_order = date.fromisoformat(since) <= date.fromisoformat(until)
    except ValueError as cause:
        raise Stop("hall.delegation", given=text[:80], possible=", ".join(sorted(DELEGATED))) from cause
    if verb not in DELEGATED or not document.strip() or not in_order:
        raise Stop("hall.delegation", given=text[:80], possible=", ".join(sorted(DELEGATED)))
    return Delegation(verb, by, document, since, until)


def delegation_text(each: Delegation) -> str:
    """A delegation as it is typed."""
    return f"{each.verb}:{each.by}:{each.document}:{each.since}:{each.until}"
