"""That labels dealt out at random teach nothing: whatever the engine found in them would be a leak of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from models.learners.boosting import BoostingPreset
from models.rows import FloatArray
from training.examples import StackedExamples, stack_examples
from training.questions.churn.question import ChurnQuestion
from training.records.report import CHOSEN

DEALS = 4
QUICK = BoostingPreset(leaves=4, rounds=15, bag=1)


def dealt_out(stacked: StackedExamples, *, seed: int) -> StackedExamples:
    """Deal the labels out anew, to learn from and to be asked about alike."""
    examples = stacked.examples
    labels = examples.labels[np.random.default_rng(seed).permutation(len(examples.labels))]

    def told_by(moment: int) -> FloatArray:
        return labels[: len(stacked.told_by(moment))]

    return replace(stacked, examples=replace(examples, labels=labels), told_by=told_by)


def test_permuted_labels_give_an_auc_of_a_half(trained_shop: Any) -> None:
    question = ChurnQuestion(trained_shop.company, QUICK)
    stacked = stack_examples(trained_shop.home, question)

    contests = [question.contest(dealt_out(stacked, seed=seed), seed=seed) for seed in range(DEALS)]

    aucs = [contest.tables.pooled[CHOSEN]["auc"].value for contest in contests]
    assert np.mean(aucs) == pytest.approx(0.5, abs=0.03), aucs
