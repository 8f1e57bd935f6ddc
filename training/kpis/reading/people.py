"""Who is known: when did each join, and where did each stand when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from features.company.schema import Company
from features.home import Home
from features.stages.course import course
from features.stages.past import PastStages, past_stages
from features.times import DAY, Timestamp, monday_at_or_before
from models.kpis.arithmetic.figures import IntArray
from models.kpis.arithmetic.observations import NEVER
from models.kpis.subjects.presence import Standings
from models.rows import FloatArray
from training.kpis.reading.known import KnownBucket

UNNAMED = "unknown"
"""The segment or channel of who has none on record."""

HISTORY_DAYS = 850
"""So far back stages are looked up: two years of months and the quarter cohorts before them."""


@dataclass(frozen=True)
class People:
    """Everybody known at the moment of the report, prospects included, in the order of `ids`; groups as known then."""

    ids: pa.Array
    standings: Standings
    segments: npt.NDArray[np.str_]
    countries: npt.NDArray[np.str_]
    languages: npt.NDArray[np.str_]
    acquisition_cost: FloatArray

    @property
    def joined(self) -> IntArray:
        """Return when each joined; `NEVER` for prospects."""
        return self.standings.joined


def known_past(home: Home, company: Company, *, as_of: Timestamp) -> PastStages:
    """Return the stages at every Monday the report looks back on, each as told then; missing ones are computed and kept."""
    return past_stages(home, company, [monday_at_or_before(as_of - HISTORY_DAYS * DAY), as_of])


def people_of(past: PastStages, buckets: Sequence[KnownBucket], *, as_of: Timestamp) -> People:
    """Read everybody's own row."""
    joined, cost = np.full(len(past.ids), NEVER), np.full(len(past.ids), np.nan)
    told = {name: np.full(len(past.ids), UNNAMED, dtype=object) for name in ("segment", "country", "language")}
    for bucket in buckets:
        rows = bucket.rows("customers", "joined_at", "acquisition_cost", *told)
        joined[rows.customers] = rows.moments("joined_at")
        cost[rows.customers] = rows.numbers("acquisition_cost")
        for name, texts in told.items():
            texts[rows.customers] = rows.texts(name, missing=UNNAMED)
    segments, countries, languages = (texts.astype(np.str_) for texts in told.values())
    return People(past.ids, _standings(past, joined, as_of=as_of), segments, countries, languages, cost)


def _standings(past: PastStages, joined: IntArray, *, as_of: Timestamp) -> Standings:
    stage_set = past.company.stage_set
    place = [each.name for each in past.company.stage_sets].index(stage_set.name)
    stages = course(past.winners[place], stage_set).stages
    moments = np.array(past.moments, dtype=np.int64)
    shown = moments >= as_of - HISTORY_DAYS * DAY
    return Standings(moments[shown], np.ascontiguousarray(stages[:, shown]), joined)
