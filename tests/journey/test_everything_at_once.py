"""Everything at once on a real service: orders told, predictions asked in both processes, decisions, and other models going live.

Whatever goes on, every answer comes to know of every order, none is of two versions, and what was taken is kept once.
"""

from __future__ import annotations

import pytest

from benchmarks.busy_shop.shop import busy_shop
from benchmarks.busy_shop.verdict import alerts_twice, fell_back, in_log, mixed, untrue
from benchmarks.freshness import Run, kept_busy
from features.home import Home
from lifecycle.operating.checks import check_everything
from lifecycle.settings import Settings
from serving.database import database_url, open_database

SECONDS = 8.0


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return kept_busy(busy_shop(tmp_path_factory.mktemp("busy")), seconds=SECONDS)


@pytest.fixture
def settings(run: Run, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("LIFECYCLE_HOME", str(run.shop.home.root))
    return Settings()


def test_everybody_was_answered(run: Run) -> None:
    crowd = run.crowd

    assert not crowd.errors
    assert crowd.told
    assert crowd.decided
    assert {watcher.customer_id for watcher in crowd.heard} == set(crowd.customers)


def test_in_the_end_every_answer_knows_of_every_order_in_either_process(run: Run) -> None:
    newest = {told.customer_id: told.sent for told in run.crowd.told}
    last = {(one.watcher, one.customer_id): one.as_of for one in run.crowd.heard}

    assert all(as_of >= newest[customer_id] for (_, customer_id), as_of in last.items() if customer_id in newest)


def test_no_answer_of_one_bundle_goes_back_in_time(run: Run) -> None:
    assert fell_back(run.crowd, within_bundle=True) == []


def test_every_answer_is_of_one_state_and_true_of_it(run: Run) -> None:
    assert mixed(run.shop, run.crowd) == set()
    assert {one.versions[0] for one in run.crowd.heard} == {str(live.bundle) for live in run.shop.lives}
    assert untrue(run.shop, run.crowd) == []


def test_the_log_holds_each_acknowledged_order_once(run: Run) -> None:
    assert in_log(run.shop.home, run.crowd.told) == {1: len(run.crowd.told)}


def test_no_alert_is_raised_twice(run: Run) -> None:
    engine = open_database(database_url(Home(run.shop.home.root)))
    found = alerts_twice(engine)
    engine.dispose()

    assert found == []


def test_all_that_is_stored_is_whole_afterwards(settings: Settings) -> None:
    assert [fault for part in check_everything(settings) for fault in part.faults] == []
