"""Rows of whoever was predicted anew: in place of earlier ones, under sequences that only rise, on either database."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, select

from models.bundle import Live
from serving.database import reading, writing
from serving.database.fresh import (
    FreshRow,
    drop_fresh,
    drop_others,
    drop_settled,
    fresh_customers,
    left_behind,
    write_fresh,
)
from serving.database.tables import fresh_predictions

LIVE = {"bundle": "b1", "company": "k1"}


def row(customer_id, *, as_of=10, bundle="b1"):
    return FreshRow(customer_id, as_of, bundle, "k1", "columns", b"\x00" * 8, b"\x01" * 4)


@pytest.fixture
def write(engine):
    def written(*rows):
        with writing(engine) as connection:
            write_fresh(connection, rows)

    return written


def sequences(engine):
    with reading(engine) as connection:
        found = connection.execute(select(fresh_predictions).order_by(fresh_predictions.c.sequence))
        return {(each.customer_id, each.bundle): each.sequence for each in found}


def test_a_row_takes_the_place_of_the_earlier_one_under_a_higher_sequence(engine, write):
    write(row("c1"), row("c2"))
    before = sequences(engine)

    write(row("c1", as_of=20))

    after = sequences(engine)
    assert set(after) == {("c1", "b1"), ("c2", "b1")}
    assert after[("c1", "b1")] > max(before.values())


def test_a_sequence_is_not_handed_out_again_when_all_rows_are_gone(engine, write):
    write(row("c1"))
    before = sequences(engine)[("c1", "b1")]
    with writing(engine) as connection:
        connection.execute(delete(fresh_predictions))

    write(row("c2"))

    assert sequences(engine)[("c2", "b1")] > before


def test_rows_of_what_will_be_live_stand_beside_those_of_what_is(engine, write):
    write(row("c1"))
    write(row("c1", bundle="b2"))

    assert set(sequences(engine)) == {("c1", "b1"), ("c1", "b2")}


def test_more_rows_than_one_statement_takes_are_written(engine, write):
    write(*(row(f"c{number}") for number in range(1_201)))

    assert sorted(sequences(engine).values()) == list(range(1, 1_202))


def test_what_the_snapshot_knows_goes_and_so_do_old_rows_of_other_versions(engine, write):
    write(row("old", as_of=5), row("new", as_of=15))
    write(row("other", as_of=5, bundle="b2"))
    write(row("ahead", as_of=15, bundle="b2"))

    with writing(engine) as connection:
        drop_settled(connection, **LIVE, as_of=10)
        drop_others(connection, **LIVE, before=10)

    assert set(sequences(engine)) == {("new", "b1"), ("ahead", "b2")}


def test_rows_are_dropped_by_customer(engine, write):
    write(row("c1"), row("c2"))

    with writing(engine) as connection:
        drop_fresh(connection, ["c1", "nobody"], **LIVE)

    assert set(sequences(engine)) == {("c2", "b1")}


def test_who_is_behind_under_the_next_bundle_is_told_until_they_have_as_late_a_row_there(engine, write):
    live, ahead = (Live(bundle, "k1", "snapshot", "predictions") for bundle in ("b1", "b2"))
    write(row("c1", as_of=20), row("c2", as_of=20), row("settled", as_of=10))
    write(row("c1", as_of=15, bundle="b2"))

    def behind():
        with reading(engine) as connection:
            return left_behind(connection, live, ahead=ahead, settled=10)

    assert behind() == ["c1", "c2"]
    write(row("c1", as_of=20, bundle="b2"), row("c2", as_of=25, bundle="b2"))
    assert behind() == []


def test_who_is_fresh_is_asked_by_version_and_moment(engine, write):
    write(row("c2", as_of=20), row("c1", as_of=20), row("c3", as_of=10))

    with reading(engine) as connection:
        assert fresh_customers(connection, **LIVE, after=10) == ["c1", "c2"]
        assert fresh_customers(connection, bundle="b2", company="k1", after=0) == []
