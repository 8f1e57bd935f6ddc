"""Who left: the churn labels at each month's start whose horizon was over, and known to be over, at the moment of the report."""

from __future__ import annotations

import numpy as np
import pyarrow.compute as pc

from features.at_risk.population import sources_read
from features.company.schema import Company
from features.log.store import EventLog
from features.times import DAY, Timestamp, month_starts
from models.kpis.arithmetic.figures import SHARE
from models.kpis.arithmetic.observations import Observations, Staged, joined, observed
from training.kpis.reading.people import HISTORY_DAYS, People
from training.labels.churn import days_to_mature, label_churn
from training.labels.labels import Labels, observed_by


def leavers(log: EventLog, company: Company, *, people: People, as_of: Timestamp) -> Observations:
    """Return a row per customer at risk and mature month start: 1 for who left within the main horizon.

    None where a source that decides who left was never received, or no horizon is over yet.
    """
    short = company.model_copy(update={"horizons_days": (company.horizon_days,)})
    until = as_of - 1  # what became known at `as_of` was not known before it
    mature = min(observed_by(log, until, sources=sources_read(company)).values()) - days_to_mature(short) * DAY
    starts = month_starts(as_of - HISTORY_DAYS * DAY, mature)
    labels = label_churn(log, short, as_ofs=starts, until=until) if starts else []
    return joined([_nobody(), *(_staged(each, people) for each in labels)])


def _staged(labels: Labels, people: People) -> Observations:
    places = pc.index_in(labels.ids, value_set=people.ids)
    known = pc.is_valid(places).to_numpy(zero_copy_only=False)
    customers = places.drop_null().to_numpy().astype(np.int64)
    times = np.full(len(customers), labels.as_of, dtype=np.int64)
    return observed(Staged(customers, people.standings.at(customers, times), times), labels.values[known, 0], scale=SHARE)


def _nobody() -> Observations:
    nobody = Staged(np.zeros(0, np.int64), np.zeros(0, np.int8), np.zeros(0, np.int64))
    return observed(nobody, np.zeros(0), scale=SHARE)


def why_no_leavers(log: EventLog, company: Company, *, as_of: Timestamp) -> str | None:
    """Say which source is missing, or that no horizon is over yet; None where neither."""
    observed_until = observed_by(log, as_of - 1, sources=sources_read(company))
    missing = [source for source, until in observed_until.items() if not until]
    if missing:
        return (
            f"who left is told by {' and '.join(sources_read(company))}, and no row of {' and '.join(missing)} was ever received"
        )
    return None
