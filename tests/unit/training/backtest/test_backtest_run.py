"""The whole way on a small shop: what was known later changes no past month, every report is whole, and names nobody."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from features.reports.backtest import BacktestReport
from features.reports.stored import ReportUnreadable
from features.times import parse_time
from models.learners.boosting import BoostingPreset
from training.backtest.recipe import Recipe
from training.backtest.run import Asked, backtest
from training.backtest.told.page import write_report
from training.backtest.walk import MemberMissing, Walk
from training.examples import stack_examples
from training.folds import HistoryTooShort
from training.questions.churn.question import ChurnQuestion

CAPACITY = 20
QUICK = BoostingPreset(leaves=4, rounds=15, bag=1)


@pytest.fixture(scope="module")
def question(trained_shop: Any) -> ChurnQuestion:
    return ChurnQuestion(trained_shop.company)


@pytest.fixture(scope="module")
def report(trained_shop: Any, question: ChurnQuestion) -> BacktestReport:
    terms = replace(Asked().terms, capacity=CAPACITY)
    return backtest(trained_shop.home, question, asked=Asked(terms=terms))


def test_what_became_known_later_changes_no_list_of_a_past_month(trained_shop: Any, question: ChurnQuestion) -> None:
    recipe = Recipe.stored(trained_shop.home, trained_shop.trained.model_sha, source="candidate")
    then, now = (
        Walk(question, recipe, 3, CAPACITY, until).through(stack_examples(trained_shop.home, question, as_of=until)).lists
        for until in (parse_time("2025-11-10"), None)
    )

    origins = sorted({*then.origins} & {*now.origins})

    assert len(origins) == 2
    for origin in origins:
        first, second = (lists.where(lists.moments == origin) for lists in (then, now))
        assert np.array_equal(first.left_at, second.left_at)
        for name, chance in first.listed.items():
            assert np.array_equal(chance, second.listed[name]), name


def test_every_method_lists_the_same_customers_in_the_same_months(report: BacktestReport) -> None:
    assert set(report.pooled.methods) == {
        "model", "model_by_money", "money_alone", "health", "recency", "rfmt", "rfm_logistic", "mbg_nbd", "at_random"
    }  # fmt: skip
    for month in report.months:
        places = min(CAPACITY, month.figures.customers)
        assert all(found["listed"].value == pytest.approx(places) for found in month.figures.methods.values())


def test_at_random_precision_is_the_share_that_left(report: BacktestReport) -> None:
    for month in report.months:
        share = month.figures.leavers / month.figures.customers
        assert month.figures.methods["at_random"]["precision"].value == pytest.approx(share)


def test_stages_and_months_add_up_to_the_whole(report: BacktestReport) -> None:
    for parts in ([month.figures for month in report.months], report.stages.values()):
        assert sum(part.leavers for part in parts) == report.pooled.leavers
        nets = sum(part.methods["model"]["net"].value for part in parts)
        assert nets == pytest.approx(report.pooled.methods["model"]["net"].value)


def test_who_had_fallen_silent_before_is_counted_and_not_listed(report: BacktestReport) -> None:
    assert report.pooled.noticed > 0
    assert any("has left by the company's own words" in text for text in report.assumptions)


def test_the_candidate_is_tried_where_nothing_is_live_and_the_live_model_where_it_is(
    report: BacktestReport, twice_promoted_shop: Any, question: ChurnQuestion
) -> None:
    live = backtest(twice_promoted_shop.home, question, asked=Asked(months=1))

    assert report.recipe.source == "candidate"
    assert live.recipe.source == "live"
    assert live.recipe.members


def test_without_a_model_the_contest_chooses_what_is_tried(shop: Any) -> None:
    (candidates,) = shop.home.root.glob("candidates")
    candidates.rename(shop.folder / "put_aside")

    report = backtest(shop.home, ChurnQuestion(shop.company, QUICK), asked=Asked(months=1))

    assert (report.recipe.source, report.recipe.model_sha) == ("contest", "")


def test_a_learned_blend_answers_some_months_earlier_to_learn_its_weights(trained_shop: Any, question: ChurnQuestion) -> None:
    recipe = Recipe.of(
        {"blend": "learned", "members": {"mbg_nbd": 1.0}, "calibration": "none", "presets": {}}, source="candidate"
    )

    walked = Walk(question, recipe, 1, CAPACITY).through(stack_examples(trained_shop.home, question))

    assert recipe.origins(1, gap_days=90).most == 5
    assert len(walked.lists.origins) == 1


def test_a_recipe_that_could_not_be_fitted_then_is_refused_by_name(
    trained_shop: Any, question: ChurnQuestion, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = Recipe.of({"blend": "rhythm", "members": {"mbg_nbd": 1.0}, "calibration": "none", "presets": {}}, source="live")
    monkeypatch.setattr(Recipe, "members", lambda *_: ("prior", "rfm_logistic"))

    with pytest.raises(MemberMissing, match="needed mbg_nbd at each of 1 months"):
        Walk(question, recipe, 1, CAPACITY).through(stack_examples(trained_shop.home, question))


def test_a_history_too_short_is_refused(trained_shop: Any, question: ChurnQuestion) -> None:
    with pytest.raises(HistoryTooShort):
        backtest(trained_shop.home, question, asked=Asked(as_of=parse_time("2025-05-20")))


def test_the_report_is_read_again_as_it_was_written(report: BacktestReport) -> None:
    assert BacktestReport.from_json(report.to_json()) == report
    with pytest.raises(ReportUnreadable, match="run `lifecycle backtest` again"):
        BacktestReport.from_json(b'{"model": "churn"}')


def test_the_page_loads_nothing_has_a_csv_for_every_picture_and_names_no_customer(shop: Any, report: BacktestReport) -> None:
    page = write_report(shop.home, report)

    text, tables = page.read_text(), sorted(page.with_suffix("").glob("*.csv"))
    written = [text, (page.parent / "backtest.json").read_text(), *(table.read_text() for table in tables)]
    assert text.count("<svg") >= 9
    assert "<script" not in text
    assert all(f"backtest/{table.name}" in text for table in tables)
    assert not [found for each in written for found in re.findall(r"\bc\d+\b", each)]
