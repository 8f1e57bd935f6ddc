"""That drift is an alarm where decisions rest on it, and none where they do not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import pyarrow as pa
from scipy.special import expit

from features.company import default_company_text, read_company
from features.snapshot import Provenance, Snapshot
from models.model import Model
from models.rows import FloatArray, Rows
from training.monitoring.drift.columns import Column
from training.monitoring.drift.undone import Decider, undone
from training.publishing.scene import Scene

COMPANY = read_company(default_company_text("default"))
DAYS, CUSTOMERS = COMPANY.horizon_days, 400


@dataclass(frozen=True)
class OneColumn:
    """A model of one column: who has more of it is likelier to leave."""

    def score(self, rows: Rows, *, names: Sequence[str]) -> Mapping[str, FloatArray]:
        told = expit(rows[:, list(names).index("usage_count_30d")].astype(float) - 3)
        stages = {f"transition_{DAYS}_{stage.name}": np.full(len(rows), 0.2) for stage in COMPANY.stage_set.stages}
        return {f"churn_{DAYS}": told, f"purchase_{DAYS}": told, **stages, f"transition_{DAYS}_decline": told}


def normal(mean: int) -> FloatArray:
    return np.random.default_rng(mean).normal(mean, 1, CUSTOMERS)


def decider(name: str = "churn", **columns: FloatArray) -> Decider:
    matrix = np.zeros((CUSTOMERS, len(COMPANY.catalogue.names)), np.float32)
    for each, values in columns.items():
        matrix[:, COMPANY.catalogue.names.index(each)] = values
    ids = pa.array([f"c{place:04}" for place in range(CUSTOMERS)])
    shot = Snapshot(Path(), "d", COMPANY.catalogue.names, ids, matrix, Provenance(0, "l", 1, "s", {}))
    return Decider(name, cast(Model, OneColumn()), Scene(shot, COMPANY, ids), {}, {}, capacity=40)


def test_drift_of_what_the_model_rests_on_changes_bands_and_not_the_order_of_the_list() -> None:
    then, now = normal(0), normal(2)

    found = undone(decider(usage_count_30d=now), [Column("usage_count_30d", then, now)])

    assert found.changed["band"] > 0.3
    assert found.changed["list"] == 0, "who has most of it has most of it still"
    assert found.changes_decisions
    assert found.alone == {"usage_count_30d": found.changed["band"]}


def test_drift_of_what_the_model_does_not_read_changes_nothing() -> None:
    columns: Any = {"tenure_days": np.arange(400.0) + 365, "usage_count_30d": normal(2)}

    found = undone(decider(**columns), [Column("tenure_days", np.arange(400.0), columns["tenure_days"])])

    assert set(found.changed.values()) == {0.0}
    assert not found.changes_decisions


def test_without_drift_nothing_is_scored_otherwise() -> None:
    found = undone(decider(usage_count_30d=normal(2)), [])

    assert (found.changed, found.alone) == ({"list": 0.0, "band": 0.0}, {})


def test_of_stages_the_likeliest_counts_and_of_purchases_the_list() -> None:
    then, now = normal(0), normal(3)
    drifted = [Column("usage_count_30d", then, now)]

    assert undone(decider("transition", usage_count_30d=now), drifted).changed["stage"] > 0.3
    assert set(undone(decider("purchase", usage_count_30d=now), drifted).changed) == {"list"}
