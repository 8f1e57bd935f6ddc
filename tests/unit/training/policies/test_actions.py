"""What counts as one action, and what the log could have drawn at all."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from features.company import default_company_text, read_company
from models.decision import Policy
from training.policies.actions import Actions

POLICY: Any = SimpleNamespace(policy=Policy.of(read_company(default_company_text("default"))))
ROWS = [
    ("a", "nothing", None, "control"),
    ("b", "loyalty_gift", "email", "explore"),
    ("c", "plan_upgrade", "phone", "policy"),
    ("d", "gone", "fax", "policy"),
]


def test_offers_on_two_channels_are_two_actions_or_one(make_decisions: Any) -> None:
    decisions = make_decisions(ROWS)

    pairs = Actions.of(decisions, [POLICY], compared="offer_and_channel", lots=decisions)
    offers = Actions.of(decisions, [POLICY], compared="offer", lots=decisions)

    assert {"plan_upgrade/phone", "plan_upgrade/email"} <= set(pairs.names)
    assert len(offers.names) == 1 + 10 + 1
    assert [offers.names[place] for place in offers.taken] == ["nothing", "loyalty_gift", "plan_upgrade", "gone"]


def test_only_what_was_drawn_by_lot_could_have_been_logged_and_what_was_taken(make_decisions: Any) -> None:
    decisions = make_decisions(ROWS)

    actions = Actions.of(decisions, [POLICY], compared="offer", lots=decisions)

    possible = [{name for name, can in zip(actions.names, row, strict=True) if can} for row in actions.possible]
    assert possible[0] == possible[1] == {"nothing", "loyalty_gift"}
    assert possible[2] == {"nothing", "loyalty_gift", "plan_upgrade"}


def test_the_chances_of_all_channels_of_an_offer_add_up(make_decisions: Any) -> None:
    decisions, pairs = make_decisions(ROWS), len(POLICY.policy.candidates)
    actions = Actions.of(decisions, [POLICY], compared="offer", lots=decisions)

    chances = actions.chances(POLICY, np.full((4, 1 + pairs), 1.0 / (1 + pairs)))

    assert np.allclose(chances.sum(axis=1), 1.0)
    assert np.isclose(chances[0, actions.names.index("plan_upgrade")], 3.0 / (1 + pairs))
