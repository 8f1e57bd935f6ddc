"""Where do some customers stand, such as those with news: past Mondays as they are kept, the rest from their own rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from features.company.schema import Company
from features.engine.fresh import compute_customers
from features.log.store import EventLog
from features.stages.course import course
from features.stages.kept import KeptMondays
from features.stages.stage_rules import StageRules
from features.stages.table import StageTable
from features.stages.winners import StageCodes
from features.times import Timestamp


@dataclass(frozen=True)
class SomeCustomers:
    """Customers known at a moment, sorted bytewise, with their features of then: `rows` float32, columns of the catalogue."""

    ids: pa.StringArray
    as_of: Timestamp
    rows: NDArray[np.float32]


def stages_of_some(log: EventLog, company: Company, *, customers: SomeCustomers, kept: KeptMondays) -> tuple[StageTable, ...]:
    """Return their stages in every set of the company, a table a set: the rows that `everybody` would have for them.

    `kept`: the Mondays of `course.checkpoints(customers.as_of)`, as far as they are kept.
    """
    rules = StageRules(company)
    past, now = _past(log, rules, kept=kept, ids=customers.ids), rules.winners(_named(customers, rules, company=company))
    moments = (*kept.mondays, customers.as_of)
    return tuple(
        StageTable(stage_set, moments, course(np.column_stack([past[place], now[:, place]]), stage_set))
        for place, stage_set in enumerate(company.stage_sets)
    )


def _past(log: EventLog, rules: StageRules, *, kept: KeptMondays, ids: pa.StringArray) -> StageCodes:
    """Return the winners `[set, customer, Monday]`; a Monday that is not kept is computed for these customers alone."""
    names = ids.to_pylist()
    winners = np.stack([kept.of_customer(customer_id) for customer_id in names], axis=1)
    if kept.missing:
        found = compute_customers(log, rules.catalogue, ids=names, as_ofs=kept.missing)
        computed = rules.winners_at_moments(found)[:, pc.index_in(ids, value_set=found.ids).to_numpy()]
        places = [place for place, monday in enumerate(kept.mondays) if monday not in kept.at]
        winners[:, :, places] = np.moveaxis(computed, (0, 1, 2), (2, 1, 0))
    return winners


def _named(customers: SomeCustomers, rules: StageRules, *, company: Company) -> NDArray[np.float32]:
    names = company.catalogue.names
    return customers.rows[:, [names.index(name) for name in rules.catalogue.names]]
