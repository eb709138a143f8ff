"""The one door to the papers: `build(kind, facts, say)` gives a whole paper, or BadPaper that says what it lacks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from casework.errors import BadPaper
from casework.messages import t
from casework.papers import advice, course, guide, intake, recall, result
from casework.papers.facts import PaperFacts
from casework.papers.model import KINDS, Note, Paper, printable, printed_number
from casework.papers.parts import Say, Words, captions, footer

_BUILDERS: dict[str, Callable[[PaperFacts, Words], dict[str, Any]]] = {
    "receipt": intake.receipt,
    "supplement": intake.supplement,
    "acceptance": intake.acceptance,
    "refusal": intake.refusal,
    "return": intake.returned,
    "handover": course.handover,
    "suspension": course.suspension,
    "extension": course.extension,
    "decision": result.decision,
    "payment": course.payment,
    "delivery": result.delivery,
    "pledge": advice.pledge,
    "guide": guide.guide,
    "ticket": advice.ticket,
    "preparation": advice.preparation,
    "referral": advice.referral,
    "recall": recall.recall,
}

_NUMBERED = frozenset(KINDS) - {"guide", "ticket", "preparation", "referral", "pledge"}


def build(kind: str, facts: PaperFacts, say: Say = t) -> Paper:
    """The paper of `kind` made from `facts`, in the language of `say` (papers are Chinese unless asked otherwise).

    Raises BadPaper when the kind is unknown, the number is not 22 digits, or a must of the law is absent (R2, R10).
    """
    if kind not in _BUILDERS:
        raise BadPaper("papers.error.kind", kind=kind, kinds=", ".join(KINDS))
    if kind in _NUMBERED and not facts.number:
        raise BadPaper("papers.error.no_number", kind=kind)
    w = Words(say)
    whole: dict[str, Any] = {
        "kind": kind,
        "size": "A5",
        "head": facts.hall,
        "captions": captions(w),
        "document_number": facts.document_number if kind in _NUMBERED else "",
        "footer": footer(facts, w),
        "reprint": facts.reprint,
    }
    if facts.number and kind not in ("guide", "ticket"):
        whole |= {"number": facts.number, "printed_number": printed_number(facts.number), "code128": facts.number}
        whole |= {"qr": facts.query_url or None, "qr_caption": w("qr.progress") if facts.query_url else ""}
    whole |= _BUILDERS[kind](facts, w)
    if facts.replaces and kind != "recall":
        whole["notes"] = (*recall.replacing(facts, w), *whole.get("notes", ()))
    whole["notes"] = tuple(_alone(note) for note in whole.get("notes", ()))
    if whole.get("addressee"):
        whole["addressee"] = w("letter.addressee", name=whole["addressee"])
    if whole.get("copies", 1) > 1 and "copies_text" not in whole:
        whole["copies_text"] = w("copies", count=whole["copies"])
    return _printable(Paper(**whole))


def _alone(note: Note) -> Note:
    """A single line has no number before it."""
    return note if len(note.lines) > 1 else msgspec.structs.replace(note, numbered=False)


def standard_remedies(say: Say, review_organ: str, court: str) -> tuple[str, ...]:
    """The words on review and appeal that R10 wants: 60 days to `review_organ` (行政复议法 20), six months to `court`
    (行政诉讼法 46)."""
    return (say("papers.remedies", review_organ=review_organ, court=court),)


def _printable(paper: Paper) -> Paper:
    return msgspec.convert(_cleaned(msgspec.to_builtins(paper)), Paper)


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {key: _cleaned(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_cleaned(inner) for inner in value]
    return value
