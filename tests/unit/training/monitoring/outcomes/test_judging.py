"""How answers of each kind are judged: chances with the list of the team, amounts with their ends, stages beside persistence."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from features.company import default_company_text, read_company
from models.bundle import NotStored
from training.measures.resamples import Resamples
from training.monitoring.outcomes import judging
from training.monitoring.outcomes.judging import Amounts, Chances, Stages, judge_of, likeliest, prior_named

COMPANY = read_company(default_company_text("default"))
DAYS = COMPANY.horizon_days
LOG: Any = SimpleNamespace(home=None)
STAGES = [stage.name for stage in COMPANY.stage_set.stages]


def predictions(**columns: list[float]) -> Any:
    return SimpleNamespace(column=lambda name: np.array(columns[name]), columns=tuple(columns))


def rows(count: int) -> Resamples:
    return Resamples(np.arange(count, dtype=np.int32), count=20, seed=0)


def learned_from(monkeypatch: pytest.MonkeyPatch, **means: float) -> None:
    data = {"label_means": {str(DAYS): means.get("mean")}}
    monkeypatch.setattr(judging, "model_manifest", lambda *_: {"provenance": {"data": data}})


def test_the_list_is_as_long_as_the_capacity_and_its_precision_the_share_to_whom_it_happened() -> None:
    company = COMPANY.model_copy(update={"routing": COMPANY.routing.model_copy(update={"weekly_capacity": 2})})
    judge = Chances(LOG, company, "churn")
    said = judge.said(predictions(**{f"churn_{DAYS}": [0.1, 0.9, np.nan, 0.8, 0.2]}))
    asked = said[np.isfinite(said[:, 0])]

    draws = judge.measured(asked, np.array([1.0, 1.0, 0.0, 0.0]), resamples=rows(4))

    assert said[:, 1].tolist() == [0, 1, 0, 1, 0]
    assert draws["precision_at_capacity"][0] == 0.5
    assert judge.expected(asked)["precision_at_capacity"] == pytest.approx(0.85)


def test_a_list_longer_than_the_customers_holds_them_all() -> None:
    assert likeliest(np.array([0.2, np.nan]), 100).tolist() == [1.0, 0.0]


def test_the_prior_of_chances_is_the_rate_the_model_learned_from(monkeypatch: pytest.MonkeyPatch) -> None:
    learned_from(monkeypatch, mean=0.25)
    judge = Chances(LOG, COMPANY, "purchase")

    prior = judge.prior(np.zeros((2, 2)), model_sha="s")

    assert prior is not None
    assert prior[:, 0].tolist() == [0.25, 0.25]


def test_amounts_are_held_against_their_ends_where_there_are_any() -> None:
    columns = {f"value_{DAYS}": [5.0, 5.0, 5.0], "value_low": [1.0, 1.0, np.nan], "value_high": [9.0, 9.0, np.nan]}
    judge = Amounts(LOG, COMPANY)

    draws = judge.measured(judge.said(predictions(**columns)), np.array([4.0, 12.0, 5.0]), resamples=rows(3))

    assert draws["interval_coverage"][0] == 0.5
    assert draws["mae"][0] == pytest.approx((1 + 7 + 0) / 3)


def test_stages_are_judged_by_the_chance_given_to_the_one_that_came() -> None:
    chances = {f"transition_{DAYS}_{stage}": [0.6 if place == 0 else 0.1] * 2 for place, stage in enumerate(STAGES)}
    judge = Stages(LOG, COMPANY)
    said = judge.said(predictions(**chances, **{f"stage_{COMPANY.default_stage_set}": [0.0, 1.0]}))

    draws = judge.measured(said, np.array([0.0, 1.0]), resamples=rows(2))

    assert draws["log_loss"][0] == pytest.approx(-(np.log(0.6) + np.log(0.1)) / 2)
    assert judge.happened(said, np.array([0.0, 2.0])) == 1


def test_a_model_that_is_gone_leaves_no_prior_to_stand_beside(monkeypatch: pytest.MonkeyPatch) -> None:

    def gone(*_: object) -> None:
        raise NotStored("gone")

    monkeypatch.setattr(judging, "model_manifest", gone)

    assert all(
        judge_of(model, log=LOG, company=COMPANY).prior(np.zeros((1, 6)), model_sha="s") is None for model in ("churn", "value")
    )
    assert Stages(LOG, COMPANY).prior(np.zeros((1, 6)), model_sha="s") is None


def test_every_model_has_a_judge_and_a_named_prior() -> None:
    models = ("churn", "transition", "value")

    named = {model: (judge_of(model, log=LOG, company=COMPANY).main_measure, prior_named(model)) for model in models}

    assert named == {"churn": ("log_loss", "prior"), "transition": ("log_loss", "persistence"), "value": ("mae", "mean")}
