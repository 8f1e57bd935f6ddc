"""Which purchased lines count, and how they fold into days."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pytest

from features.times import DAY
from models.needs import CategoryDays, categories_of, visible_purchases

Lines = Callable[..., pa.Table]


def test_lines_of_one_day_and_category_are_one_entry(lines: Lines) -> None:
    found = CategoryDays.of(lines(("a", "tea", 1.2), ("a", "tea", 1.9), ("a", "tea", 2.0), ("b", "oil", 1)), ("oil", "tea"))

    assert found.table().tolist() == [[0, 2], [1, 0]]


def test_a_line_of_no_category_is_a_purchase_day_all_the_same(lines: Lines) -> None:
    found = CategoryDays.of(lines(("a", None, 1), ("a", "rare", 2), ("a", "tea", 2)), ("tea",))

    assert (found.table().tolist(), found.purchase_days().table().tolist()) == ([[1]], [[2]])


@pytest.mark.parametrize("encoded", [False, True])
def test_customers_stand_in_bytewise_order_however_the_texts_are_stored(lines: Lines, *, encoded: bool) -> None:
    table = lines(("b", "tea", 1), ("é", "tea", 1), ("B", "oil", 1), ("b", "oil", 3))
    names = ("customer_id", "category")
    if encoded:
        table = pa.table({name: table[name].dictionary_encode() if name in names else table[name] for name in table.column_names})

    found = CategoryDays.of(table, ("oil", "tea"))

    assert found.ids.to_pylist() == ["B", "b", "é"]
    assert found.table().tolist() == [[1, 0], [1, 1], [0, 1]]


def test_no_lines_are_no_customers(lines: Lines) -> None:
    found = CategoryDays.of(lines(), ("oil", "tea"))

    assert found.table().shape == (0, 2)


def test_what_happens_or_is_known_later_is_not_seen(lines: Lines) -> None:
    table = pa.concat_tables(
        [
            lines(("past", "tea", 9)),
            lines(("now", "tea", 10)),
            lines(("told late", "tea", 9), known_at=10),
            lines(("replaced", "tea", 9), superseded_at=9),
            lines(("replaced later", "tea", 9), superseded_at=10),
        ]
    )

    assert visible_purchases(table, 10 * DAY)["customer_id"].to_pylist() == ["past", "replaced later"]


def test_refunds_and_lines_of_nobody_are_no_purchases(lines: Lines) -> None:
    table = pa.concat_tables(
        [lines(("a", "tea", 1), kind="refund"), lines((None, "tea", 1)), lines(("b", "tea", 1), kind="upgrade")]
    )

    assert visible_purchases(table, 10 * DAY)["customer_id"].to_pylist() == ["b"]


def test_the_categories_kept_are_those_of_most_customers(lines: Lines) -> None:
    table = lines(
        ("a", "tea", 1), ("b", "tea", 1), ("a", "oil", 1), ("a", "oil", 2), ("a", "oil", 3), ("a", "rice", 1), ("c", "rice", 1)
    )

    assert categories_of([table], most=2) == ("rice", "tea")
    assert np.array(categories_of([table], most=9)).tolist() == ["oil", "rice", "tea"]
