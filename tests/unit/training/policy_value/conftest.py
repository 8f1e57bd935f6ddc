from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from training.policy_value import LoggedDecisions


@pytest.fixture
def decided() -> Callable[..., LoggedDecisions]:
    """Build decisions between two actions, logged by the toss of a coin unless told otherwise: `decided(actions, rewards)`."""

    def build(actions: Any, rewards: Any, *, new: Any = (0.5, 0.5), **columns: Any) -> LoggedDecisions:
        rows = len(actions)
        usual = {
            "customer": np.arange(rows),
            "action": np.asarray(actions),
            "logged_probability": np.full(rows, 0.5),
            "reward": np.asarray(rewards, dtype=float),
            "new_probabilities": np.broadcast_to(np.asarray(new, dtype=float), (rows, 2)),
            "possible": np.ones((rows, 2), bool),
        }
        return LoggedDecisions(**{**usual, **{name: np.asarray(column) for name, column in columns.items()}})

    return build
