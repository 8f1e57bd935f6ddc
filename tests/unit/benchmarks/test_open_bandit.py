"""Q6 on the real logs: what one policy's log foretells against what the other policy really saw."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.open_bandit import CAMPAIGNS, RANDOM, THOMPSON, Foretold, Impressions, foretold, results, table
from training.policy_value import LoggedDecisions, WrongPropensities, measure_support

pytestmark = pytest.mark.needs("shared_data")


@pytest.fixture(scope="module")
def found() -> dict[tuple[str, str], Foretold]:
    return {}


@pytest.fixture
def ask(found: dict[tuple[str, str], Foretold], shared_data: Path):
    def asked(campaign: str, logged_by: str) -> Foretold:
        if (campaign, logged_by) not in found:
            found[campaign, logged_by] = foretold(shared_data / "open_bandit_small", campaign, logged_by=logged_by, draws=100)
        return found[campaign, logged_by]

    return asked


@pytest.mark.parametrize("campaign", CAMPAIGNS)
def test_the_random_log_foretells_the_click_rate_of_thompson_sampling(ask, campaign: str) -> None:
    answer = ask(campaign, RANDOM)

    assert answer.refused_by is None
    assert tuple(answer.values) == ("ips", "snips", "dr", "switch_dr")
    assert answer.covers


@pytest.mark.parametrize("campaign", ["all", "men"])
def test_the_other_way_round_two_campaigns_can_just_be_estimated(ask, campaign: str) -> None:
    answer = ask(campaign, THOMPSON)

    assert answer.refused_by is None
    assert 200 <= answer.support.effective_size < 1_000
    assert all(gap.low < 0.0 < gap.high for gap in answer.gaps.values())


def test_the_log_that_hardly_ever_shows_most_items_is_refused(ask) -> None:
    answer = ask("women", THOMPSON)

    assert answer.refused_by == "effective_size"
    assert answer.support.effective_size < 5
    assert answer.values == {}


def test_the_goals_hold_and_the_table_shows_all(ask) -> None:
    answers = [ask(campaign, policy) for policy in (RANDOM, THOMPSON) for campaign in CAMPAIGNS]

    assert all(goal.holds for goal in results(answers))
    assert table(answers).count("refused: effective_size") == 5


def test_the_mean_of_the_logged_chances_taken_for_the_policy_is_found_out(shared_data: Path) -> None:
    folder = shared_data / "open_bandit_small"
    log, other = (Impressions.read(folder, policy, "men") for policy in (RANDOM, THOMPSON))
    items = int(log.item.max()) + 1
    shown = np.bincount(other.item, minlength=items)
    mean_chance = np.bincount(other.item, other.chance, minlength=items) / shown
    wrong = mean_chance[log.item]
    decisions = LoggedDecisions(
        np.arange(len(log)),
        np.zeros(len(log), np.int64),
        log.chance,
        log.click,
        np.column_stack([wrong, 1 - wrong]),
        np.ones((len(log), 2), bool),
    )

    refusal = measure_support(decisions).refusal

    assert isinstance(refusal, WrongPropensities)
    assert refusal.figure > 1.5
