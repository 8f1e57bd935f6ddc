"""What was offered to those who left, in the horizon before: to how many which kind, how many said yes, how many got nothing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from features.at_risk.events import NEVER
from features.log.store import EventLog
from features.reports.backtest import OfferFigures
from features.times import DAY, Timestamp
from training.backtest.walk import Walked
from training.labels.acceptance import ACCEPTED, SOURCE
from training.labels.labels import observed_by

_COLUMNS = ("customer_id", "kind", "shown_at", "outcome", "known_at", "superseded_at")


def leavers_of(walked: Walked) -> pd.DataFrame:
    """Return a row a departure of the walk: `customer_id` and `left_at`."""
    lists = walked.lists
    everybody = pa.concat_arrays(list(walked.ids))
    leaving = lists.last_before_leaving
    ids = everybody.filter(pa.array(leaving)).to_pandas()
    return pd.DataFrame({"customer_id": ids, "left_at": lists.left_at[leaving]})


def offers_shown(log: EventLog, *, until: Timestamp | None = None) -> pd.DataFrame:
    """Return a row an offer that was shown, as the log tells it by its end: whose, of which kind, when, and whether accepted."""
    watermark = observed_by(log, until, sources=(SOURCE,))[SOURCE]
    buckets = [log.bucket(SOURCE, bucket, columns=_COLUMNS) for bucket in range(log.manifest.buckets)]
    table = pa.concat_tables([bucket.select(_COLUMNS) for bucket in buckets])
    superseded = pc.fill_null(table["superseded_at"].cast(pa.int64()), NEVER)
    stands = pc.and_(pc.less_equal(table["known_at"].cast(pa.int64()), watermark), pc.greater(superseded, watermark))
    whole = pc.and_(pc.is_valid(table["shown_at"]), pc.is_valid(table["kind"]))
    final = table.filter(pc.and_(stands, whole))
    return pd.DataFrame({
        "customer_id": final["customer_id"].to_pandas(),
        "kind": final["kind"].to_pandas().astype("str"),
        "shown_at": final["shown_at"].cast(pa.int64()).to_numpy(),
        "accepted": pc.fill_null(pc.is_in(final["outcome"], value_set=pa.array(ACCEPTED)), False).to_numpy(),
    })  # fmt: skip


def offered(leavers: pd.DataFrame, shown: pd.DataFrame, *, horizon_days: int) -> tuple[list[OfferFigures], int]:
    """Return by kind to how many leavers it was shown within the horizon before leaving, and how many were shown nothing.

    Examples
    --------
    >>> leavers = pd.DataFrame({"customer_id": ["a", "b"], "left_at": [90 * DAY, 90 * DAY]})
    >>> shown = pd.DataFrame({"customer_id": ["a"], "kind": ["retention"], "shown_at": [50 * DAY], "accepted": [False]})
    >>> offered(leavers, shown, horizon_days=60)
    ([OfferFigures(kind='retention', shown_to=1, accepted_by=0)], 1)
    """
    numbered = leavers.assign(departure=np.arange(len(leavers)))
    pairs = numbered.merge(shown, on="customer_id")
    ago = pairs["left_at"] - pairs["shown_at"]
    within = pairs[(ago > 0) & (ago <= horizon_days * DAY)]
    each = within.groupby(["kind", "departure"], as_index=False)["accepted"].max()
    kinds = each.groupby("kind")["accepted"].agg(["size", "sum"]).sort_values("size", ascending=False, kind="stable")
    found = [OfferFigures(str(kind), int(row["size"]), int(row["sum"])) for kind, row in kinds.iterrows()]
    return found, len(leavers) - within["departure"].nunique()
