"""What came since the snapshot: laid over it, taken away again, and only where it belongs to what is live."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from unittest.mock import Mock

import numpy as np
import pytest
from sqlalchemy import Engine, delete, insert

from benchmarks.live_states import AS_OF, Publisher
from features.home import Home
from features.subjects import subject
from features.times import DAY
from serving.database import writing
from serving.database.failures import DatabaseUnavailable
from serving.database.fresh import columns_digest
from serving.database.tables import erasures, fresh_predictions
from serving.live.overlay import Overlay
from serving.live.overlays import Overlays
from serving.live.shelf import LiveShelf
from serving.live.state import LiveState

SECRET = bytes(32)


@pytest.fixture(scope="module")
def state(tmp_path_factory) -> LiveState:
    folder = tmp_path_factory.mktemp("overlaid")
    publisher = Publisher(Home(folder / "home"), folder / "signing.key")
    publisher.publish({"c1": 0.3, "c2": 0.8})
    return LiveShelf(publisher.home).newest()


@dataclass
class Desk:
    """A database into which somebody computes, and the overlays read from it."""

    engine: Engine
    state: LiveState
    overlays: Overlays
    sequence: int = 0

    def compute(self, customer_id: str, chance: float, **other) -> None:
        with writing(self.engine) as connection:
            connection.execute(delete(fresh_predictions).where(fresh_predictions.c.customer_id == customer_id))
        self.add(customer_id, chance, **other)

    def add(self, customer_id: str, chance: float, **other) -> None:
        self.sequence += 1
        values = np.full(len(self.state.predictions.columns), chance)
        row = {
            "customer_id": customer_id,
            "sequence": self.sequence,
            "as_of": AS_OF + DAY,
            "bundle": self.state.versions.bundle,
            "company": self.state.versions.company,
            "columns": columns_digest(self.state.predictions.columns),
            "predictions": values.astype("<f8").tobytes(),
            "features": np.array([chance], "<f4").tobytes(),
        }
        with writing(self.engine) as connection:
            connection.execute(insert(fresh_predictions).values(row | other))

    def now(self) -> LiveState:
        return self.state.overlaid(self.overlays.of(self.state))


@pytest.fixture
def desk(engine: Engine, state: LiveState) -> Desk:
    return Desk(engine, state, Overlays(engine, SECRET))


def test_a_customer_computed_anew_answers_with_their_own_moment(desk):
    desk.compute("c1", 0.5)

    found = desk.now().find("c1")

    assert (found.values[0], found.as_of, found.is_fresh, found.place) == (0.5, AS_OF + DAY, True, 0)
    assert desk.now().find("c2").is_fresh is False


def test_who_came_since_the_snapshot_is_known_and_has_no_place_in_it(desk):
    desk.compute("newcomer", 0.5)

    found = desk.now().find("newcomer")

    assert (found.place, found.values[0]) == (None, 0.5)
    assert len(desk.state.offering.known_contacts([found.place, 0])) == 2


@pytest.mark.parametrize(
    "strange",
    [{"bundle": "b" * 64}, {"company": "c" * 64}, {"columns": "0" * 64}, {"as_of": AS_OF}, {"predictions": bytes(8)}],
    ids=lambda strange: next(iter(strange)),
)
def test_a_row_that_does_not_belong_to_what_is_live_does_not_count(desk, strange):
    desk.compute("c1", 0.5, **strange)

    assert desk.now().find("c1").is_fresh is False


def test_a_later_row_replaces_an_earlier_one_and_a_deleted_one_disappears(desk):
    desk.compute("c1", 0.5)
    desk.compute("c2", 0.6)
    assert desk.now().find("c1").values[0] == 0.5
    desk.compute("c1", 0.7)
    assert desk.now().find("c1").values[0] == 0.7

    with writing(desk.engine) as connection:
        connection.execute(delete(fresh_predictions).where(fresh_predictions.c.customer_id == "c1"))

    assert desk.now().find("c1").is_fresh is False
    assert desk.now().find("c2").values[0] == 0.6


def test_without_news_the_overlay_stays_the_same_object(desk):
    desk.compute("c1", 0.5)

    assert desk.overlays.of(desk.state) is desk.overlays.of(desk.state)


def test_another_bundle_has_no_use_for_the_rows_of_the_one_before(desk):
    desk.compute("c1", 0.5)
    assert desk.now().find("c1").is_fresh

    promoted = dataclasses.replace(desk.state, versions=type(desk.state.versions)("d" * 64, "s", desk.state.versions.company))

    assert promoted.overlaid(desk.overlays.of(promoted)).find("c1").is_fresh is False


def test_another_bundle_is_behind_until_whoever_is_fresh_was_computed_by_it_too(desk):
    promoted = dataclasses.replace(desk.state, live=dataclasses.replace(desk.state.live, bundle="d" * 64))
    assert not desk.overlays.is_behind(promoted, desk.state)

    desk.compute("c1", 0.5)
    assert desk.overlays.is_behind(promoted, desk.state)

    desk.add("c1", 0.6, bundle="d" * 64)
    assert not desk.overlays.is_behind(promoted, desk.state)


def test_the_features_of_a_fresh_customer_are_those_of_that_very_computation(desk):
    desk.compute("c1", 0.5)
    state = desk.now()
    assert state.features(state.find("c1")).tolist() == [[0.5]]

    desk.compute("c1", 0.7)

    with pytest.raises(Exception, match="computed anew"):
        state.features(state.find("c1"))


def test_whoever_was_erased_is_not_found_any_more(desk):
    desk.compute("c2", 0.5)
    erased = {"subject": subject(SECRET, "c2"), "asked_at": 0}
    with writing(desk.engine) as connection:
        connection.execute(insert(erasures).values(erased))

    state = desk.now()

    assert (state.find("c2"), state.is_erased("c2"), state.is_erased("c1")) == (None, True, False)


def test_an_erasure_that_was_begun_before_another_and_committed_after_it_counts_too(desk):
    for sequence, customer_id in ((2, "c2"), (1, "c1")):
        with writing(desk.engine) as connection:
            erased = {"sequence": sequence, "subject": subject(SECRET, customer_id), "asked_at": 0}
            connection.execute(insert(erasures).values(erased))
        state = desk.now()

    assert (state.is_erased("c1"), state.is_erased("c2")) == (True, True)


def test_a_database_that_goes_while_it_is_read_hides_nobody_afterwards(desk, monkeypatch):
    desk.compute("c1", 0.5)
    desk.compute("c2", 0.6)
    monkeypatch.setattr("serving.live.overlays._AT_ONCE", 1)
    monkeypatch.setattr("serving.live.overlays._counts", Mock(side_effect=[True, DatabaseUnavailable("gone")]))
    with pytest.raises(DatabaseUnavailable):
        desk.overlays.of(desk.state)
    monkeypatch.undo()

    state = desk.now()

    assert (state.find("c1").is_fresh, state.find("c2").is_fresh) == (True, True)


def test_a_database_that_is_gone_leaves_what_was_known(desk, monkeypatch):
    desk.compute("c1", 0.5)
    known = desk.overlays.of(desk.state)

    def gone(_):
        raise DatabaseUnavailable("gone")

    monkeypatch.setattr("serving.live.overlays.reading", gone)

    with pytest.raises(DatabaseUnavailable):
        desk.overlays.of(desk.state)
    assert isinstance(known, Overlay)
    assert desk.state.overlaid(known).find("c1").is_fresh
