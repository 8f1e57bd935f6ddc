"""What does a person want to see of a graded model: calibration, gain, precision and recall, the folds; each with its figures.

Every picture is a PNG beside the CSV it was drawn from, so nobody has to read a number off a line.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from models.rows import FloatArray
from training.records.report import CHOSEN, FoldGrade

_TENTHS = 10
_POINTS = 200
_SIZE_INCHES = (6.4, 4.4)


def draw_pictures(folder: Path, *, folds: Sequence[FoldGrade], probabilities: FloatArray, left: FloatArray) -> list[Path]:
    """Write `calibration`, `gain`, `precision_recall` and `folds` as PNG and CSV; return the files.

    `probabilities` and `left` are the recipe's answers and what happened, pooled over the folds at one horizon.
    """
    tables = {
        "calibration": calibration_table(probabilities, left),
        "gain": gain_table(probabilities, left),
        "precision_recall": precision_recall_table(probabilities, left),
        "folds": fold_table(folds),
    }
    return [file for name, table in tables.items() for file in _written(folder, name, table=table)]


def calibration_table(probabilities: FloatArray, left: FloatArray) -> pd.DataFrame:
    """Return a row per tenth of the scores: how likely leaving was said to be, and how many left.

    >>> calibration_table(np.array([0.1] * 9 + [0.9]), np.array([0.0] * 9 + [1.0]))["left_share"].tolist()
    [0.0, 1.0]
    """
    edges = np.unique(np.quantile(probabilities, np.arange(1, _TENTHS) / _TENTHS))
    tenth = np.searchsorted(edges, probabilities, side="right")
    rows = pd.DataFrame({"tenth": tenth, "predicted": probabilities, "left_share": left, "customers": 1})
    return rows.groupby("tenth", as_index=False).agg({"predicted": "mean", "left_share": "mean", "customers": "sum"})


def gain_table(probabilities: FloatArray, left: FloatArray) -> pd.DataFrame:
    """Return, for each share of customers asked from the riskiest down, the share of leavers reached, and the lift."""
    reached = np.cumsum(left[np.argsort(-probabilities, kind="stable")]) / max(left.sum(), 1)
    asked = np.unique(np.linspace(1, len(left), min(_POINTS, len(left))).astype(int))
    share = asked / len(left)
    return pd.DataFrame({"asked_share": share, "leavers_reached": reached[asked - 1], "lift": reached[asked - 1] / share})


def precision_recall_table(probabilities: FloatArray, left: FloatArray) -> pd.DataFrame:
    """Return, for falling thresholds, the share of those above that left, and the share of leavers above."""
    order = np.argsort(-probabilities, kind="stable")
    asked = np.unique(np.linspace(1, len(left), min(_POINTS, len(left))).astype(int))
    caught = np.cumsum(left[order])[asked - 1]
    return pd.DataFrame(
        {"threshold": probabilities[order][asked - 1], "precision": caught / asked, "recall": caught / max(left.sum(), 1)}
    )


def fold_table(folds: Sequence[FoldGrade]) -> pd.DataFrame:
    """Return a row per origin, model and measure, with the interval."""
    rows = [
        {"origin": pd.Timestamp(fold.origin, unit="us", tz="UTC"), "model": model, "measure": measure,
         "value": estimate.value, "low": estimate.low, "high": estimate.high}
        for fold in folds
        for model, measures in fold.measures.items()
        for measure, estimate in measures.items()
    ]  # fmt: skip
    return pd.DataFrame(rows)


def _written(folder: Path, name: str, *, table: pd.DataFrame) -> list[Path]:
    figures, picture = folder / f"{name}.csv", folder / f"{name}.png"
    table.to_csv(figures, index=False)
    _figure(name, table).savefig(picture, metadata={"Software": None})
    return [figures, picture]


def _figure(name: str, table: pd.DataFrame) -> Any:
    from matplotlib.figure import Figure

    figure = Figure(figsize=_SIZE_INCHES, layout="constrained")
    _DRAWN[name](figure.add_subplot(), table)
    return figure


def _draw_calibration(axes: Any, table: pd.DataFrame) -> None:
    top = 1.05 * max(table["predicted"].max(), table["left_share"].max(), 0.01)
    axes.plot([0, top], [0, top], color="grey", linestyle=":", label="if every probability were right")
    axes.plot(
        table["predicted"], table["left_share"], marker="o", label=f"a tenth of {table['customers'].sum():,} graded rows each"
    )
    axes.set(title="Do as many leave as was said?", xlabel="predicted probability to leave", ylabel="share that left")
    axes.legend()


def _draw_gain(axes: Any, table: pd.DataFrame) -> None:
    axes.plot([0, 1], [0, 1], color="grey", linestyle=":", label="at random")
    axes.plot(table["asked_share"], table["leavers_reached"], label="riskiest first")
    tenth = table.iloc[(table["asked_share"] - 1 / _TENTHS).abs().argmin()]
    found = f"the riskiest {tenth['asked_share']:.0%} hold {tenth['leavers_reached']:.0%} of the leavers"
    axes.plot(tenth["asked_share"], tenth["leavers_reached"], "o", color="C0", label=found)
    axes.set(
        title="How many leavers does a call list reach?", xlabel="share of customers called", ylabel="share of leavers reached"
    )
    axes.legend()


def _draw_precision_recall(axes: Any, table: pd.DataFrame) -> None:
    everybody = table["precision"].iloc[-1]
    axes.axhline(everybody, color="grey", linestyle=":", label=f"at random: {everybody:.1%} leave")
    axes.plot(table["recall"], table["precision"], label="riskiest first")
    axes.set(
        title="Precision and recall as the threshold falls",
        xlabel="share of leavers above the threshold (recall)",
        ylabel="share of those above that left (precision)",
        ylim=(0, 1.02),
    )
    axes.legend()


def _draw_folds(axes: Any, table: pd.DataFrame) -> None:
    losses = table[table["measure"] == "log_loss"]
    for model, rows in losses.groupby("model", sort=False):
        below, above = rows["value"] - rows["low"], rows["high"] - rows["value"]
        is_recipe = model == CHOSEN
        axes.errorbar(
            rows["origin"],
            rows["value"],
            yerr=[below, above],
            marker="o",
            capsize=3,
            label=f"{model} (the one to promote)" if is_recipe else model,
            linewidth=2.5 if is_recipe else 1.0,
            alpha=1.0 if is_recipe else 0.7,
            zorder=3 if is_recipe else 2,
        )
    axes.set(title="Log-loss at each past moment (lower is better), 95 % interval", ylabel="log-loss")
    axes.tick_params(axis="x", rotation=30)
    axes.legend()


_DRAWN = {
    "calibration": _draw_calibration,
    "gain": _draw_gain,
    "precision_recall": _draw_precision_recall,
    "folds": _draw_folds,
}
