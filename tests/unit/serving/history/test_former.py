"""What was predicted of a customer before: from the predictions that were live and are still kept."""

from __future__ import annotations

import shutil

import msgspec
import pytest

from benchmarks.live_states import AS_OF, Publisher
from features.append_only import append_line
from features.home import Home
from features.times import DAY
from models.bundle import Live
from models.bundle.ledger import LedgerEntry
from serving.history.former import FormerPredictions
from serving.live.state import LiveState, open_live_state


class Past(Publisher):
    """Publishes, and writes down what was live when."""

    def predict(self, chances: dict[str, float], *, days_ago: int) -> Live:
        live = self.store(chances, as_of=AS_OF - days_ago * DAY)
        append_line(self.home.ledger, msgspec.json.encode(LedgerEntry(AS_OF, "score", live, {})))
        self.point_to(live)
        return live

    def state(self) -> LiveState:
        live = self.predict({"c0": 0.5, "c1": 0.4, "c2": 0.3}, days_ago=0)
        return open_live_state(self.home, live, with_trial=False)


@pytest.fixture
def past(tmp_path) -> Past:
    return Past(Home(tmp_path / "home"), tmp_path / "signing.key")


def chances(past: Past, customer_id: str) -> list[tuple[int, float]]:
    state = past.state()
    found = state.find(customer_id)
    told = FormerPredictions(past.home).chances(state, found)
    return [((AS_OF - chance.as_of) // DAY, round(chance.probability, 3)) for chance in told]


def test_each_customer_is_found_among_those_of_then(past):
    past.predict({"c1": 0.1, "c2": 0.2}, days_ago=60)
    past.predict({"b9": 0.9, "c1": 0.25, "c2": 0.7}, days_ago=30)

    assert chances(past, "c1") == [(60, 0.1), (30, 0.25)]
    assert chances(past, "c2") == [(60, 0.2), (30, 0.7)]


def test_who_came_since_has_no_former_chance(past):
    past.predict({"c1": 0.1, "c2": 0.2}, days_ago=60)

    assert chances(past, "c0") == []


def test_of_one_week_the_newest_prediction_stands(past):
    past.predict({"c1": 0.1, "c2": 0.2}, days_ago=33)
    past.predict({"c1": 0.3, "c2": 0.2}, days_ago=30)

    assert chances(past, "c1") == [(30, 0.3)]


def test_a_week_in_which_nobody_asked_about_them_is_left_out(past):
    past.predict({"c1": float("nan"), "c2": 0.2}, days_ago=60)

    assert chances(past, "c1") == []


def test_predictions_pruned_since_are_left_out(past):
    gone = past.predict({"c1": 0.1, "c2": 0.2}, days_ago=60)
    past.predict({"c1": 0.3, "c2": 0.2}, days_ago=30)
    shutil.rmtree(past.home.predictions / gone.predictions)

    assert chances(past, "c1") == [(30, 0.3)]


def test_a_damaged_row_is_left_out_and_not_believed(past):
    former = past.predict({"c1": 0.1, "c2": 0.2}, days_ago=60)
    path = past.home.predictions / former.predictions / "predictions.npy"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.chmod(0o600)
    path.write_bytes(content)

    assert chances(past, "c1") == [(60, 0.1)]
    assert chances(past, "c2") == []
