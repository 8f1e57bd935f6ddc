"""Does a run that MLflow calls finished hold all of a training; read from the SQLite store itself."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from features.home import Home

_FINISHED = """
select run_uuid, artifact_uri,
       (select count(*) from metrics where metrics.run_uuid = runs.run_uuid),
       (select count(*) from tags where tags.run_uuid = runs.run_uuid and tags.key = 'model_sha')
from runs
where status = 'FINISHED'
  and exists (select 1 from tags where tags.run_uuid = runs.run_uuid and tags.key = 'kind' and tags.value = 'training')
"""


def half_finished(home: Home) -> list[str]:
    """Return the runs that look finished and lack something; none where nothing is in MLflow."""
    store = home.mlflow / "mlflow.db"
    return list(_half_finished(store)) if store.exists() else []


def _half_finished(store: Path) -> Iterator[str]:
    with closing(sqlite3.connect(store)) as connection:
        for run_id, artefacts, metrics, shas in connection.execute(_FINISHED):
            folder = Path(artefacts.removeprefix("file://"))
            held = {path.name for path in folder.rglob("*")}
            if not metrics or not shas or not {"report.json", "model_card.md", "folds.csv", "folds.png"} <= held:
                yield f"MLflow calls run {run_id} finished, and it holds {metrics} metrics and {sorted(held)}"
