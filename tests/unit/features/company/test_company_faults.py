"""Whatever is wrong in a company file is named with its line, what was needed and what was found, all at once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Faults = Callable[[str], list[str]]
Change = Callable[[str, str], str]

# what is changed in the default file -> what the one message must say
CHANGES = [
    (r'^currency = "EUR"', 'currency = "euro"', "currency: needed a currency of three capital letters, like EUR, found 'euro'"),
    (r'^currency = "EUR"', "", "line 1: currency: needed a value, since this key has no default, found none"),
    (r"^discount_rate = 0.10", "discont_rate = 0.1", "needed a known key, found 'discont_rate' (did you mean 'discount_rate'?)"),
    (r"^discount_rate = 0.10", 'discount_rate = "10 %"', "line 12: discount_rate: needed a number, found '10 %'"),
    (r"^discount_rate = 0.10", "discount_rate = nan", "discount_rate: needed a finite number, found nan"),
    (r"^discount_rate = 0.10", "discount_rate = true", "discount_rate: needed a number, found true"),
    (
        r"^grace_days = 14",
        "grace_days = 0x1" + "0" * 5000,
        "churn.grace_days: needed at most 365, found an integer of 20001 bits",
    ),
    (r"^grace_days = 14", "grace_days = 14.5", "churn.grace_days: needed a whole number, found 14.5"),
    (r"^grace_days = 14", "grace_days = -1", "churn.grace_days: needed at least 0, found -1"),
    (r'^definition = "contract"', 'definition = "contrat"', "found 'contrat' (did you mean 'contract'?)"),
    (r"\[30, 60, 90\]", "[30, 90, 60]", "horizons_days.3: needed horizons that rise, so more than 90, found 60"),
    (r"^horizon_days = 90", "horizon_days = 45", "horizon_days: needed one of horizons_days (30, 60, 90), found 45"),
    (r"high_from = 0.30", "high_from = 0.05", "churn.high_from: needed more than medium_from (0.1), found 0.05"),
    (r'kinds = \["order", "renewal"', 'kinds = ["orders", "renewal"', "found 'orders' (did you mean 'order'?)"),
    (r'\{ source = "usage" \}', '{ source = "usage", kinds = ["x"] }', "needed no kinds, since usage has none, found 'x'"),
    (r'^name = "data_migration"', 'name = "account_setup"', "needed every milestone once, found 'account_setup' a second time"),
    (r'^default_stage_set = "growth_curve"', 'default_stage_set = "funel"', "found 'funel' (did you mean 'funnel'?)"),
    (r', "decline", "lapsed"\]', ', "lapsed"]', "growth_curve.order: needed every stage of the set, found no 'decline'"),
    (r'"decline", "lapsed"\]', '"decline", "decline", "lapsed"]', "needed every stage of the set once, found 'decline' a second"),
    (r'funnel = "acquisition", succ', "succ", "lapsed.maps_to: needed what this stage is in the set 'funnel', found nothing"),
    (r'funnel = "acquisition"', 'funnel = "support"', "maps_to.funnel: needed a stage of the set 'funnel', found 'support'"),
    (r'^rule = "TRUE"$', 'rule = "tenure_days > 1"', "maturity.rule: needed TRUE as the last rule, which takes everybody left"),
    (r'^rule = "contract_cancelled = 1 .*"', 'rule = "TRUE"', "needed a rule that leaves somebody to those after it, found TRUE"),
    (r"usage_count_90d = 0$", "usage_cout_90d = 0", "found 'usage_cout_90d' (did you mean 'usage_count_90d'?)"),
    (r'^rule = "tenure_days < 30"', 'rule = "churn_probability > 0.5"', "needed names of features, found 'churn_probability'"),
    (r'^rule = "tenure_days < 30"', 'rule = "tenure_days <"', "stages.conversion.rule: needed a rule like"),
    (r'^rule = "tenure_days < 30"', "rule = 30", "stages.conversion.rule: needed a rule as text, found 30"),
    (r'^kpi = "days_to_onboard"', 'kpi = "days_to_bord"', "found 'days_to_bord' (did you mean 'days_to_onboard'?)"),
    (r"^minimum = 0.85", "minimum = 85", "kpi_limits.maturity.minimum: needed renewal_rate between 0 and 1, found 85"),
    (r"^minimum = 0.85", "", "kpi_limits.maturity: needed a minimum, a maximum or both, found neither"),
    (r'^kpi = "churn_rate"', 'kpi = "renewal_rate"', "needed one entry a stage and kpi, found 'maturity' and 'renewal_rate'"),
    (r'^stage = "growth"\nfirst', 'stage = "maturity"\nfirst', "needed one entry a stage, found 'maturity' a second time"),
    (r"recency = 0.3", "recency = 0.4", "rfmt.weights: needed weights that add up to 1, found 1.1"),
    (r"^worst = -14\nbest = 60", "worst = 60\nbest = 60", "renewal.best: needed another figure than `worst`, found 60"),
    (
        r'^feature = "contract_days_left"',
        'feature = "contract_day_left"',
        "'contract_day_left' (did you mean 'contract_days_left'?)",
    ),
    (r'^channels = \["phone", "email"', 'channels = ["phone", "mail"', "found 'mail' (did you mean 'email'?)"),
    (r'^stages = \["introduction"\]', 'stages = ["introdution"]', "found 'introdution' (did you mean 'introduction'?)"),
    (r"^value = 45.0 .*", "", "offers.onboarding_call.value: needed the margin an acceptance brings, found none"),
    (r'^kind = "retention"', 'kind = "retention"\nvalue = 9.0', "needed no value for a retention offer"),
    (r'^id = "onboarding_call"', 'id = "nothing"', "needed another id, since `nothing` is the choice to offer nothing"),
    (r'^id = "training_session"', 'id = "onboarding_call"', "needed every offer once, found 'onboarding_call' a second time"),
    (r"inbound = 1.2", "inbond = 1.2", "needed a declared context, found 'inbond' (did you mean 'inbound'?)"),
    (r'^benefit = \{ en = "half', 'benefit = { pl = "half', "needed a text in every language of the file, so in 'en' too"),
    (r"^valid_days = 14", "starts_on = 2026-03-01\nends_on = 2026-02-01", "needed at least starts_on (2026-03-01), found"),
    (r"^valid_days = 14", 'ends_on = "2026-02-01"', "needed a date without quotes, like 2026-03-01, found '2026-02-01'"),
    (r"^lever_percent = -10.0", "lever_percent = -95.0", "above -100 percent together, found -100"),
    (r"groups = \{ price", "groups = { prize", "needed a declared offer group, found 'prize' (did you mean 'price'?)"),
    (r"^control_share = 0.05", "control_share = 0.45", "needed at most 0.5 together with control_share, found 0.55"),
    (r'channel = "sms", cont', 'channel = "fax", cont', "contact_policy.caps.3.channel: needed a declared channel, found 'fax'"),
    (r'^skill = "retention"', 'skill = "retaining"', "needed a declared skill, found 'retaining'"),
    (r'"general", "retention", "key_account"\]\nlang', '"general", "retention"]\nlang', "needed a skill that some agent has"),
    (r'^rule = "TRUE"\n\n\[\[routing.agents', 'rule = "TRUE"\nstages = ["growth"]\n[[routing.agents', "no filter on the last"),
    (r"^agent_cap = 40.0", "agent_cap = 130.0", "recovery.escalation.team_lead.cap: needed more than whoever comes before"),
    (r"limit = 150.0", "limit = 350.0", "complaints.defect.limit: needed at most recovery.safety_cap (300.0), found 350.0"),
]


@pytest.mark.parametrize(("pattern", "replacement", "message"), CHANGES, ids=[change[2][:50] for change in CHANGES])
def test_a_change_that_breaks_the_file_is_named(
    changed: Change, faults_of: Faults, pattern: str, replacement: str, message: str
) -> None:
    found = faults_of(changed(pattern, replacement))

    assert any(message in fault for fault in found), found
    assert len(found) <= 3, found


def test_every_fault_stands_on_its_own_line(changed: Change, default_text: str, faults_of: Faults) -> None:
    before = default_text.splitlines().index('id = "annual_plan"') + 1

    (fault,) = faults_of(changed(r'^id = "annual_plan"', 'id = "Annual Plan"'))

    assert fault == (
        f"line {before}: offers.Annual Plan.id: needed a name of at most 64 small letters, digits and _, a letter first, "
        "found 'Annual Plan'"
    )


def test_all_faults_are_named_at_once_in_the_order_of_the_file(default_text: str, faults_of: Faults) -> None:
    text = default_text.replace('currency = "EUR"', "currency = 5").replace('rule = "tenure_days < 30"', 'rule = "x < 30"')
    text = text.replace('id = "loyalty_gift"', 'id = "plan_upgrade"').replace("budget = 5000.0", "budget = 10.0")

    lines = [int(fault.split(":")[0].removeprefix("line ")) for fault in faults_of(text)]

    assert len(lines) == 4
    assert lines == sorted(lines)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("currency = ", "line 1: the file: needed valid TOML, found Invalid value"),
        ('a = 1\nb = "x', "line 2: the file: needed valid TOML, found Unterminated string"),
        ("a = 1\na = 2", "line 2: the file: needed valid TOML, found Cannot overwrite a value"),
        ("a = " + "9" * 5000, "the file: needed valid TOML, found Exceeds the limit"),
        ("a = " + "[" * 5000 + "]" * 5000, "the file: needed lists and tables nested a few deep"),
    ],
)
def test_a_text_that_is_no_toml_is_named_with_its_line(faults_of: Faults, text: str, message: str) -> None:
    (fault,) = faults_of(text)

    assert message in fault


def test_an_empty_file_lists_every_key_that_must_be_given(faults_of: Faults) -> None:
    found = faults_of("")

    assert len(found) == 13
    assert all("needed a value, since this key has no default" in fault for fault in found)
