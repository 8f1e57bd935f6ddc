"""What every feature promises: a name, a meaning, a range it keeps, and a missing value only where it says so."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.leakage import AS_OFS, random_rows, stored
from features.catalogue import CATALOGUE
from features.contracts.sources import SOURCES
from features.engine.compute import compute
from features.engine.history import read_history
from features.language.feature import NEVER_MISSING

PREFIXES = ("usage_", "tickets_", "purchases_", "contract_", "surveys_", "tenure_", "days_since_", "acquisition_")


@pytest.fixture(scope="module")
def values():
    random = np.random.default_rng(3)
    sources = [SOURCES[load.source] for load in CATALOGUE.compiled.loads]
    tables = {source.name: stored(source, random_rows(source, random, customers=400)) for source in sources}
    rows = compute(CATALOGUE.compiled, read_history(CATALOGUE.compiled, tables), AS_OFS).rows
    return dict(zip(CATALOGUE.names, rows.reshape(-1, len(CATALOGUE.names)).T, strict=True))


@pytest.mark.parametrize("feature", CATALOGUE.features, ids=lambda feature: feature.name)
def test_a_feature_says_what_it_means_and_where_it_belongs(feature):
    assert feature.name.startswith(PREFIXES)
    assert feature.meaning.endswith(".")
    assert feature.reading.unit
    assert feature.reading.origin


@pytest.mark.parametrize("feature", CATALOGUE.features, ids=lambda feature: feature.name)
def test_a_feature_varies_and_is_missing_only_where_it_says_so(feature, values):
    column = values[feature.name]

    assert len(np.unique(column[~np.isnan(column)])) > 1
    assert np.isnan(column).any() == (feature.reading.missing != NEVER_MISSING)


# amounts that are below 0 only for refunds, scores and sentiments keep their range because their rows do: the log refuses others
OF_RANDOM_AMOUNTS = {"acquisition_cost", "usage_quantity_30d", "usage_quantity_90d", "tickets_hand_overs_mean_365d"}
SURVEYED = {feature.name for feature in CATALOGUE.features if feature.name.startswith("surveys_")}


@pytest.mark.parametrize("name", sorted(set(CATALOGUE.names) - OF_RANDOM_AMOUNTS - SURVEYED))
def test_a_feature_keeps_the_range_it_states(name, values):
    reading = CATALOGUE.features[CATALOGUE.names.index(name)].reading
    column = values[name][~np.isnan(values[name])]

    assert reading.low is None or column.min() >= reading.low
    assert reading.high is None or column.max() <= reading.high
