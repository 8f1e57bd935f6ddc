"""That the trials of a search are held by one process, outlive it, and are not confused with anything else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from features.home import Home
from training.tuning.store import TrialsDamaged, TuningLocked, stored_study

KILLED_WITH_A_TRIAL = """
import os, sys
from pathlib import Path
from features.home import Home
from models.learners.boosting import BoostingPreset
from training.tuning.search import Search
from training.tuning.space import Space
from training.tuning.store import stored_study

def tried(preset):
    if preset != BoostingPreset():
        os.kill(os.getpid(), 9)
    yield 0.5

with stored_study(Home(Path(sys.argv[1])), "churn-abc") as kept:
    Search(Space((BoostingPreset(),)), tried, 0).trials(kept, count=5)
"""


def test_a_second_process_is_told_who_is_in_its_way(tmp_path: Path) -> None:
    home = Home(tmp_path)

    with stored_study(home, "churn-abc"), pytest.raises(TuningLocked, match="another process"), stored_study(home, "churn-abc"):
        pass


def test_other_searches_are_not_in_the_way(tmp_path: Path) -> None:
    home = Home(tmp_path)

    with stored_study(home, "churn-abc"), stored_study(home, "value-abc") as other:
        assert not other.trials


def test_a_killed_process_leaves_the_trials_that_ended_and_no_lock(tmp_path: Path) -> None:
    ended = subprocess.run([sys.executable, "-c", KILLED_WITH_A_TRIAL, str(tmp_path)], capture_output=True, check=False)

    with stored_study(Home(tmp_path), "churn-abc") as kept:
        losses = [trial.value for trial in kept.trials]
    assert (ended.returncode, losses) == (-9, [0.5])


def test_a_kill_among_the_tables_does_not_keep_the_search_from_going_on(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.tuning.mkdir()
    (home.tuning / ".tmp-churn-abc.db").write_bytes(b"half a file")

    with stored_study(home, "churn-abc") as kept:
        assert not kept.trials


def test_a_file_that_is_no_study_is_refused_by_name(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.tuning.mkdir()
    (home.tuning / "churn-abc.db").write_bytes(b"no database at all" * 100)

    with pytest.raises(TrialsDamaged, match=r"churn-abc\.db.*remove it"), stored_study(home, "churn-abc"):
        pass
