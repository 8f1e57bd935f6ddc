"""What was said of the same customers by the predictions that are live now: alerts are compared with it, and carried over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.home import Home
from models.alerts import ALERT_CODES, Before, alert_column
from models.bundle import ContentDamaged, NotStored, open_predictions, read_live
from models.rows import FloatArray
from training.publishing.pointer import live_models


@dataclass(frozen=True)
class LiveBefore:
    """The columns that were live, placed by the ids of the snapshot to come, and the churn model that spoke then."""

    columns: Mapping[str, FloatArray]
    churn: str | None

    def for_model(self, churn: str | None) -> Before:
        """Return it for predictions of one churn model; None where none answers."""
        return Before(self.columns, churn is not None and churn == self.churn)


def live_before(home: Home, ids: pa.Array, *, horizon_days: int) -> LiveBefore | None:
    """Return what alerts read of the predictions that are live; None where there are none, or they cannot be read."""
    live = read_live(home)
    if live is None or live.predictions is None:
        return None
    try:
        was = open_predictions(home, live.predictions)
    except (NotStored, ContentDamaged):
        return None
    places = pc.index_in(ids, value_set=was.ids.ids).fill_null(-1).to_numpy(zero_copy_only=False)
    wanted = {*(alert_column(code) for code in ALERT_CODES), f"churn_{horizon_days}"} & set(was.columns)
    columns = {name: np.append(was.column(name), np.nan)[places] for name in sorted(wanted)}
    return LiveBefore(columns, live_models(home).get("churn"))
