"""What counts as one action, and what the log could have drawn at all."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from features.company import default_company_text, read_company
from features.reports.policy import LIVE
from models.decision import Policy
from training.policies.actions import Actions

FILE = Policy.of(read_company(default_company_text("default")))
PAIRS = len(FILE.candidates)
POLICY: Any = SimpleNamespace(policy=FILE, eligible=np.ones((4, PAIRS), bool), best=np.full(4, -1))
ROWS = [
    ("a", "nothing", None, "control"),
    ("b", "loyalty_gift", "email", "explore"),
    ("c", "plan_upgrade", "phone", "policy"),
    ("d", "gone", "fax", "policy"),
]


def test_offers_on_two_channels_are_two_actions_or_one(make_decisions: Any) -> None:
    decisions = make_decisions(ROWS)

    pairs = Actions.of(decisions, {LIVE: POLICY}, compared="offer_and_channel", lots=decisions)
    offers = Actions.of(decisions, {LIVE: POLICY}, compared="offer", lots=decisions)

    assert {"plan_upgrade/phone", "plan_upgrade/email"} <= set(pairs.names)
    assert len(offers.names) == 1 + 10 + 1
    assert [offers.names[place] for place in offers.taken] == ["nothing", "loyalty_gift", "plan_upgrade", "gone"]


def test_only_what_was_drawn_by_lot_could_have_been_logged_and_what_was_taken(make_decisions: Any) -> None:
    decisions = make_decisions(ROWS)

    actions = Actions.of(decisions, {LIVE: POLICY}, compared="offer", lots=decisions)

    possible = [{name for name, can in zip(actions.names, row, strict=True) if can} for row in actions.possible]
    assert possible[0] == possible[1] == {"nothing", "loyalty_gift"}
    assert possible[2] == {"nothing", "loyalty_gift", "plan_upgrade"}


def test_what_the_live_file_withholds_from_a_customer_could_not_have_been_logged_there(make_decisions: Any) -> None:
    decisions, gift = make_decisions(ROWS), [pair.offer.id == "loyalty_gift" for pair in FILE.candidates]
    withheld = SimpleNamespace(policy=FILE, eligible=np.ones((4, PAIRS), bool), best=np.full(4, -1))
    withheld.eligible[np.ix_([0, 1], gift)] = False

    actions = Actions.of(decisions, {LIVE: withheld}, compared="offer", lots=decisions)

    assert actions.possible[:, actions.names.index("loyalty_gift")].tolist() == [False, True, True, True]


def test_the_chances_of_all_channels_of_an_offer_add_up(make_decisions: Any) -> None:
    decisions, pairs = make_decisions(ROWS), PAIRS
    actions = Actions.of(decisions, {LIVE: POLICY}, compared="offer", lots=decisions)

    chances = actions.chances(POLICY, np.full((4, 1 + pairs), 1.0 / (1 + pairs)))

    assert np.allclose(chances.sum(axis=1), 1.0)
    assert np.isclose(chances[0, actions.names.index("plan_upgrade")], 3.0 / (1 + pairs))
