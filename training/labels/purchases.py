"""Who bought, and within how many days: the labels of the next purchase.

Asked about is every customer whose own row was known at `as_of`: those who bought lately, those long silent, who come back now
and then, and prospects, whose next purchase is their first. A prediction is made for each of them, and a model that never saw
one would answer by guessing. A purchase is what the features call one: an order, a renewal or an upgrade; a downgrade or a
refund is no need met. What was bought is read from the final state of the log, so a correction received later changes a label.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.at_risk.events import Events, Wanted, customers_of
from features.log.store import EventLog
from features.times import DAY, Timestamp
from models.rows import FloatArray
from training.labels.labels import Labels, observed_by, refuse_immature

PURCHASE_KINDS = ("order", "renewal", "upgrade")
SOURCES_READ = ("purchases",)


def label_purchases(
    log: EventLog, horizons_days: Sequence[int], *, as_ofs: Sequence[Timestamp], until: Timestamp | None = None
) -> list[Labels]:
    """Return for every customer known at each `as_of` whether a purchase followed: a column a horizon, 1.0 bought, 0.0 did not.

    `until` pretends that today is that moment. A chance to buy grows with the horizon, and so do the labels.

    Raises
    ------
    ImmatureLabels
        If purchases are not complete until the longest horizon after an `as_of`.
    """
    watermarks = observed_by(log, until, sources=SOURCES_READ)
    for as_of in as_ofs:
        refuse_immature(as_of, watermarks, gap_days=max(horizons_days))
    buckets = [_Bucket.read(log, bucket, now=watermarks["purchases"]) for bucket in range(log.manifest.buckets)]
    return [_labelled(buckets, as_of, horizons_days) for as_of in as_ofs]


@dataclass(frozen=True)
class _Bucket:
    """One bucket: its ids, when each customer's own row was known, and the purchases that stand in the end."""

    ids: pa.Array
    known: Events
    bought: Events

    @classmethod
    def read(cls, log: EventLog, bucket: int, *, now: Timestamp) -> _Bucket:
        """Read the bucket once for all moments."""
        customers, purchases = log.bucket("customers", bucket), log.bucket("purchases", bucket)
        ids = customers_of([customers, purchases])
        known = Events.read(customers, ids, wanted=Wanted("customers", (), now))
        return cls(ids, known, Events.read(purchases, ids, wanted=Wanted("purchases", PURCHASE_KINDS, now)).final())

    def at(self, as_of: Timestamp, horizons_days: Sequence[int]) -> tuple[pa.Array, FloatArray]:
        """Return the customers known at `as_of`, and whether each bought within each horizon."""
        known = np.zeros(len(self.ids), dtype=np.bool_)
        known[self.known.visible(as_of).customers] = True
        first = self.bought.first_from(as_of, len(self.ids))[known]
        within = first[:, None] < as_of + np.array(horizons_days, dtype=np.int64) * DAY
        return self.ids.filter(pa.array(known)), within.astype(np.float64)


def _labelled(buckets: Sequence[_Bucket], as_of: Timestamp, horizons_days: Sequence[int]) -> Labels:
    parts = [bucket.at(as_of, horizons_days) for bucket in buckets]
    ids = pa.concat_arrays([ids for ids, _ in parts])
    order = pc.sort_indices(ids)
    return Labels(as_of, ids.take(order), np.concatenate([values for _, values in parts])[order.to_numpy()])
