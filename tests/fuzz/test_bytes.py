"""Whatever comes over the line or out of a file is read or refused with a sentence; nothing else ever happens."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casework.errors import BadBytes, BadInput
from casework.events import body_of
from casework.facts import NO_HASH, Fact, decode_fact, encode_fact
from casework.folding import fold
from casework.http_signature import read_claim, sign_request
from casework.report import decode_report
from casework.rules import Refusal
from casework.seals import Ed25519Signer, read
from casework.wire import Batch, Head, PullAnswer, Verdict, decode_entry, envelopes, read_page
from console.intake.lines import read_line
from tests.builders import NO_HEAD, START, Hand, Log, chain
from tests.command_line import line
from tests.fuzz.test_api import RUBBISH, changed, places
from tests.people import ITEMS, Office
from tests.soaking import TIMES

OFTEN = settings(max_examples=300 * TIMES, deadline=None, derandomize=TIMES == 1)
SIGNER = Ed25519Signer(b"f" * 32)


def example_facts() -> list[Fact]:
    """One of several kinds."""
    hand = Hand()
    taken = hand.received()
    case = taken.case
    return [taken, hand.accepted(case), hand.examined(case), hand.decided(case), hand.printed(case)]


FACTS = example_facts()


def page() -> PullAnswer:
    """A page as the hall makes it."""
    log = Log()
    for fact, envelope in zip(FACTS, chain(FACTS), strict=True):
        log.accept(fact, envelope)
    log.hide()
    log.judge(chain(FACTS)[0], FACTS[0], Verdict("held", "lane", judged_at="2026-11-23T10:00:00.000"))
    links, _ = log.page(0)
    raw = tuple(msgspec.Raw(link.raw) for link in links)
    head = msgspec.Raw(msgspec.json.encode(NO_HEAD))
    return PullAnswer("2026-11-23T10:00:00.000", 1, 0, len(raw), len(raw), 0, raw, head)


PAGE = msgspec.json.encode(page())


def mutated(data: st.DataObject, whole: bytes) -> bytes:
    """Valid JSON with a part put in, dropped or doubled; or a byte wrong, or the end cut off."""
    match data.draw(st.integers(0, 3), "kind"):
        case 0:
            at = data.draw(st.integers(0, len(whole) - 1))
            return whole[:at] + bytes([data.draw(st.integers(0, 255))]) + whole[at + 1 :]
        case 1:
            return whole[: data.draw(st.integers(0, len(whole) - 1))]
        case _:
            value = json.loads(whole)
            path = data.draw(st.sampled_from(list(places(value))), "where")
            how = data.draw(st.sampled_from(["put", "drop", "double"]), "how")
            return json.dumps(changed(value, path, how, data.draw(RUBBISH, "what"))).encode()


@OFTEN
@given(data=st.data())
def test_a_page_that_was_changed_anywhere_is_refused_or_has_another_chain(data: st.DataObject) -> None:
    told = read(PAGE, PullAnswer)
    _, good = read_page(told, NO_HASH)
    bad = mutated(data, PAGE)
    try:
        answer: PullAnswer = read(bad, PullAnswer)
        links, end = read_page(answer, NO_HASH)
    except BadBytes:
        return
    same = [bytes(entry) for entry in answer.entries] == [bytes(entry) for entry in told.entries]
    assert end != good or same
    for link in links:
        if link.entry is not None and link.entry.fact_id:
            with_sentence(link.entry.fact)


def with_sentence(raw: bytes | msgspec.Raw) -> None:
    """A fact is read and folded, or refused in words."""
    try:
        fact = decode_fact(raw)
    except BadBytes:
        return
    with contextlib.suppress(BadBytes):
        body_of(fact)
    fold([fact])  # what can't be read stands in the history as such, and stops nobody
    fold([*FACTS, fact])


@OFTEN
@given(data=st.data())
def test_a_fact_that_was_changed_anywhere_is_read_and_folded_or_refused(data: st.DataObject) -> None:
    with_sentence(mutated(data, encode_fact(data.draw(st.sampled_from(FACTS)))))


@OFTEN
@given(data=st.data())
def test_an_entry_a_batch_a_head_and_a_report_are_read_or_refused(data: st.DataObject) -> None:
    bad = mutated(data, bytes(read(PAGE, PullAnswer).entries[data.draw(st.integers(0, 4))]))
    for kind in (Batch, Head, Verdict):
        try:
            made = read(bad, kind)
            if isinstance(made, Batch):
                envelopes(made)
        except BadBytes:
            continue
    with contextlib.suppress(BadBytes):
        decode_entry(bad)
    decode_report(bad)  # None where it is none: a report is never a reason to refuse


@OFTEN
@given(data=st.data(), noise=st.text(max_size=40))
def test_a_signature_header_is_read_or_refused(data: st.DataObject, noise: str) -> None:
    headers = list(sign_request(SIGNER, "GET", "/sync/v1/pull", "a=1", START).values())
    which = data.draw(st.integers(0, 1))
    at = data.draw(st.integers(0, len(headers[which])))
    headers[which] = headers[which][:at] + noise + headers[which][at + data.draw(st.integers(0, 3)) :]
    for pair in (headers, headers[::-1], [noise, noise]):
        try:
            read_claim(pair[0], pair[1])
        except BadBytes:
            continue


# Intake lines


@OFTEN
@given(data=st.data(), item=st.sampled_from(ITEMS))
def test_an_intake_line_of_anything_becomes_an_intake_or_a_sentence_and_never_a_half(
    data: st.DataObject, item: str
) -> None:
    office = Office()
    whole = json.dumps(line(item, "ref", form=office.form(item).form), ensure_ascii=False).encode()
    whole = mutated(data, whole)
    try:
        command = read_line(whole, 1)
        taken = office.take(command)
    except BadInput:
        return
    if isinstance(taken, Refusal):
        assert taken.code
        return
    for group in taken.groups:
        for fact in group:
            assert decode_fact(encode_fact(fact)) == fact


@pytest.mark.parametrize("raw", [b"", b"null", b"[]", b"{}", b"0", b'"', b"\xff", b"[" * 100_000, b'{"a":' * 50_000])
def test_the_smallest_and_the_deepest_bytes_are_refused(raw: bytes) -> None:
    for read_it in (decode_entry, decode_fact, lambda data: read(data, Batch), lambda data: read_line(data, 1)):
        with pytest.raises((BadBytes, BadInput)):
            _call(read_it, raw)


def _call(read_it: Any, raw: bytes) -> None:
    read_it(raw)
