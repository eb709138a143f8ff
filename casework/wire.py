"""What goes over the line: entries and their chain, batches, answers (sync.md S7-S18); `docs/wire.md` has every byte.

Facts and entries are encoded once; messages carry those exact bytes (`msgspec.Raw`), so a hash made at
one end holds at the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from casework.errors import UNREADABLE, BadBytes
from casework.facts import NO_HASH, Envelope, digest
from casework.report import PROTOCOL, Report
from casework.seals import Signed
from casework.verdicts import Tray as Tray  # noqa: PLC0414 - part of the wire
from casework.verdicts import Verdict as Verdict  # noqa: PLC0414

PURPOSE_BATCH = "batch"
PURPOSE_HEAD = "head"
PURPOSE_HELLO = "hello"
PURPOSE_ENROL = "enrol"
PURPOSE_CASE = "case"
PURPOSE_OFFER = "offer"
PURPOSE_SEGMENT = "segment"

ENTRY_FACT = "fact"
ENTRY_VERDICT = "verdict"
ENTRY_TRAY = "tray"


class Place(msgspec.Struct, frozen=True, gc=False):
    """A place in the hall's log: the epoch that a terminal was in, and the number of an entry there."""

    epoch: int
    seq: int


class Entry(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """One line of the hall's log (S7). Which of the optional parts it has depends on `kind`."""

    kind: str
    seq: int
    scope: str
    received_at: str
    envelope: Envelope | None = None
    verdict: Verdict | None = None
    fact: msgspec.Raw = msgspec.Raw(b"null")
    """kind `fact`: the exact bytes."""
    fact_id: str = ""
    n: int = 0
    """kind `fact`: the case's own count of facts, from 1 (S21)."""
    tray: Tray | None = None
    was: Place | None = None
    """Where it stood in an epoch before, when it was put back after the hall had lost it (S25)."""
    masked: bool = False
    """kind `fact`: `fact` is what every window may see; the hall keeps the full bytes that its envelope seals (S7)."""


class Hidden(msgspec.Struct, frozen=True, gc=False):
    """An entry of a scope that the terminal does not hold: its place in the chain, and nothing of its content."""

    seq: int
    hash: str


class Head(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Up to where the hall's log goes: signed by the hall for each page (S9)."""

    hall: str
    epoch: int
    seq: int
    chain: str
    page: str = ""
    """`page_digest` of the page that it ends: which terminal was shown what, and what is hidden from it."""


class Sent(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """One envelope of a batch with its fact; without the bytes it is a stub (S12)."""

    seq: int
    fact: msgspec.Raw = msgspec.Raw(b"null")
    stub: str = ""
    """Why the bytes could not be sent; then `fact_hash` stands for them."""
    fact_hash: str = ""


class Batch(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """What a push carries (S11): envelopes first..last without gaps, and where its terminal stands in the log."""

    hall: str
    terminal: str
    incarnation: str
    first: int
    last: int
    prev: str
    """Hash of the envelope before `first`."""
    head: str
    """Hash of the envelope `last`."""
    epoch: int
    cursor: int
    chain: str
    known_head: msgspec.Raw
    """The newest `Signed` head of the hall that the terminal holds, or null (S24)."""
    events: tuple[Sent, ...]
    report: Report | None = None
    """How the terminal is, by its own word (S34)."""
    former_to: int = 0
    """The last envelope of what a former number had brought and the hall has lost: what waits for it waits (S25)."""


class Answered(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """The verdict for one envelope of a push, or the latest one if the envelope was known (`duplicate`)."""

    seq: int
    verdict: Verdict
    entry: int = 0
    """Where an accepted fact stands in the log."""
    duplicate: bool = False


class PushAnswer(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """200 to a push. `acked`: the highest `local_seq` without a gap that the hall holds."""

    hall_time: str
    acked: int
    verdicts: tuple[Answered, ...]
    head: str = ""
    """That of the batch: the answer to another one is known by it, whoever handed it out. An older hall says none."""


class PullAnswer(msgspec.Struct, frozen=True, gc=False):
    """200 to a pull: entries and hidden ones after..upto without a gap, and the signed head at `upto` (S18)."""

    hall_time: str
    epoch: int
    after: int
    upto: int
    newest: int
    """The hall's newest entry when this page was read; upto == newest ends the pull."""
    acked: int
    entries: tuple[msgspec.Raw, ...]
    """Each an `Entry`, or `Hidden` (told apart by `kind`)."""
    head: msgspec.Raw
    """`Signed` over `Head` at `upto`."""


class Kept(msgspec.Struct, frozen=True, gc=False):
    """A refused or held fact with its bytes, for whoever holds the case's scope (S16)."""

    terminal: str
    seq: int
    verdict: Verdict
    fact: msgspec.Raw


class CaseAnswer(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """200 to a question for one case: its entries in order, and what of it waits in the tray."""

    hall_time: str
    case: str
    entries: tuple[msgspec.Raw, ...]
    kept: tuple[Kept, ...] = ()
    proof: Signed | None = None
    """Over `CaseProof`: these are the entries that the hall has shown to this terminal."""


class CaseProof(msgspec.Struct, frozen=True, gc=False):
    """What the hall signs of an answer for one case."""

    hall: str
    epoch: int
    case: str
    digest: str
    """`case_digest` of the entries."""


class Hello(msgspec.Struct, frozen=True, gc=False):
    """Who the hall is and what time it has: unsigned request, signed answer (S29)."""

    hall: str
    region: str
    name: str
    key: str
    epoch: int
    hall_time: str
    protocol: int = PROTOCOL
    """The newest that the hall speaks."""
    oldest_protocol: int = 1
    """The oldest that it still takes (S32)."""
    question: str = ""
    """The name of the question, so that no answer to another one tells the time (S29); empty from older halls."""


class EnrolRequest(msgspec.Struct, frozen=True, gc=False):
    """A terminal presents its one-time code and its public key; the whole is signed with that key as proof."""

    number: str
    code: str
    incarnation: str
    key: str


class EnrolAnswer(msgspec.Struct, frozen=True, gc=False):
    """What an enrolled terminal has to know."""

    hall: str
    region: str
    name: str
    key: str
    epoch: int
    number: str
    hall_time: str


class Point(msgspec.Struct, frozen=True, gc=False):
    """The chain at a place of a terminal's copy of the log."""

    seq: int
    chain: str


class Offer(msgspec.Struct, frozen=True, gc=False):
    """A terminal of another epoch says where it stands, and shows what the hall may have lost (S24, S25).

    The first one of a conversation has no entries, only `points`; the next ones carry entries after+1..head.seq, and
    the point `after` where the terminal's copy has nothing whole before it.
    """

    hall: str
    terminal: str
    incarnation: str
    epoch: int
    """The epoch that the terminal is in."""
    after: int
    head: msgspec.Raw
    """A `Signed` head of the hall: at the end of the entries, or the newest that the terminal holds; or null."""
    points: tuple[Point, ...] = ()
    """Places of its copy, newest first: the newest that the hall has too is where their logs part."""
    entries: tuple[msgspec.Raw, ...] = ()
    """Each an `Entry`, or `Hidden`, byte for byte as it was pulled."""


class Range(msgspec.Struct, frozen=True, gc=False):
    """Entries first..last, both inclusive."""

    first: int
    last: int


class OfferAnswer(msgspec.Struct, frozen=True, gc=False):
    """200 to an offer."""

    hall_time: str
    epoch: int
    common: int
    """The last entry that both logs have: from there the terminal goes on in the hall's epoch."""
    upto: int = 0
    """The last place of the terminal's log of which the hall knows at least the hash."""
    wanted: tuple[Range, ...] = ()
    """Entries whose bytes the hall asks this terminal for (S25); empty: nothing more."""
    gathers: bool = False
    """What was shown is not in the hall's log yet: the terminal keeps all that it holds, and asks again."""


class Problem(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Every answer that is no success: a stable code, a sentence, facts."""

    error: str
    message: str
    facts: dict[str, Any] = {}


class Link(msgspec.Struct, frozen=True, gc=False):
    """An entry as a page of a pull carries it, read: its hash, and the entry unless it is hidden."""

    seq: int
    hash: str
    entry: Entry | None
    raw: bytes = b""
    """The exact bytes of the page, to be kept byte for byte."""
    chain: str = ""
    """The chain after it, where it was read in its page."""


class _Kind(msgspec.Struct, frozen=True, gc=False):
    seq: int
    kind: str = ""
    hash: str = ""


_encode = msgspec.json.Encoder().encode
_entry = msgspec.json.Decoder(Entry).decode
_kind = msgspec.json.Decoder(_Kind).decode
_AS_WE_WRITE = tuple(f'{{"kind":"{kind}",'.encode() for kind in (ENTRY_FACT, ENTRY_VERDICT, ENTRY_TRAY))


def encode_entry(entry: Entry) -> bytes:
    """The bytes of `entry`, for ever."""
    return _encode(entry)


def decode_entry(data: bytes | msgspec.Raw) -> Entry:
    """The entry in `data`. Raises BadBytes when it is none."""
    try:
        return _entry(data)
    except UNREADABLE as cause:
        raise BadBytes("bytes.entry", reason=str(cause)) from cause


def extend(chain: str, entry_hash: str) -> str:
    """The chain after an entry (S9): SHA-256 of the chain before it and the hash of the whole entry."""
    return digest(f"yichuang-chain-1\n{chain}\n{entry_hash}".encode())


def page_digest(terminal: str, after: int, newest: int, acked: int, entries: Sequence[bytes]) -> str:
    """SHA-256 of a page as one terminal gets it.

    The chain is the same whether an entry is shown or hidden; with this in the signed head nobody on the way can hide
    a real one, or hand out the page of another terminal.
    """
    head = f"yichuang-page-1\n{terminal}\n{after}\n{newest}\n{acked}".encode()
    return digest(b"\n".join((head, *entries)))


def case_digest(terminal: str, case: str, entries: Sequence[bytes]) -> str:
    """SHA-256 of the entries of a case as one terminal gets them."""
    return digest(b"\n".join((f"yichuang-case-1\n{terminal}\n{case}".encode(), *entries)))


def read_page(answer: PullAnswer, chain: str) -> tuple[tuple[Link, ...], str]:
    """The entries of a page and the chain after it.

    Args:
        answer: the page.
        chain: the chain at `answer.after`.

    Raises BadBytes for a gap, a doubled entry, or bytes that are no entry.
    """
    links, chain = read_links(answer.entries, answer.after, chain)
    upto = answer.after + len(links)
    if upto != answer.upto:
        raise BadBytes("bytes.page_gap", expected=answer.upto, got=upto)
    return links, chain


def read_links(entries: Sequence[msgspec.Raw], after: int, chain: str) -> tuple[tuple[Link, ...], str]:
    """The entries from `after` + 1 on, shown or hidden, and the chain after the last.

    Raises BadBytes for a gap, a doubled entry, or bytes that are no entry.
    """
    links: list[Link] = []
    for expected, raw in enumerate(entries, after + 1):
        data = bytes(raw)
        seq, entry_hash, entry = _one_of_page(data)
        if seq != expected:
            raise BadBytes("bytes.page_gap", expected=expected, got=seq)
        chain = extend(chain, entry_hash)
        links.append(Link(seq, entry_hash, entry, data, chain))
    return tuple(links), chain


def _one_of_page(data: bytes) -> tuple[int, str, Entry | None]:
    """Number, hash and entry of one line of a page; no entry where it is hidden. Raises BadBytes."""
    if data.startswith(_AS_WE_WRITE):  # read once; whoever writes the fields in another order is read twice
        entry = decode_entry(data)
        return entry.seq, digest(data), entry
    try:
        kind = _kind(data)
    except UNREADABLE as cause:
        raise BadBytes("bytes.entry", reason=str(cause)) from cause
    return (kind.seq, digest(data), decode_entry(data)) if kind.kind else (kind.seq, kind.hash, None)


def envelopes(batch: Batch) -> tuple[Envelope, ...]:
    """The envelopes of `batch`, rebuilt from its events.

    Raises BadBytes when the numbers have a gap or begin before 1, or the last hash is not `batch.head`: somebody
    rewrote the body (T16).
    """
    if batch.first < 1:
        raise BadBytes("bytes.batch_gap", expected=1, got=batch.first)
    made: list[Envelope] = []
    prev = batch.prev
    for offset, event in enumerate(batch.events):
        if event.seq != batch.first + offset:
            raise BadBytes("bytes.batch_gap", expected=batch.first + offset, got=event.seq)
        fact_hash = event.fact_hash if event.stub else digest(bytes(event.fact))
        envelope = Envelope(batch.terminal, batch.incarnation, event.seq, prev, fact_hash)
        prev = envelope.hash
        made.append(envelope)
    if not made or made[-1].seq != batch.last or prev != batch.head:
        raise BadBytes("bytes.batch_head", first=batch.first, last=batch.last)
    return tuple(made)


START = (0, NO_HASH)
"""Cursor and chain of a terminal that has pulled nothing."""
