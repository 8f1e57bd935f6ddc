"""That a stored run done again is the same model, and that what stands in its way is named."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from features.company import Company
from features.home import Home
from features.log.intake import Receipt, append
from features.times import DAY, Timestamp, parse_time, to_datetime
from models.learners.boosting import BoostingPreset
from training import repeat as repeat_room
from training.questions.churn.question import ChurnQuestion
from training.records.candidates import CandidateMissing, store_candidate, stored_candidate, stored_candidates
from training.repeat import NotRepeatableHere, repeat
from training.train import TrainingRun, train

UNTIL: Timestamp = parse_time("2025-12-20")
QUICK = BoostingPreset(leaves=4, rounds=15, bag=1)


@pytest.fixture(autouse=True)
def asked_quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask the question as the shop's runs did, with few and small trees."""

    def quick(home: Home, model: str, company: Company, *, as_of: Timestamp | None = None) -> ChurnQuestion:
        del home, model, as_of
        return ChurnQuestion(company, QUICK)

    monkeypatch.setattr(repeat_room, "question_at", quick)


def one_order_more(home: Home, at: Timestamp) -> None:
    moment = pd.Series([to_datetime(at)]).astype("datetime64[us, UTC]")
    order = {"customer_id": "c1", "purchase_id": "late", "kind": "order", "revenue": 9.0, "margin": 3.0}
    purchases = pd.DataFrame([order]).assign(occurred_at=moment, known_at=moment)
    receipt = Receipt(received_at=UNTIL + 9 * DAY, known_at="given", observed_until={"purchases": UNTIL + DAY})
    append(home, {"purchases": purchases}, receipt=receipt)


def test_a_run_done_again_is_the_same_model(shop: Any) -> None:
    done = repeat(shop.home, "churn", run_id=shop.trained.run_id)

    assert done.is_same
    assert done.again == shop.trained.model_sha
    assert done.differences == ()


def test_a_repetition_leaves_nothing_that_could_be_promoted(shop: Any) -> None:
    before = {path for path in shop.home.root.rglob("*") if path.is_file()}

    repeat(shop.home, "churn", run_id=shop.trained.run_id)

    assert {path for path in shop.home.root.rglob("*") if path.is_file()} == before
    assert len(stored_candidates(shop.home)) == 1


def test_a_run_of_a_past_date_is_repeated_from_a_log_that_has_grown_since(shop: Any) -> None:
    as_of = UNTIL - 40 * DAY
    run_id = train(shop.home, ChurnQuestion(shop.company, QUICK), run=TrainingRun(5, as_of=as_of, seed=3)).run_id
    one_order_more(shop.home, UNTIL)

    assert repeat(shop.home, "churn", run_id=run_id).is_same


def test_a_run_of_all_that_was_known_is_not_repeated_from_a_log_that_has_grown_since(shop: Any) -> None:
    one_order_more(shop.home, UNTIL)

    with pytest.raises(NotRepeatableHere, match="has grown or changed since"):
        repeat(shop.home, "churn", run_id=shop.trained.run_id)


def test_a_run_of_a_past_date_is_not_repeated_once_that_past_was_corrected(shop: Any) -> None:
    as_of = UNTIL - 40 * DAY
    run_id = train(shop.home, ChurnQuestion(shop.company, QUICK), run=TrainingRun(5, as_of=as_of)).run_id
    one_order_more(shop.home, as_of - DAY)

    with pytest.raises(NotRepeatableHere, match="as of 2025-11-10"):
        repeat(shop.home, "churn", run_id=run_id)


def test_another_model_is_told_with_what_differs(shop: Any) -> None:
    changed_run(shop, model_sha="f" * 64, lightgbm="4.0.0")

    done = repeat(shop.home, "churn", run_id="changed")

    assert not done.is_same
    assert done.again == shop.trained.model_sha
    assert [line.split(" was ")[0] for line in done.differences] == ["lightgbm"]


def test_a_run_without_conditions_is_refused(shop: Any) -> None:
    report = shop.trained.report
    store_candidate(shop.home, replace(report, run_id="older", conditions=None), pictures=pictures_of(shop))

    with pytest.raises(NotRepeatableHere, match="conditions of run older"):
        repeat(shop.home, "churn", run_id="older")


def test_a_run_that_does_not_exist_is_said(shop: Any) -> None:
    with pytest.raises(CandidateMissing, match="run nobody of churn"):
        repeat(shop.home, "churn", run_id="nobody")


def changed_run(shop: Any, *, model_sha: str, lightgbm: str) -> None:
    conditions = shop.trained.report.conditions
    libraries = {**conditions.environment.libraries, "lightgbm": lightgbm}
    other = replace(conditions, environment=replace(conditions.environment, libraries=libraries))
    report = replace(shop.trained.report, run_id="changed", model_sha=model_sha, conditions=other)
    store_candidate(shop.home, report, pictures=pictures_of(shop))


def pictures_of(shop: Any) -> Any:
    return stored_candidate(shop.home, "churn", run_id=shop.trained.run_id).folder / "pictures"
