"""That going back is a move of the pointer alone: the model before, on the current snapshot, with predictions already made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from features.company import Company, store_company
from features.log.intake import Receipt, append
from features.times import DAY, Timestamp, parse_time
from models.bundle import load_live, load_public_key
from models.learners.boosting import BoostingPreset
from training.publishing import publish as publish_room
from training.publishing import rollback as rollback_room
from training.publishing import scene as scene_room
from training.publishing.ledger import live_at, read_ledger
from training.publishing.pointer import Act
from training.publishing.promote import promote
from training.publishing.rollback import NoPredecessor, rollback
from training.publishing.scene import company_in_use
from training.publishing.score import score
from training.questions.churn.question import ChurnQuestion
from training.questions.purchase import PurchaseQuestion
from training.train import TrainingRun, train

PROMOTED_AT: Timestamp = parse_time("2025-12-21")


def act(shop: Any, *, day: int) -> Act:
    return Act(shop.signing_key, PROMOTED_AT + day * DAY, "the new one is odd", "a1")


def live_model(shop: Any) -> str:
    return load_live(shop.home, public_key=load_public_key(shop.home), trial=False).bundle.models["churn"]


def test_a_rollback_serves_the_model_before_and_computes_nothing(promoted: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert live_model(promoted) != promoted.trained.model_sha
    monkeypatch.setattr(scene_room, "compute_snapshots", _not_wanted)
    monkeypatch.setattr(publish_room, "said_by", _not_wanted)
    monkeypatch.setattr(publish_room, "write_predictions", _not_wanted)

    rollback(promoted.home, "churn", act=act(promoted, day=2))

    assert live_model(promoted) == promoted.trained.model_sha


def test_a_rollback_after_scoring_anew_still_computes_nothing(promoted: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    score(promoted.home, at=PROMOTED_AT + 2 * DAY)
    monkeypatch.setattr(publish_room, "said_by", _not_wanted)

    rollback(promoted.home, "churn", act=act(promoted, day=3))

    assert live_model(promoted) == promoted.trained.model_sha


def test_without_stored_predictions_they_are_made_again(promoted: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rollback_room, "stored_predictions", lambda *_: None)

    rollback(promoted.home, "churn", act=act(promoted, day=2))

    assert live_model(promoted) == promoted.trained.model_sha


def test_there_is_no_way_back_beyond_the_first(promoted: Any) -> None:
    rollback(promoted.home, "churn", act=act(promoted, day=2))

    with pytest.raises(NoPredecessor):
        rollback(promoted.home, "churn", act=act(promoted, day=3))


def test_a_model_made_for_another_question_takes_its_company_file_back_with_it(
    promoted: Any, make_company: Callable[..., Company]
) -> None:
    other = make_company(at_risk_days=60)
    store_company(promoted.home, other)
    train(promoted.home, ChurnQuestion(other, BoostingPreset(leaves=4, rounds=5, bag=1)), run=TrainingRun(PROMOTED_AT + 3 * DAY))
    promote(promoted.home, "churn", act=act(promoted, day=3))
    assert company_in_use(promoted.home) == other

    rollback(promoted.home, "churn", act=act(promoted, day=4))

    assert company_in_use(promoted.home) == promoted.company
    state = load_live(promoted.home, public_key=load_public_key(promoted.home), trial=False)
    assert state.predictions.origin.company == promoted.company.sha256


def test_going_back_to_another_question_leaves_no_model_live_that_answers_none(
    promoted: Any, make_company: Callable[..., Company]
) -> None:
    sooner, quick = make_company(horizons_days=(30, 60)), BoostingPreset(leaves=4, rounds=5, bag=1)
    store_company(promoted.home, sooner)
    for day, question in enumerate((ChurnQuestion(sooner, quick), PurchaseQuestion(sooner, quick)), start=3):
        train(promoted.home, question, run=TrainingRun(PROMOTED_AT + day * DAY))
        promote(promoted.home, question.name, act=act(promoted, day=day))
    assert set(read_ledger(promoted.home)[-1].models) == {"churn", "purchase"}

    entry = rollback(promoted.home, "churn", act=act(promoted, day=5))

    assert set(entry.models) == {"churn"}
    assert company_in_use(promoted.home) == promoted.company


def test_after_new_rows_a_rollback_stands_on_the_snapshot_scored_last(promoted: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    later = parse_time("2025-12-20") + 5 * DAY
    bought = pd.DataFrame({"customer_id": ["c1"], "purchase_id": ["new"], "kind": ["order"], "revenue": [9.0]})
    at = pd.to_datetime([later - DAY], unit="us", utc=True)
    append(
        promoted.home,
        {"purchases": bought.assign(occurred_at=at, known_at=at)},
        receipt=Receipt(later, "given", {"purchases": later}),
    )
    score(promoted.home, at=later)
    monkeypatch.setattr(publish_room, "said_by", _not_wanted)

    rollback(promoted.home, "churn", act=act(promoted, day=6))

    state = load_live(promoted.home, public_key=load_public_key(promoted.home), trial=False)
    assert (state.bundle.models["churn"], state.predictions.origin.as_of) == (promoted.trained.model_sha, later)


def test_the_ledger_says_what_was_live_when_and_why(promoted: Any) -> None:
    rollback(promoted.home, "churn", act=act(promoted, day=2))

    assert [entry.action for entry in read_ledger(promoted.home)] == ["promote", "promote", "rollback"]
    assert read_ledger(promoted.home)[-1].override == "the new one is odd"
    then = live_at(promoted.home, PROMOTED_AT + DAY)
    assert then is not None
    assert then.models["churn"] != promoted.trained.model_sha


def _not_wanted(*_: object, **__: object) -> None:
    raise AssertionError("a rollback computes nothing")
