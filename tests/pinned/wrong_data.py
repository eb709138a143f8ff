"""Forms with one thing wrong, and the data of acts that does not fit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from casework import bodies
from tests.people import AGENT, FIRM, PERSON, PROJECT

WRONG: Mapping[str, dict[str, Any]] = {
    "right": {},
    "nobody": {"applicant": bodies.Party("person", "", "")},
    "another kind": {"applicant": FIRM},
    "a person": {"applicant": PERSON},
    "a wrong number": {"applicant": bodies.Party("person", "张建国", "420111199003070018", "13800001234")},
    "a wrong telephone": {"applicant": bodies.Party("person", "张建国", "420111199003070017", "1380000")},
    "a firm without a head": {"applicant": bodies.Party("entity", "某公司", "91110000600037341L")},
    "an agent": {"agent": AGENT},
    "an agent without a number": {"agent": bodies.Party("person", "刘洋", "")},
    "no project": {"project_code": ""},
    "a project": {"project_code": PROJECT},
    "a wrong project": {"project_code": "2611"},
    "no answers": {"situations": {}},
    "odd answers": {"situations": {"moon": "yes"}},
    "half an answer": {"situations": {"agent": "maybe"}},
    "no fields": {"form": {}},
    "odd fields": {"form": {"moon": "x"}},
    "no papers": {"materials": {}},
    "odd papers": {"materials": {"Z99-01": "original"}},
    "an odd state": {"materials": {"D01-01": "perhaps"}},
    "all deferred": {"materials": "defer"},
    "all pledged": {"materials": "pledge"},
    "all copies": {"materials": "copy"},
    "held elsewhere": {"reused": {"D01-03": "4201182611230012000111"}},
    "held nowhere": {"reused": {"D01-03": "42"}},
    "again": {"refers_to": "4201182611230012000111"},
    "again, wrongly": {"refers_to": "42"},
    "a reference": {"ref": "REF-1"},
    "reasons": {"reason": "不符合", "right_organ": "江夏区", "remedies": "可以复议"},
    "first asked": {"first_contact": "1002"},
    "an odd outcome": {"outcome": "perhaps"},
}

DATA: Mapping[str, list[dict[str, Any]]] = {
    "refuse": [
        {"reason": "不符合", "ground": "x"},
        {"reason": "", "ground": "no_permit_needed"},
        {"reason": "不归", "ground": "not_our_power"},
    ],
    "return": [{"reason": "缺"}, {"lines": [{"material": "Z99-01", "defect": "x", "cure": "x"}]}],
    "supplement": [
        {"lines": [{"material": "Z99-01", "defect": "x", "cure": "x"}]},
        {"lines": [{"material": "D01-01", "defect": "", "cure": ""}]},
    ],
    "supplement-received": [{"materials": {"Z99-01": "original"}}, {"materials": {"D01-01": "missing"}}],
    "check": [{"results": [{"material": "Z99-01", "outcome": "match"}]}, {"material": "D01-02", "reason": ""}],
    "mend": [{"mends": {"area": "100"}}, {"mends": {"": "x"}}, {"mends": {"D01-01": ""}}],
    "hand-back": [
        {"receiver": "张"},
        {"receiver": "张", "materials": ["D01-01"]},
        {"receiver": "", "materials": ["Z99-01"]},
    ],
    "site-check": [
        {"officers": []},
        {"officers": ["2001"]},
        {"officers": ["2002", "9999"], "outcome": "x"},
        {"officers": ["2002"], "outcome": "fail"},
    ],
    "examine": [{"fee": "x"}, {"fee": "-1"}, {"fee": "120.50"}, {"step": "nowhere"}],
    "suspend": [
        {"kind": "hearing", "days": 5, "reason": "x", "held_on": "soon"},
        {"kind": "x", "days": 1, "reason": "x"},
        {"kind": "expert_review", "days": 0, "reason": ""},
        {"kind": "hearing", "days": 20, "reason": "x", "held_on": "2026-12-20", "asked_on": "2026-11-20"},
    ],
    "reassign": [
        {"post": "moon", "reason": "x"},
        {"post": "chief", "reason": "", "person": "9999"},
        {"post": "survey", "reason": "x", "person": "2003"},
    ],
    "consult": [
        {"post": "moon", "question": "x"},
        {"post": "fire", "question": ""},
        {"post": "fire", "question": "可以吗？"},
    ],
    "send-back": [{"to": "nowhere", "reason": "x"}, {"to": "accept", "reason": ""}],
    "extend": [{"reason": "x", "days": 99}, {"reason": ""}],
    "pay": [{"receipt": ""}, {"receipt": "1", "amount": "x"}, {"receipt": "1", "amount": "7"}],
    "decide": [
        {"outcome": "x"},
        {"outcome": "refused"},
        {"outcome": "refused", "reasons": "不符合", "conditions": "x", "organ": "某局"},
    ],
    "certify": [{"document": "JY1", "valid_until": "soon"}, {"document": "JY1", "valid_until": "2031-11-29"}],
    "deliver": [
        {"how": "agent"},
        {"how": "agent", "receiver": "李", "receiver_id": "420111199003070017"},
        {"how": "x"},
        {"how": "post", "tracking": "1"},
    ],
    "post": [{"carrier": "", "tracking": ""}],
    "pledge-check": [{"outcome": "x"}],
    "void": [{"reason": "x", "new_number": "42"}],
    "recuse": [{"reason": ""}, {"reason": "x", "staff": "2002"}],
    "nudge": [{"text": ""}, {}],
    "terminate": [{"ground": "x", "reason": "x"}],
    "transfer": [{"organ": "", "reason": "x"}],
    "forward": [{"organ": "", "opinion": "x"}, {}],
    "correct": [{"what": "", "reason": ""}],
    "revoke": [{"reason": "", "remedies": ""}],
    "withdraw": [{"reason": ""}],
    "not-needed": [{"reason": ""}, {"reason": "x", "step": "decide"}],
    "scan": [{"material": "D01-01", "sha256": "a" * 64, "size": 7, "media": "text/plain"}],
    "accept": [{}],
    "confirm-date": [{"of": "received", "date": "2026-11-23", "reason": "x"}],
    "recall": [{"paper": "receipt", "count": 1, "how": "void"}],
    "hand-over": [{"to": "single"}, {"to": "moon"}],
    "claim": [{}],
    "release": [{}, {"reason": "x"}],
    "tell-apart": [{"others": [], "reason": "x"}],
}
