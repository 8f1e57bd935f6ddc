"""What the customer's profile adds: the first days after joining, as known at each moment, and the lists of channels."""

from __future__ import annotations

import math

import pyarrow as pa
import pytest

from features.catalogue import Catalogue
from features.contracts.schemas import delivered_schema
from features.contracts.sources import SOURCES
from features.engine.compute import compute_customer
from features.language.expressions import BadDeclaration
from features.language.feature import Feature
from features.language.formulas import Rows
from features.language.profile import Contains, Size
from features.log.versions import merge_versions
from features.times import DAY, parse_time

AS_OF = parse_time("2026-03-01")
JOINED = AS_OF - 40 * DAY
usage, customers, surveys = Rows("usage"), Rows("customers"), Rows("surveys")
first_10_days = usage.count(where=usage.after_joining(days=10))


def stored(name, *rows):
    schema = delivered_schema(SOURCES[name])
    arriving = pa.Table.from_pylist([{"customer_id": "c1", **row} for row in rows], schema)
    return merge_versions(SOURCES[name], schema.empty_table(), arriving=arriving, observed_until=None).rows


def profile(*, known_at=JOINED, **columns):
    return {
        "first_seen_at": JOINED - 10 * DAY,
        "joined_at": JOINED,
        "profile_known_at": known_at,
        "known_at": known_at,
        **columns,
    }


def uses(*moments):
    return stored("usage", *({"event_id": f"e{at}", "feature": "a", "occurred_at": at, "known_at": at} for at in moments))


def value(formula, as_of=AS_OF, **tables):
    return float(compute_customer(Catalogue((Feature("one", formula, ""),)), tables, [AS_OF - 400 * DAY, as_of, AS_OF])[1, 0])


def test_the_first_days_begin_with_the_moment_of_joining_and_end_before_the_last():
    rows = uses(JOINED - 1, JOINED, JOINED + 10 * DAY - 1, JOINED + 10 * DAY)

    assert value(first_10_days, usage=rows, customers=stored("customers", profile())) == 2


def test_nobody_is_after_joining_before_it():
    rows = uses(JOINED - 1, JOINED)

    assert value(first_10_days, JOINED, usage=rows, customers=stored("customers", profile(known_at=JOINED - 9 * DAY))) == 0
    assert value(first_10_days, usage=rows) == 0


def test_a_joining_counts_from_when_it_was_known():
    prospect = profile(known_at=JOINED - 10 * DAY, joined_at=None)
    tables = {"usage": uses(JOINED), "customers": stored("customers", prospect, profile(known_at=JOINED + 5 * DAY))}

    assert value(first_10_days, JOINED + 5 * DAY, **tables) == 0
    assert value(first_10_days, JOINED + 5 * DAY + 1, **tables) == 1


def test_a_corrected_joining_moves_the_first_days_from_then_on():
    corrected = profile(known_at=AS_OF - DAY, joined_at=JOINED + 20 * DAY)
    tables = {"usage": uses(JOINED, JOINED + 20 * DAY, JOINED + 21 * DAY), "customers": stored("customers", profile(), corrected)}

    assert value(first_10_days, AS_OF - DAY, **tables) == 1
    assert value(first_10_days, AS_OF, **tables) == 2


@pytest.mark.parametrize(
    ("consent", "size", "by_email"), [(["email", "phone"], 2, 1), (["phone"], 1, 0), ([], 0, 0), (None, math.nan, math.nan)]
)
def test_a_list_has_a_size_and_members(consent, size, by_email):
    rows = stored("customers", profile(consent=consent))
    column = customers["consent"]

    assert value(customers.last(Size(column)), customers=rows) == pytest.approx(size, nan_ok=True)
    assert value(customers.last(Contains(column, "email")), customers=rows) == pytest.approx(by_email, nan_ok=True)


def test_a_list_is_masked_like_its_column():
    rows = stored("customers", profile(consent=["email"], known_at=AS_OF))

    assert math.isnan(value(customers.last(Size(customers["consent"])), customers=rows))


def test_only_lists_have_members():
    with pytest.raises(BadDeclaration, match="needed a list of texts"):
        Size(customers["segment"])


def test_the_answer_before_the_newest_needs_two():
    def answers(*scores):
        times = [AS_OF - (len(scores) - place) * DAY for place in range(len(scores))]
        rows = (
            {"survey_id": f"s{at}", "kind": "nps", "score": s, "answered_at": at, "known_at": at}
            for s, at in zip(scores, times, strict=True)
        )
        return stored("surveys", *rows)

    before = surveys.last_but_one(surveys["score"])

    assert value(before, surveys=answers(3.0, 9.0, 7.0)) == 9
    assert math.isnan(value(before, surveys=answers(3.0)))
