"""Whatever is known only later changes no row of what was decided before: no answer, no feature, no draw."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.tiny_shop import orders, shop_company
from features.home import Home
from features.log.intake import Receipt, append
from features.times import DAY, HOUR, parse_time
from training.decided import Decided, decided_rows

UNTIL, CUT = parse_time("2025-06-01"), parse_time("2025-05-12")
COMPANY = shop_company()
AFTER = st.lists(
    st.tuples(st.integers(0, 9), st.sampled_from(["accepted", "declined", "fulfilled"]), st.integers(1, 400)), max_size=12
)


def moment(at: int) -> pd.Timestamp:
    return pd.Timestamp(at, unit="us", tz="UTC")


def decisions(later: list[tuple[int, str, int]]) -> pd.DataFrame:
    """Build ten decisions of the weeks before the cut, shown and answered before it, and what was said after it."""
    rows = []
    for number in range(10):
        at = CUT - (number + 2) * 3 * DAY
        row = {"decision_id": f"d{number}", "exposure_id": f"d{number}/1", "customer_id": f"c{number}", "rank": 1,
               "offer_id": "add_on_pack", "kind": "cross_sell", "channel": "email", "arm": "policy",
               "selection_probability": 0.5, "decided_at": moment(at), "shown_at": moment(at + HOUR)}  # fmt: skip
        rows.append({**row, "outcome": "declined", "outcome_at": moment(at + 2 * HOUR), "known_at": moment(at + DAY)})
        said = {hours: word for who, word, hours in later if who == number}
        answers = [(CUT + hours * HOUR, word) for hours, word in said.items()]
        rows += [{**row, "outcome": word, "outcome_at": moment(when), "known_at": moment(when)} for when, word in answers]
    return pd.DataFrame(rows)


def told(folder: Path, later: list[tuple[int, str, int]], *, spent: float) -> Decided:
    """Write a shop whose purchases after the cut are multiplied, and tell what was decided by the cut."""
    home, tables = Home(folder), orders(12, until=UNTIL)
    bought = tables["purchases"]
    after = bought["occurred_at"] > moment(CUT)
    tables["purchases"] = bought.assign(revenue=bought["revenue"].where(~after, bought["revenue"] * spent))
    receipt = Receipt(received_at=UNTIL, known_at="given", observed_until={"offers": UNTIL, "purchases": UNTIL})
    append(home, {**tables, "offers": decisions(later)}, receipt=receipt)
    return decided_rows(home, COMPANY, until=CUT)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Decided:
    return told(tmp_path_factory.mktemp("plain"), [], spent=1.0)


@settings(max_examples=5, deadline=None)
@given(later=AFTER, spent=st.sampled_from([0.0, 3.0]))
def test_later_rows_change_nothing_told_of_an_earlier_moment(
    plain: Decided, tmp_path_factory: pytest.TempPathFactory, later: list[tuple[int, str, int]], spent: float
) -> None:
    changed = told(tmp_path_factory.mktemp("changed"), later, spent=spent)

    np.testing.assert_array_equal(changed.rows, plain.rows)
    for name, column in vars(plain.decisions).items():
        np.testing.assert_array_equal(np.array(getattr(changed.decisions, name)), np.array(column), err_msg=name)
