"""That nothing from `as_of` on changes who was at risk then, and that labels never contradict themselves over the horizons."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.company import Company, default_company_text, read_company
from features.home import Home
from features.log.intake import Receipt, append
from features.log.store import EventLog
from features.times import DAY, Timestamp, parse_time
from training.labels.churn import label_churn
from training.labels.labels import Labels

AS_OF: Timestamp = parse_time("2025-06-01")
UNTIL = AS_OF + 120 * DAY
KINDS = ("order", "renewal", "upgrade", "refund", "cancellation")

Purchase = tuple[str, float, float, str, int]
DAYS_BEFORE, DAYS_AHEAD = st.floats(-400, -0.01), st.floats(0, 110)


def purchases(days: st.SearchStrategy[float], *, known_late: st.SearchStrategy[float]) -> st.SearchStrategy[list[Purchase]]:
    terms = st.sampled_from([0, 30, 90, 365])
    return st.lists(st.tuples(st.sampled_from("abcd"), days, known_late, st.sampled_from(KINDS), terms), max_size=12)


def labelled(home: Home, rows: list[Purchase], company: Company) -> Labels:
    frame = pd.DataFrame(rows, columns=["customer_id", "day", "late", "kind", "term_days"])
    at = pd.to_datetime(AS_OF + (frame.pop("day") * DAY).astype("int64"), unit="us", utc=True)
    known = at + pd.to_timedelta((frame.pop("late") * DAY).astype("int64"), unit="us")
    ids = [f"p{place}" for place in range(len(frame))]
    table = frame.assign(purchase_id=ids, occurred_at=at, known_at=known, term_days=frame["term_days"].astype(float))
    append(home, {"purchases": table}, receipt=Receipt(UNTIL, "given", observed_until={"purchases": UNTIL}))
    return label_churn(EventLog.open(home), company, as_ofs=[AS_OF])[0]


@pytest.fixture(scope="module", params=["contract", "activity"])
def company(request: pytest.FixtureRequest) -> Company:
    text: Any = default_company_text("default" if request.param == "contract" else "activity")
    return read_company(text)


@settings(max_examples=25, deadline=None)
@given(
    past=purchases(DAYS_BEFORE, known_late=st.just(0.0)).filter(bool),
    future=purchases(DAYS_AHEAD, known_late=st.just(0.0)),
    late=purchases(DAYS_BEFORE, known_late=st.floats(400, 500)),
)
def test_nothing_of_the_future_changes_who_was_at_risk(
    past: list[Purchase], future: list[Purchase], late: list[Purchase], company: Company, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("logs")

    then = labelled(Home(folder / "then"), past, company)
    now = labelled(Home(folder / "now"), [*past, *future, *late], company)

    assert now.ids.to_pylist() == then.ids.to_pylist()


@settings(max_examples=25, deadline=None)
@given(rows=purchases(st.floats(-400, 110), known_late=st.floats(0, 5)).filter(bool))
def test_labels_are_monotone_over_the_horizons(
    rows: list[Purchase], company: Company, tmp_path_factory: pytest.TempPathFactory
) -> None:
    left = labelled(Home(tmp_path_factory.mktemp("log")), rows, company).values

    steps = left[:, 1:] - left[:, :-1]
    assert (steps >= 0).all() if company.churn.definition == "contract" else (steps <= 0).all()
