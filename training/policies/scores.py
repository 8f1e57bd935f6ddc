"""What would rules have read of each customer when it was decided: features as known then, scores, and stages of a company file.

Features and stages are those of the Monday before. Scores are the live models' on these rows, though they may have learned from
what came later; both policies read the same ones. Percentiles are among the decisions recalled.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.at_risk.events import IntArray
from features.at_risk.population import at_risk_at
from features.company import Company
from features.health import health_scores
from features.home import Home
from features.log.store import EventLog
from features.references.ladders import Ladder
from features.rfmt import fit_rfmt, rfmt_features, rfmt_scores
from features.stages.past import PastStages, past_stages
from features.stages.table import NO_MOMENT
from features.times import DAY, Timestamp
from models.bundle import load_model
from models.churn.model import CHURN_RESTS_ON_TOO_LITTLE
from models.rows import BoolArray, FloatArray
from models.value.categories import value_columns
from training.decided import Decided, monday_before

SCORING = ("churn", "value")
"""The models whose scores rules and priorities read."""


@dataclass(frozen=True)
class Said:
    """What the live models said of the customer of each decision, a column a prediction; none where no such model is live."""

    columns: Mapping[str, FloatArray]

    @classmethod
    def by(cls, home: Home, company: Company, decided: Decided, *, models: Mapping[str, str]) -> Said:
        """Ask the live models about these rows; who was not at risk of leaving at the Monday before has no churn score."""
        columns: dict[str, FloatArray] = {}
        for name in SCORING:
            if name in models:
                model = load_model(home, models[name], signature=decided.signature)
                columns |= model.score(decided.rows, names=decided.names)
        leaving = [name for name in columns if name.startswith("churn_") and name != CHURN_RESTS_ON_TOO_LITTLE]
        if leaving:
            at_risk = _at_risk(EventLog.open(home), company, decided)
            columns |= {name: np.where(at_risk, columns[name], np.nan) for name in leaving}
        return cls(columns)


def read_then(home: Home, company: Company, decided: Decided, *, said: Said) -> dict[str, FloatArray]:
    """Return all that a company file may read of each decision: features, scores and `stage_<set>`, a float64 column each.

    A score that no live model gives is left out, and read as unknown.
    """
    features = {name: column.astype(np.float64) for name, column in zip(decided.names, decided.rows.T, strict=True)}
    stages = _stages(home, company, decided)
    health = health_scores(company.health, features, rows=len(decided)).scores
    used = {name: features[name] for name in {"purchases_days_since_last", *rfmt_features(company.rfmt).values()}}
    rfmt = rfmt_scores(company.rfmt, fit_rfmt(company.rfmt, used), used).scores
    return {**features, **stages, "health_score": health, "rfmt_score": rfmt, **_modelled(company, said)}


def _modelled(company: Company, said: Said) -> dict[str, FloatArray]:
    days, columns = company.horizon_days, said.columns
    leaving = {"churn_probability": columns.get(f"churn_{days}"), "churn_percentile": columns.get("churn_percentile")}
    known = {name: column for name, column in leaving.items() if column is not None}
    value = columns.get(f"value_{days}")
    if value is None:
        return known
    return {**known, **value_columns(value, columns["value_clv_to_cac"], Ladder.of(value))}


def _stages(home: Home, company: Company, decided: Decided) -> dict[str, FloatArray]:
    mondays = monday_before(decided.decisions.decided_at)
    past = past_stages(home, company, np.unique(mondays).tolist())
    names = [stage_set.name for stage_set in company.stage_sets]
    found = {f"stage_{name}": np.full(len(decided), np.nan) for name in names}
    since = np.full(len(decided), np.nan)
    for monday in np.unique(mondays).tolist():
        here = np.flatnonzero(mondays == monday)
        for name in names:
            codes, began = _stage_at(past, monday, name, asked=decided.decisions.customers.take(here))
            found[f"stage_{name}"][here] = codes
            if name == company.default_stage_set:
                since[here] = (monday - began) / DAY
    return {**found, "days_in_stage": since}


def _stage_at(past: PastStages, monday: Timestamp, name: str, *, asked: pa.Array) -> tuple[FloatArray, FloatArray]:
    """Return the stage of these customers and since when, NaN for who was not known."""
    table = past.at(monday, stage_set=name)
    began = np.where(table.since == NO_MOMENT, np.nan, table.since.astype(np.float64))
    places = pc.fill_null(pc.index_in(asked, value_set=past.known(monday)), -1).to_numpy(zero_copy_only=False)
    codes = np.append(table.codes.astype(np.float64), np.nan)
    return codes[places], np.append(began, np.nan)[places]


def _at_risk(log: EventLog, company: Company, decided: Decided) -> BoolArray:
    mondays: IntArray = monday_before(decided.decisions.decided_at)
    found = np.zeros(len(decided), np.bool_)
    for monday in np.unique(mondays).tolist():
        here = np.flatnonzero(mondays == monday)
        known = at_risk_at(log, company, as_of=monday)
        found[here] = pc.is_in(decided.decisions.customers.take(here), value_set=known).to_numpy(zero_copy_only=False)
    return found
