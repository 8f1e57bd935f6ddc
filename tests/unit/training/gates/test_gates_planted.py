"""That a feature which knows the future is held and named, and that a model of labels dealt out at random is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from models.examples import Examples
from models.learners.boosting import BoostingPreset
from training import question as question_room
from training.examples import StackedExamples, stack_examples
from training.gates import GateResult, report_gates
from training.questions.churn.question import ChurnQuestion
from training.train import TrainingRun, train

LEAKY = "usage_count_30d"


@pytest.fixture
def gates_of(shop: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, GateResult]]:
    """Train on the shop's examples, changed, and return the verdicts by name; the shop itself is not changed."""

    def gates(change: Callable[[Examples], Examples]) -> dict[str, GateResult]:
        def changed(*place: Any, **settings: Any) -> StackedExamples:
            stacked = stack_examples(*place, **settings)
            examples, told_by = change(stacked.examples), stacked.told_by
            # folds learn from the labels told by then, those of the oldest rows: they must be the changed ones too
            return replace(stacked, examples=examples, told_by=lambda moment: examples.labels[: len(told_by(moment))])

        monkeypatch.setattr(question_room, "stack_examples", changed)
        question = ChurnQuestion(shop.company, BoostingPreset(leaves=4, rounds=40, bag=1))
        trained = train(shop.home, question, run=TrainingRun(trained_at=3))
        return {result.name: result for result in report_gates(trained.report)}

    return gates


def test_a_feature_that_knows_the_future_is_held_and_named(gates_of: Callable[..., dict[str, GateResult]]) -> None:
    def leaking(examples: Examples) -> Examples:
        rows, noise = examples.rows.copy(), np.random.default_rng(0).normal(0, 0.2, len(examples.rows))
        rows[:, examples.names.index(LEAKY)] = examples.labels[:, -1] + noise
        return replace(examples, rows=rows)

    found = gates_of(leaking)["plausible"]

    assert found.verdict == "held"
    assert f"look first at {LEAKY}" in found.reason


def test_labels_dealt_out_at_random_are_refused(gates_of: Callable[..., dict[str, GateResult]]) -> None:
    def permuted(examples: Examples) -> Examples:
        return replace(examples, labels=examples.labels[np.random.default_rng(0).permutation(len(examples.labels))])

    found = gates_of(permuted)

    assert found["better_than_prior"].verdict == "refused"
    assert found["plausible"].verdict == "passed"
