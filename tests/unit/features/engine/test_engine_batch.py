"""Snapshots of everybody come from the stored log, bucket by bucket, and give each customer's own row."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pyarrow as pa
import pytest

from benchmarks.leakage import AS_OF, AS_OFS, random_rows
from features.catalogue import CATALOGUE, Catalogue
from features.contracts.sources import SOURCES
from features.engine import batch
from features.engine.batch import Effort, compute_snapshots
from features.engine.compute import compute_customer
from features.home import Home
from features.language.feature import Feature, Reading
from features.language.formulas import Rows
from features.log.intake import Receipt, append
from features.log.manifest import LogMissing
from features.log.store import EventLog
from features.snapshot import find_snapshot
from features.times import DAY

LATER = AS_OF + 100 * DAY
USED = [load.source for load in CATALOGUE.compiled.loads]


def rows(seed=1, customers=40):
    """Random rows that the log accepts: scores and costs are never below 0."""
    random = np.random.default_rng(seed)
    return {name: random_rows(SOURCES[name], random, customers=customers) for name in USED}


def log_of(folder, *deliveries):
    home = Home(folder)
    for delivery in deliveries:
        append(home, delivery, receipt=Receipt(received_at=LATER, known_at="given", observed_until=dict.fromkeys(USED, AS_OF)))
    return home


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return log_of(tmp_path_factory.mktemp("batch"), rows())


@pytest.fixture(scope="module")
def snapshots(home):
    return compute_snapshots(home, CATALOGUE, AS_OFS)


def test_every_row_is_the_row_of_the_customer_asked_for_alone(home, snapshots):
    log = EventLog.open(home)
    for place, customer_id in enumerate(snapshots[-1].ids.to_pylist()):
        row = compute_customer(CATALOGUE, {name: log.customer(name, customer_id) for name in USED}, [AS_OF])[0]

        assert row.tobytes() == snapshots[-1].matrix[place].tobytes()


def test_a_snapshot_holds_whoever_was_first_seen_before_it(home, snapshots):
    log = EventLog.open(home)
    seen = Catalogue((Feature("rows", Rows("customers").count(), ""),))
    ids = [f"c{number:04}" for number in range(40)]
    for snapshot in snapshots:
        present = [
            one for one in ids if compute_customer(seen, {"customers": log.customer("customers", one)}, [snapshot.as_of])[0, 0]
        ]
        assert snapshot.ids.to_pylist() == present


def test_whoever_has_events_only_is_counted_and_left_out(tmp_path):
    delivered = rows()
    kept = delivered["customers"].filter(pa.compute.less(delivered["customers"]["customer_id"], "c0020"))
    home = log_of(tmp_path, delivered | {"customers": kept})

    snapshot = compute_snapshots(home, CATALOGUE, [AS_OF])[0]

    assert max(snapshot.ids.to_pylist()) < "c0020"
    assert snapshot.manifest.only_events >= 20


def test_order_and_repetition_of_delivery_give_the_same_digest(tmp_path, snapshots):
    random = np.random.default_rng(9)
    shuffled = {name: table.take(random.permutation(table.num_rows)) for name, table in rows().items()}
    half = {name: table.slice(0, table.num_rows // 2) for name, table in shuffled.items()}
    home = log_of(tmp_path, half, shuffled, half)

    again = compute_snapshots(home, CATALOGUE, AS_OFS)
    assert [snapshot.digest for snapshot in again] == [snapshot.digest for snapshot in snapshots]


def test_threads_do_not_show(snapshots, tmp_path):
    again = compute_snapshots(log_of(tmp_path, rows()), CATALOGUE, AS_OFS, effort=Effort(jobs=2))

    assert [snapshot.digest for snapshot in again] == [snapshot.digest for snapshot in snapshots]


@pytest.mark.usefixtures("snapshots")
def test_a_stored_snapshot_is_used_again(home, monkeypatch):
    monkeypatch.setattr(batch, "compute_bucket", lambda *_, **__: pytest.fail("computed anew"))

    again = compute_snapshots(home, CATALOGUE, [AS_OFS[-1], AS_OFS[0], AS_OFS[-1]])

    assert [snapshot.as_of for snapshot in again] == [AS_OFS[-1], AS_OFS[0], AS_OFS[-1]]


def test_a_new_declaration_is_in_the_snapshot_the_catalogue_and_the_row_of_one_customer(home):
    usage = Rows("usage")
    new = Feature("usage_quantity_last", usage.last(usage["quantity"]), "Quantity of the newest use.", Reading("units"))
    grown = Catalogue((*CATALOGUE.features, new))

    snapshot = compute_snapshots(home, grown, [AS_OF])[0]
    own = {"usage": EventLog.open(home).customer("usage", "c0007")}
    place = snapshot.ids.to_pylist().index("c0007")

    assert snapshot.names[-1] == grown.describe()[-1]["name"] == "usage_quantity_last"
    assert snapshot.matrix[place, -1] == compute_customer(grown, own, [AS_OF])[0, -1]
    assert find_snapshot(home, AS_OF, log=EventLog.open(home).manifest, signature=grown.signature).digest == snapshot.digest


def test_progress_is_told_by_bucket(tmp_path):
    told = []

    compute_snapshots(log_of(tmp_path, rows(customers=3)), CATALOGUE, [AS_OF], effort=Effort(say=told.append))

    assert told[-1] == "features: bucket 16 of 16"


def test_whoever_computes_snapshots_does_not_wait_for_what_he_does_not_use(tmp_path):
    home = log_of(tmp_path, rows(customers=3))
    program = f"""
import sys
from pathlib import Path
from features.catalogue import CATALOGUE
from features.engine.batch import compute_snapshots
from features.home import Home
compute_snapshots(Home(Path({str(home.root)!r})), CATALOGUE, [{AS_OF}])
print(*sorted({{"pandas", "pandera", "pydantic", "duckdb", "sqlglot", "joblib", "pyspark"}} & set(sys.modules)))
"""

    imported = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout

    assert imported.split() == []


def test_without_a_log_there_is_nothing_to_compute(tmp_path):
    with pytest.raises(LogMissing):
        compute_snapshots(Home(tmp_path), CATALOGUE, [AS_OF])
