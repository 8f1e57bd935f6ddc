"""Effects that are known are found; none is found where none is; and too little is refused."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from models.rows import FloatArray
from models.uplift import UpliftModel, UsualMargin
from models.value.money import Money
from training.uplift import TooFewDecisions, Trial, fit_uplift, options_of

NAMES = ("tenure_days", "usage_breadth_30d")
ARMS = ("gift", "upgrade")
USUAL = UsualMargin(Money("margin", 1.0), 90, 10.0)


def drawn(effects: FloatArray, *, rows: int = 3000, noise: float = 0.3, seed: int = 0) -> Trial:
    """Build decisions drawn by lot from nothing and two offers; `effects` are by arm, or by row and arm, given `features`."""
    rng = np.random.default_rng(seed)
    arm = rng.integers(-1, 2, rows)
    added = np.column_stack([np.broadcast_to(effects, (rows, 2)), np.zeros(rows)])[np.arange(rows), arm]
    shown = arm >= 0
    return Trial(
        rows=features(rows),
        names=NAMES,
        arms=ARMS,
        arm=arm,
        customers=np.arange(rows, dtype=np.int32) // 2,
        random=np.ones(rows, dtype=np.bool_),
        options=np.full(rows, 3.0),
        shown=shown,
        accepted=shown & (rng.random(rows) < 0.4),
        usual=np.full(rows, 100.0),
        total=1.0 + added + rng.normal(0, noise, rows),
        terms=np.zeros(rows),
        gone=np.full(rows, np.nan),
    )


def features(rows: int) -> np.ndarray:
    """Return tenure and breadth of the customers, the same at every call."""
    rng = np.random.default_rng(99)
    return np.column_stack([rng.uniform(0, 900, rows), rng.integers(0, 9, rows)]).astype(np.float32)


def model_of(trial: Trial) -> UpliftModel:
    return fit_uplift(trial, usual=USUAL).model


def test_one_effect_for_everybody_is_told_as_send_everyone_the_same() -> None:
    model = model_of(drawn(np.array([0.1, 0.3])))

    assert [answer.kind for answer in model.answers] == ["constant", "constant"]
    assert [answer.low <= true <= answer.high for answer, true in zip(model.answers, (0.1, 0.3), strict=True)] == [True, True]
    assert model.verdict.startswith("send everyone the same: upgrade")
    assert np.ptp(model.predict(features(50), NAMES), axis=0).tolist() == [0.0, 0.0]


def test_where_no_offer_changes_anything_it_says_that_nothing_helps() -> None:
    model = model_of(drawn(np.zeros(2), seed=1))

    assert [answer.kind for answer in model.answers] == ["none", "none"]
    assert model.verdict.startswith("nothing helps")
    assert model.predict(features(5), NAMES).tolist() == [[0.0, 0.0]] * 5


def test_an_effect_that_moves_with_a_feature_is_followed() -> None:
    breadth = features(3000)[:, 1].astype(np.float64)
    true = np.column_stack([0.1 * (breadth - 4), np.zeros(3000)])

    model = model_of(drawn(true))

    assert model.answers[0].kind == "varies"
    assert model.moderators == ("usage_breadth_30d", "tenure_days")
    found = model.predict(features(3000), NAMES)
    assert np.corrcoef(found[:, 0], true[:, 0])[0, 1] > 0.97
    assert np.abs(found - true).mean() < 0.05


def test_offers_dealt_anew_by_lot_leave_nothing_that_varies() -> None:
    breadth = features(3000)[:, 1].astype(np.float64)
    trial = drawn(np.column_stack([0.1 * (breadth - 4), np.full(3000, 0.2)]))

    model = model_of(replace(trial, arm=np.random.default_rng(5).permutation(trial.arm)))

    assert "varies" not in {answer.kind for answer in model.answers}
    assert np.abs(model.predict(features(9), NAMES)).max() < 0.06


def test_customers_who_could_be_offered_nothing_do_not_make_offers_look_idle() -> None:
    trial, rng = drawn(np.array([0.3, 0.3]), rows=6000), np.random.default_rng(3)
    shut, chosen = features(6000)[:, 0] < 400, rng.random(6000) < 0.6
    arm = np.where(shut, -1, np.where(chosen, 1, trial.arm))
    total = 1.0 + np.where(shut, 0.5, 0.0) + np.where(arm >= 0, 0.3, 0.0) + rng.normal(0, 0.3, 6000)
    shown = arm >= 0
    told = replace(
        trial, arm=arm, random=~chosen, options=np.where(shut, 1.0, 3.0), total=total, shown=shown,
        accepted=shown & (rng.random(6000) < 0.4),
    )  # fmt: skip

    model = model_of(told)

    assert [answer.effect for answer in model.answers] == pytest.approx([0.3, 0.3], abs=0.06)


def test_an_offer_decided_by_lot_too_rarely_is_refused_and_the_others_answer() -> None:
    trial = drawn(np.array([0.1, 0.3]))
    rare = trial.where((trial.arm != 0) | (np.cumsum(trial.arm == 0) <= 30))

    model = model_of(rare)

    assert [answer.kind for answer in model.answers] == ["refused", "constant"]
    assert model.answers[0].reason == "needs 100 decisions drawn by lot, 30 were"
    assert np.isnan(model.predict(features(4), NAMES)).tolist() == [[True, False]] * 4


@pytest.mark.parametrize("short_of", ["decisions", "positives"])
def test_without_enough_decisions_on_nothing_no_effect_is_learned(short_of: str) -> None:
    trial = drawn(np.array([0.1, 0.3]))
    nothing = np.flatnonzero(trial.arm == -1)
    if short_of == "decisions":
        trial = trial.take(np.setdiff1d(np.arange(3000), nothing[199:]))
    else:
        trial.total[nothing[49:]] = 0.0

    with pytest.raises(TooFewDecisions, match="needed 200 decisions on nothing drawn by lot, 50 of them followed by margin"):
        model_of(trial)


def test_who_leaves_less_by_accepting_is_found_where_there_is_something_to_lose() -> None:
    rng = np.random.default_rng(3)
    trial, risk = drawn(np.zeros(2), rows=6000), np.where(features(6000)[:, 0] < 300, 0.5, 0.05)
    accepted = np.where(trial.shown, rng.random(6000) < 0.6, False)
    chance = np.where((trial.arm == 0) & accepted, 0.3 * risk, risk)
    gone = (rng.random(6000) < chance).astype(np.float64)
    terms = np.where(gone == 1.0, 0.2, 1.0) + rng.normal(0, 0.05, 6000)
    trial = replace(trial, accepted=accepted, gone=gone, terms=terms, total=terms)

    model = model_of(trial)

    found = model.predict(trial.rows, NAMES)
    assert model.learner == "pathways"
    assert np.array_equal(UpliftModel.from_json(json.loads(json.dumps(model.to_json()))).predict(trial.rows, NAMES), found)
    assert found[risk == 0.5, 0].mean() == pytest.approx(0.6 * 0.7 * 0.5 * 0.8, abs=0.05)
    assert abs(found[risk == 0.05, 0].mean()) < 0.04
    assert abs(found[:, 1].mean()) < 0.03


def test_leaving_is_not_learned_about_where_hardly_anybody_left_alone_is_gone() -> None:
    trial = drawn(np.array([0.1, 0.3]))
    gone = np.zeros(3000)
    gone[np.flatnonzero(trial.arm == -1)[:49]] = 1.0
    gone[np.flatnonzero(trial.arm == 0)[:200]] = 1.0

    assert model_of(replace(trial, gone=gone)).learner == "constant"


def test_the_lot_behind_a_logged_probability_is_read_back_for_every_number_of_options() -> None:
    options = np.arange(1.0, 12.0)
    by_lot, by_policy = 0.05 + 0.95 * 0.1, 0.95 * 0.9

    others = options_of(by_lot / options[1:], control=0.05, exploration=0.1)
    greedy = options_of(by_lot / options + by_policy, control=0.05, exploration=0.1)

    assert others.tolist() == options[1:].tolist()
    assert greedy.tolist() == options.tolist()
