"""That a customer is sent to the first queue that fits, that what is not known does not fit and is said, and who can speak."""

from __future__ import annotations

import re

import pyarrow as pa

from features.company import default_company_text, read_company
from features.engine.columns import stable_codes
from models.decision.routing import PassedOver, Standing, route

TEXT = default_company_text("default")
COMPANY = read_company(TEXT)
KNOWN = {"churn_probability": 0.1, "value_percentile": 40.0, "tenure_days": 400.0}


def code(language):
    return float(stable_codes(pa.array([language]))[0])


def standing(*, stage="maturity", category="low_performance", language="en", **columns):
    known = {**KNOWN, "code_of_language": code(language), **columns}
    stages = {"growth_curve": stage, "funnel": "loyalty", "success_phases": "adoption"}
    return Standing(known, stages, category)


def changed(pattern, replacement):
    text, count = re.subn(pattern, replacement, TEXT, count=1)
    assert count == 1
    return read_company(text)


def test_the_last_queue_takes_whom_no_other_wants():
    found = route(COMPANY, standing())

    assert (found.queue, found.skill, found.rule) == ("front_desk", "general", "TRUE")
    assert [passed.queue for passed in found.passed_over] == ["retention_desk", "key_accounts", "onboarding_desk"]


def test_who_may_leave_goes_to_those_who_can_keep_them():
    found = route(COMPANY, standing(churn_probability=0.6))

    assert (found.queue, found.agents) == ("retention_desk", ("senior.desk",))


def test_a_queue_for_other_stages_is_passed_over():
    found = route(COMPANY, standing(churn_probability=0.6, stage="growth"))

    assert found.queue == "front_desk"
    assert found.passed_over[0] == PassedOver("retention_desk", "it is for other stages")


def test_a_queue_for_a_value_category_takes_only_that_category():
    best = {"value_percentile": 95.0}

    assert route(COMPANY, standing(category="high_performance", **best)).queue == "key_accounts"
    assert route(COMPANY, standing(**best)).passed_over[1].because == "it is for other value categories"
    assert route(COMPANY, standing(category=None, **best)).passed_over[1].unknown == ("value_category",)


def test_an_unknown_score_does_not_hold_and_is_said():
    found = route(COMPANY, standing(churn_probability=float("nan")))

    assert found.queue == "front_desk"
    assert found.passed_over[0] == PassedOver("retention_desk", "its rule cannot be told", ("churn_probability",))


def test_a_score_that_no_model_brings_is_unknown_too():
    found = route(COMPANY, Standing({}, {}, None))

    assert found.queue == "front_desk"
    assert all(passed.unknown for passed in found.passed_over)
    assert (found.language, found.sla) == (None, None)


def test_what_is_promised_is_what_the_stage_is_promised():
    promised = {sla.stage: sla for sla in COMPANY.slas}

    assert route(COMPANY, standing(stage="decline")).sla == promised["decline"]


def test_agents_who_do_not_speak_the_language_are_left_out():
    company = changed(r'(id = "front\.desk"\n.*\nlanguages = \[)"en"', r'\1"pl"')

    assert route(company, standing(language="pl")).agents == ("front.desk",)
    assert route(company, standing(language="en")).agents == ("senior.desk",)


def test_where_nobody_speaks_the_language_all_who_have_the_skill_are_told_and_it_is_said():
    strangers = changed(r'(id = "senior\.desk"\n.*\nlanguages = \[)"en"', r'\1"pl"')

    found = route(strangers, standing(churn_probability=0.6, language="en"))

    assert (found.agents, found.speaks, found.language) == (("senior.desk",), False, "en")


def test_who_names_no_language_speaks_all():
    company = changed(r'(id = "senior\.desk"\n.*\n)languages = .*\n', r"\1")

    found = route(company, standing(churn_probability=0.6))

    assert (found.agents, found.speaks) == (("senior.desk",), True)


def test_a_queue_of_a_language_takes_those_who_speak_it():
    company = changed(r'name = "onboarding_desk"\n', 'name = "onboarding_desk"\nlanguages = ["pl"]\n')

    assert route(company, standing(tenure_days=10.0, language="pl")).queue == "onboarding_desk"
    assert route(company, standing(tenure_days=10.0, language="en")).queue == "front_desk"
    assert route(company, standing(tenure_days=10.0, language="xx")).passed_over[-1].unknown == ("code_of_language",)
