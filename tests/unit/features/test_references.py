from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from features.company.business import Rfmt
from features.home import Home
from features.log.manifest import LogManifest
from features.references import BandedLadders, Ladder, ReferenceColumnsMissing, ReferenceTables, tenure_bands, with_percentiles
from features.rfmt import rfmt_features
from features.snapshot import Provenance, SnapshotMissing, write_snapshot
from features.times import parse_time
from features.write_once import canonical_json

AS_OF = parse_time("2026-03-01")
NAMES = ["tenure_days", "usage_count_30d", *rfmt_features(Rfmt()).values()]
COLUMNS = list(dict.fromkeys(NAMES))


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory):
    random, rows = np.random.default_rng(3), 400
    frame = pd.DataFrame(random.integers(0, 50, (rows, len(COLUMNS))).astype("float32"), columns=COLUMNS)
    frame["tenure_days"] = np.repeat([np.nan, 10.0, 60.0, 800.0], rows // 4).astype("float32")
    frame.loc[frame["tenure_days"] == 800.0, "usage_count_30d"] += 100
    frame.index = pd.Index([f"c{row:04}" for row in range(rows)])
    provenance = Provenance(AS_OF, LogManifest().digest, 1, "meaning", {})
    return write_snapshot(Home(tmp_path_factory.mktemp("references")), frame, provenance=provenance)


@pytest.fixture(scope="module")
def tables(snapshot):
    return ReferenceTables.fit(snapshot, Rfmt(), ranked=("usage_count_30d",))


def test_a_percentile_is_the_share_below_and_half_of_the_equal():
    ladder = Ladder.of(np.array([0.0] * 60 + [1.0] * 30 + [5.0] * 10 + [np.nan] * 7))

    assert ladder.percentile(np.array([-1.0, 0.0, 0.5, 1.0, 5.0, 6.0])).tolist() == [0.0, 30.0, 60.0, 75.0, 95.0, 100.0]


def test_a_missing_value_has_no_percentile_and_an_empty_ladder_gives_none():
    assert np.isnan(Ladder((1.0, 2.0)).percentile(np.array([np.nan]))).all()
    assert np.isnan(Ladder.of(np.array([np.nan])).percentile(np.array([1.0]))).all()


def test_many_values_keep_a_rung_for_each_hundredth():
    ladder = Ladder.of(np.random.default_rng(0).permutation(10_001).astype(float))

    assert len(ladder.rungs) == 101
    assert ladder.percentile(np.array([5_050.0]))[0] == pytest.approx(50.5, abs=0.6)


def test_customers_are_ranked_among_those_of_like_tenure(snapshot, tables):
    derived = with_percentiles(tables, snapshot.names, np.array(snapshot.matrix))
    percentiles, tenure = derived.rows[:, -1], snapshot.columns(["tenure_days"])[:, 0]

    assert derived.names[-1] == "usage_count_30d_percentile"
    assert np.array_equal(derived.rows[:, :-1], snapshot.matrix, equal_nan=True)
    for band in range(7):
        own = percentiles[tenure_bands(tenure) == band]
        assert own.size == 0 or own.mean() == pytest.approx(50, abs=1)


def test_a_look_up_never_sees_another_customer(snapshot, tables):
    rows = np.array(snapshot.matrix)
    together = with_percentiles(tables, snapshot.names, rows).rows

    alone = np.concatenate([with_percentiles(tables, snapshot.names, rows[place : place + 1]).rows for place in range(len(rows))])

    assert alone.tobytes() == together.tobytes()


def test_a_tenure_band_of_too_few_is_ranked_among_everybody():
    values, bands = np.concatenate([np.zeros(29), np.arange(100.0)]), np.repeat([0, 1], [29, 100])

    ladders = BandedLadders.of(values, bands)

    assert ladders.bands[0] == ladders.bands[5] == ladders.everybody
    assert ladders.percentile(np.array([50.0]), np.array([1]))[0] == pytest.approx(50.5, abs=0.1)


def test_tables_are_read_back_as_they_were_and_have_one_hash(tables):
    whole = tables.with_scores({"churn_90": np.linspace(0, 1, 300)}).with_btyd({"r": 0.4, "alpha": 7.5})

    again = ReferenceTables.from_json(json.loads(canonical_json(whole.as_json())))

    assert again == whole
    assert again.sha256 == whole.sha256 != tables.sha256
    assert again.scores["churn_90"].percentile(np.array([0.5]))[0] == pytest.approx(50, abs=0.6)


def test_features_that_are_looked_up_must_be_there(snapshot, tables):
    with pytest.raises(ReferenceColumnsMissing, match="tenure_days, usage_count_30d"):
        with_percentiles(tables, ["other"], np.zeros((1, 1), np.float32))
    with pytest.raises(SnapshotMissing):
        ReferenceTables.fit(snapshot, Rfmt(), ranked=("usage_count_7d",))
