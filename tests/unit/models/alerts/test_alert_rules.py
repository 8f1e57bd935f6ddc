"""When each alert stands, since when, and that it never stands on a figure that is not known."""

from __future__ import annotations

import re

import numpy as np
import pytest

from features.company import default_company_text, read_company
from features.times import DAY, parse_time
from models.alerts import (
    ALERT_CODES,
    MOST_URGENT_FIRST,
    RULES,
    Known,
    alert_column,
    alert_columns,
    alert_texts,
    facts_of,
    text_of,
)
from models.explanation import LANGUAGES

COMPANY = read_company(default_company_text("default"))
AS_OF = parse_time("2026-01-01")
DAYS = COMPANY.horizon_days
STAGES = [stage.name for stage in COMPANY.stage_set.stages]
STAGE = f"stage_{COMPANY.default_stage_set}"
CALM = {
    f"churn_{DAYS}": 0.01,
    STAGE: float(STAGES.index("introduction")),
    "feature_contract_days_left": 20.0,
    "feature_milestones_done_share": 0.5,
    "feature_milestones_overdue_days": 0.0,
    "feature_surveys_nps_days_since": 3.0,
    "feature_surveys_nps_last": 9.0,
    "feature_tenure_days": 20.0,
    "feature_tickets_open_silent_24h": 0.0,
    "feature_usage_count_90d": 50.0,
    "feature_usage_deep_days_since_last": np.nan,
    "feature_usage_week_vs_30w": 1.0,
    **{f"transition_{DAYS}_{name}": 0.6 if name == "introduction" else 0.1 for name in STAGES},
}
TROUBLE = {
    "risk_band_up": {f"churn_{DAYS}": 0.9},
    "stage_change_likely": {f"transition_{DAYS}_introduction": 0.4},
    "nps_below_limit": {"feature_surveys_nps_last": 6.0},
    "onboarding_stalled": {"feature_milestones_overdue_days": 17.0},
    "no_value_seen": {"feature_tenure_days": 100.0},
    "update_overdue": {"feature_tickets_open_silent_24h": 2.0},
    "usage_falling": {"feature_usage_week_vs_30w": 0.2},
    "renewal_at_risk": {f"churn_{DAYS}": 0.9},
}


def known(**changes: float) -> Known:
    return Known({name: np.array([value]) for name, value in {**CALM, **changes}.items()}, COMPANY)


def since(code, **changes: float) -> float:
    return alert_columns(known(**changes), as_of=AS_OF)[alert_column(code)][0]


def standing(**changes: float) -> set[str]:
    return {code for code in ALERT_CODES if RULES[code](known(**changes)).stands[0]}


def test_nobody_is_told_of_a_customer_who_does_well():
    assert standing() == set()


@pytest.mark.parametrize("code", ALERT_CODES)
def test_an_alert_stands_where_its_figure_passes_the_limit(code):
    assert code in standing(**TROUBLE[code])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", ALERT_CODES)
def test_an_alert_says_its_figures_in_the_words_of_each_language(code, language):
    text = text_of(code, facts_of(code, known(**TROUBLE[code])), language=language)

    assert text.endswith(".")
    assert not {"nan", "{", "}"} & set(text.split())
    assert any(sign.isdigit() for sign in text)


def test_every_alert_has_its_place_by_urgency():
    assert sorted(MOST_URGENT_FIRST) == sorted(ALERT_CODES)


def test_every_alert_has_a_name_and_a_sentence_in_every_language():
    told = {(code, part): set(texts) for code, parts in alert_texts().items() for part, texts in parts.items()}

    assert told == {(code, part): set(LANGUAGES) for code in ALERT_CODES for part in ("name", "text")}


@pytest.mark.parametrize("code", ALERT_CODES)
def test_every_language_tells_the_same_figures(code):
    figures = {language: set(re.findall(r"{(\w+)}", text)) for language, text in alert_texts()[code]["text"].items()}

    assert figures["pl"] == figures["pt-BR"] == figures["en"] != set()


@pytest.mark.parametrize(
    ("language", "one", "more"), [("en", "1 day ", "2 days"), ("pt-BR", "1 dia,", "2 dias"), ("pl", "1 dzień,", "2 dni")]
)
def test_one_day_is_not_said_as_several_are(language, one, more):
    told = [
        text_of("renewal_at_risk", {"days": days, "probability": 0.4, "limit": 0.3}, language=language) for days in (1.2, 2.0)
    ]

    assert [one in told[0], more in told[1]] == [True, True]


def test_a_limit_with_a_fraction_is_written_as_the_language_writes_it():
    texts = [text_of("usage_falling", {"share": 0.2, "limit": 0.125}, language=language) for language in LANGUAGES]

    assert ["12.5%" in texts[0], "12,5%" in texts[1], "12,5%" in texts[2]] == [True] * 3


@pytest.mark.parametrize("name", [name for name in CALM if name != "feature_usage_deep_days_since_last"])
@pytest.mark.parametrize("code", ALERT_CODES)
def test_a_figure_that_is_not_known_raises_no_alert(code, name):
    assert standing(**{**TROUBLE[code], name: np.nan}) <= standing(**TROUBLE[code])


@pytest.mark.parametrize("code", ALERT_CODES)
def test_without_the_column_it_turns_on_there_is_no_alert(code):
    (name,) = TROUBLE[code]
    columns = {each: column for each, column in known(**TROUBLE[code]).columns.items() if each != name}

    assert not RULES[code](Known(columns, COMPANY)).stands.any()


@pytest.mark.parametrize(
    ("code", "days_ago"),
    [("nps_below_limit", 3), ("onboarding_stalled", 3), ("no_value_seen", 10), ("update_overdue", 0), ("usage_falling", 0)],
)
def test_an_alert_stands_since_its_fact_began_or_was_first_seen(code, days_ago):
    assert since(code, **TROUBLE[code]) == AS_OF - days_ago * DAY


@pytest.mark.parametrize("code", ["onboarding_stalled", "no_value_seen", "usage_falling"])
def test_who_has_left_is_spoken_of_no_more(code):
    assert code not in standing(**TROUBLE[code], **{f"churn_{DAYS}": np.nan})


@pytest.mark.parametrize(
    ("changes", "stands"),
    [
        ({"feature_usage_deep_days_since_last": 80.0}, False),
        ({"feature_milestones_done_share": 1.0}, False),
        ({"feature_milestones_done_share": 0.0}, True),
    ],
)
def test_value_is_seen_in_what_is_hard_to_replace_or_in_every_milestone(changes, stands):
    assert ("no_value_seen" in standing(**{"feature_tenure_days": 100.0, **changes})) is stands


def test_where_neither_deep_use_nor_milestones_are_published_no_value_is_missed():
    without = {"feature_usage_deep_days_since_last", "feature_milestones_done_share"}
    columns = {name: column for name, column in known(feature_tenure_days=100.0).columns.items() if name not in without}

    assert not RULES["no_value_seen"](Known(columns, COMPANY)).stands.any()


def test_the_limit_of_a_score_is_that_of_the_stage():
    in_maturity = float(STAGES.index("maturity"))

    assert "nps_below_limit" in standing(feature_surveys_nps_last=6.5)
    assert "nps_below_limit" not in standing(feature_surveys_nps_last=6.5, **{STAGE: in_maturity})


def test_a_promise_of_more_hours_than_silence_is_counted_for_is_not_known_to_be_broken():
    text = default_company_text("default").replace("update_hours = 12", "update_hours = 48")
    late = Known(known(feature_tickets_open_silent_24h=2.0).columns, read_company(text))

    assert not RULES["update_overdue"](late).stands.any()


def test_who_hardly_ever_used_it_cannot_use_it_less():
    assert "usage_falling" not in standing(feature_usage_week_vs_30w=0.0, feature_usage_count_90d=5.0)


@pytest.mark.parametrize("days_left", [-1.0, 31.0])
def test_a_term_that_is_over_or_far_from_its_end_is_not_at_risk(days_left):
    assert "renewal_at_risk" not in standing(feature_contract_days_left=days_left, **{f"churn_{DAYS}": 0.9})
