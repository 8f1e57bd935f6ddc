from __future__ import annotations

import fcntl
import os
import shutil

import pytest

from benchmarks.live_states import Publisher
from features.company import default_company_text
from features.errors import Damaged, LifecycleError
from features.home import Home
from features.row_file import RowDamaged
from models.bundle import BundleTampered, Live, TrialFailed, create_signing_key, write_live
from serving.live.shelf import LiveShelf
from serving.live.state import LiveDisagrees, open_live_state


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    folder = tmp_path_factory.mktemp("published")
    publisher = Publisher(Home(folder / "home"), folder / "signing.key")
    publisher.publish({"c1": 0.3, "c2": 0.8})
    return publisher


@pytest.fixture
def home(published, tmp_path):
    shutil.copytree(published.home.root, tmp_path / "home")
    return Home(tmp_path / "home")


@pytest.fixture
def shelf(home):
    return LiveShelf(home)


@pytest.fixture
def counted(monkeypatch):
    """Each opening of a live state, as it happens."""
    opened = []
    monkeypatch.setattr("serving.live.shelf.open_live_state", lambda *at, **how: opened.append(at) or open_live_state(*at, **how))
    return opened


def flip(path, place=None):
    content = bytearray(path.read_bytes())
    content[len(content) // 2 if place is None else place] ^= 0x10
    path.write_bytes(content)


def files(home):
    return sorted(path for path in home.root.rglob("*") if path.is_file() and path.stem != "last_good")


ARTEFACTS = 13


@pytest.mark.parametrize("spoil", [flip, lambda path: os.truncate(path, path.stat().st_size // 2), lambda path: path.unlink()])
def test_a_state_with_any_file_damaged_is_refused_whichever_it_is(home, shelf, spoil):
    accepted = []
    for path in files(home):
        whole = path.read_bytes()
        spoil(path)
        try:
            shelf.newest()
            accepted.append(path.relative_to(home.root))
        except LifecycleError:
            pass
        path.write_bytes(whole)

    assert accepted == []
    assert len(files(home)) >= ARTEFACTS


def test_a_truncation_after_loading_refuses_what_is_gone_and_kills_nothing(home, shelf):
    state = shelf.newest()
    assert state.find("c2").values[:3] == [pytest.approx(0.8 / 3), pytest.approx(1.6 / 3), 0.8]

    for path in files(home):
        os.truncate(path, 0)

    with pytest.raises(RowDamaged):
        state.find("c2")
    assert state.find("nobody") is None


def test_a_bit_flipped_after_loading_is_a_refusal_of_that_customer_alone(home, shelf):
    state = shelf.newest()
    before = state.find("c1")

    flip(next(home.predictions.glob("*/predictions.npy")), -1)

    with pytest.raises(RowDamaged):
        state.find("c2")
    assert state.find("c1") == before
    assert state.predictions.rows.refused == 1


def test_damage_after_loading_is_noticed(home, shelf):
    state = shelf.newest()
    before = shelf.files_mark(state)

    flip(next(home.predictions.glob("*/predictions.npy")))

    assert shelf.files_mark(state) != before


def test_a_bundle_signed_by_somebody_else_is_refused(home, shelf, tmp_path):
    create_signing_key(tmp_path / "other.key", home)

    with pytest.raises(BundleTampered):
        shelf.newest()


def test_predictions_made_from_another_bundle_are_refused(home, shelf, published):
    publisher = Publisher(home, published.signing_key)
    one, other = publisher.store({"c1": 0.1}), publisher.store({"c1": 0.2})
    write_live(home, Live(one.bundle, one.company, one.snapshot, other.predictions))

    with pytest.raises(LiveDisagrees, match="lifecycle score"):
        shelf.newest()


def test_the_last_good_state_is_found_when_the_pointer_leads_to_a_damaged_one(home, shelf, published):
    first = shelf.newest()
    publisher = Publisher(home, published.signing_key)
    second = publisher.publish({"c1": 0.9})
    flip(home.predictions / second.predictions / "predictions.npy", -1)

    with pytest.raises(Damaged):
        shelf.newest()
    assert shelf.last_good().versions == first.versions


def test_what_is_opened_ahead_is_opened_once(shelf, counted):
    shelf.open_ahead()

    assert shelf.newest().parts == {"churn"}
    assert len(counted) == 1


def test_what_was_opened_ahead_is_left_when_the_pointer_moved_since(home, shelf, published):
    shelf.open_ahead()
    second = Publisher(home, published.signing_key).publish({"c1": 0.9})

    assert shelf.newest().versions.bundle == second.bundle


def test_what_cannot_be_opened_ahead_is_told_to_whoever_asks_and_tried_again(home, shelf):
    path = next(home.predictions.rglob("predictions.npy"))
    whole = path.read_bytes()
    flip(path, -1)
    shelf.open_ahead()

    with pytest.raises(Damaged):
        shelf.newest()
    path.write_bytes(whole)
    assert shelf.newest().parts == {"churn"}


def test_a_damaged_memory_of_good_states_is_no_memory(home, shelf):
    shelf.newest()
    flip(home.root / "last_good.json", 0)

    assert shelf.last_good() is None
    assert shelf.newest().parts == {"churn"}


@pytest.mark.parametrize("memory", [b'{"software":"\xff","states":[]}', b"[" * 100_000, b'{"software":[', b"\0" * 64])
def test_a_memory_of_good_states_that_is_no_text_is_no_memory(home, shelf, memory):
    (home.root / "last_good.json").write_bytes(memory)

    assert shelf.last_good() is None
    assert shelf.newest().parts == {"churn"}


def test_a_process_stopped_in_its_turn_does_not_keep_the_others_from_serving(home, shelf, monkeypatch):
    monkeypatch.setattr("serving.live.shelf._LONGEST_TURN_SECONDS", 0.2)

    with (home.root / "last_good.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)

        assert shelf.newest().parts == {"churn"}


def test_a_company_file_whose_main_horizon_was_not_predicted_is_refused(home, shelf, published):
    live = Publisher(home, published.signing_key).store({"c1": 0.5}, company_text=with_main_horizon(45))
    write_live(home, live)

    with pytest.raises(LiveDisagrees, match="45 days"):
        shelf.newest()


def with_main_horizon(days):
    text = default_company_text("default")
    changed = text.replace("horizons_days = [30, 60, 90]", f"horizons_days = [30, {days}, 90]").replace(
        "\nhorizon_days = 90", f"\nhorizon_days = {days}"
    )
    assert changed != text
    return changed


def test_a_folder_that_cannot_be_written_is_served_all_the_same(shelf, monkeypatch):
    def read_only(*_):
        raise PermissionError

    monkeypatch.setattr("serving.live.shelf.replace_file", read_only)
    opened = os.open
    monkeypatch.setattr(os, "open", lambda path, flags, *mode: read_only() if flags & os.O_CREAT else opened(path, flags, *mode))

    assert shelf.newest().parts == {"churn"}
    assert shelf.last_good() is None


def test_models_are_tried_once_and_remembered(home, monkeypatch):
    tried = []
    monkeypatch.setattr("serving.live.state.trial_load", lambda _, *shas: tried.append(shas))
    shelf = LiveShelf(home)

    shelf.newest()
    shelf.newest()

    assert len(tried) == 1


def test_a_model_that_fails_its_trial_is_not_served(home, monkeypatch):
    def fails(*_):
        raise TrialFailed("signal 11")

    monkeypatch.setattr("serving.live.state.trial_load", fails)

    with pytest.raises(TrialFailed):
        LiveShelf(home).newest()
