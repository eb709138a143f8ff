"""The examples of `docs/wire.md`, made by the code itself from fixed keys and ids.

`python -m tests.wire_examples` writes them into the page again.
"""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import msgspec

from casework.bodies import MaterialAdded
from casework.closing import PURPOSE_WINDOWS, Windows, WindowState
from casework.facts import NO_HASH, Base, Envelope, Fact, Group, LegalTime, digest, encode_body, encode_fact
from casework.http_signature import INPUT, SIGNATURE, sign_request
from casework.report import Report
from casework.scans import BlobAnswer
from casework.seals import Ed25519Signer, Signed, seal
from casework.wire import (
    PURPOSE_BATCH,
    PURPOSE_ENROL,
    PURPOSE_HEAD,
    PURPOSE_HELLO,
    Answered,
    Batch,
    EnrolAnswer,
    EnrolRequest,
    Entry,
    Head,
    Hello,
    Hidden,
    Problem,
    PullAnswer,
    PushAnswer,
    Sent,
    Tray,
    Verdict,
    encode_entry,
    extend,
    page_digest,
)  # fmt: skip

PAGE = Path(__file__).resolve().parents[1] / "docs" / "wire.md"
_BLOCK = re.compile(r"```(?:json|http|text) example=([a-z_]+)\n(.*?)\n```", re.DOTALL)

HALL_KEY = Ed25519Signer(bytes(range(32)))
TERMINAL_KEY = Ed25519Signer(bytes(range(32, 64)))
AT = "2026-11-23T09:15:00.000"


SCAN = b"%PDF-1.7\n"


def fact() -> bytes:
    """A fact's bytes."""
    case = "019ab0a1c3d87e0f8a5b0c1d2e3f4a5b"
    return encode_fact(
        Fact(
            id="019ab0a1c3d97a11b2c3d4e5f6071829",
            type="material.added",
            version=1,
            root=case,
            case=case,
            group=Group("019ab0a1c3d97a11b2c3d4e5f6071830", 0, 1),
            actor="1001",
            post="window",
            visit="",
            base=Base(1, 0, 0),
            time=LegalTime(AT, offset_ms=-120, contact="2026-11-23T09:14:40.000", same_boot=True),
            catalogue=digest(b"a catalogue"),
            roster=0,
            body=encode_body(MaterialAdded({"A01-02": "original"})),
        )
    )


def _raw(value: object) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(value))


def examples() -> dict[str, str]:
    """Each example by its name on the page."""
    data = fact()
    envelope = Envelope("0012", "inc-1", 1, NO_HASH, digest(data))
    entry = encode_entry(
        Entry("fact", 1, "business", AT, envelope=envelope, verdict=Verdict("accepted"), fact=msgspec.Raw(data), n=2)
    )
    hidden = Hidden(2, digest(b"an entry of another module"))
    first = extend(NO_HASH, digest(entry))
    chain = extend(first, hidden.hash)
    shown = page_digest("0012", 0, 2, 1, (entry, msgspec.json.encode(hidden)))
    head = seal(HALL_KEY, PURPOSE_HEAD, Head("420118", 1, 2, chain, shown))
    batch = seal(
        TERMINAL_KEY,
        PURPOSE_BATCH,
        Batch(
            "420118", "0012", "inc-1", 1, 1, NO_HASH, envelope.hash, 1, 0, NO_HASH, msgspec.Raw(b"null"),
            (Sent(1, msgspec.Raw(data)),),
        ),
    )  # fmt: skip
    page = PullAnswer(AT, 1, 0, 2, 2, 1, (msgspec.Raw(entry), _raw(hidden)), _raw(head))
    tray = Tray(
        "019ab0a1c3d97a11b2c3d4e5f6071829", "decided", "019ab0a1c3d87e0f8a5b0c1d2e3f4a5b",
        "019ab0a1c3d87e0f8a5b0c1d2e3f4a5b", "4201182611230012004282", "0012", "2001", "same_person",
        {"number": "4201182611230012004282"}, AT,
    )  # fmt: skip
    path, query = "/sync/v1/pull", f"epoch=1&after=0&chain={NO_HASH}&limit=500&wait=25"
    signature = sign_request(TERMINAL_KEY, "GET", path, query, datetime(2026, 11, 23, 9, 15))  # noqa: DTZ001
    hello = seal(HALL_KEY, PURPOSE_HELLO, Hello("420118", "420118", "光谷政务服务大厅", HALL_KEY.public, 1, AT))
    enrol = seal(TERMINAL_KEY, PURPOSE_ENROL, EnrolRequest("0012", "K7PM3-XQ2RT", "inc-1", TERMINAL_KEY.public))
    window = WindowState("0012", AT, 2, AT, rejected=1, prints=1, forms=0)
    windows = seal(HALL_KEY, PURPOSE_WINDOWS, Windows("420118", AT, "0012", (window,)))
    enrolled = EnrolAnswer("420118", "420118", "光谷政务服务大厅", HALL_KEY.public, 1, "0012", AT)
    values: dict[str, object] = {
        "fact": msgspec.Raw(data),
        "entry_fact": msgspec.Raw(entry),
        "entry_verdict": Entry(
            "verdict", 3, "terminal/0012", AT, envelope=envelope,
            verdict=Verdict("rejected", "same_person", {"number": "4201182611230012004282"}, judged_at=AT),
            fact_id="019ab0a1c3d97a11b2c3d4e5f6071829",
        ),
        "entry_tray": Entry("tray", 4, "business", AT, tray=tray),
        "entry_hidden": hidden,
        "batch": batch,
        "stub": Sent(1, stub="refused with 413", fact_hash=digest(data)),
        "push_answer": PushAnswer(AT, 1, (Answered(1, Verdict("accepted"), entry=1),), envelope.hash),
        "pull_answer": page,
        "hello": hello,
        "report": Report(AT, "0.3.0", 1, {"write.version": 1}, 2, AT, held=1, offset_ms=-120, free_mb=52000),
        "windows": windows,
        "enrol": enrol,
        "enrol_answer": enrolled,
        "piece_answer": BlobAnswer(AT, digest(SCAN), len(SCAN), len(SCAN)),
        "problem": Problem("gap", "…", {"next": 1}),
    }  # fmt: skip
    texts = {name: msgspec.json.encode(value).decode() for name, value in values.items()}
    texts["hashes"] = "\n".join(
        (
            f"fact      {digest(data)}",
            f"envelope  {envelope.hash}",
            f"entry     {digest(entry)}",
            f"chain 0   {NO_HASH}",
            f"chain 1   {first}",
            f"chain 2   {chain}",
            f"page      {shown}",
            f"hall      {HALL_KEY.public}",
            f"terminal  {TERMINAL_KEY.public}",
        )
    )
    blob, piece = f"/sync/v1/blob/{digest(SCAN)}", f"offset=0&size={len(SCAN)}&piece={digest(SCAN)}"
    put = sign_request(TERMINAL_KEY, "PUT", blob, piece, datetime(2026, 11, 23, 9, 15))  # noqa: DTZ001
    texts["piece"] = "\n".join((f"PUT {blob}?{piece}", *(f"{name}: {put[name]}" for name in (INPUT, SIGNATURE))))
    texts["signed_request"] = "\n".join(
        (f"GET {path}?{query}", f"{INPUT}: {signature[INPUT]}", f"{SIGNATURE}: {signature[SIGNATURE]}")
    )
    return texts


def on_the_page(text: str) -> dict[str, str]:
    """The examples that `text` shows."""
    return {found[1]: found[2] for found in _BLOCK.finditer(text)}


def rewritten(text: str) -> str:
    """`text` with each example made anew."""
    made = examples()

    def block(found: re.Match[str]) -> str:
        opening = found[0].split("\n", 1)[0]
        return f"{opening}\n{made.get(found[1], found[2])}\n```"

    return _BLOCK.sub(block, text)


def signed(text: str) -> Signed:
    """An example that carries a signature."""
    return msgspec.json.decode(text, type=Signed)


if __name__ == "__main__":
    PAGE.write_text(rewritten(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
