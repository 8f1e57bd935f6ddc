"""Which data does a run say it learned from: every snapshot and the event log, by name and digest; not one row of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from features.times import format_time
from training.records.report import TrainingReport

_LONGEST_DIGEST = 36
"""MLflow's column holds no longer one; the whole digest stands in the source."""

_CONTEXT = "mlflow.data.context"


def dataset_inputs(mlflow: Any, report: TrainingReport) -> Sequence[Any]:
    """Return the inputs of a training: `event-log`, and `snapshot-<date>` for each moment, the newest first."""
    data = report.data
    snapshots = [
        _input(mlflow, f"snapshot-{as_of[:10]}", digest, as_of=as_of, of="features of every customer asked about, as known then")
        for as_of, digest in data.snapshots.items()
    ]
    newest = format_time(data.as_of)
    log = _input(mlflow, "event-log", data.log_digest, as_of=newest, of="the events from which features and labels were made")
    return [log, *reversed(snapshots)]


def _input(mlflow: Any, name: str, digest: str, *, as_of: str, of: str) -> Any:
    entities = mlflow.entities
    told = {"as_of": as_of, "digest": digest, "of": of}
    dataset = entities.Dataset(
        name=name,
        digest=digest[:_LONGEST_DIGEST],
        source_type="code",
        source=json.dumps({"tags": told}),
        profile=json.dumps(told),
    )
    given = {_CONTEXT: "training", "as_of": as_of}
    return entities.DatasetInput(dataset, [entities.InputTag(key, value) for key, value in given.items()])
