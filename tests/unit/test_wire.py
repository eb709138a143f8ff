"""What goes over the line: a page or a batch that somebody cut, doubled or rewrote is never taken; the bytes stay."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from casework.ambient import moment
from casework.bodies import MaterialAdded
from casework.calendar import parse as parse_calendar
from casework.catalogue.parse import decode as decode_catalogue
from casework.errors import BadBytes, CaseworkError
from casework.facts import (
    NO_HASH,
    Base,
    Envelope,
    Fact,
    Group,
    LegalTime,
    decode_fact,
    digest,
    encode_body,
    encode_fact,
)
from casework.http_signature import INPUT, SIGNATURE, is_fresh, prove, read_claim, sign_request
from casework.limits import LIMITS
from casework.seals import Ed25519Signer, Signed, key_id, read, seal, unseal, verify
from casework.wire import (
    ENTRY_FACT,
    PURPOSE_BATCH,
    PURPOSE_HEAD,
    Batch,
    Entry,
    Head,
    Hidden,
    PullAnswer,
    Sent,
    Verdict,
    decode_entry,
    encode_entry,
    envelopes,
    extend,
    read_page,
)

KEY, OTHER = Ed25519Signer(b"\x01" * 32), Ed25519Signer(b"\x02" * 32)
NOW = moment("2026-11-23T10:00:00.000")
NO_HEAD = msgspec.Raw(b"null")


def fact(id_: str = "f1", **changes: Any) -> Fact:
    made = Fact(
        id=id_, type="material.added", version=1, root="c1", case="c1", group=Group("g1", 0, 1), actor="1001",
        post="window", visit="", base=Base(1, 7, 3), catalogue="", roster=5,
        time=LegalTime("2026-11-23T10:00:00.000", 120, None, same_boot=True),
        body=encode_body(MaterialAdded({"D01-01": "original"})),
    )  # fmt: skip
    return msgspec.structs.replace(made, **changes)


def entry(seq: int) -> bytes:
    data = encode_fact(fact(f"f{seq}"))
    return encode_entry(
        Entry(
            ENTRY_FACT, seq, "single", "2026-11-23T10:00:01.000", Envelope("0012", "i1", seq, NO_HASH, digest(data)),
            Verdict("accepted", judged_at="2026-11-23T10:00:01.000"), msgspec.Raw(data), f"f{seq}", seq,
        )
    )  # fmt: skip


def page(*entries: bytes, after: int = 0, upto: int | None = None) -> PullAnswer:
    return PullAnswer(
        "2026-11-23T10:00:02.000", 1, after, after + len(entries) if upto is None else upto, 99, 0,
        tuple(msgspec.Raw(data) for data in entries), NO_HEAD,
    )  # fmt: skip


def chained(*hashes: str) -> str:
    chain = NO_HASH
    for each in hashes:
        chain = extend(chain, each)
    return chain


# Pages


def test_a_page_is_read_with_its_chain() -> None:
    entries = [entry(1), entry(2)]
    links, chain = read_page(page(*entries), NO_HASH)
    assert [(link.seq, link.raw) for link in links] == [(1, entries[0]), (2, entries[1])]
    assert [link.entry.fact_id for link in links if link.entry] == ["f1", "f2"]
    assert chain == chained(*map(digest, entries))


@pytest.mark.parametrize("count", [0, 1, LIMITS.pull_entries])
def test_a_page_may_be_empty_of_one_or_full(count: int) -> None:
    """T24."""
    links, _ = read_page(page(*(entry(seq) for seq in range(1, count + 1))), NO_HASH)
    assert len(links) == count


def test_a_hidden_entry_keeps_its_place_in_the_chain() -> None:
    """S7: what is of another scope is not told, and can't be left out."""
    shown, hidden = entry(1), entry(2)
    told = msgspec.json.encode(Hidden(2, digest(hidden)))
    links, chain = read_page(page(shown, told), NO_HASH)
    assert links[1].entry is None
    assert chain == chained(digest(shown), digest(hidden))


@pytest.mark.parametrize(
    ("entries", "upto"),
    [
        ((entry(2),), None),
        ((entry(1), entry(3)), None),
        ((entry(1), entry(1)), None),
        ((entry(2), entry(1)), None),
        ((entry(1),), 2),
        ((entry(1), entry(2)), 1),
    ],
    ids=["first missing", "gap", "doubled", "swapped", "end cut off", "one too many"],
)
def test_a_page_with_a_gap_is_not_taken(entries: tuple[bytes, ...], upto: int | None) -> None:
    """T14."""
    with pytest.raises(BadBytes) as caught:
        read_page(page(*entries, upto=upto), NO_HASH)
    assert caught.value.code == "bytes.page_gap"


def test_a_rewritten_entry_changes_the_chain() -> None:
    """T16: the signed head does not fit any more."""
    honest = entry(1)
    _, chain = read_page(page(honest), NO_HASH)
    _, forged = read_page(page(honest.replace(b"original", b"copy")), NO_HASH)
    assert forged != chain
    _, spaced = read_page(page(honest.replace(b'"kind":', b'"kind": ')), NO_HASH)
    assert spaced != chain, "the bytes count, not the meaning"


@pytest.mark.parametrize(
    "data", [b"null", b"[]", b'{"seq":"1"}', b'{"kind":"fact"}', b'{"seq":1,"kind":"fact"}', b"\xff"]
)
def test_what_is_no_entry_is_said(data: bytes) -> None:
    with pytest.raises(BadBytes) as caught:
        read_page(page(data), NO_HASH)
    assert caught.value.code == "bytes.entry"


def test_an_entry_is_read_back_as_it_was_written() -> None:
    assert encode_entry(decode_entry(entry(3))) == entry(3)


# Batches


def batch(*events: Sent, first: int = 1, last: int | None = None, head: str = "", prev: str = NO_HASH) -> Batch:
    made = prev
    for offset, event in enumerate(events):
        hash_ = event.fact_hash if event.stub else digest(bytes(event.fact))
        made = Envelope("0012", "i1", first + offset, made, hash_).hash
    end = first + len(events) - 1 if last is None else last
    return Batch("420118", "0012", "i1", first, end, prev, head or made, 1, 0, NO_HASH, NO_HEAD, events)


def sent(seq: int) -> Sent:
    return Sent(seq, msgspec.Raw(encode_fact(fact(f"f{seq}"))))


def test_the_envelopes_are_rebuilt_from_a_batch() -> None:
    """S2: each holds the hash of the one before."""
    found = envelopes(batch(sent(4), sent(5), first=4, prev="a" * 64))
    assert [each.seq for each in found] == [4, 5]
    assert found[0].prev == "a" * 64
    assert found[1].prev == found[0].hash


def test_a_stub_holds_the_place_of_what_cant_be_sent() -> None:
    """S12, T52."""
    whole = batch(sent(1), sent(2), sent(3))
    gone = Sent(2, stub="damaged", fact_hash=digest(bytes(sent(2).fact)))
    assert envelopes(batch(sent(1), gone, sent(3), head=whole.head)) == envelopes(whole)


@pytest.mark.parametrize(
    "broken",
    [
        batch(sent(1), sent(2), last=3),
        batch(sent(1), sent(2), head="f" * 64),
        batch(first=1, last=0),
        msgspec.structs.replace(batch(sent(1), sent(2)), events=(sent(2), sent(1))),
        msgspec.structs.replace(batch(sent(1), sent(2)), events=(sent(1),)),
        msgspec.structs.replace(batch(sent(1), sent(2)), events=(sent(1), sent(3))),
        msgspec.structs.replace(batch(sent(1), sent(2)), events=(sent(1), Sent(2, sent(3).fact))),
        msgspec.structs.replace(batch(sent(1), sent(2)), prev="b" * 64),
        msgspec.structs.replace(batch(sent(1)), terminal="0007"),
        msgspec.structs.replace(batch(sent(1)), incarnation="i2"),
    ],
    ids=[
        "end", "head", "empty", "swapped", "cut", "gap", "rewritten", "another chain", "another terminal",
        "another incarnation",
    ],
)  # fmt: skip
def test_a_batch_that_was_changed_on_the_way_is_not_taken(broken: Batch) -> None:
    """T4, T16."""
    with pytest.raises(BadBytes) as caught:
        envelopes(broken)
    assert caught.value.code in {"bytes.batch_gap", "bytes.batch_head"}


def test_each_field_of_an_envelope_counts_in_its_hash() -> None:
    one = Envelope("0012", "i1", 1, NO_HASH, "a" * 64)
    changed = {
        msgspec.structs.replace(one, **{name: value}).hash
        for name, value in (("terminal", "0007"), ("incarnation", "i2"), ("seq", 2), ("prev", "1"), ("fact_hash", "b"))
    }
    assert len(changed | {one.hash}) == 6


# Seals


HEAD = Head("420118", 1, 7, "c" * 64)


def test_what_was_sealed_opens() -> None:
    sealed = seal(KEY, PURPOSE_HEAD, HEAD)
    assert unseal(sealed, KEY.public, PURPOSE_HEAD, Head) == HEAD
    assert (sealed.alg, sealed.key) == ("ed25519", key_id(KEY.public))
    over_the_line = msgspec.json.decode(msgspec.json.encode(sealed), type=Signed)
    assert unseal(over_the_line, KEY.public, PURPOSE_HEAD, Head) == HEAD


def test_another_purpose_key_or_algorithm_opens_nothing() -> None:
    sealed = seal(KEY, PURPOSE_HEAD, HEAD)
    for wrong, key, purpose in (
        (sealed, KEY.public, PURPOSE_BATCH),
        (sealed, OTHER.public, PURPOSE_HEAD),
        (msgspec.structs.replace(sealed, purpose=PURPOSE_BATCH), KEY.public, PURPOSE_BATCH),
        (msgspec.structs.replace(sealed, alg="none"), KEY.public, PURPOSE_HEAD),
        (msgspec.structs.replace(sealed, sig=""), KEY.public, PURPOSE_HEAD),
        (msgspec.structs.replace(sealed, sig="zz"), KEY.public, PURPOSE_HEAD),
        (sealed, "", PURPOSE_HEAD),
        (sealed, "not hex", PURPOSE_HEAD),
    ):
        with pytest.raises(BadBytes) as caught:
            unseal(wrong, key, purpose, Head)
        assert caught.value.code == "bytes.signature"


def test_one_flipped_bit_opens_nothing() -> None:
    sealed = seal(KEY, PURPOSE_HEAD, HEAD)
    body = bytes(sealed.body)
    for place in range(len(body)):
        flipped = body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]
        assert not verify(KEY.public, b"yichuang-head-1\n" + flipped, sealed.sig)


def test_a_good_signature_over_another_form_is_still_refused() -> None:
    with pytest.raises(BadBytes) as caught:
        unseal(seal(KEY, PURPOSE_HEAD, Hidden(1, "x")), KEY.public, PURPOSE_HEAD, Head)
    assert caught.value.code == "bytes.message"
    with pytest.raises(BadBytes):
        read(b"\xff\xfe", Head)


# Requests without a body


def test_a_request_is_proven_for_this_path_alone() -> None:
    headers = sign_request(KEY, "GET", "/sync/v1/pull", "after=7", NOW)
    claim = read_claim(headers[INPUT], headers[SIGNATURE])
    assert prove(claim, KEY.public, "GET", "/sync/v1/pull", "after=7")
    assert not prove(claim, KEY.public, "GET", "/sync/v1/pull", "after=8")
    assert not prove(claim, KEY.public, "GET", "/sync/v1/case/1", "after=7")
    assert not prove(claim, KEY.public, "POST", "/sync/v1/pull", "after=7")
    assert not prove(claim, OTHER.public, "GET", "/sync/v1/pull", "after=7")
    assert not prove(
        msgspec.structs.replace(claim, created=claim.created + 1), KEY.public, "GET", "/sync/v1/pull", "after=7"
    )


def test_an_old_request_is_not_fresh() -> None:
    headers = sign_request(KEY, "GET", "/", "", NOW)
    claim = read_claim(headers[INPUT], headers[SIGNATURE])
    window = LIMITS.signature_window
    assert is_fresh(claim, NOW, window)
    assert is_fresh(claim, NOW.replace(minute=5), window)
    assert not is_fresh(claim, NOW.replace(minute=6), window)
    assert not is_fresh(claim, NOW.replace(hour=9, minute=54), window)


@pytest.mark.parametrize(
    "stated", ["", "sig=()", 'yichuang=("@method");created=1;keyid="0000000000000000";alg="ed25519"']
)
def test_headers_of_another_form_claim_nothing(stated: str) -> None:
    with pytest.raises(BadBytes):
        read_claim(stated, "yichuang=:AAAA:")
    good = sign_request(KEY, "GET", "/", "", NOW)[INPUT]
    with pytest.raises(BadBytes):
        read_claim(good, "yichuang=:A:")


# Facts, and the bytes that stay


def test_a_fact_that_is_too_big_is_not_encoded() -> None:
    """S3."""
    room = LIMITS.fact_bytes - len(encode_fact(fact(visit="")))
    assert len(encode_fact(fact(visit="v" * room))) == LIMITS.fact_bytes
    with pytest.raises(BadBytes) as caught:
        encode_fact(fact(visit="v" * (room + 1)))
    assert caught.value.code == "bytes.fact_too_big"


@pytest.mark.parametrize("data", [b"", b"{}", b"null", b"\xff", b'{"id":1}', b'{"id":"\\ud800"}'])
def test_what_is_no_fact_is_said(data: bytes) -> None:
    with pytest.raises(BadBytes) as caught:
        decode_fact(data)
    assert caught.value.code == "bytes.fact"


def test_a_field_of_a_newer_program_is_passed_over() -> None:
    """S32."""
    newer = encode_fact(fact())[:-1] + b',"mood":"good"}'
    assert decode_fact(newer) == fact()


GOLDEN_FACT = (
    b'{"id":"f1","type":"material.added","version":1,"root":"c1","case":"c1","group":{"id":"g1","index":0,"size":1,'
    b'"after":null},"actor":"1001","post":"window","visit":"","base":{"epoch":1,"cursor":7,"local_seq":3},"time":{"at":'
    b'"2026-11-23T10:00:00.000","offset_ms":120,"contact":null,"same_boot":true},"catalogue":"","roster":5,"body":'
    b'{"materials":{"D01-01":"original"}}}'
)
GOLDEN_FACT_HASH = "21b748423d811d55fc674b8ebd932dc14181fc7976dcf685e1fafa0dbd5d0577"
GOLDEN_ENVELOPE_HASH = "14a36202df7298609671cabbde8a8fcb81f8f5a86b4a0ee69155670d32dfe721"
GOLDEN_ENTRY_HASH = "63fe320990cee2fcd647d6a788409204d66983495d9d67df2eb4b57ac35ae251"
GOLDEN_CHAIN = "29f4f7e56280b4ff8a32aa42590a2ad6540c3397444eaad7c3b75b9f7374f438"
GOLDEN_SIGNATURE = (
    "2ddd9220ecb8cbdde47b387034cce77d4bd66811842fcf84a5b2b726214e521a"
    "25c19da8e62d2fef2b5bf895b1930d8cc256e98822441accc95fe7f3f9871f0b"
)


def test_the_bytes_of_today_are_the_bytes_of_tomorrow() -> None:
    """S1: who changes these has broken every stored chain; make a new version of the format instead."""
    data = encode_fact(fact())
    assert data == GOLDEN_FACT
    assert decode_fact(data) == fact()
    assert digest(data) == GOLDEN_FACT_HASH
    assert Envelope("0012", "i1", 1, NO_HASH, digest(data)).hash == GOLDEN_ENVELOPE_HASH
    assert digest(entry(1)) == GOLDEN_ENTRY_HASH
    assert extend(NO_HASH, digest(entry(1))) == GOLDEN_CHAIN
    assert seal(KEY, PURPOSE_HEAD, HEAD).sig == GOLDEN_SIGNATURE


DEEP = b'{"a":' * 100_000 + b"1" + b"}" * 100_000


@pytest.mark.parametrize(
    "reader", [decode_fact, decode_entry, lambda data: read(data, Signed), parse_calendar, decode_catalogue]
)
def test_json_nested_deeper_than_anybody_can_follow_is_refused_like_any_other_broken_bytes(
    reader: Callable[[bytes], object],
) -> None:
    with pytest.raises(CaseworkError):
        reader(DEEP)
