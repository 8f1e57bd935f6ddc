"""That ways to grow trees are tried on nothing that was known only after the first moment that is graded."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from features.company import Company
from features.home import Home
from features.times import DAY, parse_time
from models.learners.boosting import BoostingPreset
from training.examples import StackedExamples, stack_examples
from training.folds import walk_forward_folds
from training.questions.churn.question import ChurnQuestion
from training.questions.purchase import PurchaseQuestion
from training.questions.transition.question import TransitionQuestion
from training.questions.value.question import ValueQuestion
from training.tuning.inner import TooShortToTune, inner_moments
from training.tuning.tune import Tuning, tune

QUICK = BoostingPreset(leaves=4, rounds=10, bag=1)


def first_graded(stacked: StackedExamples, question: Any) -> int:
    return walk_forward_folds(stacked.examples.as_ofs, gap_days=question.gap_days)[0].origin


def spoilt_after(stacked: StackedExamples, moment: int, *, gap_days: int) -> StackedExamples:
    """Turn round every label that had not closed by a moment and all that was told later, and shuffle the rows since."""
    examples, random = stacked.examples, np.random.default_rng(0)
    closed = examples.as_ofs + gap_days * DAY <= moment
    rows = np.array(examples.rows)
    rows[~closed] = random.permuted(rows[~closed], axis=0)
    labels = np.where(closed[:, None], examples.labels, 1 - examples.labels)
    later = replace(examples, rows=rows, labels=labels)
    return replace(stacked, examples=later, told_by=lambda at: stacked.told_by(at) if at <= moment else 1 - stacked.told_by(at))


def test_all_moments_tried_at_had_closed_before_the_first_one_graded(
    long_stacked: StackedExamples, quick_churn: ChurnQuestion
) -> None:
    inner = inner_moments(long_stacked, quick_churn, seed=0)

    assert inner.before == first_graded(long_stacked, quick_churn)
    assert len(inner.moments) == 3
    assert all(moment.origin + quick_churn.gap_days * DAY <= inner.before for moment in inner.moments)
    assert [moment.origin for moment in inner.moments] == sorted((moment.origin for moment in inner.moments), reverse=True)


def test_whatever_happens_after_the_first_moment_graded_changes_no_trial(
    long_stacked: StackedExamples, quick_churn: ChurnQuestion
) -> None:
    moment = first_graded(long_stacked, quick_churn)
    spoilt = spoilt_after(long_stacked, moment, gap_days=quick_churn.gap_days)

    before, after = (tune(quick_churn, each, tuning=Tuning(4, seed=0)).findings for each in (long_stacked, spoilt))

    assert before == after


def test_what_happens_before_it_does(long_stacked: StackedExamples, quick_churn: ChurnQuestion) -> None:
    spoilt = spoilt_after(long_stacked, parse_time("2024-06-01"), gap_days=quick_churn.gap_days)

    before, after = (tune(quick_churn, each, tuning=Tuning(1, seed=0)).findings for each in (long_stacked, spoilt))

    assert before != after


def test_trials_are_judged_by_labels_as_they_were_told_then(long_stacked: StackedExamples, quick_churn: ChurnQuestion) -> None:
    corrected = replace(long_stacked, examples=replace(long_stacked.examples, labels=np.zeros_like(long_stacked.examples.labels)))

    then, now = (inner_moments(each, quick_churn, seed=0) for each in (long_stacked, corrected))

    assert all(np.array_equal(one.came, other.came) for one, other in zip(then.moments, now.moments, strict=True))


def test_a_year_of_history_is_too_short_and_the_reason_names_the_date(trained_shop: Any) -> None:
    question = ChurnQuestion(trained_shop.company, QUICK)
    stacked = stack_examples(trained_shop.home, question)

    with pytest.raises(TooShortToTune, match=r"before the first one graded, 2025-\d\d-01; found 0"):
        inner_moments(stacked, question, seed=0)


@pytest.mark.parametrize("kind", [ChurnQuestion, PurchaseQuestion, TransitionQuestion, ValueQuestion])
def test_trees_of_every_question_are_tried_and_how_they_grow_matters(kind: Any, long_home: Home, month_company: Company) -> None:
    question = kind(month_company)
    inner = inner_moments(stack_examples(long_home, question), question, seed=0)

    slow, quick = (list(inner.tried(replace(QUICK, learning_rate=rate))) for rate in (0.001, 0.1))

    assert len(slow) == len(quick) == len(inner.moments)
    assert np.isfinite([*slow, *quick]).all()
    assert slow != quick
    assert list(inner.tried(replace(QUICK, learning_rate=0.1))) == quick
