"""What everybody was held against is stored as JSON and read back the same; what is not known stays unknown."""

from __future__ import annotations

import math

import numpy as np

from features.company import default_company_text, read_company
from features.references.ladders import Ladder
from features.rfmt import RfmtEdges
from features.times import parse_time
from features.write_once import canonical_json
from models.assembly import People, PopulationReferences
from models.value.levers import GoodCustomer

SHOP = read_company(default_company_text("activity"))
KNOWN = PopulationReferences(RfmtEdges((3.0, 1.0), (1.0,), (), ()), GoodCustomer(2.0, 9.5, 14.0), Ladder((0.0, 1.5)))


def test_references_come_back_as_they_were_stored() -> None:
    assert PopulationReferences.from_json(KNOWN.as_json()) == KNOWN


def test_what_is_known_of_nobody_is_null_and_comes_back_unknown() -> None:
    nobody = PopulationReferences(RfmtEdges((), (), (), ()), GoodCustomer(math.nan, math.nan, math.nan))

    stored = nobody.as_json()

    assert b"NaN" not in canonical_json(stored)
    assert math.isnan(PopulationReferences.from_json(stored).good.price)
    assert PopulationReferences.from_json(stored).value is None


def test_they_are_fitted_on_everybody() -> None:
    matrix = np.full((4, len(SHOP.catalogue.names)), np.nan, np.float32)
    matrix[:, SHOP.catalogue.names.index("purchases_categories_365d")] = [1, 2, 3, 4]
    people = People(SHOP, parse_time("2026-01-01"), SHOP.catalogue.names, matrix, np.ones(4, np.bool_))

    found = PopulationReferences.fit(people, {"value_90": np.array([1.0, 2.0, 3.0, np.nan])})

    assert found.good.categories == 3.25
    assert found.value is not None
    assert found.value.rungs == (1.0, 2.0, 3.0)
