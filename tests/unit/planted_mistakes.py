"""The mistakes that the linter must find, each planted alone into the sample catalogue (`tests/data/catalogue`)."""

from __future__ import annotations

from pathlib import Path

from casework.catalogue.check import check
from casework.catalogue.finding import Finding

SAMPLE = Path(__file__).resolve().parents[1] / "data" / "catalogue"
BUSINESS, SINGLE, BUILD = "items/business.toml", "items/single.toml", "items/construction.toml"
POSTS, BUNDLES = "posts.toml", "bundles.toml"
FILES = {"A01": BUSINESS, "C07": BUILD, "D01": SINGLE, "D10": SINGLE}

DECIDE = 'id = "decide"\nkind = "decide"\npost = "chief"\nneeds = ["site_check"]'


def sample() -> dict[str, bytes]:
    """The files of the sample, as `check` takes them."""
    return {path.relative_to(SAMPLE).as_posix(): path.read_bytes() for path in SAMPLE.rglob("*.toml")}


def item_span(text: str, code: str) -> tuple[int, int]:
    """Where the item `code` begins and ends in the text of its file; the last one goes on to the end (its routes)."""
    begin = text.rindex("[[items]]", 0, text.index(f'code = "{code}"\nmodule'))
    end = text.find("[[items]]", begin + 1)
    return begin, end if end > 0 else len(text)


def planted(where: str, old: str, new: str) -> tuple[tuple[Finding, ...], str, str]:
    """The findings with `old` made `new` in the item or file `where`, that file's name, and its text."""
    files = sample()
    file = FILES.get(where, where)
    text = files[file].decode()
    begin, end = item_span(text, where) if where in FILES else (0, len(text))
    assert old in text[begin:end], old
    text = text[:begin] + text[begin:end].replace(old, new, 1) + text[end:]
    files[file] = text.encode()
    return check(files), file, text


NEVER = '{ all = [{ situation = "song", is = "yes" }, { situation = "song", is = "no" }] }'
MANY = "{ any = [" + ", ".join(f'{{ situation = "q{number}", is = "yes" }}' for number in range(13)) + "] }"
MANY_ASKED = "\n".join(
    f'\n[[items.situations]]\ncode = "q{number}"\nquestion = {{ zh = "{number}？", en = "{number}?" }}'
    for number in range(13)
)
AGAIN = """code = "Y01"
kind = "stage"
name = { zh = "又一", en = "Again" }
basis = "thing"
guide = { zh = "无", en = "None" }
lead = "single"
promised = { amount = 10, unit = "working_days", start = "acceptance", basis = "thing" }
"""

PLANTED = [
    (
        "cycle",
        "D01",
        'post = "single"\nneeds = ["pre_review"]',
        'post = "single"\nneeds = ["decide"]',
        'id = "accept"',
    ),
    ("need_unknown", "D01", 'needs = ["site_check"]', 'needs = ["ghost"]', 'id = "decide"'),
    ("post_unknown", "D01", 'post = "survey"', 'post = "surveyors"', 'id = "site_check"'),
    ("unreachable", "D01", 'post = "window"\nneeds = ["receive"]', 'post = "window"', 'id = "pre_review"'),
    ("basis_missing", "D01", 'kind = "mandatory"\nbasis = "order78"\n', 'kind = "mandatory"\n', 'code = "D01-01"'),
    ("basis_missing", "D01", 'start = "acceptance", basis = "promise"', 'start = "acceptance"', "promised ="),
    ("basis_missing", "D01", 'basis = "food35"\n', "", 'code = "D01"'),
    ("basis_unknown", "D01", 'basis = "food45"', 'basis = "food54"', 'basis = "food54"'),
    ("source_on_paper", "D01", 'form = "none"\ncopies = 0', 'form = "original"\ncopies = 1', 'code = "D01-02"'),
    ("paper_without_form", "D01", "defer = true", 'defer = true\nform = "none"', 'code = "D01-04"'),
    ("promised_longer", "D01", "amount = 5,", "amount = 11,", "promised ="),
    ("limit_amount", "D01", "amount = 10,", "amount = 0,", "statutory ="),
    ("material_order", "D01", 'code = "D01-03"', 'code = "D01-06"', 'code = "D01-06"'),
    ("twice", "D01", 'code = "D01-03"', 'code = "D01-01"', 'code = "D01-01"'),
    ("twice", "D01", 'id = "area"', 'id = "premises"', 'id = "premises"'),
    ("language", "D01", ', en = "Area"', "", 'zh = "经营面积"'),
    ("language", "D01", 'en = "Premises"', 'en = " "', 'zh = "经营场所"'),
    ("language", SINGLE, ', en = "Food Safety Law, art. 35"', "", "food35 ="),
    ("language", POSTS, ', en = "Guide desk"', "", "导办台"),
    ("code_twice", "D01", 'code = "D01"\nmodule = "single"', 'code = "C07"\nmodule = "single"', 'code = "C07"'),
    ("item_code", "D01", 'code = "D01"\nmodule = "single"', 'code = "B77"\nmodule = "single"', 'code = "B77"'),
    ("decide_by_helper", "D01", DECIDE, DECIDE.replace("chief", "window"), 'id = "decide"'),
    ("post_does_not_serve", "D01", DECIDE, DECIDE.replace("chief", "single"), 'id = "decide"'),
    ("post_team", "D01", DECIDE, DECIDE.replace("chief", "supervisor"), 'id = "decide"'),
    (
        "accept_unauthorised",
        "C07",
        'kind = "accept"\npost = "construction"',
        'kind = "accept"\npost = "window"',
        'id = "accept"',
    ),
    ("site_check_officers", "D01", "officers = 2", "officers = 1", 'id = "site_check"'),
    ("step_amount", "D01", "officers = 2", "officers = 0", 'id = "site_check"'),
    ("situation_unknown", "D01", '{ situation = "direct_contact"', '{ situation = "contact"', 'code = "D01-05"'),
    ("answer_unknown", "D01", 'is = "yes"', 'is = "perhaps"', 'code = "D01-05"'),
    (
        "conditional_without_when",
        "D01",
        'when = { situation = "direct_contact", is = "yes" }\n',
        "",
        'code = "D01-05"',
    ),
    ("mandatory_with_when", "A01", 'kind = "conditional"', 'kind = "mandatory"', 'code = "A01-07"'),
    (
        "pledge_excluded",
        "A01",
        "registration = true",
        "registration = true\npledge_excluded = true",
        'code = "A01-05"',
    ),
    (
        "authorisation",
        "D01",
        'result_paper = "licence"',
        'result_paper = "licence"\nauthorised = true',
        'code = "D01"',
    ),
    ("authorisation_dates", "A01", "2035-12-31", "2025-12-31", "authorisation ="),
    ("shape", "D01", 'result_paper = "licence"', 'result_paper = "licence"\nfee = 100', 'code = "D01"'),
    ("options", "D01", 'kind = "choice"\n', "", 'id = "business_kind"'),
    ("field_max", "D01", "max = 300", "max = 0", 'id = "business_items"'),
    ("route_kind", "D01", 'kind = "deliver"', 'kind = "certify"', 'code = "D01"'),
    (
        "receive_needs",
        "D01",
        'kind = "receive"\npost = "window"',
        'kind = "receive"\npost = "window"\nneeds = ["accept"]',
        'id = "receive"',
    ),
    ("deliver_undecided", "D01", 'needs = ["certify"]', 'needs = ["receive"]', 'id = "deliver"'),
    ("decide_unaccepted", "D01", DECIDE, DECIDE.replace('["site_check"]', '["receive"]'), 'id = "decide"'),
    ("none", "D01", 'applicants = ["entity", "person"]', "applicants = []", 'code = "D01"'),
    ("shape", "D01", "amount = 10,", 'amount = "ten",', 'code = "D01"'),
    ("shape", "D01", 'kind = "mandatory"', 'kind = "wanted"', 'code = "D01"'),
    ("table", BUILD, "[[items]]", "[[item]]", "[[item]]"),
    (
        "helper_serves",
        POSTS,
        '"receive", "pre_review", "accept", "pay"',
        '"receive", "decide", "accept", "pay"',
        'id = "window"',
    ),
    ("post_twice", POSTS, 'id = "guide"', 'id = "window"', 'id = "window"'),
    ("basis_missing", "D10", 'basis = "venues10", amount', "amount", "fee ="),
    ("basis_missing", "D10", 'kind = "publicity", basis = "venues10"', 'kind = "publicity"', 'kind = "publicity"'),
    (
        "basis_missing",
        "D10",
        'basis = "venues9"\neffect = "not_our',
        'effect = "not_our',
        'code = "machines_elsewhere"',
    ),
    ("basis_missing", BUNDLES, 'basis = "thing"\nguide', "guide", 'code = "Y01"'),
    ("basis_missing", BUNDLES, 'start = "acceptance", basis = "thing"', 'start = "acceptance"', "statutory ="),
    ("language", BUNDLES, ', en = "Is there dancing?"', "", "是否跳舞"),
    ("route_unknown", "D10", 'route = "venues"', 'route = "venue"', 'route = "venue"'),
    ("none", "D10", 'route = "venues"', "route = []", 'code = "D10"'),
    # What the answers can make of it.
    ("never", "D10", 'situation = "games", is = "no" }] }', 'situation = "dance", is = "no" }] }', 'code = "D10-03"'),
    ("never", "D10", 'kind = "date"', f'kind = "date"\nwhen = {NEVER}', 'id = "leased"'),
    (
        "never",
        "D10",
        'post = "single"\nneeds = ["accept"]\nwhen = { situation = "dance", is = "yes" }',
        f'post = "single"\nneeds = ["accept"]\nwhen = {NEVER}',
        'id = "police"',
    ),
    (
        "never",
        "D10",
        'effect = "stop"\nwhen = { situation = "school", is = "yes" }',
        f'effect = "stop"\nwhen = {NEVER}',
        'code = "near_school"',
    ),
    (
        "never",
        "D10",
        'amount = 5000, when = { situation = "song", is = "yes" }',
        f"amount = 5000, when = {NEVER}",
        "fee =",
    ),
    (
        "never",
        "D10",
        '{ all = [{ situation = "dance", is = "yes" }, { situation = "games", is = "no" }] }',
        '{ all = [{ situation = "dance", is = "no" }, { situation = "song", is = "no" }] }',
        'code = "D10-03"',
    ),
    (
        "situation_unknown",
        "D10",
        'situation = "school", is = "yes"',
        'situation = "schools", is = "yes"',
        'code = "near_school"',
    ),
    (
        "situation_unknown",
        "D10",
        'amount = 5000, when = { situation = "song"',
        'amount = 5000, when = { situation = "s"',
        "fee =",
    ),
    (
        "situation_idle",
        "D10",
        'effect = "stop"\nwhen = { situation = "school", is = "yes" }',
        'effect = "stop"\nwhen = { situation = "song", is = "yes" }',
        'code = "school"',
    ),
    ("situations_many", "D10", 'kind = "date"', f'kind = "date"\nwhen = {MANY}\n{MANY_ASKED}', 'id = "leased"'),
    ("tick", "D10", 'ticks = ["song", "dance"]', 'ticks = ["song", "jazz"]', "ticks ="),
    ("tick", "D10", 'ticks = ["song", "dance"]', 'ticks = ["song", "games"]', "ticks ="),
    ("twice", "D10", 'ticks = ["song", "dance"]', 'ticks = ["song", "dance", "song"]', "ticks ="),
    # Materials.
    ("cure_missing", "D10", 'cure = { zh = "请填写申请书", en = "Fill in the application" }\n', "", 'code = "D10-01"'),
    (
        "source_elsewhere",
        "D10",
        'cure = { zh = "请提交平面图"',
        'shares = "business_licence"\ncure = { zh = "请提交平面图"',
        'code = "D10-03"',
    ),
    # Fee.
    ("fee_amount", "D10", "amount = 5000", "amount = -1", "fee ="),
    ("fee_nothing", "D10", "amount = 5000, ", "", "fee ="),
    ("fee_without_pay", "D10", 'kind = "pay"', 'kind = "certify"', "fee ="),
    ("pay_without_fee", "D10", "fee = {", "# fee = {", 'id = "pay"'),
    (
        "pay_when",
        "D10",
        'needs = ["decide_venue"]\nwhen = { situation = "song"',
        'needs = ["decide_venue"]\nwhen = { situation = "dance"',
        'id = "pay"',
    ),
    ("pay_when", "D10", ', when = { situation = "song", is = "yes" } }', " }", 'id = "pay"'),
    # Limits.
    ("limit_units", "D01", 'amount = 10, unit = "working_days"', 'amount = 15, unit = "calendar_days"', "promised ="),
    ("promised_longer", BUNDLES, "amount = 10", "amount = 21", "promised ="),
    ("joint_limit", "D10", "amount = 20", "amount = 46", "statutory ="),
    ("joint_limit", "D10", "amount = 20", "extension = 16, amount = 20", "statutory ="),
    ("limit_amount", "D10", "joint = true", "joint = true\nsupplement_days = 0", "supplement_days ="),
    ("promised_longer", "D10", "amount = 3,", "amount = 16,", "amount = 16"),
    (
        "basis_missing",
        "D10",
        'amount = 15, unit = "working_days", start = "acceptance", basis = "venues9"',
        'amount = 15, unit = "working_days", start = "acceptance"',
        "amount = 15",
    ),
    (
        "track_hidden",
        "D10",
        'when = { situation = "games", is = "no" }, promised',
        'when = { situation = "dance", is = "no" }, promised',
        "tracks =",
    ),
    ("never", "D10", 'when = { situation = "games", is = "no" }, promised', f"when = {NEVER}, promised", "tracks ="),
    # Stops and gates.
    ("twice", "D10", '{ kind = "publicity"', '{ kind = "hearing"', 'kind = "hearing"'),
    ("limit_amount", "D10", "most = 20", "most = -1", 'kind = "hearing"'),
    (
        "stop_basis",
        "D10",
        'kind = "publicity", basis = "venues10"',
        'kind = "publicity", basis = "art45"',
        'kind = "publicity"',
    ),
    ("step_without_stop", "D10", 'kind = "hearing", basis', 'kind = "test", basis', 'id = "hearing"'),
    ("twice", "D10", 'code = "machines_elsewhere"', 'code = "near_school"', 'code = "near_school"'),
    (
        "gate_organ",
        "D10",
        'organ = { zh = "市文化局", en = "Culture Administration of the city" }\n',
        "",
        'code = "machines_elsewhere"',
    ),
    ("gate_when", "D10", 'when = { situation = "games", is = "yes" }\n', "", 'code = "machines_elsewhere"'),
    (
        "gate_nothing",
        "D10",
        'effect = "stop"\nwhen = { situation = "school", is = "yes" }',
        'effect = "stop"',
        'code = "near_school"',
    ),
    ("gate_days", "D10", "least = 30\nmost = 3650", "", 'code = "lease"'),
    ("gate_days", "D10", 'field = "leased"', "", 'code = "lease"'),
    ("gate_range", "D10", "least = 30", "least = 4000", 'code = "lease"'),
    ("gate_field", "D10", 'kind = "date"', "", 'code = "lease"'),
    # Routes.
    (
        "route_order",
        "D10",
        'kind = "consult"\npost = "single"\nneeds = ["accept"]',
        'kind = "consult"\npost = "single"\nneeds = ["accept", "decide_venue"]',
        'id = "police"',
    ),
    (
        "route_lacks",
        "D10",
        'kind = "accept"',
        'kind = "accept"\nwhen = { situation = "song", is = "yes" }',
        'id = "accept"',
    ),
    (
        "open_at_decision",
        "D10",
        'needs = ["hearing", "check_venue", "police"]',
        'needs = ["hearing", "check_venue"]',
        'id = "police"',
    ),
    (
        "open_at_decision",
        "D10",
        'needs = ["hearing", "check_venue", "police"]',
        'needs = ["hearing", "police"]',
        'id = "check_venue"',
    ),
    (
        "before_decision",
        "D10",
        'post = "delivery"\nneeds = ["decide_venue"]',
        'post = "delivery"\nneeds = ["accept"]',
        'id = "pay"',
    ),
    ("open_at_delivery", "D10", 'needs = ["certify_venue"]', 'needs = ["pay"]', 'id = "certify_venue"'),
    ("certify_unpaid", "D10", 'needs = ["pay"]', 'needs = ["decide_venue"]', 'id = "certify_venue"'),
    (
        "decide_by_helper",
        "D10",
        'kind = "hearing"\npost = "single"',
        'kind = "hearing"\npost = "guide"',
        'id = "hearing"',
    ),
    # Flags.
    ("one_person_site_check", "D10", "joint = true", "joint = true\none_person = true", "one_person ="),
    ("on_spot_site_check", "D10", "joint = true", "joint = true\non_spot = true", "on_spot ="),
    ("authorised_elsewhere", "D10", "joint = true", "joint = true\nauthorised = true", "authorised ="),
    ("registration_module", "D10", "joint = true", "joint = true\nregistration = true", "registration ="),
    ("helper_verb", POSTS, 'team = "helper"', 'team = "helper"\nverbs = ["extend"]', 'id = "window"'),
    (
        "helper_serves",
        POSTS,
        '"receive", "pre_review", "accept", "pay"',
        '"receive", "hearing", "accept", "pay"',
        'id = "window"',
    ),
    # Bundles.
    ("bundle_code", BUNDLES, 'code = "Y01"', 'code = "D01"', 'code = "D01"'),
    ("bundle_code", BUNDLES, 'code = "Y01"', 'code = "restaurant"', 'code = "restaurant"'),
    (
        "code_twice",
        BUNDLES,
        "[[bundles]]",
        f'[[bundles]]\n{AGAIN}members = [{{ item = "A01" }}]\n\n[[bundles]]',
        'code = "Y01"',
    ),
    ("member_unknown", BUNDLES, 'item = "D01"', 'item = "D77"', 'item = "D77"'),
    ("twice", BUNDLES, 'item = "D01"', 'item = "A01"', 'item = "A01"'),
    ("lead_unknown", BUNDLES, 'lead = "single"', 'lead = "boss"', "lead ="),
    ("lead_team", BUNDLES, 'lead = "single"', 'lead = "window"', "lead ="),
    (
        "none",
        BUNDLES,
        "members = [",
        f"members = []\n\n[[bundles]]\n{AGAIN.replace('Y01', 'Y02')}\nmembers = [",
        'code = "Y01"',
    ),
    ("asked_differently", BUNDLES, '{ item = "D10"', '{ item = "C07" },\n  { item = "D10"', 'item = "C07"'),
    ("situation_unknown", BUNDLES, 'situation = "dancing"', 'situation = "dance"', 'item = "D10"'),
    ("situation_idle", BUNDLES, 'situation = "dancing"', 'situation = "company"', 'code = "dancing"'),
    ("never", BUNDLES, '{ situation = "dancing", is = "yes" }', NEVER.replace("song", "dancing"), 'item = "D10"'),
    (
        "bundle_empty",
        BUNDLES,
        '{ situation = "company", is = "yes" }',
        '{ situation = "company", is = "no" }',
        'code = "Y01"',
    ),
    ("options", BUNDLES, 'code = "dancing"', 'code = "dancing"\nkind = "choice"', 'code = "dancing"'),
    ("table", BUNDLES, "[[bundles]]", "[[bundle]]", "[[bundle]]"),
]
