from __future__ import annotations

import math

import numpy as np
import pytest

from features.company.business import Rfmt, RfmtWeights
from features.rfmt import RfmtCard, RfmtColumnsMissing, RfmtEdges, fit_rfmt, rfmt_features, rfmt_scores

RFMT = Rfmt(weights=RfmtWeights(recency=0.4, frequency=0.3, monetary=0.2, t=0.1))
NAN = math.nan


def table(**columns):
    named = {
        "recency": "purchases_days_since_last",
        "frequency": "purchases_days_365d",
        "monetary": "purchases_revenue_365d",
        "t": "tenure_days",
    }
    return {named[part]: np.array(values, dtype=np.float64) for part, values in columns.items()}


TEN = table(recency=range(10), frequency=range(10), monetary=range(10), t=range(10))


def test_customers_fall_into_classes_of_equal_size():
    scores = rfmt_scores(RFMT, fit_rfmt(RFMT, TEN), TEN)

    assert scores.classes[:, 1].tolist() == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert scores.classes[:, 0].tolist() == [5, 5, 4, 4, 3, 3, 2, 2, 1, 1]  # fewer days since the last purchase is better


def test_equal_values_share_a_class():
    often = table(recency=[1] * 10, frequency=[1] * 7 + [2, 3, 4], monetary=[5] * 10, t=[9] * 10)

    classes = rfmt_scores(RFMT, fit_rfmt(RFMT, often), often).classes

    assert classes[:, 1].tolist() == [1] * 7 + [4, 5, 5]
    assert set(classes[:, 2].tolist()) == {1}


def test_the_score_runs_from_lowest_in_all_to_highest_in_all():
    edges = RfmtEdges((40.0, 30.0, 20.0, 10.0), *[(1.0, 2.0, 3.0, 4.0)] * 3)
    best = table(recency=[0], frequency=[9], monetary=[9], t=[9])
    worst = table(recency=[99], frequency=[0], monetary=[0], t=[0])

    assert rfmt_scores(RFMT, edges, best).row(0) == RfmtCard(5, 5, 5, 5, pytest.approx(100.0))
    assert rfmt_scores(RFMT, edges, worst).row(0) == RfmtCard(1, 1, 1, 1, 0.0)
    assert rfmt_scores(RFMT, edges, best | table(recency=[99])).scores[0] == pytest.approx(60.0)  # its weight is 0.4


def test_who_never_bought_is_in_the_lowest_class_and_moves_no_border():
    prospects = table(recency=[NAN] * 5, frequency=[0] * 5, monetary=[0] * 5, t=[NAN] * 5)
    mixed = {name: np.concatenate([TEN[name], prospects[name]]) for name in TEN}

    assert fit_rfmt(RFMT, mixed) == fit_rfmt(RFMT, TEN)
    assert rfmt_scores(RFMT, fit_rfmt(RFMT, TEN), prospects).classes.tolist() == [[1, 1, 1, 1]] * 5


def test_where_nobody_bought_there_are_no_borders():
    nobody = table(recency=[NAN], frequency=[0], monetary=[0], t=[NAN])

    assert fit_rfmt(RFMT, nobody) == RfmtEdges((), (), (), ())
    assert rfmt_scores(RFMT, fit_rfmt(RFMT, nobody), nobody).scores.tolist() == [0.0]


def test_t_and_monetary_value_are_what_the_company_says():
    other = Rfmt(t="time_between_purchases", monetary="margin", classes=3)
    columns = {
        "purchases_days_since_last": np.arange(4.0),
        "purchases_days_365d": np.arange(4.0),
        "purchases_margin_365d": np.arange(4.0),
        "purchases_gap_mean_days": np.array([5.0, 20.0, 50.0, NAN]),
    }

    scores = rfmt_scores(other, fit_rfmt(other, columns), columns)

    assert list(rfmt_features(other).values()) == list(columns)
    assert scores.classes[:, 3].tolist() == [3, 2, 1, 1]  # bought once: the lowest class


def test_one_customer_has_the_classes_they_have_among_all():
    random = np.random.default_rng(2)
    columns = {name: np.where(random.random(40) < 0.2, NAN, random.integers(0, 9, 40)) for name in TEN}
    edges = fit_rfmt(RFMT, columns)

    everybody = rfmt_scores(RFMT, edges, columns)

    alone = [rfmt_scores(RFMT, edges, {name: values[[row]] for name, values in columns.items()}).row(0) for row in range(40)]
    assert [everybody.row(row) for row in range(40)] == alone


def test_a_feature_that_a_part_is_ranked_by_must_be_there():
    with pytest.raises(RfmtColumnsMissing, match="purchases_days_365d"):
        fit_rfmt(RFMT, table(recency=[1.0]))
