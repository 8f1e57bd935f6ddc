"""Scoring a snapshot: the model's own answers, slice by slice, with those that rest on too little marked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from models import scoring
from models.churn import ChurnModel
from models.churn.model import CHURN_RESTS_ON_TOO_LITTLE
from models.examples import Examples
from models.rows import Rows, WrongColumns
from models.scoring import score_snapshot


@dataclass(frozen=True)
class Shot:
    names: tuple[str, ...]
    matrix: Rows


def test_every_horizon_gets_a_column_of_the_models_answers(model: ChurnModel, examples: Examples) -> None:
    columns = score_snapshot(model, Shot(examples.names, examples.rows))

    answers = model.predict(examples.rows, names=examples.names)
    assert list(columns) == ["churn_30", "churn_60", "churn_90", CHURN_RESTS_ON_TOO_LITTLE]
    assert np.array_equal(columns["churn_60"], answers[:, 1])


def test_the_size_of_a_slice_does_not_show(model: ChurnModel, examples: Examples, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = score_snapshot(model, Shot(examples.names, examples.rows))
    monkeypatch.setattr(scoring, "_ROWS_AT_ONCE", 7)

    sliced = score_snapshot(model, Shot(examples.names, examples.rows))

    assert all(sliced[name] == pytest.approx(whole[name], abs=1e-14) for name in whole)


def test_an_answer_about_an_empty_row_is_marked(model: ChurnModel, examples: Examples) -> None:
    rows = examples.rows[:2].copy()
    rows[1] = np.nan

    assert score_snapshot(model, Shot(examples.names, rows))[CHURN_RESTS_ON_TOO_LITTLE].tolist() == [0.0, 1.0]


def test_a_snapshot_of_other_features_is_refused(model: ChurnModel, examples: Examples) -> None:
    with pytest.raises(WrongColumns, match="missing: surveys_nps_last"):
        score_snapshot(model, Shot(examples.names[:-1], examples.rows[:, :-1]))


def test_derived_columns_stand_behind_the_snapshots_own(model: ChurnModel, examples: Examples) -> None:
    shot = Shot(examples.names[:-1], examples.rows[:, :-1])

    beside = score_snapshot(model, shot, derived={examples.names[-1]: examples.rows[:, -1]})

    whole = score_snapshot(model, Shot(examples.names, examples.rows))
    assert all(np.array_equal(beside[name], whole[name]) for name in whole)
