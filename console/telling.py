"""What a line of a case's history says beside the name of its event: one small sentence maker for each type of body."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from casework import bodies, numbers
from casework.case import Case
from casework.catalogue.materials import FOUND
from casework.messages import t
from casework.money import yuan


class Names(Protocol):
    """Who and what is meant, in the words of the person who reads."""

    @property
    def name_of(self) -> Callable[[str], str]:
        """A person, by the staff number."""

    def post_name(self, case: Case, post: str) -> str:
        """A post."""

    def step_name(self, case: Case, step_id: str) -> str:
        """A step of the route."""

    def material_name(self, case: Case, code: str) -> str:
        """A material."""

    def mended_name(self, case: Case, code: str) -> str:
        """What is mended on the spot: a material, or a field of the form."""


_Teller = Callable[[Names, Case, Any], str]


def detail(show: Names, case: Case, body: bodies.Body) -> str:
    """The words of one line; of a body that has none of its own its reason or note."""
    teller = _TELLERS.get(type(body))
    return teller(show, case, body) if teller else str(getattr(body, "reason", "") or getattr(body, "note", ""))


def _joined(*words: str) -> str:
    return "  ".join(filter(None, words))


def _names(names: list[str]) -> str:
    return t("words.list", names=names)


def _received(show: Names, case: Case, body: bodies.Received) -> str:
    proposed = t("act.propose", act=t(f"act.{body.proposal}")) if body.proposal else ""
    return _joined(numbers.printed(body.number), proposed, body.proposal_reason)


def _lines(show: Names, case: Case, body: bodies.SupplementTold | bodies.Returned) -> str:
    return "; ".join(line.defect for line in body.lines) or str(getattr(body, "reason", ""))


def _materials(show: Names, case: Case, body: bodies.MaterialAdded) -> str:
    return _names([show.material_name(case, code) for code in body.materials])


def _handed_back(show: Names, case: Case, body: bodies.MaterialReturned) -> str:
    return _joined(body.receiver, _names([show.material_name(case, code) for code in body.materials]))


def _checked(show: Names, case: Case, body: bodies.CheckedByNetwork) -> str:
    words = [
        _joined(
            show.material_name(case, line.material), t(f"have.{FOUND.get(line.outcome, line.outcome)}"), line.reason
        )
        for line in body.results
    ]
    return _names(words)


def _mended(show: Names, case: Case, body: bodies.MendedOnTheSpot) -> str:
    form = case.received.form

    def now(code: str, what: str) -> str:
        """A later mend counts, or one that another window made later and the log has earlier."""
        return t("history.now", value=form[code]) if form.get(code, what) != what and code not in case.materials else ""

    return _names([_joined(show.mended_name(case, code), what, now(code, what)) for code, what in body.mends.items()])


def _step(show: Names, case: Case, body: Any) -> str:
    return _joined(show.step_name(case, body.step), getattr(body, "note", "") or getattr(body, "reason", ""))


def _inspected(show: Names, case: Case, body: bodies.Inspected) -> str:
    people = _names([show.name_of(one) for one in body.officers])
    return _joined(t(f"outcome.{body.outcome}"), people, body.note)


def _to_post(show: Names, case: Case, body: Any) -> str:
    post = getattr(body, "post", "") or getattr(body, "to", "")
    words = getattr(body, "reason", "") or getattr(body, "question", "") or getattr(body, "papers", "")
    return _joined(t("history.to", to=show.post_name(case, post)), getattr(body, "name", ""), words)


def _sent_back(show: Names, case: Case, body: bodies.SentBack) -> str:
    return _joined(t("history.to", to=show.step_name(case, body.to)), body.reason)


def _recused(show: Names, case: Case, body: bodies.Recused) -> str:
    return _joined(show.name_of(body.staff), body.reason)


def _suspended(show: Names, case: Case, body: bodies.Suspended) -> str:
    return _joined(t(f"suspension.{body.kind}"), t("history.days", days=body.days), body.held_on, body.reason)


def _organ(show: Names, case: Case, body: bodies.Transferred | bodies.Forwarded) -> str:
    return _joined(body.organ, getattr(body, "reason", "") or getattr(body, "opinion", ""))


def _recalled(show: Names, case: Case, body: bodies.Recalled) -> str:
    at, end = body.printed_at[5:16].replace("T", " "), t(f"recall.{body.how}")
    return _joined(t(f"paper.{body.paper}"), at, end, body.note)


def _told_apart(show: Names, case: Case, body: bodies.ToldApart) -> str:
    return _joined(_names([numbers.printed(each) for each in body.others]), body.reason)


_TELLERS: dict[type[bodies.Body], _Teller] = {
    bodies.Received: _received,
    bodies.SupplementTold: _lines,
    bodies.Returned: _lines,
    bodies.MaterialAdded: _materials,
    bodies.MaterialReturned: _handed_back,
    bodies.CheckedByNetwork: _checked,
    bodies.MendedOnTheSpot: _mended,
    bodies.StepDone: _step,
    bodies.StepNotNeeded: _step,
    bodies.Resumed: _step,
    bodies.Inspected: _inspected,
    bodies.SentBack: _sent_back,
    bodies.Reassigned: _to_post,
    bodies.Consulted: _to_post,
    bodies.HandedOver: _to_post,
    bodies.Recused: _recused,
    bodies.Suspended: _suspended,
    bodies.Transferred: _organ,
    bodies.Forwarded: _organ,
    bodies.Extended: lambda show, case, body: _joined(t("history.days", days=body.days), body.reason, body.authority),
    bodies.Paid: lambda show, case, body: _joined(body.receipt, yuan(body.amount)),
    bodies.Posted: lambda show, case, body: _joined(body.carrier, body.tracking),
    bodies.Corrected: lambda show, case, body: _joined(body.what, body.reason),
    bodies.PledgeChecked: lambda show, case, body: _joined(t(f"outcome.{body.outcome}"), body.note),
    bodies.Decided: lambda show, case, body: _joined(t(f"outcome.{body.outcome}"), body.reasons),
    bodies.Printed: lambda show, case, body: _joined(t(f"paper.{body.paper}"), body.mark),
    bodies.Delivered: lambda show, case, body: _joined(t(f"deliver.{body.how}"), body.receiver, body.tracking),
    bodies.Certified: lambda show, case, body: _joined(body.document, body.valid_until),
    bodies.Accepted: lambda show, case, body: body.authority,
    bodies.Nudged: lambda show, case, body: body.text,
    bodies.DateConfirmed: lambda show, case, body: _joined(t(f"dated.{body.of}"), body.date, body.reason),
    bodies.TimerSettled: lambda show, case, body: t(f"timer.settled.{body.by}"),
    bodies.DeemedAccepted: lambda show, case, body: body.due,
    bodies.Recalled: _recalled,
    bodies.ToldApart: lambda show, case, body: _joined(
        _names([numbers.printed(each) for each in body.others]), body.reason
    ),
}
