"""Every feature there is can be supposed to be another number, and is held to the range of its declaration."""

from __future__ import annotations

import math

import numpy as np
import pytest

from features.catalogue import Catalogue
from features.company import default_company_text, read_company
from features.language.feature import NEVER_MISSING, Feature
from serving.door.problems import RequestInvalid
from serving.what_if.supposed import Declared

CATALOGUE: Catalogue = read_company(default_company_text("default")).catalogue
DECLARED = Declared(CATALOGUE)
KNOWN = np.full((1, len(CATALOGUE.names)), 5.0, np.float32)


def within(feature: Feature) -> float:
    """Return a number that the declaration allows."""
    low, high = feature.reading.low or 0.0, feature.reading.high
    return low + 1.0 if high is None else (low + high) / 2


@pytest.mark.parametrize("feature", CATALOGUE.features, ids=lambda feature: feature.name)
def test_a_feature_may_be_supposed_and_alone_changes(feature: Feature) -> None:
    row = DECLARED.supposed({feature.name: within(feature)}, []).row(KNOWN)

    place = CATALOGUE.names.index(feature.name)
    assert row[0, place] == np.float32(within(feature))
    assert (np.delete(row, place) == 5.0).all()


@pytest.mark.parametrize("feature", CATALOGUE.features, ids=lambda feature: feature.name)
def test_a_number_outside_of_its_range_is_refused_by_name(feature: Feature) -> None:
    outside = [1e39, -1e39]
    outside += [] if feature.reading.low is None else [feature.reading.low - 1.0]
    outside += [] if feature.reading.high is None else [feature.reading.high * 2 + 1.0]

    for number in outside:
        with pytest.raises(RequestInvalid) as refused:
            DECLARED.supposed({feature.name: number}, [])
        assert [error.pointer for error in refused.value.errors] == [f"/features/{feature.name}"]


@pytest.mark.parametrize("feature", CATALOGUE.features, ids=lambda feature: feature.name)
def test_a_feature_may_be_supposed_unknown_unless_it_is_never_missing(feature: Feature) -> None:
    if feature.reading.missing == NEVER_MISSING:
        with pytest.raises(RequestInvalid):
            DECLARED.supposed({}, [feature.name])
    else:
        row = DECLARED.supposed({}, [feature.name]).row(KNOWN)
        assert math.isnan(row[0, CATALOGUE.names.index(feature.name)])
