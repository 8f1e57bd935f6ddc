"""Training and serving read the same numbers: a row of a snapshot is the row computed for that customer alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.catalogue import CATALOGUE
from features.contracts import SOURCES
from features.engine.batch import compute_snapshots
from features.engine.compute import compute_customer
from features.home import Home
from features.log import EventLog
from features.times import parse_time
from lifecycle.simulate import simulate_into

AS_OFS = [parse_time(text) for text in ("2024-02-29", "2025-03-30T01:30:00Z", "2025-12-31")]
CUSTOMERS = 1_000


def histories(log: EventLog) -> Iterator[tuple[str, dict[str, pa.Table]]]:
    for bucket in range(log.manifest.buckets):
        tables = {source: log.bucket(source, bucket) for source in SOURCES}
        for customer in pc.unique(tables["customers"]["customer_id"]).to_pylist():
            yield customer, {name: table.filter(pc.equal(table["customer_id"], customer)) for name, table in tables.items()}


def test_the_batch_row_is_the_row_of_one_customer_for_a_thousand_customers_at_three_moments(tmp_path: Path) -> None:
    home = Home(tmp_path)
    simulate_into(home, customers=CUSTOMERS, seed=11)
    snapshots = compute_snapshots(home, CATALOGUE, AS_OFS)
    batch = [dict(zip(each.ids.to_pylist(), np.asarray(each.matrix), strict=True)) for each in snapshots]

    compared = 0
    for customer, rows in histories(EventLog.open(home)):
        alone = compute_customer(CATALOGUE, rows, AS_OFS)
        for row, table in zip(alone, batch, strict=True):
            if customer in table:
                np.testing.assert_array_equal(row, table[customer], err_msg=customer)
                compared += 1

    assert compared == sum(len(table) for table in batch)
    assert len(batch[-1]) > CUSTOMERS * 0.9
