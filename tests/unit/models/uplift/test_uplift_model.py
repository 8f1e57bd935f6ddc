"""An uplift model answers in shares and in words, survives being stored, and says NaN, never 0, where it was refused."""

from __future__ import annotations

import json

import numpy as np
import pytest

from models.uplift import ArmAnswer, LogOdds, Moderators, Outlook, PerAcceptance, Shares, UpliftModel, UsualMargin
from models.uplift.model import Kind
from models.value.money import Money

NAMES = ("usage_breadth_30d", "purchases_margin_lifetime", "purchases_revenue_lifetime", "purchases_margin_365d",
         "purchases_days_since_first")  # fmt: skip
ROWS = np.array([[1, 400, 600, 365, 400], [3, 40, 60, 0, 900], [5, np.nan, np.nan, np.nan, np.nan]], np.float32)
BREADTH = Moderators(("usage_breadth_30d",), (3.0,), (2.0,))
USUAL = UsualMargin(Money("margin", 1.0), 90, 5.0)


def answer(offer_id: str, kind: Kind, effect: float = 0.1) -> ArmAnswer:
    return ArmAnswer(offer_id, kind, effect, effect - 0.05, effect + 0.05, 300, 120, "as measured")


def model(*kinds: Kind, effects: tuple[float, ...] = (0.1, 0.3)) -> UpliftModel:
    answers = tuple(answer(name, kind, each) for name, kind, each in zip(("gift", "upgrade"), kinds, effects, strict=True))
    measured = [each for each, kind in zip(effects, kinds, strict=True) if kind != "refused"]
    return UpliftModel(answers, Shares(Moderators(), tuple((each,) for each in measured)), "constant", USUAL, "")


def test_refused_is_not_known_and_none_is_nothing() -> None:
    assert np.isnan(model("refused", "constant").predict(ROWS, NAMES)[:, 0]).all()
    assert model("refused", "constant").predict(ROWS, NAMES)[:, 1].tolist() == [0.3] * 3
    assert model("none", "constant").predict(ROWS, NAMES)[:, 0].tolist() == [0.0] * 3


@pytest.mark.parametrize(
    ("kinds", "effects", "begins"),
    [
        (("refused", "refused"), (np.nan, np.nan), "nothing is known"),
        (("none", "none"), (0.01, -0.01), "nothing helps"),
        (("constant", "none"), (-0.2, 0.01), "nothing helps"),
        (("constant", "constant"), (0.1, 0.3), "send everyone the same: upgrade"),
        (("constant", "varies"), (0.1, 0.3), "whom to send what differs"),
    ],
)
def test_the_verdict_says_what_follows(kinds: tuple[Kind, Kind], effects: tuple[float, float], begins: str) -> None:
    assert model(*kinds, effects=effects).verdict.startswith(begins)


@pytest.mark.parametrize("form", [Shares(BREADTH, ((0.1, 0.2),)), LogOdds(BREADTH, (-1.0, 0.5), ((0.3, 0.1),))])
def test_a_stored_model_answers_the_same(form: Shares | LogOdds) -> None:
    whole = UpliftModel((answer("gift", "varies"), answer("upgrade", "refused", np.nan)), form, "s", USUAL, "why")

    opened = UpliftModel.from_json(json.loads(json.dumps(whole.to_json(), allow_nan=False)))

    assert opened.arms == ("gift", "upgrade")
    assert opened.moderators == ("usage_breadth_30d",)
    assert np.array_equal(opened.predict(ROWS, NAMES), whole.predict(ROWS, NAMES), equal_nan=True)


def test_an_effect_moves_in_a_straight_line_up_to_two_deviations() -> None:
    rows = np.array([[-9.0], [3.0], [5.0], [99.0], [np.nan]], np.float32)

    found = Shares(BREADTH, ((0.1, 0.2),)).effects(rows, ("usage_breadth_30d",))

    assert found[:, 0].round(6).tolist() == [-0.3, 0.1, 0.3, 0.5, 0.1]


def test_usual_margin_is_the_rate_of_the_last_year_never_below_the_floor_and_unknown_without_purchase() -> None:
    assert USUAL(ROWS, NAMES)[:2].tolist() == [90.0, 5.0]
    assert np.isnan(USUAL(ROWS, NAMES)[2])


def test_the_effect_by_pathways_is_what_leaving_less_saves_and_what_staying_and_buying_add() -> None:
    outlook = Outlook(np.array([[0.5]]), np.array([0.5]), np.array([1.0]), np.array([0.2]), np.array([0.0]))

    leaving = PerAcceptance((-2.0,), (0.0,), (0.0,)).effects(outlook)
    paying = PerAcceptance((0.0,), (0.2,), (0.1,)).effects(outlook)

    assert leaving[0, 0] == pytest.approx((0.5 - 1 / (1 + np.e)) * 0.8)
    assert paying[0, 0] == pytest.approx(0.5 * 0.2 * 0.5 * 1.0 + 0.5 * 0.1)


def test_an_acceptance_that_changes_nothing_is_worth_nothing() -> None:
    outlook = Outlook(np.array([[0.9]]), np.array([0.4]), np.array([2.0]), np.array([0.2]), np.array([0.3]))

    assert PerAcceptance((0.0,), (0.0,), (0.0,)).effects(outlook).tolist() == [[0.0]]
