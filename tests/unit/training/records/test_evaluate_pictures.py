"""That every picture is drawn from a table that says the same in figures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from training.measures.resamples import Estimate
from training.records.pictures import calibration_table, draw_pictures, fold_table, gain_table, precision_recall_table
from training.records.report import FoldGrade

CHANCES = np.linspace(0.99, 0.01, 100)
LEFT = np.repeat([1.0, 0.0], [20, 80])
FOLD = FoldGrade(
    0, 10, 100, 0.2, {"recipe": {"log_loss": Estimate(0.4, 0.3, 0.5)}, "prior": {"log_loss": Estimate(0.5, 0.4, 0.6)}}
)


def test_calibration_counts_every_customer_once() -> None:
    table = calibration_table(CHANCES, LEFT)

    assert table["customers"].sum() == 100
    assert (table["customers"] * table["left_share"]).sum() == pytest.approx(20)


def test_asking_the_riskiest_fifth_reaches_every_leaver_of_a_perfect_ranking() -> None:
    table = gain_table(CHANCES, LEFT).set_index("asked_share")

    assert table.loc[0.2, "leavers_reached"] == pytest.approx(1.0)
    assert table.loc[0.1, "lift"] == pytest.approx(5.0)
    assert table["leavers_reached"].iloc[-1] == pytest.approx(1.0)


def test_precision_falls_to_the_share_that_left_when_all_are_asked() -> None:
    table = precision_recall_table(CHANCES, LEFT)

    assert table["precision"].iloc[0] == 1.0
    assert table["precision"].iloc[-1] == pytest.approx(0.2)
    assert table["recall"].is_monotonic_increasing


def test_a_fold_has_a_row_a_model_and_measure() -> None:
    table = fold_table([FOLD])

    assert table[["model", "measure", "value"]].to_numpy().tolist() == [["recipe", "log_loss", 0.4], ["prior", "log_loss", 0.5]]


def test_each_picture_lies_beside_its_table(tmp_path: Path) -> None:
    files = draw_pictures(tmp_path, folds=[FOLD], probabilities=CHANCES, left=LEFT)

    assert sorted(file.name for file in files) == sorted(
        f"{name}.{kind}" for name in ("calibration", "gain", "precision_recall", "folds") for kind in ("csv", "png")
    )
    assert len(pd.read_csv(tmp_path / "calibration.csv")) == 10
    assert (tmp_path / "folds.png").read_bytes().startswith(b"\x89PNG")
