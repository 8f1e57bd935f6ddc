"""The shipped stage sets on a simulated company: every stage is somebody's, prospects have theirs, and life goes both ways."""

from __future__ import annotations

import numpy as np
import pytest

from features.company import default_company_text, read_company
from features.engine.batch import compute_snapshots
from features.home import Home
from features.log.intake import Receipt, append
from features.stages.everybody import stages_of_everybody
from features.stages.keeping import keep_mondays
from features.stages.stage_rules import StageRules
from features.stages.table import NO_MOMENT
from features.times import parse_time
from training.simulated import simulate

AS_OF, UNTIL = parse_time("2025-12-17"), parse_time("2026-01-01")
COMPANY = read_company(default_company_text("default"))


@pytest.fixture(scope="module")
def snapshot_and_tables(tmp_path_factory):
    home, company = Home(tmp_path_factory.mktemp("shipped")), simulate(200, seed=4, until=UNTIL, years=2)
    append(home, company.tables, receipt=Receipt(UNTIL, "given", company.observed_until))
    snapshot, kept = compute_snapshots(home, COMPANY.catalogue, [AS_OF])[0], keep_mondays(home, COMPANY, AS_OF)
    return snapshot, stages_of_everybody(snapshot, StageRules(COMPANY), kept)


def names_of(table):
    return np.array([stage.name for stage in table.stage_set.stages])


@pytest.mark.parametrize("stage_set", COMPANY.stage_sets, ids=lambda one: one.name)
def test_every_stage_occurs_and_is_left_again(snapshot_and_tables, stage_set):
    table = snapshot_and_tables[1][stage_set.name]
    stages = names_of(table)[table.course.stages]
    known = table.course.stages >= 0

    assert set(stages[known]) == set(stage_set.order)
    left = {
        (one, then) for one, then in zip(stages[:, :-1][known[:, :-1]], stages[:, 1:][known[:, :-1]], strict=True) if one != then
    }
    assert any((then, one) in left for one, then in left)


def test_prospects_are_reached_or_to_be_acquired(snapshot_and_tables):
    snapshot, tables = snapshot_and_tables
    prospects = np.isnan(snapshot.columns(["tenure_days"])[:, 0])

    assert prospects.any()
    assert set(names_of(tables["funnel"])[tables["funnel"].codes[prospects]]) <= {"reach", "acquisition"}
    assert set(names_of(tables["growth_curve"])[tables["growth_curve"].codes[prospects]]) == {"introduction"}


def test_counts_and_moves_add_up(snapshot_and_tables):
    snapshot, tables = snapshot_and_tables
    for table in tables.values():
        before, now = table.course.stages[:, -2], table.codes

        assert sum(table.counts().values()) == len(snapshot.ids)
        assert sum(table.moved().values()) == ((before != now) & (before >= 0)).sum()
        assert table.unconfirmed == (table.since == NO_MOMENT).sum()


def test_nobody_is_in_a_stage_since_later_than_now(snapshot_and_tables):
    for table in snapshot_and_tables[1].values():
        dated = table.since[table.since != NO_MOMENT]

        assert (dated < AS_OF).all()
        assert set(dated.tolist()) <= set(table.moments)


def test_a_stage_says_what_it_is_in_every_other_set():
    for stage in COMPANY.stages_by_name.values():
        own = next(one.name for one in COMPANY.stage_sets if stage in one.stages)

        assert set(stage.maps_to) == set(COMPANY.stage_sets_by_name) - {own}
