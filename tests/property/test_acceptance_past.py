"""Answers given, or known, from a moment on are not among those a model may read at that moment."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from features.at_risk.events import NEVER
from training.labels.acceptance import Exposures

MOMENT = 50
moments = st.integers(0, 100)
versions = st.lists(st.tuples(st.integers(0, 5), moments, moments, st.booleans(), moments, st.integers(1, 60)), max_size=30)


def exposures(rows: list[tuple[int, int, int, bool, int, int]]) -> Exposures:
    """Build versions of (customer, shown, answered, accepted, known from, stood for so long; 60 is for good)."""
    whose, shown, answered, accepted, known, stood = (np.array(column, np.int64) for column in zip(*rows, strict=True))
    ids = pa.array([f"e{place}" for place in range(len(rows))])
    until = np.where(stood == 60, NEVER, known + stood)
    offers, channels = pa.array(["coupons"] * len(rows)), pa.array(["post"] * len(rows))
    customers = pa.array([f"c{one}" for one in whose])
    taken_back = np.full(len(rows), NEVER)
    return Exposures(ids, customers, offers, channels, shown, answered, accepted.astype(bool), known, until, taken_back)


def is_past(row: tuple[int, int, int, bool, int, int]) -> bool:
    _, shown, answered, _, known, stood = row
    return max(shown, answered, known) < MOMENT and (stood == 60 or known + stood >= MOMENT)


@given(versions.filter(len))
def test_just_the_answers_known_at_a_moment_are_read_at_it(rows: list[tuple[int, int, int, bool, int, int]]) -> None:
    found = exposures(rows).answered_before(MOMENT)

    assert found.ids.to_pylist() == [f"e{place}" for place, row in enumerate(rows) if is_past(row)]


@given(versions.filter(len), st.integers(0, 100))
def test_the_final_state_holds_what_stood_at_the_watermark(
    rows: list[tuple[int, int, int, bool, int, int]], watermark: int
) -> None:
    final = exposures(rows).final(watermark)

    assert (final.known_from <= watermark).all()
    assert (final.known_until > watermark).all()
