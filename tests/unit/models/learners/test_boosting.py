"""Boosted trees: the same texts every time, whatever they are grown towards, and a bag whose reasons add up."""

from __future__ import annotations

import lightgbm
import numpy as np
import pytest

from models.learners.boosting import Boosting, BoostingPreset, bin_rows, fit_boosting
from models.learners.tables import ForestUnreadable
from models.learners.target import Target
from models.rows import FloatArray, Rows

PRESET = BoostingPreset(rounds=15, bag=2)
NAMES = ["a", "b", "c"]


def rows(count: int = 1_000) -> Rows:
    random = np.random.default_rng(0)
    values = random.normal(size=(count, 3)).astype(np.float32)
    values[random.random(values.shape) < 0.1] = np.nan
    return values


def labels(values: Rows) -> FloatArray:
    return (np.nan_to_num(values[:, 0]) > 0.2).astype(np.float64)


def fitted(*, seed: int = 0, threads: int = 1) -> Boosting:
    data = bin_rows(rows(), NAMES, preset=PRESET, threads=threads)
    return fit_boosting(data, labels(rows()), preset=PRESET, seed=seed)


def test_the_number_of_threads_does_not_show_in_the_texts() -> None:
    assert fitted(threads=1).texts == fitted(threads=2).texts


def test_another_seed_grows_other_trees() -> None:
    assert fitted(seed=1).texts != fitted(seed=2).texts


def test_labels_fitted_before_on_the_same_bins_leave_no_trace() -> None:
    data = bin_rows(rows(), NAMES, preset=PRESET)

    fit_boosting(data, 1 - labels(rows()), preset=PRESET, seed=7)

    assert fit_boosting(data, labels(rows()), preset=PRESET, seed=0).texts == fitted().texts


def test_the_bag_answers_with_the_mean_of_its_forests() -> None:
    bag = Boosting.from_texts(fitted().texts)

    assert bag.log_odds(rows()) == pytest.approx(np.mean([forest.scores(rows()) for forest in bag.forests], axis=0))
    assert np.corrcoef(bag.log_odds(rows()), labels(rows()))[0, 1] > 0.8


def test_trees_of_several_answers_a_row_have_no_log_odds() -> None:
    parameters = {"objective": "multiclass", "num_class": 3, "verbosity": -1, "num_threads": 1}
    classes = np.arange(len(rows()), dtype=np.float32) % 3
    text = lightgbm.train(parameters, lightgbm.Dataset(rows(), label=classes), num_boost_round=2).model_to_string()

    with pytest.raises(ForestUnreadable, match="one answer a row, found 3"):
        Boosting.from_texts([text]).log_odds(rows())


def test_no_split_is_made_on_the_code_of_a_text() -> None:
    values = rows()
    data = bin_rows(values, ["code_of_segment", "b", "c"], preset=PRESET)

    grown = fit_boosting(data, labels(values), preset=PRESET, seed=0)

    used = [lightgbm.Booster(model_str=text).feature_importance("split") for text in grown.texts]
    assert all(splits[0] == 0 and splits[1:].sum() > 0 for splits in used)


@pytest.mark.parametrize("kind", ["classes", "amount", "tweedie"])
def test_every_target_grows_the_same_texts_on_any_number_of_threads(kind: str) -> None:
    amounts = np.abs(np.nan_to_num(rows()[:, 0]).astype(np.float64))
    makes = {
        "classes": lambda: Target.of_classes(np.minimum(np.floor(amounts), 2.0), classes=3),
        "amount": lambda: Target.amount(amounts),
    }
    target = makes.get(kind, lambda: Target.tweedie(amounts))()

    one, two = (
        fit_boosting(bin_rows(rows(), NAMES, preset=PRESET, threads=threads), target, preset=PRESET, seed=3) for threads in (1, 2)
    )

    assert one.texts == two.texts


def test_the_reasons_of_a_bag_add_up_to_its_log_odds() -> None:
    bag = fitted()

    assert bag.contributions(rows()).sum(axis=1) == pytest.approx(bag.log_odds(rows()), abs=1e-9)


def test_a_feature_without_a_part_in_the_label_adds_least() -> None:
    added = np.abs(fitted().contributions(rows())).mean(axis=0)

    assert added[0] > 3 * max(added[1], added[2])


def test_bins_made_for_one_preset_serve_another() -> None:
    other = BoostingPreset(rounds=10, leaves=4, fewest_rows=20, bag=1)
    made_for_it, made_for_another = (bin_rows(rows(), NAMES, preset=preset) for preset in (other, PRESET))

    texts = [fit_boosting(data, labels(rows()), preset=other, seed=0).texts for data in (made_for_it, made_for_another)]

    assert texts[0] == texts[1]


def test_a_bag_says_of_one_row_to_the_bit_what_it_says_of_it_among_others() -> None:
    bag, known = fitted(), rows(20)

    alone = [float(bag.scores(known[place : place + 1])[0]) for place in range(20)]

    assert alone == bag.scores(known).tolist()
    assert alone == np.mean([forest.scores(known) for forest in bag.forests], axis=0).tolist()
