"""Inside Spark the same kernel runs: from the stored log and from a company's own tables come the local runner's numbers.

The one file that starts a Spark session, once.
"""

from __future__ import annotations

import json
import shutil
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyspark.sql import functions as sql
from typer.testing import CliRunner

from benchmarks.leakage import AS_OF, AS_OFS, random_rows
from features.catalogue import CATALOGUE
from features.contracts.checks import ContractBroken, check_delivery
from features.contracts.sources import SOURCES
from features.engine import batch
from features.home import Home
from features.log.intake import Receipt, append
from features.spark.lake import NoCustomers, features_of
from features.spark.parts import SparkFailed, run_parts
from features.spark.session import spark_session
from features.spark.stored import compute_snapshots
from features.times import DAY
from lifecycle.__main__ import app
from models.bundle import export_model
from models.churn import ChurnRecipe, fit_churn
from models.examples import Examples
from models.scoring import score_snapshot
from training.publishing import spread as spread_room

pytestmark = pytest.mark.needs("java")

READ = [load.source for load in CATALOGUE.compiled.loads]


@pytest.fixture(scope="module")
def session():
    with spark_session("local[2]") as running:
        yield running


@pytest.fixture(scope="module")
def rows():
    """Some 3,000 rows a source, in no order: versions, repeated rows, and clashes (other contents for one `known_at`)."""
    random = np.random.default_rng(7)
    return {name: _messy(SOURCES[name], random) for name in READ}


def _messy(source, random):
    drawn = random_rows(source, random, customers=250)
    table = check_delivery(source, drawn, known_at="given", received_at=AS_OF + 100 * DAY).good
    version = {"customer_id", source.key, "known_at"}
    others = table.slice(100, 100)
    clashing = pa.table({name: (table if name in version else others)[name].slice(0, 100) for name in table.column_names})
    messy = pa.concat_tables([table, table.slice(0, 100), clashing])
    return messy.take(pa.array(random.permutation(messy.num_rows)))


@pytest.fixture(scope="module")
def home(tmp_path_factory, rows):
    home = Home(tmp_path_factory.mktemp("spark"))
    append(home, rows, receipt=Receipt(AS_OF + 100 * DAY, known_at="given", observed_until=dict.fromkeys(READ, AS_OF)))
    return home


@pytest.fixture(scope="module")
def local(home):
    return batch.compute_snapshots(home, CATALOGUE, AS_OFS)


@pytest.fixture(scope="module")
def tables(session, rows, tmp_path_factory):
    lake = tmp_path_factory.mktemp("lake")
    for name, table in rows.items():
        pq.write_table(table, lake / f"{name}.parquet")
    return {name: session.read.parquet(str(lake / f"{name}.parquet")) for name in rows}


def _copy(home, folder):
    """Return an installation with the same log, and nothing computed from it."""
    shutil.copytree(home.log, folder / "log")
    return Home(folder)


def test_the_stored_log_gives_the_local_runners_snapshots_to_the_bit(session, home, local, tmp_path):
    found = compute_snapshots(_copy(home, tmp_path), CATALOGUE, AS_OFS, session=session)

    assert [snapshot.digest for snapshot in found] == [snapshot.digest for snapshot in local]
    assert [snapshot.manifest for snapshot in found] == [snapshot.manifest for snapshot in local]
    assert sorted((tmp_path / "snapshots").iterdir()) == [snapshot.path for snapshot in found]  # and no parts


def test_a_damaged_bucket_ends_the_computation_by_its_name(session, home, tmp_path):
    copy = _copy(home, tmp_path)
    damaged = next((copy.log / "usage").rglob("*.parquet"))
    damaged.write_bytes(damaged.read_bytes()[:-1])

    with pytest.raises(SparkFailed, match=damaged.name):
        compute_snapshots(copy, CATALOGUE, [AS_OF], session=session)
    assert list(copy.snapshots.iterdir()) == []


def test_the_companys_own_tables_give_the_same_rows_whatever_the_sessions_zone(session, tables, local):
    session.conf.set("spark.sql.session.timeZone", "America/St_Johns")

    found = features_of(tables, CATALOGUE, AS_OFS, groups=3).toArrow()
    found = found.sort_by([("as_of", "ascending"), ("customer_id", "ascending")])

    assert found["as_of"].cast(pa.int64()).to_pylist() == [each.as_of for each in local for _ in each.ids]
    assert found["customer_id"].to_pylist() == [one for snapshot in local for one in snapshot.ids.to_pylist()]
    values = np.column_stack([found[name].to_numpy() for name in CATALOGUE.names])
    assert values.tobytes() == np.concatenate([snapshot.matrix for snapshot in local]).tobytes()


def test_tables_with_a_naive_time_are_refused_before_anything_runs(tables):
    naive = tables["usage"].withColumn("occurred_at", sql.to_timestamp_ntz("occurred_at"))

    with pytest.raises(ContractBroken, match=r"usage\.occurred_at: naive time"):
        features_of(tables | {"usage": naive}, CATALOGUE, AS_OFS)


def test_tables_of_events_alone_are_refused(tables):
    with pytest.raises(NoCustomers, match="found usage"):
        features_of({"usage": tables["usage"]}, CATALOGUE, AS_OFS)


def test_a_session_that_runs_already_is_used_and_left_running(session):
    with spark_session() as found:
        assert found is session

    assert session.range(3).count() == 3


@pytest.mark.usefixtures("session")
def test_the_command_line_computes_on_spark(home, local, tmp_path, monkeypatch):
    monkeypatch.setenv("LIFECYCLE_HOME", str(_copy(home, tmp_path).root))

    answer = CliRunner().invoke(app, ["features", "--engine", "spark", "--as-of", "2024-03-01", "--json"])

    assert json.loads(answer.stdout)["digest"] == local[-1].digest


def test_scoring_on_spark_gives_what_one_process_says_to_the_bit(session, home, local, monkeypatch):
    rows, everybody = local[-1].matrix, len(local[-1].ids)
    left = (np.arange(everybody)[:, None] % 3 == 0).astype(np.float64)
    examples = Examples(rows, local[-1].names, left, np.arange(everybody, dtype=np.int32), np.zeros(everybody, np.int64), "s")
    model = fit_churn(examples, recipe=ChurnRecipe("logistic", (("logistic", 1.0),), "contract", (30,)), seed=0)
    sha = export_model(home, model, provenance={})
    monkeypatch.setattr(spread_room, "_ROWS_A_PART", 100)

    found = spread_room.score_spread(
        spread_room.Scored(home, sha), local[-1], derived={}, spread=partial(run_parts, session=session)
    )

    alone = score_snapshot(model, local[-1])
    assert all(np.array_equal(found[name], alone[name]) for name in alone)
    assert not list(home.root.glob(".scoring-*"))
