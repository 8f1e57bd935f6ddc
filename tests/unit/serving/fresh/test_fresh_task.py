"""An order comes, and within one run of the task the customer's prediction knows of it, as publishing at that moment would."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import select

from features.at_risk.population import at_risk_at
from features.engine.batch import compute_snapshots
from features.log.intake import Receipt, append
from features.log.store import EventLog
from features.subjects import subject
from features.times import DAY, HOUR
from serving.background.fresh import FreshTask
from serving.background.office import Office
from serving.background.tasks import TASKS
from serving.database import reading, writing
from serving.database.inbox import InboxRow, drop_rows, keep_rows
from serving.database.tables import erasures, fresh_predictions
from serving.fresh.ahead import predict_ahead
from serving.live.state import open_live_state
from serving.live.watch import InService
from serving.settings import ServiceSettings
from training.publishing.pointer import live_models
from training.publishing.publish import Predictor, publish_predictions
from training.publishing.scene import Scene

RELATIVE = {"rfmt_score", "value_percentile", "value_category", "value_lever"}
SECRET = b"s" * 32


@dataclass
class Watch:
    """Says that one state is in service."""

    home: object
    live: object

    def in_service(self):
        return InService(open_live_state(self.home, self.live, with_trial=False))


@dataclass
class Clock:
    now: int

    def __call__(self):
        return self.now


@dataclass
class Working:
    """A shop, its database and the task at work on them."""

    shop: object
    engine: object
    clock: Clock
    said: list = field(default_factory=list)

    def __post_init__(self):
        log = SimpleNamespace(error=lambda *words, **facts: self.said.append((words, facts)))
        self.watch = Watch(self.shop.home, self.shop.live)
        settings = ServiceSettings(self.shop.home)
        self.office = Office(settings, self.clock, log, None, self.engine, self.watch, SECRET)
        self.task = FreshTask(self.office)

    def order(self, customer_id, *, purchase_id="new1"):
        at = pd.to_datetime([self.clock.now], unit="us", utc=True)
        rows = {"purchase_id": purchase_id, "customer_id": customer_id, "occurred_at": at - pd.Timedelta("1min")}
        table = pd.DataFrame({**rows, "known_at": at, "kind": "order", "revenue": 40.0, "margin": 12.0})
        append(self.shop.home, {"purchases": table}, receipt=Receipt(self.clock.now, known_at="given", observed_until={}))

    def decide(self, customer_id):
        at = pd.to_datetime([self.clock.now], unit="us", utc=True)
        made = {"exposure_id": "d1/1", "decision_id": "d1", "rank": 1.0, "offer_id": "nothing", "arm": "policy", "decided_at": at}
        table = pd.DataFrame({"customer_id": customer_id, "known_at": at, **made})
        append(self.shop.home, {"offers": table}, receipt=Receipt(self.clock.now, known_at="given", observed_until={}))

    def rows(self):
        with reading(self.engine) as connection:
            return {(row.customer_id, row.bundle): row for row in connection.execute(select(fresh_predictions))}

    def row(self, customer_id):
        return self.rows()[(customer_id, self.shop.live.bundle)]


@pytest.fixture
def working(whole_shop, engine):
    state = open_live_state(whole_shop.home, whole_shop.live, with_trial=False)
    return Working(whole_shop, engine, Clock(state.as_of + 30 * HOUR))


def published_at(shop, as_of):
    """Return what publishing would predict at that moment, by customer."""
    snapshot = compute_snapshots(shop.home, shop.company.catalogue, [as_of])[0]
    scene = Scene(snapshot, shop.company, at_risk_at(EventLog.open(shop.home), shop.company, as_of=as_of))
    columns = Predictor(shop.home, scene).columns(live_models(shop.home))
    return pd.DataFrame(columns, index=snapshot.ids.to_pylist())


def test_an_order_is_in_the_prediction_that_publishing_at_that_moment_would_make(working):
    working.order("c1")

    assert not working.task.run()

    row = working.row("c1")
    expected = published_at(working.shop, row.as_of).loc["c1"]
    found = dict(zip(working.task._desk.frame.columns, np.frombuffer(row.predictions), strict=True))
    assert row.as_of == working.clock.now + 1
    for name in set(expected.index) - RELATIVE:
        np.testing.assert_array_equal(found[name], expected[name], err_msg=name)


def test_only_who_has_news_is_predicted_anew_and_each_time_with_a_higher_sequence(working):
    working.order("c1")
    working.task.run()
    before = working.row("c1").sequence

    working.clock.now += HOUR
    working.order("c2", purchase_id="new2")
    working.order("c1", purchase_id="new3")
    working.task.run()

    assert {customer_id for customer_id, _ in working.rows()} == {"c1", "c2"}
    assert min(working.row("c1").sequence, working.row("c2").sequence) > before


def test_who_was_merely_decided_about_keeps_the_published_prediction(working):
    working.order("c1")
    working.decide("c2")

    working.task.run()

    assert {customer_id for customer_id, _ in working.rows()} == {"c1"}


def killed(*_, **__):
    raise SystemExit


def test_a_killed_run_is_done_again(working, monkeypatch):
    working.order("c1")
    with monkeypatch.context() as patch:
        patch.setattr("serving.background.fresh.recomputed", killed)
        with pytest.raises(SystemExit):
            working.task.run()

    working.task.run()

    assert working.row("c1").as_of > working.clock.now


def test_who_was_erased_is_not_written_again(working):
    working.order("c1")
    with writing(working.engine) as connection:
        connection.execute(erasures.insert(), {"subject": subject(SECRET, "c1"), "asked_at": 0})

    working.task.run()

    assert working.rows() == {}


def test_what_the_snapshot_knows_by_now_is_dropped_once_it_is_live(working):
    working.order("c1")
    working.task.run()
    today = working.clock.now + DAY
    working.office.clock.now = today
    live = republished(working, today)

    working.watch.live = live
    working.task.run()

    assert working.rows() == {}


def republished(working, as_of):
    """Publish the live bundle on a snapshot of that moment."""
    from models.bundle import Bundle, write_live

    shop = working.shop
    snapshot = compute_snapshots(shop.home, shop.company.catalogue, [as_of])[0]
    scene = Scene(snapshot, shop.company, at_risk_at(EventLog.open(shop.home), shop.company, as_of=as_of))
    live = publish_predictions(shop.home, Bundle(shop.live.bundle, live_models(shop.home)), scene=scene)
    write_live(shop.home, live)
    return live


def published_without_value(working):
    """Publish a bundle of one model less, and leave the pointer where it is."""
    from models.bundle import Bundle, load_signer, write_bundle

    fewer = {question: sha for question, sha in live_models(working.shop.home).items() if question != "value"}
    signer = load_signer(working.shop.signing_key, working.shop.home)
    bundle = Bundle(write_bundle(working.shop.home, fewer, signer=signer), fewer)
    state = working.office.live.in_service().state
    snapshot = compute_snapshots(working.shop.home, working.shop.company.catalogue, [state.as_of])[0]
    at_risk = at_risk_at(EventLog.open(working.shop.home), working.shop.company, as_of=state.as_of)
    return publish_predictions(working.shop.home, bundle, scene=Scene(snapshot, working.shop.company, at_risk))


def test_before_the_pointer_moves_whoever_is_fresh_has_a_row_for_both_bundles(working):
    working.order("c1")
    working.task.run()
    live = published_without_value(working)

    assert predict_ahead(working.shop.home, working.engine, live, clock=working.clock) == 1

    rows = working.rows()
    assert set(rows) == {("c1", working.shop.live.bundle), ("c1", live.bundle)}
    assert len(rows[("c1", live.bundle)].predictions) < len(rows[("c1", working.shop.live.bundle)].predictions)


def test_who_had_news_while_the_pointer_moved_falls_back_under_neither_bundle(working):
    from models.bundle import write_live

    live = published_without_value(working)
    working.order("c1")
    working.task.run()
    write_live(working.shop.home, live)
    working.clock.now += HOUR
    working.order("c2", purchase_id="new2")

    working.task.run()

    assert set(working.rows()) == {(each, bundle) for each in ("c1", "c2") for bundle in (working.shop.live.bundle, live.bundle)}
    assert {row.as_of > working.clock.now - HOUR for row in working.rows().values()} == {True}


def test_at_no_moment_is_less_known_under_the_next_bundle_than_under_the_one_in_service(working, monkeypatch):
    from models.bundle import write_live

    live, seen = published_without_value(working), []
    working.order("c1")
    write_live(working.shop.home, live)
    keep = working.task._keep
    monkeypatch.setattr(
        working.task, "_keep", lambda desk, rows, *, ids: (keep(desk, rows, ids=ids), seen.append(working.rows()))
    )

    working.task.run()

    assert [{bundle for _, bundle in rows} for rows in seen] == [{live.bundle}, {live.bundle, working.shop.live.bundle}]


def test_predictions_without_references_are_told_once_and_nothing_is_done(working, monkeypatch):
    from serving.fresh.desk import NotRecomputable

    def refuse(*_, **__):
        raise NotRecomputable("no references.json; run `lifecycle score`")

    monkeypatch.setattr("serving.background.fresh.open_desk", refuse)

    assert not working.task.run()
    assert not working.task.run()
    assert len(working.said) == 1


def test_the_background_process_does_it(working):
    assert isinstance(TASKS["fresh"](working.office), FreshTask)


def test_who_has_rows_that_wait_still_is_predicted_as_of_before_them_and_again_afterwards(working):
    now = working.clock.now
    working.order("c1")
    waiting = InboxRow(now - HOUR, "purchases", "c1", None, b"{}")
    with writing(working.engine) as connection:
        keep_rows(connection, [waiting], newest=now - HOUR)

    working.task.run()
    before = working.row("c1").as_of
    with writing(working.engine) as connection:
        drop_rows(connection, up_to=1)
    working.task.run()

    assert before == now - HOUR
    assert working.row("c1").as_of > now
