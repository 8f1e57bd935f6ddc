from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

import pytest

from features.errors import Damaged
from serving.door.logs import json_log
from serving.live.state import Versions
from serving.live.watch import POLL_SECONDS, LiveWatch
from serving.vitals.metrics import Metrics


def state(name, *, is_whole=True):
    predictions = SimpleNamespace(rows=SimpleNamespace(refused=0), is_whole=lambda: is_whole)
    workings = SimpleNamespace(start=lambda: None)
    made = SimpleNamespace(versions=Versions(name, "s", "c"), as_of=0, predictions=predictions, workings=workings, overlay=None)
    made.overlaid = lambda overlay: SimpleNamespace(**{**vars(made), "overlay": overlay})
    return made


@dataclass
class Shelf:
    """A shelf in memory: what the pointer leads to (a state or a fault), and what was good before."""

    target: object = None
    before: object = None
    moved: int = 0
    file: int = 0
    opened: int = 0

    def point_to(self, target):
        self.target, self.moved = target, self.moved + 1

    def pointer_mark(self):
        return (self.moved,)

    def files_mark(self, _):
        return (self.file,)

    def newest(self):
        self.opened += 1
        if isinstance(self.target, Exception):
            raise self.target
        return self.target

    def last_good(self):
        return self.before


@pytest.fixture
def shelf():
    return Shelf()


@pytest.fixture
def now():
    return [100.0]


@pytest.fixture
def watch(shelf, now):
    return LiveWatch(shelf, Metrics(), json_log(), clock=lambda: now[0])


def test_what_the_pointer_names_is_taken_into_service(watch, shelf):
    shelf.point_to(first := state("a"))

    watch.look()

    assert watch.in_service().state is first
    assert watch.in_service().trouble is None


def test_nothing_is_opened_again_while_nothing_changes(watch, shelf):
    shelf.point_to(state("a"))
    for _ in range(5):
        watch.look()

    assert shelf.opened == 1


def test_a_target_that_cannot_be_used_keeps_the_old_one_and_says_why(watch, shelf):
    shelf.point_to(first := state("a"))
    watch.look()
    shelf.point_to(Damaged("its signature differs"))
    watch.look()

    assert watch.in_service().state is first
    assert "its signature differs" in watch.in_service().trouble


@pytest.mark.parametrize("fault", [ValueError("x"), MemoryError(), RecursionError(), KeyError("bundle"), OSError("disk")])
def test_no_fault_of_a_file_takes_the_old_state_out_of_service(watch, shelf, fault):
    shelf.point_to(first := state("a"))
    watch.look()
    shelf.point_to(fault)
    watch.look()

    assert watch.in_service().state is first


def test_a_start_with_a_damaged_target_serves_the_last_good_state_and_says_so(watch, shelf):
    shelf.before = state("older")
    shelf.point_to(Damaged("x"))

    watch.look()

    assert watch.in_service().state is shelf.before
    assert watch.in_service().trouble


def test_a_start_with_nothing_good_serves_nothing(watch, shelf):
    shelf.point_to(Damaged("x"))

    watch.look()

    assert watch.in_service().state is None


def test_a_repaired_file_is_taken_up_without_the_pointer_moving(watch, shelf, now):
    shelf.point_to(Damaged("x"))
    watch.look()
    shelf.target = state("a")
    now[0] += POLL_SECONDS
    watch.look()

    assert watch.in_service().state is shelf.target
    assert watch.in_service().trouble is None


def test_predictions_that_are_no_longer_whole_give_way_to_the_last_good_ones(watch, shelf):
    shelf.point_to(state("a", is_whole=False))
    watch.look()
    shelf.before, shelf.target, shelf.file = state("older"), Damaged("a row differs"), 1
    watch.look()

    assert watch.in_service().state is shelf.before
    assert watch.in_service().trouble


def test_predictions_that_are_no_longer_whole_stay_where_there_are_no_others(watch, shelf):
    shelf.point_to(first := state("a", is_whole=False))
    watch.look()
    shelf.target, shelf.file = Damaged("a row differs"), 1
    watch.look()

    assert watch.in_service().state is first


def test_a_refused_row_has_the_state_verified_again(watch, shelf):
    shelf.point_to(first := state("a"))
    watch.look()
    first.predictions.rows.refused, shelf.target = 1, state("a")
    watch.look()
    watch.look()

    assert shelf.opened == 2


class News:
    """What came since, in memory; silent for as long as it is told to be."""

    silent_seconds = 0.0
    behind = 0

    def of(self, state):
        return f"news of {state.versions.bundle}"

    def is_behind(self, ahead, state):
        assert ahead is not state
        self.behind -= 1
        return self.behind >= 0


@pytest.fixture
def news(monkeypatch):
    monkeypatch.setattr("serving.live.watch.CATCH_UP_SECONDS", 0.0)
    return News()


def moved_while(watch, shelf):
    """Move the pointer from one state to another, with a watch that follows it."""
    for name in ("a", "b"):
        shelf.point_to(state(name))
        watch.look()
    return watch.in_service().state.overlay


def test_the_swap_waits_until_nobody_would_be_told_less_than_before(shelf, news):
    news.behind = 3
    watch = LiveWatch(shelf, Metrics(), json_log(), news=news)

    assert moved_while(watch, shelf) == "news of b"
    assert news.behind == -1


def test_the_swap_comes_in_the_end_though_somebody_is_not_predicted_anew(shelf, news):
    news.behind = 10**6
    watch = LiveWatch(shelf, Metrics(), json_log(), news=news)

    assert moved_while(watch, shelf) == "news of b"


def test_what_came_since_is_laid_over_before_a_state_answers(shelf, now):
    news = News()
    watch = LiveWatch(shelf, Metrics(), json_log(), news=news, clock=lambda: now[0])
    shelf.point_to(state("a"))
    watch.look()

    assert watch.in_service().state.overlay == "news of a"
    assert watch.in_service().is_fresh


def test_a_database_that_is_silent_for_ten_seconds_is_told_of(shelf, now):
    news = News()
    watch = LiveWatch(shelf, Metrics(), json_log(), news=news, clock=lambda: now[0])
    shelf.point_to(state("a"))
    watch.look()
    news.silent_seconds = 11.0
    watch.listen()

    assert not watch.in_service().is_fresh


def test_tries_come_at_growing_intervals(watch, shelf, now):
    shelf.point_to(Damaged("x"))
    for _ in range(240):
        watch.look()
        now[0] += POLL_SECONDS

    assert 6 <= shelf.opened <= 12


def test_a_changed_file_of_the_state_in_service_is_verified_again(watch, shelf):
    shelf.point_to(first := state("a"))
    watch.look()
    shelf.file, shelf.target = 1, Damaged("a bit flipped on disk")
    watch.look()

    assert watch.in_service().state is first
    assert "a bit flipped" in watch.in_service().trouble


def test_a_pointer_that_moves_while_it_is_followed_is_followed_again(watch, shelf, monkeypatch):
    first, second = state("a"), state("b")

    def moves_meanwhile():
        found = shelf.target
        if found is first:
            shelf.point_to(second)
        return found

    monkeypatch.setattr(shelf, "newest", moves_meanwhile)
    shelf.point_to(first)
    watch.look()
    watch.look()

    assert watch.in_service().state is second


def test_swaps_and_refusals_are_counted(shelf, now):
    metrics = Metrics()
    watch = LiveWatch(shelf, metrics, json_log(), clock=lambda: now[0])
    for target in (state("a"), Damaged("x"), state("b")):
        shelf.point_to(target)
        watch.look()

    page = metrics.page().decode()
    assert "lifecycle_live_swaps_total 2.0" in page
    assert "lifecycle_live_failures_total 1.0" in page
    assert "lifecycle_live_degraded 0.0" in page


def test_the_watching_thread_outlives_a_fault_of_the_shelf(watch, shelf, monkeypatch):
    monkeypatch.setattr(shelf, "pointer_mark", lambda: 1 / 0)

    watch.start(first_load_seconds=5)
    alive = watch._thread.is_alive()
    watch.stop()

    assert alive
