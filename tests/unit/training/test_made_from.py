"""That what decides a training decides its digest, and nothing else does."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from features.company import Company
from models.learners.boosting import BoostingPreset
from training.made_from import made_from
from training.questions.churn.question import ChurnQuestion
from training.questions.purchase import PurchaseQuestion
from training.records.candidates import candidate_made_from

QUICK = BoostingPreset(leaves=4, rounds=15, bag=1)


def test_equal_trainings_have_equal_digests(make_company: Callable[..., Company]) -> None:
    first, second = (made_from(ChurnQuestion(make_company(), QUICK), log_digest="ab", seed=1) for _ in range(2))

    assert first == second


@pytest.mark.parametrize(
    "changed",
    [
        lambda company: made_from(ChurnQuestion(company(edition=2), QUICK), log_digest="ab", seed=1),
        lambda company: made_from(ChurnQuestion(company()), log_digest="ab", seed=1),
        lambda company: made_from(PurchaseQuestion(company(), QUICK), log_digest="ab", seed=1),
        lambda company: made_from(ChurnQuestion(company(), QUICK), log_digest="cd", seed=1),
        lambda company: made_from(ChurnQuestion(company(), QUICK), log_digest="ab", seed=2),
        lambda company: made_from(ChurnQuestion(company(), QUICK), log_digest="ab", seed=1, as_of=0),
    ],
    ids=["company", "settings", "question", "log", "seed", "as_of"],
)
def test_whatever_decides_a_training_changes_the_digest(
    make_company: Callable[..., Company], changed: Callable[[Callable[..., Company]], str]
) -> None:
    assert changed(make_company) != made_from(ChurnQuestion(make_company(), QUICK), log_digest="ab", seed=1)


class TestFoundAgain:
    def test_a_candidate_is_found_by_what_it_was_made_from(self, shop: Any) -> None:
        report = shop.trained.report

        found = candidate_made_from(
            shop.home, "churn", made_from(ChurnQuestion(shop.company, QUICK), log_digest=report.data.log_digest, seed=0)
        )

        assert found.report.run_id == report.run_id
        assert candidate_made_from(shop.home, "churn", "another") is None

    @pytest.mark.parametrize("harm", [shutil.rmtree, lambda folder: (folder / "golden.json").write_bytes(b"{}")])
    def test_one_whose_model_is_gone_or_damaged_is_not_found(self, shop: Any, harm: Callable[[Path], object]) -> None:
        harm(shop.home.models / shop.trained.model_sha)

        assert candidate_made_from(shop.home, "churn", shop.trained.report.made_from) is None
