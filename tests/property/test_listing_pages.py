"""Pages of a list, for any customers, ties and unknown figures, with and without news: together they are the list."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.deciding_states import company_with
from features.company import Company, read_company
from models.bundle import Predictions, PredictionsOrigin
from models.bundle.identifiers import IdIndex
from serving.door.cursors import cursor_text
from serving.listing.cursors import first_cursor, read_cursor
from serving.listing.filters import Filters, read_filters
from serving.listing.listing import Listing
from serving.listing.orders import NATURAL, Order, Ordering
from serving.listing.pages import Wanted, page_of
from serving.listing.traits import FIGURES, SORTS, figure_of, traits_of
from serving.live.places import Places, places_of
from serving.live.state import Found

COMPANY = read_company(company_with(10))
COLUMNS = ("churn_90", "value_90", "value_category", "health_score", "stage_growth_curve", "stage_growth_curve_since", "alert_a")
PLACES = places_of(COLUMNS, COMPANY)
NAN = math.nan

rows = st.tuples(
    st.sampled_from([0.1, 0.5, 0.9, NAN]),
    st.sampled_from([-5.0, 0.0, 100.0, NAN]),
    st.sampled_from([0.0, 1.0]),
    st.sampled_from([20.0, 70.0, NAN]),
    st.sampled_from([0.0, 1.0, NAN]),
    st.just(NAN),
    st.sampled_from([7.0, NAN]),
)
bases = st.dictionaries(st.text("abc", min_size=1, max_size=3), rows, max_size=25)
asked = st.fixed_dictionaries(
    {},
    optional={
        "band": st.sampled_from(["low", "medium,high"]),
        "stage": st.sampled_from(["introduction", "growth"]),
        "alert": st.just("a"),
    },
)


@dataclasses.dataclass(frozen=True)
class State:
    """What lists ask of a live state, of rows by hand: it knows more of some customers than the snapshot, and hides others."""

    predictions: Predictions
    news: dict[str, Found]
    erased: frozenset[str]
    company: Company = COMPANY
    places: Places = PLACES

    def find(self, customer_id):
        if customer_id in self.erased:
            return None
        place = self.predictions.row(customer_id)
        row = None if place is None else self.predictions.matrix[place].tolist()
        return self.news.get(customer_id) or (None if row is None else Found(customer_id, place, 0, row))


def state_of(base, news=(), erased=()):
    ids = sorted(base)
    matrix = np.array([base[name] for name in ids]).reshape(len(ids), len(COLUMNS))
    origin = PredictionsOrigin("s", 0, "c", "b", "c")
    predictions = Predictions("d" * 64, origin, IdIndex(pa.array(ids, pa.string())), COLUMNS, matrix)
    fresh = {name: Found(name, predictions.row(name), 1, list(row), is_fresh=True) for name, row in dict(news).items()}
    return State(predictions, fresh, frozenset(erased))


def listing_by_hand(state):
    traits = traits_of(state, state.predictions.matrix)
    return Listing("d" * 64, traits, {sort: Order.by(traits.figures[sort], NATURAL[sort]) for sort in FIGURES})


def pages(state, ordering, filters, *, limit):
    """Return the ids and figures of all pages, each cursor sent through its text."""
    listing, cursor, told = listing_by_hand(state), first_cursor("d" * 64, "q"), []
    news = [found for name, found in state.news.items() if name not in state.erased]
    while cursor is not None:
        page = page_of(state, listing, wanted=Wanted(filters, ordering, limit), cursor=cursor, fresh=news)
        assert len(page.found) <= limit
        told += page.found
        cursor = page.next and read_cursor(cursor_text(page.next), predictions="d" * 64, query="q")
    return told


def everybody(state):
    found = [state.find(name) for name in {*state.predictions.ids.ids.to_pylist(), *state.news}]
    return [each for each in found if each is not None]


def holds(state, filters, found):
    return filters.hold(traits_of(state, np.array([found.values])))


@pytest.mark.parametrize("sort", SORTS)
@given(
    base=bases,
    news=bases,
    erased=st.sets(st.text("abc", min_size=1, max_size=1)),
    words=asked,
    turned=st.booleans(),
    limit=st.integers(1, 7),
)
@settings(max_examples=30)
def test_the_pages_of_a_list_hold_everybody_meant_once_and_nobody_else(sort, base, news, erased, words, turned, limit):
    state = state_of(base, news, erased)
    way = {"asc": "desc", "desc": "asc"}[NATURAL[sort]] if turned else NATURAL[sort]
    filters = read_filters(state, words)

    told = pages(state, Ordering(sort, way), filters, limit=limit)

    meant = [found for found in everybody(state) if holds(state, filters, found)]
    assert sorted(found.customer_id for found in told) == sorted(found.customer_id for found in meant)
    assert all(found.is_fresh == (found.customer_id in news) for found in told)


@pytest.mark.parametrize("sort", SORTS)
@given(base=bases, news=bases, turned=st.booleans())
@settings(max_examples=25)
def test_a_list_never_turns_back_and_ends_with_whom_nothing_is_known_of(sort, base, news, turned):
    state = state_of(base, news)
    way = {"asc": "desc", "desc": "asc"}[NATURAL[sort]] if turned else NATURAL[sort]

    told = pages(state, Ordering(sort, way), Filters({}), limit=3)

    if sort == "customer_id":
        ids = [found.customer_id for found in told]
        assert ids == sorted(ids, reverse=way == "desc")
        return
    figures = [figure_of(state, found.values, sort) for found in told]
    known = [figure for figure in figures if not math.isnan(figure)]
    assert known == sorted(known, reverse=way == "desc")
    assert all(math.isnan(figure) for figure in figures[len(known) :])
