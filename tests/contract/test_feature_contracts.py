"""What every feature promises: a name, a meaning, a range it keeps, and a missing value only where it says so."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.leakage import AS_OFS, random_rows, stored
from features.catalogue import Catalogue
from features.company import default_company_text, read_company
from features.contracts.sources import SOURCES
from features.engine.compute import compute, compute_customer
from features.engine.history import read_history
from features.language.feature import NEVER_MISSING, is_category

SUBJECTS = ("usage_", "tickets_", "purchases_", "contract_", "surveys_", "mentions_", "milestones_", "first_90d_", "offers_")
OF_THE_CUSTOMER = (
    "tenure_days",
    "days_since_first_seen",
    "days_to_join",
    "days_to_first_use",
    "acquisition_",
    "consent_",
    "code_of_",
)
OF_TIME_ALONE = ("milestones_overdue",)
COMPANIES = {name: read_company(default_company_text(name)) for name in ("default", "activity", "grocery")}
SHIPPED = Catalogue(tuple(dict.fromkeys(feature for company in COMPANIES.values() for feature in company.catalogue.features)))
EVERY = pytest.mark.parametrize("feature", SHIPPED.features, ids=lambda feature: feature.name)


@pytest.fixture(scope="module")
def values():
    """Every feature of many random customers at several moments."""
    random = np.random.default_rng(3)
    tables = {name: stored(source, random_rows(source, random, customers=400)) for name, source in SOURCES.items()}
    rows = compute(SHIPPED.compiled, read_history(SHIPPED.compiled, tables), AS_OFS).rows
    return dict(zip(SHIPPED.names, rows.reshape(-1, len(SHIPPED.names)).T, strict=True))


@pytest.fixture(scope="module")
def strangers():
    """Every feature of somebody without a row, and of somebody of whom only the row in customers is known."""
    profile = random_rows(SOURCES["customers"], np.random.default_rng(4), customers=1)
    alone = {"customers": stored(SOURCES["customers"], profile)}
    rows = np.concatenate([compute_customer(SHIPPED, tables, AS_OFS[-1:]) for tables in ({}, alone)])
    return dict(zip(SHIPPED.names, rows.T, strict=True))


def test_there_are_features_of_every_source():
    assert {load.source for load in SHIPPED.compiled.loads} == set(SOURCES)


@pytest.mark.parametrize("said", ["meaning", "canonical"])
def test_no_two_features_are_the_same(said):
    for company in COMPANIES.values():
        names = {}
        for feature in company.catalogue.features:
            names.setdefault(getattr(feature, said), []).append(feature.name)
        assert [same for same in names.values() if len(same) > 1] == []


@EVERY
def test_a_feature_keeps_what_it_promises(feature, values, strangers):
    says_what_it_means_and_where_it_belongs(feature)
    varies_in_its_range_and_is_missing_only_where_it_says_so(feature.reading, values[feature.name])
    is_zero_or_missing_of_who_did_nothing(feature, *strangers[feature.name])


def says_what_it_means_and_where_it_belongs(feature):
    reading = feature.reading

    assert feature.name.startswith((*SUBJECTS, *OF_THE_CUSTOMER))
    assert is_category(feature.name) == (reading.unit == "code")
    assert feature.meaning[0].isupper() or feature.meaning[0] == "1"
    assert feature.meaning.endswith(".")
    assert "\n" not in feature.meaning
    assert all((reading.unit, reading.missing, reading.origin))


def varies_in_its_range_and_is_missing_only_where_it_says_so(reading, column):
    known = column[~np.isnan(column)]

    assert len(np.unique(known)) > 1
    assert len(known) < len(column) if reading.missing != NEVER_MISSING else len(known) == len(column)
    assert reading.low is None or known.min() >= np.float32(reading.low)
    assert reading.high is None or known.max() <= np.float32(reading.high)


def is_zero_or_missing_of_who_did_nothing(feature, stranger, silent):
    may_miss = feature.reading.missing != NEVER_MISSING

    assert stranger == 0 or (np.isnan(stranger) and may_miss)
    assert silent == 0 or (np.isnan(silent) and may_miss) or feature.name.startswith(OF_THE_CUSTOMER + OF_TIME_ALONE)
