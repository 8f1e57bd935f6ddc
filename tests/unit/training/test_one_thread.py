"""That a training adds up on one thread: on several, sums of many rows come out otherwise in their last digits."""

from __future__ import annotations

from typing import Any

import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from training.contest import Contest
from training.questions.churn.question import ChurnQuestion
from training.train import TrainingRun, make


class Seen(Exception):
    """Enough was seen."""


class Watched(ChurnQuestion):
    """Tells on how many threads sums are made while it is graded."""

    def contest(self, *_: Any, **__: Any) -> Contest:
        raise Seen({library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"})


def test_sums_are_made_on_one_thread_while_training(trained_shop: Any) -> None:
    with threadpool_limits(limits=2), pytest.raises(Seen) as seen:
        make(trained_shop.home, Watched(trained_shop.company), run=TrainingRun(1))

    assert seen.value.args == ({1},)
