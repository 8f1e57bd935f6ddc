"""Nothing that happens, or comes to be known, at a moment or after it changes a feature of that moment."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.leakage import AS_OF, TRIALS, campaign, planted, random_rows, stored
from features.catalogue import CATALOGUE
from features.contracts.sources import SOURCES
from features.engine.compute import compute
from features.engine.history import in_storage_order, read_history

USED = [load.source for load in CATALOGUE.compiled.loads]


@pytest.fixture(scope="module")
def found():
    return campaign(TRIALS // 10, seed=1)


def test_what_is_planted_changes_no_earlier_cell(found):
    assert found.changed == 0


def test_a_later_moment_does_see_what_was_planted(found):
    assert found.noticed > found.trials


def test_a_customer_asked_for_alone_has_the_row_of_the_batch(found):
    assert found.alone > 0
    assert found.differing == 0


def test_other_moments_in_the_same_pass_change_nothing():
    random = np.random.default_rng(5)
    tables = {name: stored(SOURCES[name], random_rows(SOURCES[name], random, customers=50)) for name in USED}
    history = read_history(CATALOGUE.compiled, tables)
    many = [AS_OF + hours * 3_600_000_000 for hours in range(-3000, 200, 97)] + [AS_OF]

    together = compute(CATALOGUE.compiled, history, many).rows
    apart = np.stack([compute(CATALOGUE.compiled, history, [as_of]).rows[0] for as_of in many])

    assert together.tobytes() == apart.tobytes()


def test_order_and_repetition_of_delivery_change_nothing():
    random = np.random.default_rng(6)
    delivered = {name: random_rows(SOURCES[name], random, customers=50) for name in USED}
    shuffled = {name: rows.take(random.permutation(rows.num_rows)) for name, rows in delivered.items()}

    once = {name: stored(SOURCES[name], rows) for name, rows in delivered.items()}
    twice = {name: stored(SOURCES[name], rows.slice(10), rows, rows.slice(0, 30)) for name, rows in shuffled.items()}

    assert features_of(once).tobytes() == features_of(twice).tobytes()


@pytest.mark.parametrize("source", USED)
def test_rows_from_elsewhere_are_brought_into_the_order_of_the_log(source):
    random = np.random.default_rng(7)
    rows = stored(SOURCES[source], *planted(SOURCES[source], random_rows(SOURCES[source], random, customers=9), random))

    assert in_storage_order(rows.take(random.permutation(rows.num_rows)), source).equals(rows)


def features_of(tables):
    return compute(CATALOGUE.compiled, read_history(CATALOGUE.compiled, tables), [AS_OF]).rows
