"""Who of those who complained was given something back, by group: what the operational database granted, beside the log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.reports.stages import GroupGrants
from features.times import Timestamp
from models.kpis.arithmetic.figures import IntArray
from models.kpis.arithmetic.months import whole_months
from models.kpis.subjects.recoveries import Grants, grants_by_group
from models.rows import FloatArray
from training.kpis.reading.gather import Gathered
from training.kpis.reading.people import UNNAMED, People


@dataclass(frozen=True)
class GivenBack:
    """Grants, one element each: to whom, how much in company currency, and when."""

    customer_ids: pa.Array
    amounts: FloatArray
    granted_at: IntArray

    @classmethod
    def of(cls, customer_ids: Sequence[str], amounts: Sequence[float], granted_at: Sequence[Timestamp]) -> GivenBack:
        """Build it from plain lists."""
        return cls(pa.array(customer_ids, pa.string()), np.array(amounts, np.float64), np.array(granted_at, np.int64))


NOTHING_GIVEN_BACK = GivenBack.of([], [], [])


def recoveries_by_group(gathered: Gathered, given: GivenBack, *, months: int) -> tuple[GroupGrants, ...]:
    """Return what customers who complained in the last months were given back in them, by group; none where nothing was given.

    Where tickets do not reach the moment of the report, the months end where they do.
    """
    reach = gathered.facts.reach
    if not len(given.granted_at) or "tickets" not in reach.sources:
        return ()
    period = whole_months(reach.of(("tickets",)), months)
    since, until = period[0].since, period[-1].until
    tickets = gathered.facts.tickets
    here = tickets.complaint & (tickets.times >= since) & (tickets.times < until)
    places = pc.index_in(given.customer_ids, value_set=gathered.people.ids)
    known = pc.is_valid(places).to_numpy(zero_copy_only=False).astype(np.bool_)
    counted = known & (given.granted_at >= since) & (given.granted_at < until)
    grants = Grants(pc.fill_null(places, 0).to_numpy().astype(np.int64)[counted], given.amounts[counted])
    return grants_by_group(np.unique(tickets.customers[here]), grants, _groups(gathered, gathered.people))


def _groups(gathered: Gathered, people: People) -> dict[str, np.typing.NDArray[np.str_]]:
    names = np.array([*(stage.name for stage in gathered.company.stage_set.stages), UNNAMED], dtype=np.str_)
    return {
        "segment": people.segments,
        "country": people.countries,
        "language": people.languages,
        "stage": names[people.standings.now],
    }
