"""What does a person want to see of a graded value model: forecasts beside what came, where the money is, the folds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from models.rows import FloatArray
from training.records.pictures import fold_table
from training.records.report import CHOSEN, FoldGrade

_TENTHS = 10
_POINTS = 200
_SIZE_INCHES = (6.4, 4.4)


def draw_value_pictures(folder: Path, *, folds: Sequence[FoldGrade], forecasts: FloatArray, came: FloatArray) -> list[Path]:
    """Write `value_tenths`, `value_gain` and `value_folds` as PNG, each beside the CSV it was drawn from; return the files.

    `forecasts` and `came` are the recipe's answers and what happened, pooled over the folds at one horizon.
    """
    tables = {
        "value_tenths": tenth_table(forecasts, came),
        "value_gain": money_table(forecasts, came),
        "value_folds": fold_table(folds),
    }
    return [file for name, table in tables.items() for file in _written(folder, name, table=table)]


def tenth_table(forecasts: FloatArray, came: FloatArray) -> pd.DataFrame:
    """Return a row per tenth of the forecasts, the lowest first: customers, and mean money forecast and come.

    >>> tenth_table(np.arange(20.0), np.arange(20.0) * 2)["came"].tolist()[:2]
    [1.0, 5.0]
    """
    parts = np.array_split(np.argsort(forecasts, kind="stable"), _TENTHS)
    lines = [
        {"tenth": place, "customers": len(rows), "forecast": forecasts[rows].mean(), "came": came[rows].mean()}
        for place, rows in enumerate(parts, start=1)
        if len(rows)
    ]
    return pd.DataFrame(lines, columns=["tenth", "customers", "forecast", "came"])


def money_table(forecasts: FloatArray, came: FloatArray) -> pd.DataFrame:
    """Return, for each share of customers from the highest forecast down, the share of all money they brought, and could have.

    `best_share`: what the same number of customers brought at most, known only afterwards.
    """
    total = max(float(came.sum()), 1e-12)
    asked = np.unique(np.linspace(1, len(came), min(_POINTS, len(came))).astype(int))
    brought = np.cumsum(came[np.argsort(-forecasts, kind="stable")]) / total
    best = np.cumsum(-np.sort(-came)) / total
    return pd.DataFrame({"asked_share": asked / len(came), "money_share": brought[asked - 1], "best_share": best[asked - 1]})


def _written(folder: Path, name: str, *, table: pd.DataFrame) -> list[Path]:
    from matplotlib.figure import Figure

    figures, picture = folder / f"{name}.csv", folder / f"{name}.png"
    table.to_csv(figures, index=False)
    figure = Figure(figsize=_SIZE_INCHES, layout="constrained")
    _DRAWN[name](figure.add_subplot(), table)
    figure.savefig(picture, metadata={"Software": None})
    return [figures, picture]


def _draw_tenths(axes: Any, table: pd.DataFrame) -> None:
    axes.bar(table["tenth"] - 0.2, table["forecast"], width=0.4, label="forecast")
    axes.bar(table["tenth"] + 0.2, table["came"], width=0.4, label="came")
    axes.set(title="Does as much come as was forecast?", xlabel="tenth of customers, by forecast", ylabel="money a customer")
    axes.legend()


def _draw_gain(axes: Any, table: pd.DataFrame) -> None:
    axes.plot([0, 1], [0, 1], color="grey", linestyle=":", label="at random")
    axes.plot(table["asked_share"], table["best_share"], color="grey", linewidth=1.0, label="if all were known beforehand")
    axes.plot(table["asked_share"], table["money_share"], label="highest forecast first")
    axes.set(title="Who brings the money?", xlabel="share of customers", ylabel="share of the money they brought")
    axes.legend()


def _draw_folds(axes: Any, table: pd.DataFrame) -> None:
    errors = table[table["measure"] == "mae"]
    for model, rows in errors.groupby("model", sort=False):
        is_recipe = model == CHOSEN
        label = f"{model} (the one to promote)" if is_recipe else str(model)
        spread = [rows["value"] - rows["low"], rows["high"] - rows["value"]]
        axes.errorbar(
            rows["origin"], rows["value"], yerr=spread, marker="o", capsize=3, label=label, zorder=3 if is_recipe else 2
        )
    axes.set(title="Mean absolute error at each past moment (lower is better)", ylabel="money a customer")
    axes.tick_params(axis="x", rotation=30)
    axes.legend()


_DRAWN = {"value_tenths": _draw_tenths, "value_gain": _draw_gain, "value_folds": _draw_folds}
