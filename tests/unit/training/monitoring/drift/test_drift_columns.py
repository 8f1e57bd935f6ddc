"""Which columns are found to move: by their values, by their missing share, by their codes; what never varies is left out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa

from features.snapshot import Provenance, Snapshot
from training.monitoring.drift.columns import Column, compared, moved_names
from training.monitoring.drift.crowds import Crowd


def column(name: str = "purchases_count_90d", *, shift: float = 0.0, customers: int = 1_000) -> Column:
    values = np.random.default_rng([4, *name.encode()]).poisson(3, (2, customers)).astype(float)
    return Column(name, values[0], values[1] + shift)


def test_half_a_standard_deviation_among_a_thousand_customers_is_found() -> None:
    assert moved_names([column(shift=0.5 * 3**0.5), column("tickets_count_90d")]) == {"purchases_count_90d"}


def test_the_same_shift_among_forty_customers_is_not() -> None:
    assert moved_names([column(shift=0.5 * 3**0.5, customers=40)]) == set()


def test_values_that_went_missing_are_a_move_of_their_own() -> None:
    gone = column()
    now = np.where(np.arange(1_000) < 300, np.nan, gone.now)

    _, (found,) = compared([Column(gone.name, gone.then, now)])

    assert (found.moved, found.went_missing, found.missing_after) == (False, True, 0.3)


def test_a_column_that_is_gone_altogether_is_found_and_breaks_nothing() -> None:
    _, (found,) = compared([Column("usage_count_7d", column().then, np.full(1_000, np.nan))])

    assert (found.moved, found.went_missing, found.effect) == (False, True, 0.5)


def test_codes_are_compared_by_their_shares_and_have_no_order() -> None:
    then, now = np.repeat([1.0, 7.0], 500), np.repeat([1.0, 7.0], [200, 800])

    _, (found,) = compared([Column("code_of_segment", then, now)])

    assert (found.kind, found.effect, found.d, round(found.share, 9), found.moved) == ("category", None, None, 0.3, True)


def test_what_never_varies_is_left_out_and_takes_no_part_of_the_budget() -> None:
    still = Column("consent_to_post", np.ones(1_000), np.ones(1_000))

    tests, found = compared([still, column()])

    assert (tests, [each.name for each in found]) == (2, ["purchases_count_90d"])


def test_the_report_names_what_the_search_finds() -> None:
    columns = [column(f"feature_{place}", shift=place) for place in range(4)]

    _, found = compared(columns)

    assert {each.name for each in found if each.drifted} == moved_names(columns)


def test_of_very_many_customers_some_are_taken_evenly() -> None:
    matrix = np.arange(25, dtype=np.float32)[:, None]
    snapshot = Snapshot(Path(), "d", ("tenure_days",), pa.array(map(str, range(25))), matrix, Provenance(0, "l", 1, "s", {}))

    few = Crowd(snapshot, np.arange(25), "all customers").at_most(10)

    assert few.matrix[:, 0].tolist() == list(range(0, 25, 3))
    assert few.alone().ids.to_pylist() == [str(place) for place in range(0, 25, 3)]
