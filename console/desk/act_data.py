"""From the form of an act to the data of its command, and from a refusal back to the field that is to blame."""

from __future__ import annotations

from typing import Any

from casework.errors import BadInput
from casework.messages import t
from casework.rules import Refusal
from console.desk.defects import LINE, defect_of

HAVE = "have."
"""How the field begins that says how a paper came."""
SHOWN = frozenset(
    {
        "right_organ",
        "reason",
        "reasons",
        "conditions",
        "question",
        "document",
        "tracking",
        "carrier",
        "receipt",
        "organ",
    }
)
"""Text fields whose help shows an example (`field.example.CODE`)."""


def act_data(action: str, data: dict[str, str]) -> dict[str, Any]:
    """The form's fields as the command's data: several staff numbers are a list; empty fields are left out."""
    made: dict[str, Any] = {name: value for name, value in data.items() if value.strip()}
    if "officers" in made:
        made["officers"] = [part for part in made["officers"].replace("，", ",").replace(" ", ",").split(",") if part]
    for name in ("days", "pages"):
        if name in made:
            if not made[name].isdecimal():
                raise BadInput("form.number", label=t(f"field.{name}"))
            made[name] = int(made[name])
    if "agent_name" in made:
        made["receiver"] = made.pop("agent_name")
    if action == "mend":
        made = {"mends": {made["material"]: made["mended"]}}
    if action == "supplement":
        told = [name[len(LINE) :] for name in made if name.startswith(LINE)]
        made = {"lines": [{"material": code, "defect": defect_of(code, made), "cure": ""} for code in told]}
    if action == "supplement-received":
        came = {name[len(HAVE) :]: have for name, have in made.items() if have != "missing"}
        if not came:
            raise BadInput("act.nothing_came")
        made = {"materials": came}
    return made


_BLAMED = {
    "reason": "reason",
    "reason_and_remedies": "reasons",
    "right_organ": "right_organ",
    "two_officers": "officers",
    "receiver": "receiver",
    "agent_id": "receiver_id",
    "no_such_post": "post",
    "same_post": "post",
    "no_such_person": "person",
    "taker_may_not": "person",
    "taker_let_in": "person",
    "not_done_yet": "to",
    "stop_days": "days",
    "extension_days": "days",
    "hearing_day": "held_on",
    "hearing_terms": "held_on",
    "treasury_receipt": "receipt",
    "fee_amount": "amount",
    "parcel": "tracking",
    "new_number": "new_number",
}


def blamed(refusal: Refusal) -> str:
    """The field of an act's form that a refusal is about; empty when none is to blame."""
    return _BLAMED.get(refusal.code, "")
