"""Who can come to the counter for an applicant, and sign there: a company can't."""

from __future__ import annotations

from casework.case import Case


def comes_for(case: Case) -> str:
    """The name of who is expected to come for what the hall hands out; empty where nobody is known.

    A person comes in person. For a company its legal representative does, who may stand in the form alone.
    """
    party = case.received.applicant
    if party.kind != "entity":
        return party.name
    return party.representative or case.received.form.get("legal_representative", "")


def fetches(case: Case) -> str:
    """The name of who is expected to fetch papers that were handed in: whoever acts for the applicant, if anybody."""
    return case.received.agent.name if case.received.agent else comes_for(case)
