"""Whoever is predicted anew at the moment of the snapshot gets the published row, to the bit, in every column."""

from __future__ import annotations

import numpy as np
import pytest

from features.ids_file import map_ids
from features.log.store import EventLog
from features.snapshot import newest_snapshot
from features.stages.course import checkpoints
from models.bundle import open_predictions
from serving.fresh.desk import open_desk
from serving.fresh.recomputing import recomputed


@pytest.fixture(scope="module")
def published(published_shop):
    return open_predictions(published_shop.home, published_shop.live.predictions)


@pytest.fixture(scope="module")
def everybody(published_shop):
    return map_ids(published_shop.home.predictions / published_shop.live.predictions / "ids.arrow").to_pylist()


def alone(shop, customer_id, as_of):
    desk = open_desk(shop.home, shop.live)
    return recomputed(EventLog.open(shop.home), desk, ids=[customer_id], as_of=as_of)[0]


def test_one_customer_alone_gets_the_published_row_in_every_column(published_shop, published, everybody):
    desk, log = open_desk(published_shop.home, published_shop.live), EventLog.open(published_shop.home)

    for place, customer_id in enumerate(everybody):
        row = recomputed(log, desk, ids=[customer_id], as_of=published.origin.as_of)[0]
        np.testing.assert_array_equal(np.frombuffer(row.predictions), published.matrix[place], err_msg=customer_id)


def test_their_features_are_those_of_the_snapshot(published_shop, published, everybody):
    shot = newest_snapshot(published_shop.home)

    rows = recomputed(
        EventLog.open(published_shop.home),
        open_desk(published_shop.home, published_shop.live),
        ids=everybody,
        as_of=published.origin.as_of,
    )

    assert [row.customer_id for row in rows] == shot.ids.to_pylist()
    found = np.stack([np.frombuffer(row.features, np.float32) for row in rows])
    np.testing.assert_array_equal(found, shot.matrix)


def test_a_monday_that_is_not_kept_is_made_up_from_the_customers_own_rows(whole_shop, published, everybody):
    newest = checkpoints(published.origin.as_of)[-1]
    for folder in whole_shop.home.stages.glob("*-*"):
        if folder.name.startswith(np.datetime64(newest, "us").astype(object).strftime("%Y%m%d")):
            folder.rename(folder.with_name(f".{folder.name}"))

    row = alone(whole_shop, everybody[7], published.origin.as_of)

    np.testing.assert_array_equal(np.frombuffer(row.predictions), published.matrix[7])


def test_who_is_no_customer_by_then_has_no_row(published_shop, published):
    desk = open_desk(published_shop.home, published_shop.live)

    assert recomputed(EventLog.open(published_shop.home), desk, ids=["nobody"], as_of=published.origin.as_of) == []
