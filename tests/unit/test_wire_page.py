"""`docs/wire.md` shows what the code sends, byte for byte."""

from __future__ import annotations

import pytest

from casework.facts import NO_HASH, decode_fact, digest
from casework.seals import read, unseal
from casework.wire import (
    PURPOSE_BATCH,
    PURPOSE_HEAD,
    PURPOSE_HELLO,
    Batch,
    Head,
    Hello,
    PullAnswer,
    envelopes,
    read_page,
)
from tests.wire_examples import HALL_KEY, PAGE, TERMINAL_KEY, examples, on_the_page, signed

SHOWN = on_the_page(PAGE.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", sorted(examples()))
def test_the_page_shows_the_bytes_that_go_over_the_line(name: str) -> None:
    assert SHOWN.get(name) == examples()[name], "run `python -m tests.wire_examples`"


def test_the_pages_examples_prove_each_other() -> None:
    fact = SHOWN["fact"].encode()
    assert decode_fact(fact).type == "material.added"
    batch: Batch = unseal(signed(SHOWN["batch"]), TERMINAL_KEY.public, PURPOSE_BATCH, Batch)
    assert envelopes(batch)[0].fact_hash == digest(fact)
    page: PullAnswer = read(SHOWN["pull_answer"].encode(), PullAnswer)
    links, chain = read_page(page, NO_HASH)
    head: Head = unseal(signed(bytes(page.head).decode()), HALL_KEY.public, PURPOSE_HEAD, Head)
    assert (head.seq, head.chain) == (links[-1].seq, chain)
    hello: Hello = unseal(signed(SHOWN["hello"]), HALL_KEY.public, PURPOSE_HELLO, Hello)
    assert hello.key == HALL_KEY.public
