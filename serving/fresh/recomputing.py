"""What is predicted of some customers as of a moment: their own rows of the log, the same kernel, the same assembly."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.at_risk.population import at_risk_among
from features.engine.arrow import arrow_of
from features.engine.fresh import compute_customers
from features.log.store import EventLog
from features.stages.some import SomeCustomers, stages_of_some
from features.times import Timestamp
from models.alerts import Before
from models.assembly import People, assembled, said_by
from models.rows import FloatArray
from serving.database.fresh import FreshRow
from serving.fresh.desk import Desk


def recomputed(log: EventLog, desk: Desk, *, ids: Collection[str], as_of: Timestamp) -> list[FreshRow]:
    """Return a row for each of these who is a customer by then; who has events alone, or no row at all, has none."""
    customers = _customers(log, desk, ids=ids, as_of=as_of)
    if not len(customers.ids):
        return []
    people, before = _people(log, desk, customers=customers), _published(desk, customers.ids.to_pylist())
    columns = assembled_for(desk, people, before=before)
    predictions = np.stack([columns[name] for name in desk.frame.columns], axis=1).astype("<f8")
    features = customers.rows.astype("<f4")
    origin = str(desk.live.bundle), str(desk.live.company), desk.columns_digest
    return [
        FreshRow(customer_id, as_of, *origin, predicted.tobytes(), known.tobytes())
        for customer_id, predicted, known in zip(customers.ids.to_pylist(), predictions, features, strict=True)
    ]


def assembled_for(desk: Desk, people: People, *, before: Before | None = None) -> Mapping[str, FloatArray]:
    """Return all that is predicted of these people, held against everybody of the live snapshot."""
    spoken = [said_by(model, people) for model in desk.models]
    return assembled(people, spoken, references=desk.references, before=before)


def _published(desk: Desk, ids: Sequence[str]) -> Before:
    """Return what the live predictions say of these, made by the same models; NaN of who came since."""
    places = [desk.published.row(customer_id) for customer_id in ids]
    rows = np.full((len(ids), len(desk.frame.columns)), np.nan)
    known = [row for row, place in enumerate(places) if place is not None]
    rows[known] = desk.published.values_of([place for place in places if place is not None])
    return Before(dict(zip(desk.frame.columns, rows.T, strict=True)), same_churn=True)


def _customers(log: EventLog, desk: Desk, *, ids: Collection[str], as_of: Timestamp) -> SomeCustomers:
    found = compute_customers(log, desk.company.catalogue, ids=ids, as_ofs=[as_of])
    here = found.is_customer[0] if len(found.ids) else np.zeros(0, np.bool_)
    return SomeCustomers(found.ids.filter(arrow_of(here)), as_of, np.ascontiguousarray(found.rows[0][here]))


def _people(log: EventLog, desk: Desk, *, customers: SomeCustomers) -> People:
    company, ids = desk.company, customers.ids
    at_risk = at_risk_among(log, company, ids=ids.to_pylist(), as_of=customers.as_of)
    asked = pc.is_in(ids, value_set=at_risk.cast(pa.string())).to_numpy(zero_copy_only=False)
    kept = desk.mondays.before(log, customers.as_of)
    stages = tuple(table.stood for table in stages_of_some(log, company, customers=customers, kept=kept))
    return People(company, customers.as_of, company.catalogue.names, customers.rows, asked, stages)
