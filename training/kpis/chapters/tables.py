"""How does a figure stand in a table: its value, interval and count, and nothing where too few customers stand behind it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from models.kpis.arithmetic.figures import Figure
from models.kpis.arithmetic.observations import Observations
from models.kpis.arithmetic.verdicts import Limit, told
from models.kpis.lines import limits_of, places_of
from training.kpis.report import KpiReport

EVERYBODY = "everybody"
FIGURE_COLUMNS = ("value", "low", "high", "count", "customers")


def cells(figure: Figure) -> dict[str, Any]:
    """Return the cells of a figure, told only if enough customers stand behind it; what has no end is left empty."""
    shown = told(figure)
    return {name: _known(getattr(shown, name)) for name in FIGURE_COLUMNS}


def table_of(rows: Iterable[Mapping[str, Any]], *names: str) -> pd.DataFrame:
    """Return rows as a table with these columns, then those of a figure; the columns stand even without a row."""
    return pd.DataFrame([dict(row) for row in rows], columns=[*names, *FIGURE_COLUMNS])


def never_received(report: KpiReport, source: str) -> str | None:
    """Return the sentence that stands for a chapter about a source of which the log never received a row."""
    if source in report.gathered.facts.reach.sources:
        return None
    return f"No row of {source} was ever received: nothing can be told."


def by_stage(report: KpiReport, seen: Observations) -> list[tuple[str, Figure]]:
    """Return the figure of everybody, then of each stage in the order of life."""
    places = places_of(report.gathered.company.stage_set)
    return [(EVERYBODY, seen.figure()), *((stage, seen.of_stage(place).figure()) for stage, place in places.items())]


def monthly_table(report: KpiReport, kpis: Collection[str], *, everybody: bool = True, stages: bool = True) -> pd.DataFrame:
    """Return these KPIs by month: of everybody together, of each stage, or both; `limit` is the nearer end of the stage's."""
    limits = limits_of(report.gathered.company)
    rows = (
        {
            "kpi": each.kpi,
            "month": each.month,
            "stage": each.stage or EVERYBODY,
            **cells(each.figure),
            "limit": _limit(limits.get((each.stage or "", each.kpi))),
        }
        for each in report.monthly
        if each.kpi in kpis and (stages if each.stage else everybody)
    )
    return pd.DataFrame(list(rows), columns=["kpi", "month", "stage", *FIGURE_COLUMNS, "limit"])


def _limit(limit: Limit | None) -> float:
    if limit is None:
        return float("nan")
    return limit.minimum if np.isfinite(limit.minimum) else limit.maximum


def _known(value: float) -> float | int:
    return value if isinstance(value, int) or np.isfinite(value) else float("nan")
