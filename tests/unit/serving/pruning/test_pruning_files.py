from __future__ import annotations

import os
import shutil
from dataclasses import replace

import msgspec
import numpy as np
import pyarrow as pa
import pytest

from benchmarks.live_states import AS_OF, Publisher
from features.append_only import append_line
from features.home import Home
from features.times import DAY
from features.write_once import canonical_json
from models.bundle import PredictionsOrigin, load_live, load_public_key, write_live, write_predictions
from models.bundle.pointer import LedgerUnreadable, PublishingLocked, publishing_lock
from serving.pruning.files import prune_files, superfluous
from serving.pruning.retention import Retention

KEEP = Retention(predictions_days=31, monitored_days=100, snapshots=2, models=2)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made")
    publisher = Publisher(Home(folder / "home"), folder / "signing.key")
    return publisher, publisher.publish({"c1": 0.3})


@pytest.fixture
def place(made, tmp_path):
    """Return an installation in which one bundle was scored on each of 200 days, and what was live on each."""
    publisher, live = made
    home = Home(tmp_path / "home")
    shutil.copytree(publisher.home.root, home.root)
    shutil.rmtree(home.predictions)
    lives = []
    for day in range(0, 200, 5):
        snapshot = f"{day:064x}"
        origin = PredictionsOrigin(snapshot, AS_OF + day * DAY, load_signature(publisher), live.bundle, live.company)
        name = write_predictions(home, origin=origin, ids=pa.array(["c1"]), columns={"churn_90": np.array([0.5])})
        lives.append(replace(live, snapshot=snapshot, predictions=name))
        line = {"at": AS_OF + day * DAY, "action": "score", "live": vars_of(lives[-1]), "models": {"churn": "0" * 64}}
        append_line(home.ledger, msgspec.json.encode(line))
        (home.snapshots / f"20260101T0000{day:03d}Z-{snapshot[:12]}").mkdir(parents=True)
    write_live(home, lives[-1])
    age(home)
    return home, lives


def load_signature(publisher):
    return load_live(publisher.home, public_key=load_public_key(publisher.home), trial=False).predictions.origin.signature


def vars_of(live):
    return {name: getattr(live, name) for name in ("bundle", "company", "snapshot", "predictions")}


def age(home):
    for path in home.root.rglob("*"):
        os.utime(path, (0, 0))


def test_what_is_live_stays_and_can_be_opened(place):
    home, lives = place

    prune_files(home, KEEP, now=AS_OF + 200 * DAY)

    assert load_live(home, public_key=load_public_key(home), trial=False).live == lives[-1]


def test_recent_predictions_stay_and_of_older_ones_the_first_of_each_month_the_monitor_sees(place):
    home, lives = place

    prune_files(home, KEEP, now=AS_OF + 200 * DAY)

    kept = {live.predictions: number * 5 for number, live in enumerate(lives)}
    days = sorted(kept[path.name] for path in home.predictions.glob("[!.]*"))
    assert [day for day in days if day >= 169] == [170, 175, 180, 185, 190, 195]
    assert [day for day in days if day < 169] == [100, 120, 155]  # as of 11 April, 1 May and 5 June; 169 days: 19 June


def test_a_dry_run_names_exactly_what_goes(place):
    home, _ = place
    before = superfluous(home, KEEP, now=AS_OF + 200 * DAY)

    assert prune_files(home, KEEP, now=AS_OF + 200 * DAY) == before
    assert superfluous(home, KEEP, now=AS_OF + 200 * DAY) == []


def test_states_verified_before_stay(place):
    home, lives = place
    (home.root / "last_good.json").write_bytes(canonical_json({"software": "x", "states": [vars_of(lives[1])]}))

    prune_files(home, KEEP, now=AS_OF + 200 * DAY)

    assert (home.predictions / lives[1].predictions).exists()


def test_what_was_written_within_a_day_stays(place):
    home, lives = place
    os.utime(home.predictions / lives[1].predictions)

    assert home.predictions / lives[1].predictions not in superfluous(home, KEEP, now=AS_OF + 200 * DAY)


def test_nothing_goes_while_somebody_publishes_or_where_the_ledger_cannot_be_read(place):
    home, _ = place

    with publishing_lock(home), pytest.raises(PublishingLocked):
        prune_files(home, KEEP, now=AS_OF + 200 * DAY)
    home.ledger.write_text("nothing\n")
    with pytest.raises(LedgerUnreadable):
        prune_files(home, KEEP, now=AS_OF + 200 * DAY)


def test_a_model_that_was_never_live_goes_and_the_live_one_stays(place):
    home, _ = place
    stray = home.models / ("a" * 64)
    stray.mkdir()
    os.utime(stray, (0, 0))

    assert stray in prune_files(home, KEEP, now=AS_OF + 200 * DAY)
    assert len(list(home.models.glob("[!.]*"))) == 1


def test_the_newest_trainings_stay_with_their_models_and_so_does_what_cannot_be_read(place):
    home, _ = place
    for run, trained_at, sha in (("old", 1, "a" * 64), ("new", 2, "b" * 64)):
        (home.models / sha).mkdir()
        (home.root / "candidates" / run).mkdir(parents=True)
        report = {"model": "churn", "model_sha": sha, "trained_at": trained_at}
        (home.root / "candidates" / run / "report.json").write_bytes(msgspec.json.encode(report))
    (home.root / "candidates" / "torn").mkdir()
    (home.root / "candidates" / "torn" / "report.json").write_text("{")
    age(home)

    gone = prune_files(home, replace(KEEP, candidates=1), now=AS_OF + 200 * DAY)

    assert {path.name for path in gone if path.parent.name in ("candidates", "models")} == {"old", "a" * 64}


def test_snapshots_of_trainings_stay_whatever_their_age(place):
    home, _ = place
    training = home.snapshots / "20200101T000000Z-ffffffffffff"
    training.mkdir()
    os.utime(training, (0, 0))

    gone = prune_files(home, KEEP, now=AS_OF + 200 * DAY)

    assert training.exists()
    assert any(path.parent == home.snapshots for path in gone)


def test_a_setting_below_one_is_refused():
    with pytest.raises(ValueError, match="snapshots"):
        Retention(snapshots=0)
