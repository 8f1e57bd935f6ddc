"""An alert is raised once while it stands and ended once, told each time, however often and wherever it is killed."""

from __future__ import annotations

import numpy as np
import pytest
from sqlalchemy import delete, update

from benchmarks.live_states import AS_OF
from features.subjects import subject
from features.times import DAY, HOUR
from features.write_once import sha256_of_json
from models.alerts import alert_column
from serving.background.alerts import AlertTask
from serving.database import writing
from serving.database.notices.alerts import erase_alerts
from serving.database.tables import alert_passes, deliveries, erasures, fresh_predictions
from serving.notices import taking_down

RAISED, ENDED, CHANGED = taking_down.RAISED, taking_down.ENDED, taking_down.CHANGED


def settled(desk) -> AlertTask:
    """Return a task that has taken down a first publication, of which nobody is told."""
    desk.show()
    task = AlertTask(desk.office)
    task.run()
    return task


def standing(desk) -> set[tuple[str, str]]:
    return {(row.customer_id, row.code) for row in desk.rows() if row.ended_at is None}


def make_fresh(desk, customer_id: str, sequence: int, **columns: float) -> None:
    """Predict one customer anew: nothing but these columns is known."""
    state = desk.shown.state
    names = state.predictions.columns
    values = np.array([columns.get(name, np.nan) for name in names], dtype="<f8")
    row = {"customer_id": customer_id, "sequence": sequence, "as_of": AS_OF + HOUR, "features": b""}
    made = {"bundle": state.versions.bundle, "company": state.versions.company, "columns": sha256_of_json(list(names))}
    with writing(desk.office.engine) as connection:
        connection.execute(delete(fresh_predictions).where(fresh_predictions.c.customer_id == customer_id))
        connection.execute(fresh_predictions.insert(), {**row, **made, "predictions": values.tobytes()})


def test_without_anything_live_there_is_nothing_to_do(desk):
    assert AlertTask(desk.office).run() is False
    assert desk.rows() == []


def test_of_the_first_base_ever_alerts_are_kept_and_nobody_is_told_of_each(desk):
    desk.subscribe()
    desk.show("usage_falling")

    AlertTask(desk.office).run()

    assert standing(desk) == {(f"c{number}", "usage_falling") for number in range(3)}
    assert desk.told() == [(CHANGED, None)]


def test_a_first_base_killed_half_way_stays_quiet_when_it_goes_on(desk, monkeypatch):
    desk.subscribe()
    desk.show("usage_falling", "update_overdue")
    with monkeypatch.context() as patch:
        patch.setattr(taking_down, "finish_pass", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            AlertTask(desk.office).run()
    kept_before = len(desk.rows())

    AlertTask(desk.office).run()

    assert (kept_before, len(desk.rows())) == (6, 6)
    assert desk.told() == [(CHANGED, None)]


def test_an_alert_that_comes_is_told_with_its_figures(desk):
    task = settled(desk)
    desk.subscribe()
    desk.show("usage_falling")

    task.run()

    body = next(row.body for row in desk.rows(deliveries) if row.customer_id == "c1")
    assert desk.told() == [(CHANGED, None), *((RAISED, f"c{number}") for number in range(3))]
    assert b'"subject":"c1"' in body
    assert b"25% of the average week" in body


def test_an_alert_that_goes_is_ended_and_told(desk):
    task = settled(desk)
    desk.show("usage_falling")
    task.run()
    desk.subscribe()
    desk.show()

    task.run()

    assert standing(desk) == set()
    assert {row.ended_at for row in desk.rows()} == {desk.clock()}
    assert [told for told, _ in desk.told()] == [CHANGED, *[ENDED] * 3]


def test_an_alert_that_stays_is_told_no_second_time_not_even_by_another_process(desk):
    settled(desk)
    desk.subscribe()
    for _ in range(3):
        desk.show("usage_falling")
        AlertTask(desk.office).run()

    assert len(desk.rows()) == 3
    assert [told for told, _ in desk.told()].count(RAISED) == 3


def test_killed_between_portions_each_alert_is_told_once(desk, monkeypatch):
    settled(desk)
    desk.subscribe()
    desk.show("usage_falling", customers=5)
    monkeypatch.setattr(taking_down, "AT_ONCE", 2)
    real, calls = taking_down.raise_alerts, []

    def dying(*args, **named):
        calls.append(1)
        return real(*args, **named) if len(calls) != 2 else 1 / 0

    monkeypatch.setattr(taking_down, "raise_alerts", dying)
    with pytest.raises(ZeroDivisionError):
        AlertTask(desk.office).run()

    AlertTask(desk.office).run()

    assert sorted(who for told, who in desk.told() if told == RAISED) == [f"c{number}" for number in range(5)]


def test_an_alert_that_comes_back_since_the_same_moment_is_the_same_alert(desk):
    task = settled(desk)
    for codes in (["usage_falling"], [], ["usage_falling"]):
        desk.show(*codes)
        task.run()

    assert len(desk.rows()) == 3
    assert standing(desk) == {(f"c{number}", "usage_falling") for number in range(3)}


def test_an_alert_that_comes_back_since_later_is_another(desk):
    task = settled(desk)
    for codes, since in ((["usage_falling"], AS_OF), ([], AS_OF), (["usage_falling"], AS_OF + DAY)):
        desk.show(*codes, since=since)
        task.run()

    assert [row.ended_at is None for row in desk.rows()] == [False] * 3 + [True] * 3


def test_who_is_fresh_is_told_of_at_once_and_once(desk):
    task = settled(desk)
    desk.subscribe()
    for sequence in (1, 2):
        since = float(AS_OF + sequence * HOUR)
        make_fresh(desk, "new1", sequence, **{alert_column("usage_falling"): since, "feature_usage_week_vs_30w": 0.1})
        task.run()

    assert standing(desk) == {("new1", "usage_falling")}
    assert desk.told() == [(RAISED, "new1")]


def test_what_is_fresh_ends_what_the_snapshot_said(desk):
    task = settled(desk)
    desk.show("usage_falling")
    task.run()
    make_fresh(desk, "c1", 1)

    task.run()
    AlertTask(desk.office).run()

    assert standing(desk) == {("c0", "usage_falling"), ("c2", "usage_falling")}


def test_a_fresh_row_of_other_versions_says_nothing(desk):
    task = settled(desk)
    make_fresh(desk, "c1", 1, **{alert_column("usage_falling"): float(AS_OF)})
    with writing(desk.office.engine) as connection:
        connection.execute(update(fresh_predictions).values(bundle="0" * 64))

    task.run()

    assert standing(desk) == set()


def test_nothing_is_raised_about_who_was_erased(desk):
    task = settled(desk)
    with writing(desk.office.engine) as connection:
        connection.execute(erasures.insert(), {"subject": subject(desk.office.secret, "c1"), "asked_at": 1})
    desk.show("usage_falling")

    task.run()

    assert standing(desk) == {("c0", "usage_falling"), ("c2", "usage_falling")}


def test_erasure_takes_every_alert_of_one_customer(desk):
    task = settled(desk)
    desk.show("usage_falling", "update_overdue")
    task.run()

    with writing(desk.office.engine) as connection:
        assert erase_alerts(connection, "c1") == 2

    assert {row.customer_id for row in desk.rows()} == {"c0", "c2"}


def test_each_live_state_is_one_pass(desk):
    task = settled(desk)
    desk.show("usage_falling")
    task.run()
    AlertTask(desk.office).run()

    passes = desk.rows(alert_passes)
    assert len(passes) == len({row.predictions for row in passes}) == 2
    assert all(row.finished_at is not None for row in passes)


def test_alerts_are_counted_as_they_are_raised_and_end_of_all_and_of_who_is_fresh(desk):
    task = settled(desk)
    desk.show("usage_falling")
    task.run()
    make_fresh(desk, "c1", 1)

    task.run()

    page = desk.office.metrics.page().decode()
    assert 'lifecycle_alerts_total{change="raised",code="usage_falling"} 3.0\n' in page
    assert 'lifecycle_alerts_total{change="ended",code="usage_falling"} 1.0\n' in page
