"""The contact history of each decision, as it stood when the decision was made."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from models.decision.contacts.table import NEVER, OUTCOMES
from training.policies.contacts_then import contacts_then

ROWS = [("a", "gift", "email", "policy"), ("b", "gift", "email", "policy"), ("a", "upgrade", "phone", "policy")]


def test_each_decision_has_what_its_own_customer_was_really_shown(make_decisions: Any) -> None:
    history = make_decisions(ROWS, shown_at=np.array([5, NEVER, 7]))

    contacts = contacts_then(history, make_decisions(ROWS))

    assert np.diff(contacts.offsets).tolist() == [2, 0, 2]
    assert contacts.shown_at[:2].tolist() == [5, 7]


def test_an_acceptance_counts_from_the_first_yes_on_though_it_was_fulfilled_later(make_decisions: Any) -> None:
    told: dict[str, Any] = {"accepted_at": np.array([6]), "answered_at": np.array([6]), "outcomes": pa.array(["fulfilled"])}
    history = make_decisions(ROWS[:1], shown_at=np.array([5]), **told)

    contacts = contacts_then(history, make_decisions(ROWS[:1]))

    assert (OUTCOMES[contacts.outcome[0]], contacts.outcome_at[0]) == ("accepted", 6)


def test_an_offer_that_was_skipped_is_no_showing_and_is_known_as_skipped(make_decisions: Any) -> None:
    history = make_decisions(ROWS[:1], outcome_at=np.array([6]), outcomes=pa.array(["skipped"]))

    contacts = contacts_then(history, make_decisions(ROWS[:1]))

    assert (OUTCOMES[contacts.outcome[0]], contacts.shown_at[0]) == ("skipped", NEVER)
