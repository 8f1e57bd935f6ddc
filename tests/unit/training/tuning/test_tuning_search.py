"""That a search follows from its seed alone: killed anywhere it ends the same, longer it begins the same, defaults come first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import optuna
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.home import Home
from models.learners.boosting import DEEP, PRESETS, SHALLOW, BoostingPreset
from training.tuning.search import Search, best_of, quiet_optuna
from training.tuning.space import Space
from training.tuning.store import stored_study

SPACE = Space(tuple(PRESETS.values()))


class Killed(BaseException):
    """What ends a process at once."""


def missed(preset: BoostingPreset) -> Iterator[float]:
    """Lose least at seven leaves and strong regularisation, a little otherwise at each moment."""
    for moment in range(3):
        yield abs(preset.leaves - 7) / 10 + 1 / (1 + preset.l2) + preset.learning_rate * moment


def search(*, seed: int = 0, tried: Any = missed) -> Search:
    return Search(SPACE, tried, seed)


def fresh_study() -> optuna.Study:
    with quiet_optuna():
        return optuna.create_study()


def test_the_usual_ways_are_tried_first_and_to_the_end() -> None:
    trials = search().trials(fresh_study(), count=12)

    assert [trial.preset for trial in trials[:3]] == list(PRESETS.values())
    assert not any(trial.given_up for trial in trials[:3])
    assert best_of(trials).loss <= min(trial.loss for trial in trials[:3])


def test_a_longer_search_begins_with_the_trials_of_a_shorter_one() -> None:
    study = fresh_study()
    shorter = search().trials(study, count=8)

    longer = search().trials(study, count=14)

    assert longer[:8] == shorter
    assert longer == search().trials(fresh_study(), count=14)
    assert search().trials(study, count=8) == shorter


def test_another_seed_tries_other_ways() -> None:
    one, other = (search(seed=seed).trials(fresh_study(), count=6) for seed in (0, 1))

    assert one[:3] == other[:3]
    assert all(mine.preset != theirs.preset for mine, theirs in zip(one[3:], other[3:], strict=True))


def test_a_hopeless_way_is_given_up_after_its_first_moment() -> None:
    asked: list[BoostingPreset] = []

    def counted(preset: BoostingPreset) -> Iterator[float]:
        for loss in missed(preset):
            asked.append(preset)
            yield loss

    trials = search(tried=counted).trials(fresh_study(), count=20)

    given_up = [trial for trial in trials if trial.given_up]
    assert given_up
    assert any(asked.count(trial.preset) == 1 for trial in given_up)
    assert best_of(trials) not in given_up


@settings(max_examples=15)
@given(kill_after=st.integers(0, 25))
def test_a_search_killed_at_any_moment_ends_as_if_nobody_had_killed_it(kill_after: int) -> None:
    moments_left = [kill_after]

    def mortal(preset: BoostingPreset) -> Iterator[float]:
        for loss in missed(preset):
            moments_left[0] -= 1
            if moments_left[0] < 0:
                raise Killed
            yield loss

    study = fresh_study()
    with pytest.raises(Killed):
        search(tried=mortal).trials(study, count=14)

    assert search().trials(study, count=14) == search().trials(fresh_study(), count=14)


def test_trials_kept_on_disk_are_those_kept_in_memory_to_the_last_digit(tmp_path: Any) -> None:
    for count in (5, 13):
        with stored_study(Home(tmp_path), "churn-abc") as kept:
            trials = search().trials(kept, count=count)

    assert trials == search().trials(fresh_study(), count=13)


def test_progress_names_the_best_so_far() -> None:
    said: list[str] = []

    search().trials(fresh_study(), count=2, say=said.append)

    best = min(list(missed(SHALLOW))[-1], list(missed(DEEP))[-1])
    assert len(said) == 2
    assert f"trial 2 of 2: {list(missed(DEEP))[-1]:.5g}; best so far {best:.5g}" in said[1]


@pytest.mark.parametrize("preset", [*PRESETS.values(), BoostingPreset(leaves=3, rounds=7, fewest_rows=2, feature_share=0.07)])
def test_the_limits_hold_whatever_the_usual_way_is(preset: BoostingPreset) -> None:
    space = Space((preset,))

    for name, limits in space.distributions.items():
        assert limits._contains(limits.to_internal_repr(space.parameters(preset)[name]))
    assert space.preset(space.parameters(preset)) == preset
