"""What is assumed stands until decisions by lot contradict it, and is told as a share of the usual margin."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.tiny_shop import shop_company
from models.uplift import ArmAnswer, Moderators, Shares, UpliftModel, UsualMargin
from models.value.money import Money
from training.uplift import Trial, assumed_effects, left_open

COMPANY = shop_company()
OFFER = next(offer for offer in COMPANY.offers if offer.value)


def model(kind: str = "none", *, low: float = -0.02, high: float = 0.04) -> UpliftModel:
    """Build the answer to one offer, measured within an interval."""
    answer = ArmAnswer(OFFER.id, kind, 0.01, low, high, 300, 90, "no effect is told apart from 0")  # type: ignore[arg-type]
    nothing_named = Moderators.of(np.zeros((1, 0), np.float32), (), wanted=())
    return UpliftModel((answer,), Shares(nothing_named, ((0.01,),)), "constant", UsualMargin(Money("margin", 1.0), 90, 10.0), "")


def test_an_effect_told_apart_from_neither_nothing_nor_what_is_assumed_is_left_open() -> None:
    found = left_open(model(), {OFFER.id: 0.03})

    assert found.answers[0].kind == "open"
    assert not found.answers[0].is_measured
    assert "+3.0%" in found.answers[0].reason
    assert found.verdict.startswith("nothing is known")


@pytest.mark.parametrize("assumed", [0.05, float("nan")])
def test_an_effect_that_contradicts_what_is_assumed_stands_as_none(assumed: float) -> None:
    assert left_open(model(), {OFFER.id: assumed}) == model()


def test_an_effect_told_apart_from_nothing_stands() -> None:
    assert left_open(model("constant"), {OFFER.id: 0.03}) == model("constant")


def test_an_open_effect_predicts_nothing_known() -> None:
    found = left_open(model(), {OFFER.id: 0.03}).predict(np.zeros((2, 0), np.float32), ())

    assert np.isnan(found).all()


def made(*, accepted: float, gone: float, offer_id: str = OFFER.id) -> Trial:
    """Build four decisions on an offer and four on nothing, all by lot, of customers who usually bring 50."""
    rows = 8
    arm = np.array([0, 0, 0, 0, -1, -1, -1, -1])
    takes = (arm == 0) & (np.arange(rows) < 4 * accepted)
    return Trial(
        rows=np.zeros((rows, 0), np.float32), names=(), arms=(offer_id,), arm=arm, customers=np.arange(rows, dtype=np.int32),
        random=np.ones(rows, np.bool_), options=np.full(rows, 2.0), shown=arm == 0, accepted=takes, usual=np.full(rows, 50.0),
        total=np.ones(rows), terms=np.ones(rows), gone=np.where(np.arange(rows) % 4 < 4 * gone, 1.0, 0.0),
    )  # fmt: skip


def test_an_assumed_effect_is_acceptance_times_incrementality_times_value_in_usual_margins() -> None:
    found = assumed_effects(made(accepted=0.5, gone=0.0), COMPANY)

    assert found[OFFER.id] == pytest.approx(0.5 * OFFER.incrementality * float(OFFER.value or 0) / 50.0)


def test_a_retention_offer_is_assumed_to_keep_who_would_leave() -> None:
    offer = OFFER.model_copy(update={"kind": "retention", "value": None})
    company = COMPANY.model_copy(update={"offers": (offer,)})

    found = assumed_effects(made(accepted=0.5, gone=0.25), company)

    assert found[OFFER.id] == pytest.approx(0.5 * OFFER.incrementality * 0.25)
