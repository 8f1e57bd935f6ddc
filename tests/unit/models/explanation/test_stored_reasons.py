"""How reasons are kept for serving: the riskiest only, as two files, found by row, refused when they are something else."""

from __future__ import annotations

import numpy as np
import pytest

from models.churn import ChurnModel
from models.examples import Examples
from models.explanation import ReasonsDamaged, from_files, opened, placed, reasons, riskiest, to_files


def test_reasons_become_files_and_back_without_a_difference(model: ChurnModel, examples: Examples) -> None:
    chances = model.predict(examples.rows, names=examples.names)[:, -1]
    rows = riskiest(chances, share=0.05)

    kept = placed(reasons(model, examples.rows[rows], names=examples.names, horizon_days=90), rows)
    again = from_files(to_files(kept))

    assert to_files(again) == to_files(kept)
    assert len(rows) == 60
    assert [again.of(int(row)) for row in rows] == [kept.of(int(row)) for row in rows]
    assert again.of(int(rows[0]) + 1 if rows[0] + 1 not in rows else len(chances)) == ()


def test_the_riskiest_are_a_share_of_those_at_risk() -> None:
    assert riskiest(np.array([np.nan, 0.2, np.nan, 0.4, 0.1, 0.3]), share=0.5).tolist() == [3, 5]
    assert riskiest(np.array([np.nan, np.nan]), share=0.5).tolist() == []


def test_equal_chances_are_told_apart_by_their_place_alone() -> None:
    assert riskiest(np.array([0.5, 0.5, 0.5, 0.5]), share=0.5).tolist() == [0, 1]


def test_a_table_of_another_form_is_refused(model: ChurnModel, examples: Examples) -> None:
    files = to_files(reasons(model, examples.rows[:4], names=examples.names, horizon_days=90))
    whole = from_files(files).table

    for damaged in (whole[::-1], whole["row"], whole.reshape(2, 2)):
        with pytest.raises(ReasonsDamaged, match="score again"):
            opened(damaged, files["reasons.json"])
