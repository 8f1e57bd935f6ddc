"""What was published of everybody becomes situations: under the names that rules read, unknown where nothing was published."""

from __future__ import annotations

import numpy as np
import pytest

from features.company import default_company_text, read_company
from features.company.terms import SCORE_NAMES
from models.decision import PRIOR_ACCEPTANCE, Policy, choose
from models.decision.published import Published, published_column

COMPANY = read_company(default_company_text("default"))
POLICY = Policy.of(COMPANY)


def column(value: float) -> np.ndarray:
    return np.full(2, value)


def test_every_score_a_rule_may_name_is_looked_up_and_no_feature_is_taken_for_one() -> None:
    found = {name: published_column(name, COMPANY) for name in SCORE_NAMES}

    assert found["churn_probability"] == "churn_90"
    assert found["expected_margin"] == "value_90"
    assert not any(name.startswith("feature_") for name in found.values())


@pytest.mark.parametrize(("name", "stands_in"), [("tenure_days", "feature_tenure_days"), ("stage_funnel", "stage_funnel")])
def test_features_stand_behind_their_prefix_and_stages_as_they_are(name: str, stands_in: str) -> None:
    assert published_column(name, COMPANY) == stands_in


def test_rules_read_what_was_published_and_know_nothing_of_the_rest() -> None:
    published = Published({"feature_tenure_days": column(400.0), "churn_90": column(0.2)})

    situations = published.situations(POLICY, at=7)

    assert situations.columns["tenure_days"].tolist() == [400.0, 400.0]
    assert situations.columns["churn_probability"].tolist() == [0.2, 0.2]
    assert "tickets_open" in published.unpublished(POLICY)
    assert set(situations.at.tolist()) == {7}


def test_without_an_offer_model_acceptance_is_presumed_and_no_effect_is_measured() -> None:
    estimates = Published({"churn_90": column(0.2)}).situations(POLICY, at=7).estimates

    assert set(estimates.acceptance.ravel().tolist()) == {PRIOR_ACCEPTANCE}
    assert np.isnan(estimates.uplift).all()
    assert np.isnan(estimates.usual_margin).all()


def test_an_estimate_that_was_published_stands_at_its_own_candidate() -> None:
    estimates = Published({"offer_acceptance_loyalty_gift/sms": column(0.7)}).situations(POLICY, at=7).estimates

    place = [pair.name for pair in POLICY.candidates].index("loyalty_gift/sms")
    assert estimates.acceptance[0, place] == 0.7
    assert (np.delete(estimates.acceptance[0], place) == PRIOR_ACCEPTANCE).all()


def test_features_that_are_lacking_are_named_and_scores_of_models_not_live_are_not() -> None:
    lacking = Published({"churn_90": column(0.2)}).features_lacking(POLICY)

    assert "tenure_days" in lacking
    assert not {"expected_margin", "value_percentile", "health_score"} & set(lacking)


def test_who_is_known_of_nothing_is_offered_nothing() -> None:
    made = choose(POLICY, Published({"churn_90": column(np.nan)}).situations(POLICY, at=7))

    assert made.best.tolist() == [-1, -1]
