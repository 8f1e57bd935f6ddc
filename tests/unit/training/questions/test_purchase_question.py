"""The next purchase from end to end: everybody known is asked about, graded beside baselines, stored and read again."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import Any

import pytest

from features.log.store import EventLog
from features.times import DAY, parse_time
from models.bundle.models import load_model
from models.learners.boosting import BoostingPreset
from models.purchase import PurchaseModel
from training.labels.purchases import label_purchases
from training.questions.purchase import PurchaseQuestion
from training.questions.registry import asked, question_for
from training.train import TrainedModel, TrainingRun, train

QUICK = BoostingPreset(leaves=4, rounds=15, bag=1)


@pytest.fixture(scope="module")
def buying_shop(trained_shop: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The shop of the churn model, copied: here another model is trained beside it."""
    folder = tmp_path_factory.mktemp("buying")
    shutil.copytree(trained_shop.folder, folder, dirs_exist_ok=True)
    return replace(trained_shop, folder=folder)


@pytest.fixture(scope="module")
def trained(buying_shop: Any) -> TrainedModel:
    moment = parse_time("2025-12-20T10:00:00Z")
    return train(buying_shop.home, PurchaseQuestion(buying_shop.company, QUICK), run=TrainingRun(moment))


def test_more_customers_buy_the_longer_one_waits(trained: TrainedModel) -> None:
    shares = [*trained.report.data.label_means.values()]

    assert 0 < shares[0] < shares[1] < shares[2] < 1


def test_the_report_tells_of_buyers_not_of_the_silent(trained: TrainedModel, trained_shop: Any) -> None:
    report, log = trained.report, EventLog.open(trained_shop.home)

    labels = label_purchases(log, (90,), as_ofs=[fold.origin for fold in report.folds])

    assert report.test_positives == sum(label.values.sum() for label in labels)
    assert [fold.label_mean for fold in report.folds] == pytest.approx([label.values.mean() for label in labels])
    assert {"prior", "mbg_nbd", "rfm_logistic"} <= set(report.differences)


def test_the_rhythm_of_purchases_ranks_buyers_first_too(trained: TrainedModel) -> None:
    assert trained.report.pooled["recipe"]["auc"].value > 0.6
    assert trained.report.pooled["mbg_nbd"]["auc"].value > 0.6


def test_the_stored_model_is_a_purchase_model(trained: TrainedModel, buying_shop: Any) -> None:
    kept = load_model(buying_shop.home, trained.model_sha)

    assert isinstance(kept, PurchaseModel)
    assert kept.to_files() == trained.model.to_files()


def test_who_has_long_been_silent_is_learned_from_too(trained: TrainedModel, trained_shop: Any) -> None:
    question = PurchaseQuestion(trained_shop.company)

    assert question.gap_days == 90
    assert trained.report.data.customers > 0.9 * 150
    assert parse_time("2025-12-20") - trained.report.data.as_of >= 90 * DAY


def test_what_churn_means_to_a_company_does_not_change_what_a_purchase_is(trained_shop: Any) -> None:
    company = trained_shop.company
    contract = company.model_copy(
        update={"churn": company.churn.model_copy(update={"definition": "contract", "at_risk_days": 9})}
    )

    assert isinstance(question_for("purchase", contract), PurchaseQuestion)
    assert asked("purchase", contract) == asked("purchase", company)
