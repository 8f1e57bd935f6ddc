"""A tenth of the campaign of kills: old or new each time, never half, and the next run completes."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.retrain_crashes.campaign import moment
from benchmarks.retrain_crashes.quick import QuickRun
from benchmarks.retrain_crashes.standing import Standing
from benchmarks.retrain_crashes.trial import Scenario, Trial

KILLS, MOST_TRIALS = 5, 10


def test_a_tenth_of_the_campaign_of_kills_at_random_moments_finds_no_fault(next_night: Any, tmp_path: Path) -> None:
    shop, progress, trials = next_night.shop, tmp_path / "progress", list[Trial]()
    start = partial(QuickRun.started, home=shop.home, signing_key=shop.signing_key, seed=1)
    scenario = Scenario("quick", Standing.keep(shop.home, signing_key=shop.signing_key), start)
    expected = scenario.undisturbed(progress)

    while sum(trial.was_killed for trial in trials) < KILLS and len(trials) < MOST_TRIALS:
        seconds = expected.seconds * moment("quick", len(trials), parts=KILLS)
        trials.append(scenario.killed(len(trials), after_seconds=seconds, expected=expected, progress=progress))

    assert expected.moves == [("promote", "churn")]
    assert any(trial.was_killed for trial in trials)
    assert [fault for trial in trials for fault in trial.faults] == []
