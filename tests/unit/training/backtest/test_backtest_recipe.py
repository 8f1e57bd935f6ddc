"""That a recipe written down in a model's manifest is tried as it was, and what must be fitted for that."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from models.learners.boosting import SLOW, BoostingPreset
from training.backtest.recipe import Recipe
from training.questions.churn.learned_weights import LEARNED

GROWN_ALONE = BoostingPreset(leaves=4, rounds=15, bag=1)


def stored(blend: str, members: dict[str, float], *, calibration: str = "none", **presets: BoostingPreset) -> Recipe:
    grown = {name: asdict(preset) for name, preset in presets.items()}
    recipe: dict[str, Any] = {"blend": blend, "members": members, "calibration": calibration, "presets": grown}
    return Recipe.of(recipe, source="live")


def test_a_fixed_blend_needs_its_members_and_the_baselines() -> None:
    recipe = stored("trees_rfm", {"slow": 0.5, "rfm_logistic": 0.5}, slow=SLOW)

    assert recipe.members("contract") == ("prior", "rfm_logistic", "slow")
    assert recipe.members("activity") == ("mbg_nbd", "prior", "rfm_logistic", "slow")


def test_a_learned_blend_needs_all_among_which_it_may_share_its_weight() -> None:
    recipe = stored(LEARNED, {"slow": 1.0}, slow=SLOW)

    assert recipe.members("contract") == ("logistic", "prior", "rfm_logistic", "slow")
    assert recipe.asked.contender.members == ((LEARNED, 1.0),)


def test_what_learns_from_its_own_answers_begins_as_many_months_earlier_as_a_label_needs_to_close() -> None:
    plain = stored("trees", {"slow": 1.0}, slow=SLOW)
    corrected = stored("trees", {"slow": 1.0}, calibration="platt", slow=SLOW)

    assert plain.origins(12, gap_days=104).most == 12
    assert corrected.origins(12, gap_days=104).most == 16


def test_trees_grown_in_a_way_that_has_no_name_are_grown_so_again() -> None:
    given = stored("trees", {"boosting": 1.0}, boosting=GROWN_ALONE)
    changed_since = stored("trees_rfm", {"slow": 0.5, "rfm_logistic": 0.5}, slow=GROWN_ALONE)

    assert (given.asked.trees, given.asked.preset) == ("boosting", GROWN_ALONE)
    assert (changed_since.asked.trees, changed_since.asked.preset) == ("boosting", GROWN_ALONE)
    assert changed_since.members("contract") == ("boosting", "prior", "rfm_logistic")
    assert changed_since.told.members == {"slow": 0.5, "rfm_logistic": 0.5}
