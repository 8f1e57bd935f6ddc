"""No reader meets the name of a feature: facts and rules are said by what they are called, in the reader's language."""

from __future__ import annotations

import re

import pytest

from features.company import SCORE_NAMES, default_company_text, read_company
from models.explanation.codes import LANGUAGES
from serving.page.frame.facts import FACTS, Facts
from serving.page.frame.wording import wording_of

COMPANIES = {name: read_company(default_company_text(name)) for name in ("default", "activity", "grocery")}
DEFAULT = COMPANIES["default"]
RAW = re.compile(r"[a-z]_[a-z0-9]|\b(AND|OR|NOT|NULL|IN|BETWEEN)\b")


def facts(language="en"):
    return Facts(DEFAULT.catalogue, wording_of(language))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("company", COMPANIES.values(), ids=list(COMPANIES))
def test_no_rule_of_a_shipped_company_file_shows_a_raw_name(company, language):
    rules = [stage.rule for stage_set in company.stage_sets for stage in stage_set.stages]
    for offer in company.offers:
        rules += [offer.eligibility, offer.applicability, offer.suitability]
    rules.append(company.expansion_guard.hold_when)

    said = [Facts(company.catalogue, wording_of(language)).rule(rule.text) for rule in rules]

    assert [text for text in said if RAW.search(text)] == []


@pytest.mark.parametrize("language", ["pt-BR", "pl"])
def test_every_fact_that_a_shipped_rule_reads_is_called_something_in_the_readers_language(language):
    names = {name for company in COMPANIES.values() for stage in company.stages_by_name.values() for name in stage.rule.names}
    for company in COMPANIES.values():
        names |= {
            name
            for offer in company.offers
            for rule in (offer.eligibility, offer.applicability, offer.suitability)
            for name in rule.names
        }

    assert [name for name in names if facts(language).name(name) == facts().name(name)] == []


def test_every_score_a_rule_may_name_has_words():
    assert set(SCORE_NAMES) - set(FACTS) == set()


def test_a_rule_keeps_its_order_and_its_figures():
    rule = "churn_probability >= 0.2 AND usage_count_30d < usage_count_90d / 3\n  OR tenure_days IS NULL"

    said = facts().rule(rule)

    assert said == ("“chance to leave” ≥ 20% and “uses in 30 days” < “uses in 90 days” ÷ 3 or “days as a customer” is not known")


@pytest.mark.parametrize(
    ("rule", "figures"),
    [
        ("churn_probability > 0.5 AND 3 <= days_in_stage", ["50%", "3"]),
        ("expected_margin * churn_probability > 50", ["50"]),
        ("churn_probability / 2 < 0.5 OR acceptance_probability < 0.5", ["2", "0.5", "50%"]),
        ("churn_probability BETWEEN 0.1 AND 0.3 AND days_in_stage < 9", ["10%", "30%", "9"]),
        ("NOT churn_probability IN (0.1, 0.2)", ["10%", "20%"]),
    ],
)
def test_a_figure_is_a_percentage_only_where_it_is_held_against_one_share(rule, figures):
    said = re.sub("“[^”]*”", "", facts().rule(rule))

    assert re.findall(r"[\d.]+%?", said) == figures


def test_a_fact_without_words_is_called_by_its_declared_meaning():
    assert facts("pl").name("usage_quantity_mean_90d") == "Quantity of a use of the last 90 days, on average"
    assert facts().name("left_the_catalogue") == "left the catalogue"


def test_what_was_found_is_told_as_the_reader_writes_it():
    found = "churn_probability 0.1496, expected_margin 1234.5, tenure_days not known"

    assert facts().found(found) == "chance to leave: 14.96%; expected margin: 1,234.5; days as a customer: not known"
    assert facts("pl").found("churn_probability 0.1496") == "szansa odejścia: 14,96%"


def test_what_is_no_list_of_facts_stays_as_it_is():
    assert facts().found("nothing of the kind") == "nothing of the kind"
