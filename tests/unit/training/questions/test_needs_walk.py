"""Needs from end to end: a small grocer's log, past moments, grades, and the list of today."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from features.home import Home
from features.log.intake import Receipt, append
from features.times import DAY, HOUR, Timestamp, parse_time
from models.bundle.models import export_model, load_model
from models.learners.boosting import BoostingPreset
from models.needs import NeedsModel, TooFewNeeds
from training.folds import HistoryTooShort
from training.questions.needs.grades import HABIT, POPULARITY, NeedsGrades, grade_needs
from training.questions.needs.question import AnsweredNeeds, NeedsQuestion, PurchaseLines, fit_all, next_categories, walk_needs

START, UNTIL = parse_time("2025-01-06"), parse_time("2025-08-04")
CATEGORIES = ("bread", "coffee", "fish", "milk", "oil", "rice", "soap", "tea")
QUICK = NeedsQuestion(preset=BoostingPreset(leaves=6, rounds=30, bag=1, fewest_rows=30))


def purchases(customers: int = 80, *, seed: int = 0) -> pd.DataFrame:
    """Build households that come every few days and change their favourites for good in the middle of their time."""
    random, rows = np.random.default_rng(seed), []
    for customer in range(customers):
        old, new = (random.choice(CATEGORIES, 3, replace=False) for _ in range(2))
        change = random.uniform(60, 180)
        for day in np.cumsum(random.uniform(2, 8, 60)):
            if day < (UNTIL - START) / DAY:
                liked = [*(new if day > change else old), random.choice(CATEGORIES)]
                rows += [(f"c{customer}", START + int(day * DAY), one) for one in set(liked) if random.random() < 0.7]
    table = pd.DataFrame(rows, columns=["customer_id", "at", "category"])
    times = pd.to_datetime(table.pop("at"), unit="us", utc=True)
    ids = [f"p{number}" for number in range(len(table))]
    return table.assign(purchase_id=ids, occurred_at=times, known_at=times, kind="order", revenue=1.0)


def grocer(folder: Path, table: pd.DataFrame, *, until: Timestamp = UNTIL) -> Home:
    home = Home(folder)
    append(home, {"purchases": table}, receipt=Receipt(received_at=until, known_at="given", observed_until={"purchases": until}))
    return home


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return grocer(tmp_path_factory.mktemp("grocer") / "home", purchases())


@pytest.fixture(scope="module")
def grades(home: Home) -> NeedsGrades:
    return grade_needs(walk_needs(PurchaseLines.read(home), QUICK, seed=0), seed=0)


def test_moments_lie_a_horizon_apart_and_every_label_has_closed(home: Home) -> None:
    moments = PurchaseLines.read(home).moments(28)

    assert {(later - sooner) // DAY for sooner, later in itertools.pairwise(moments)} == {28}
    assert moments[-1] + 28 * DAY == UNTIL
    assert moments[0] >= START + 84 * DAY


def test_lists_follow_a_change_of_habit_that_counting_days_misses(grades: NeedsGrades) -> None:
    ours, habit = (grades.anything.pooled[name]["precision_at_1"].value for name in ("recipe", HABIT))

    assert ours > habit
    assert grades.anything.customers == 80


def test_a_category_that_came_up_later_is_not_asked_about_before(tmp_path: Path) -> None:
    table = purchases(20)
    newly = table["occurred_at"] >= pd.to_datetime(UNTIL - 50 * DAY, unit="us", utc=True)
    lines = PurchaseLines.read(grocer(tmp_path, table.assign(category=table["category"].where(~newly, "kale"))))

    first, *_ = walk_needs(lines, QUICK, seed=0)

    assert "kale" in lines.categories
    assert first.bought.shape[1] == len(CATEGORIES)


def asked(customers: int, *, bought: bool) -> AnsweredNeeds:
    ids, table = pa.array([f"c{place}" for place in range(customers)], pa.string()), np.full((customers, 3), bought)
    scores = dict.fromkeys(("recipe", HABIT, POPULARITY), np.tile([0.1, 0.2, 0.3], (customers, 1)))
    return AnsweredNeeds(START, 10, ids, scores, table, ~table)


def test_a_moment_after_which_nobody_bought_is_not_graded() -> None:
    graded = grade_needs([asked(0, bought=False), asked(4, bought=True)], seed=0)

    assert (len(graded.folds), graded.anything.lists) == (1, 4)


def test_of_new_needs_that_nobody_had_no_figure_is_given() -> None:
    graded = grade_needs([asked(4, bought=True)], seed=0)

    assert "New to the customer: nothing to grade" in graded.verdict()
    assert graded.new.pooled["recipe"] == {}
    assert not graded.new.beats(POPULARITY)


def test_lists_after_which_nobody_bought_are_refused() -> None:
    with pytest.raises(TooFewNeeds, match="found none after 1"):
        grade_needs([asked(0, bought=False)], seed=0)


def test_the_verdict_gives_figures_for_old_needs_and_for_new(grades: NeedsGrades) -> None:
    verdict = grades.verdict()

    assert "All categories: " in verdict
    assert "New to the customer: " in verdict
    assert f"{10 * grades.new.pooled['recipe']['precision_at_10'].value:.2f}" in verdict


def test_the_list_of_today_names_each_customer_who_bought_lately(home: Home) -> None:
    lines = PurchaseLines.read(home)
    model = fit_all(lines, QUICK, seed=0)

    table = pa.concat_tables(next_categories(home, model, as_of=UNTIL, most=3))

    assert pc.count_distinct(table["customer_id"]).as_py() == 80
    assert set(table["rank"].to_pylist()) == {1, 2, 3}
    assert pc.min(table["chance"]).as_py() >= 0


def test_lists_do_not_hang_on_the_hour_at_which_the_log_ends(home: Home) -> None:
    model = fit_all(PurchaseLines.read(home), QUICK, seed=0)

    at_midnight, later = (pa.concat_tables(next_categories(home, model, as_of=UNTIL - hours * HOUR)) for hours in (24, 7))

    assert later.equals(at_midnight)


def test_a_model_of_needs_is_kept_like_any_other(home: Home) -> None:
    model = fit_all(PurchaseLines.read(home), QUICK, seed=0)

    kept = load_model(home, export_model(home, model, provenance={"seed": 0}))

    assert isinstance(kept, NeedsModel)
    assert kept.to_files() == model.to_files()


def test_nothing_bought_after_the_origin_reaches_what_is_said_of_it(tmp_path: Path) -> None:
    table, origin = purchases(30), pd.Timestamp("2025-07-07", tz="UTC")
    later = table[table["occurred_at"] >= origin]
    whole = walk_needs(PurchaseLines.read(grocer(tmp_path / "whole", table)), QUICK, seed=0)[-1]

    cut = PurchaseLines.read(grocer(tmp_path / "cut", table.drop(index=later.index[40:])))
    again = walk_needs(cut, QUICK, seed=0)[-1]

    assert again.origin == whole.origin == parse_time("2025-07-07")
    both = pc.index_in(again.ids, value_set=whole.ids).drop_null().to_numpy()
    asked = pc.is_in(again.ids, value_set=whole.ids).to_numpy(zero_copy_only=False)
    np.testing.assert_array_equal(again.scores["recipe"][asked], whole.scores["recipe"][both])


def test_a_short_history_is_refused(tmp_path: Path) -> None:
    table = purchases(5)
    recent = table[table["occurred_at"] >= pd.Timestamp("2025-05-01", tz="UTC")]

    with pytest.raises(HistoryTooShort, match="needed 3, found 0"):
        PurchaseLines.read(grocer(tmp_path / "home", recent)).moments(28)


def test_purchases_without_categories_are_refused(tmp_path: Path) -> None:
    lines = PurchaseLines.read(grocer(tmp_path / "home", purchases(3).drop(columns="category")))

    with pytest.raises(TooFewNeeds, match="needed purchases of two categories or more, found 0"):
        fit_all(lines, QUICK, seed=0)
