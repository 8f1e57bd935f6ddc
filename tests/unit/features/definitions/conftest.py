"""The features of one customer from a few plain rows; moments are given as days before the moment of prediction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pytest

from features.catalogue import catalogue_of
from features.contracts.schemas import delivered_schema
from features.contracts.sources import SOURCES, Kind
from features.definitions.vocabulary import Vocabulary
from features.engine.compute import compute_customer
from features.log.versions import merge_versions
from features.times import DAY, parse_time

AS_OF = parse_time("2026-03-01")
WORDS = Vocabulary(("automation",), (("set_up", 7), ("trained", 30)), ("email", "phone"))
_REQUIRED: Mapping[str, Mapping[str, Any]] = {
    "usage": {"feature": "search"},
    "surveys": {"kind": "nps"},
    "milestones": {"milestone": "set_up"},
    "offers": {"decision_id": "d", "rank": 1, "offer_id": "o", "arm": "policy"},
}


def _row(name: str, place: int, given: Mapping[str, Any]) -> dict[str, Any]:
    source = SOURCES[name]
    times = {column.name for column in source.columns if column.kind is Kind.TIME} | {"known_at"}
    row = {**_REQUIRED.get(name, {}), **given}
    row = {key: AS_OF - round(value * DAY) if key in times else value for key, value in row.items()}
    return {"known_at": row[source.time], source.key: f"r{place:03}", **row, "customer_id": "c1"}


def _stored(name: str, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    source, schema = SOURCES[name], delivered_schema(SOURCES[name])
    arriving = pa.Table.from_pylist([_row(name, place, row) for place, row in enumerate(rows)], schema)
    return merge_versions(source, schema.empty_table(), arriving=arriving, observed_until=None).rows


@pytest.fixture
def features_of() -> Callable[..., dict[str, float]]:
    """Give all features, by name, from rows by source."""

    def features(**rows: Sequence[Mapping[str, Any]]) -> dict[str, float]:
        catalogue = catalogue_of(WORDS)
        found = compute_customer(catalogue, {name: _stored(name, own) for name, own in rows.items()}, [AS_OF])
        return dict(zip(catalogue.names, found[0].astype(float).tolist(), strict=True))

    return features
