"""What rules would have read of each customer when it was decided, in a shop whose churn model is live."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from features.company.terms import SCORE_NAMES
from features.log.intake import Receipt, append
from features.log.store import EventLog
from features.stages.past import past_stages
from features.times import DAY, parse_time
from models.rows import FloatArray
from training.decided import Decided, decided_rows
from training.policies.scores import Said, read_then
from training.publishing.pointer import live_models

WEDNESDAY, MONDAY = parse_time("2025-09-10"), parse_time("2025-09-08")


@pytest.fixture
def decided(promoted: Any) -> Decided:
    """Nothing was decided for everybody of the shop, on one Wednesday."""
    ids = EventLog.open(promoted.home).bucket("customers", 0, columns=["customer_id"])["customer_id"].to_pylist()
    count, at = len(ids), pd.to_datetime(WEDNESDAY, unit="us", utc=True)
    rows = pd.DataFrame({"exposure_id": [f"{one}/1" for one in ids], "decision_id": ids, "customer_id": ids})
    rows = rows.assign(rank=1.0, arm="control", offer_id="nothing", selection_probability=0.5, decided_at=at, known_at=at)
    receipt = Receipt(WEDNESDAY + DAY, "given", {"offers": WEDNESDAY + DAY})
    append(promoted.home, {"offers": rows}, receipt=receipt)
    found = decided_rows(promoted.home, promoted.company)
    assert len(found) == count
    return found


@pytest.fixture
def columns(promoted: Any, decided: Decided) -> dict[str, FloatArray]:
    said = Said.by(promoted.home, promoted.company, decided, models=live_models(promoted.home))
    return read_then(promoted.home, promoted.company, decided, said=said)


def test_every_feature_and_every_score_that_is_live_is_there(columns: dict[str, FloatArray], decided: Decided) -> None:
    assert set(decided.names) <= set(columns)
    assert set(SCORE_NAMES) - set(columns) == {"expected_margin", "value_percentile", "clv_to_cac"}


def test_stages_are_those_of_the_monday_before(promoted: Any, decided: Decided, columns: dict[str, FloatArray]) -> None:
    past = past_stages(promoted.home, promoted.company, [MONDAY])
    name = promoted.company.default_stage_set
    then = dict(zip(past.known(MONDAY).to_pylist(), past.at(MONDAY, stage_set=name).codes.tolist(), strict=True))

    found = columns[f"stage_{name}"]

    expected = [then.get(customer, np.nan) for customer in decided.decisions.customers.to_pylist()]
    assert np.array_equal(found, np.array(expected, dtype=np.float64), equal_nan=True)
    assert np.isfinite(found).any()


def test_who_had_gone_or_not_come_yet_has_no_chance_to_leave(columns: dict[str, FloatArray]) -> None:
    silent = columns["purchases_days_since_last"] > 120
    never = np.isnan(columns["purchases_days_since_last"])

    assert np.isnan(columns["churn_probability"][silent | never]).all()
    assert np.isfinite(columns["churn_probability"]).any()
