"""Who wins and who loses, of groups with enough decisions alone."""

from __future__ import annotations

from typing import Any

import numpy as np

from training.policies.groups import Grouping, group_changes
from training.policies.valued import Valued


def test_a_group_for_which_the_offer_does_harm_loses_while_another_wins(drawn_world: Any) -> None:
    helped, harmed = drawn_world(live=0.2, new=0.8, gain=10.0), drawn_world(live=0.2, new=0.8, gain=-10.0, seed=1)
    both = joined(helped, harmed)
    places = np.repeat([0, 1], 3000)

    told = group_changes(both, [Grouping("stage", ("growth", "decline"), places)])

    assert [(each.name, each.verdict) for each in told] == [("growth", "wins"), ("decline", "loses")]
    assert told[0].customers == 1500


def test_a_group_with_few_decisions_is_not_told_of(drawn_world: Any) -> None:
    places = np.where(np.arange(3000) < 299, 0, -1)

    assert group_changes(drawn_world(live=0.2, new=0.8), [Grouping("segment", ("small",), places)]) == []


def joined(first: Valued, second: Valued) -> Valued:
    actions = type(first.actions)(
        "offer", first.actions.names, np.concatenate([first.actions.taken, second.actions.taken]), np.ones((6000, 2), bool)
    )
    parts = zip(vars(first.logged).items(), vars(second.logged).values(), strict=True)
    columns = {name: np.concatenate([one, other + 10_000 * (name == "customer")]) for (name, one), other in parts}
    chances = (np.concatenate([getattr(first, name), getattr(second, name)]) for name in ("live", "new"))
    return Valued(actions, type(first.logged)(**columns), *chances)
