"""The rules of the company file as baselines: better is safer, and who cannot be scored is not guessed at."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from features.company import default_company_text, read_company
from features.rfmt import rfmt_features
from models.examples import Examples
from training.questions.churn.recipes import Contender, contenders, members_to_fit
from training.questions.churn.rules import rule_answers, rule_scores

COMPANY = read_company(default_company_text("default"))
NAMES = tuple(sorted({*(one.feature for one in COMPANY.health.components), *rfmt_features(COMPANY.rfmt).values()}))


def customers(count: int = 600) -> Examples:
    """Build customers who leave the sooner the less they bought."""
    random = np.random.default_rng(0)
    rows = random.uniform(0, 10, (count, len(NAMES))).astype(np.float32)
    left = (random.uniform(0, 10, count) > rows[:, NAMES.index("purchases_days_365d")]).astype(np.float64)
    as_ofs = np.zeros(count, np.int64)
    return Examples(rows, NAMES, left[:, None], np.arange(count, dtype=np.int32), as_ofs, signature="5" * 64)


def test_both_rules_answer_with_chances_that_are_right_on_average() -> None:
    learning = customers()

    answers = rule_answers(COMPANY, learning, learning.rows)

    assert set(answers) == {"health", "rfmt"}
    for odds in answers.values():
        assert (1 / (1 + np.exp(-odds[:, 0]))).mean() == pytest.approx(learning.labels.mean(), abs=0.02)


def test_who_buys_more_is_safer_by_rfmt() -> None:
    learning = customers()
    asked = np.repeat(learning.rows[:1], 2, axis=0)
    asked[:, NAMES.index("purchases_days_365d")] = [0.1, 9.9]

    rare, often = rule_answers(COMPANY, learning, asked)["rfmt"][:, 0]

    assert rare > often


def test_who_has_no_health_is_left_to_the_rate_of_all() -> None:
    learning = customers()
    unknown = np.full_like(learning.rows[:1], np.nan)

    assert np.isnan(rule_answers(COMPANY, learning, unknown)["health"]).all()


def test_who_was_active_last_is_safest_by_recency_whichever_source_it_was() -> None:
    names = (*NAMES, "usage_days_since_last")
    learning = replace(customers(), names=names, rows=np.column_stack([customers().rows, np.full(600, np.nan, np.float32)]))
    asked = np.zeros((3, len(names)), np.float32)
    asked[:, names.index("purchases_days_since_last")] = [5, 50, np.nan]
    asked[:, names.index("usage_days_since_last")] = [np.nan, 3, np.nan]

    scores = rule_scores(COMPANY, learning)["recency"](asked)

    assert scores[1] > scores[0]
    assert np.isnan(scores[2])


def test_of_few_customers_every_blend_competes_drawn_towards_the_rate_of_all_too() -> None:
    members = members_to_fit("activity")

    few, many = ({each.blend: dict(each.members) for each in contenders(members, customers=count)} for count in (100, 500))

    assert few["trees_mbg_nbd_pooled"] == pytest.approx({"boosting": 0.14, "mbg_nbd": 0.06, "prior": 0.8})
    assert few["rhythm"] == {"mbg_nbd": 1.0}
    assert not any("pooled" in blend for blend in many)
    assert "rhythm" not in many


def test_the_learned_blend_ships_as_the_members_it_stands_for() -> None:
    learned = Contender("learned", (("learned", 0.5), ("prior", 0.5)))

    shipped = learned.weighing((("shallow", 0.6), ("mbg_nbd", 0.4)))

    assert dict(shipped.members) == pytest.approx({"shallow": 0.3, "mbg_nbd": 0.2, "prior": 0.5})
