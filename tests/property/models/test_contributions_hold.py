"""What must hold for any blend, calibration and customer: what the features add, and the base, make the log-odds served."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from models.churn.members import RHYTHM_FEATURES, LogisticMember, PriorMember, RhythmMember
from models.churn.model import ChurnModel, HorizonModel
from models.explanation import contributions_of
from models.learners.btyd import Btyd
from models.learners.calibration import Calibration
from models.learners.logistic import Logistic
from models.learners.scaling import Scaling
from models.model import ColumnRange
from models.rows import Rows

NAMES = (*RHYTHM_FEATURES, "usage_count_30d", "tickets_open")
WIDTH = len(NAMES)
HORIZONS = (30, 60, 90)
number = st.floats(-5, 5)
cell = st.one_of(st.just(float("nan")), st.floats(0, 900, width=32))
customers = arrays(np.float32, st.tuples(st.integers(1, 5), st.just(WIDTH)), elements=cell)


def several(strategy: st.SearchStrategy[float], count: int) -> st.SearchStrategy[tuple[float, ...]]:
    return st.lists(strategy, min_size=count, max_size=count).map(tuple)


scalings = st.builds(Scaling, several(number, WIDTH), several(st.floats(0.1, 3), WIDTH), st.just((1, 4)))
logistics = st.builds(Logistic, scalings, several(number, WIDTH + 2), number, several(st.floats(0, 1), WIDTH + 2))
rates = st.floats(1e-3, 50)
rhythms = st.builds(Btyd, rates, rates, rates, rates)


@st.composite
def calibrations(draw: st.DrawFn) -> Calibration:
    kind = draw(st.sampled_from(["none", "intercept", "platt", "isotonic"]))
    if kind == "isotonic":
        knots, levels = (sorted(draw(several(st.floats(-8, 8), 4))) for _ in range(2))
        return Calibration("isotonic", knots=tuple(np.array(knots) + np.arange(4) * 1e-6), levels=tuple(levels))
    slope = draw(st.floats(0, 3)) if kind == "platt" else 1.0
    return Calibration(kind, slope=slope, intercept=0.0 if kind == "none" else draw(number))


@st.composite
def one_horizon(draw: st.DrawFn, days: int) -> HorizonModel:
    members = {
        "logistic": LogisticMember(draw(logistics), tuple(range(WIDTH))),
        "mbg_nbd": RhythmMember(draw(rhythms), (0, 1, 2), days),
        "prior": PriorMember(draw(st.floats(0.01, 0.99))),
    }
    chosen = draw(st.lists(st.sampled_from(sorted(members)), min_size=1, unique=True))
    weights = np.array([draw(st.integers(1, 9)) for _ in chosen], dtype=float)
    blend = tuple((name, float(weight), members[name]) for name, weight in zip(chosen, weights / weights.sum(), strict=True))
    return HorizonModel(days, blend, draw(calibrations()), draw(number))


@st.composite
def models(draw: st.DrawFn) -> ChurnModel:
    ranges = ColumnRange.of(draw(customers))
    horizons = tuple(draw(one_horizon(days)) for days in HORIZONS)
    definition = draw(st.sampled_from(["activity", "contract"]))
    return ChurnModel("drawn", definition, NAMES, "5" * 64, horizons, missing_limit=1.0, ranges=ranges)


@settings(max_examples=40)
@given(models(), customers, st.sampled_from(HORIZONS))
def test_what_features_add_and_the_base_make_the_served_log_odds(model: ChurnModel, rows: Rows, days: int) -> None:
    parts = contributions_of(model, rows, names=NAMES, horizon_days=days)

    served = model.log_odds(rows, names=NAMES)[:, HORIZONS.index(days)]
    assert parts.features.sum(axis=1) + parts.base == pytest.approx(served, abs=1e-9)


@settings(max_examples=40)
@given(models(), st.sampled_from(HORIZONS))
def test_the_median_customer_is_given_no_reason(model: ChurnModel, days: int) -> None:
    alone = replace(model, horizons=tuple(each for each in model.horizons if each.horizon_days == days))

    parts = contributions_of(alone, model.ranges.median_customer(), names=NAMES, horizon_days=days)

    assert np.abs(parts.features).max() <= 1e-9
